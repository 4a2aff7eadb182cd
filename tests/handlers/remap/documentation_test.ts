/**
 * What docs/remapping.md shows is what happens.
 *
 * @module
 */

import {
  parseMapFile,
  parsePcreFile,
  remapFilename,
} from "../../../handlers/mod.ts";
import { assertEquals } from "@std/assert";
import { run } from "../../cli/_context.ts";
import { Sandbox } from "../_sandbox.ts";

const TEXT = Deno.readTextFileSync(
  new URL("../../../docs/remapping.md", import.meta.url),
);
const FILES = [...TEXT.matchAll(/```text\n([^]*?)```/g)].map(([, it]) => it!);

/** What the map file in that place of the document makes of names. */
function apply(
  index: number,
  names: readonly string[],
  operation: "read" | "write" = "read",
): (string | null)[] {
  const rules = parseMapFile(FILES[index]!);
  const isTransferable = (name: string) => name.endsWith("A9/boot.cfg");
  return names.map((filename) => {
    const request = { filename, operation, client: "192.0.2.169" };
    return remapFilename(rules, request, { isTransferable }).filename;
  });
}

Deno.test("the examples of the document do what it says", () => {
  assertEquals(FILES.length, 6);
  assertEquals(apply(0, ["pub/a.key", "a.key", "x"]), [
    "pub/a.key",
    null,
    "default/x",
  ]);
  assertEquals(apply(1, ["C:\\Boot\\BCD"]), ["/Boot/BCD"]);
  assertEquals(apply(2, ["boot.cfg", "other.cfg"]), [
    "clients/C00002A9/boot.cfg",
    "common/other.cfg",
  ]);
  assertEquals(apply(3, ["BOOT/R1.CFG"]), ["boot/r1.cfg"]);
  assertEquals(apply(4, ["pub/a.key", "a.key", "a"]), ["pub/a.key", null, "a"]);
  assertEquals(apply(4, ["pub/a", "a.key"], "write"), [
    "pub/a",
    "upload/192.0.2.169/a.key",
  ]);
  const patterns = parsePcreFile(FILES[5]!);
  assertEquals(
    ["r1.conf", "pxelinux.cfg/C0", "A.BIN"].map((name) =>
      patterns.substitute(name)?.filename
    ),
    ["master.conf", "pxelinux.cfg/default", "images/A.img"],
  );
});

Deno.test("map-test shows what the document shows", async () => {
  using sandbox = new Sandbox({ "tftp.map": FILES[0]! });
  const [, call, shown] = /\$ tftpkit (.*)\n([^]*?)```/.exec(TEXT)!;
  assertEquals(call, "map-test tftp.map 'C:\\Boot\\BCD' a.key");
  const args = ["map-test", `${sandbox.path}/tftp.map`, "C:\\Boot\\BCD"];
  const { stdout } = await run([...args, "a.key"]);
  assertEquals(stdout, shown!);
});
