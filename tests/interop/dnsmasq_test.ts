/**
 * Our client with dnsmasq, which serves TFTP on port 69 only: so both run in a network namespace of their own.
 *
 * @module
 */

import { ERROR_CODE } from "../../packet/mod.ts";
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { type Report, WAYS } from "./_dnsmasq_session.ts";
import { digest, TempDir } from "./_files.ts";
import { findProgram, runProgram, testWith } from "./_peers.ts";

/** What makes a network namespace, where that is permitted: for root, or for whoever may be root in one of users. */
const UNSHARE = findUnshare([["--net"], ["--net", "--map-root-user"]]);

interface Unshare {
  readonly path: string;
  readonly flags: readonly string[];
}

function findUnshare(
  variants: readonly (readonly string[])[],
): Unshare | null {
  const path = findProgram("unshare");
  if (path === null || findProgram("ip") === null) return null;
  const flags = variants.find((flags) =>
    new Deno.Command(path, {
      args: [...flags, "ip", "link", "set", "lo", "up"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success
  );
  return flags ? { path, flags } : null;
}

/** Does something in a network namespace of its own. */
async function inNamespace(
  { path, flags }: Unshare,
  args: readonly string[],
): Promise<Report> {
  const { code, text } = await runProgram(path, [
    ...[...flags, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"],
    ...[Deno.execPath(), "run", "--quiet", "--allow-all"],
    ...["--config", fromFileUrl(new URL("../../deno.json", import.meta.url))],
    fromFileUrl(new URL("_dnsmasq_session.ts", import.meta.url)),
    ...args,
  ]);
  assertEquals(code, 0, text);
  return JSON.parse(text);
}

/** dnsmasq leaves a CR as it is, with no NUL behind it; our client takes that as it is meant. */
const TEXT = "one\ntwo\r\nthree\rfour\n\n".repeat(100) + "end\n";

for (
  const [how, args] of [["", []], [", on one port", [
    "--tftp-single-port",
  ]]] as const
) {
  testWith(
    `our client with dnsmasq${how}`,
    "dnsmasq, or a network namespace for it,",
    [findProgram("dnsmasq"), UNSHARE],
    async (dnsmasq, unshare) => {
      using root = new TempDir();
      using local = new TempDir();
      const sizes = [0, 1, 511, 512, 513, 1428, 8192, 100_000];
      for (const size of sizes) root.make(String(size), size);
      root.make("many", 8 * 65536 + 5);
      root.write("text", TEXT);
      const report = await inNamespace(unshare, [
        ...[dnsmasq, root.path, local.path],
        ...args,
      ]);
      for (const name of [...sizes.map(String), "many"]) {
        for (const way of Object.keys(WAYS)) {
          assertEquals(
            report.copies[`${name} ${way}`],
            digest(root.at(name)),
            `${name} ${way}`,
          );
        }
      }
      assertEquals(
        report.copies["many small blocks"],
        digest(root.at("many")),
      );
      assertEquals(report.text, TEXT);
      assertEquals(report.missing, ERROR_CODE.FileNotFound);
      assertEquals(report.upload, ERROR_CODE.IllegalOperation);
      assertEquals(report.acknowledged["as in RFC 1350"], "");
    },
  );
}
