import { toFileUrl } from "@std/path";
import { fileChecker } from "../../../handlers/remap/file_check.ts";
import { assertEquals } from "@std/assert";
import { Sandbox } from "../_sandbox.ts";

Deno.test("fileChecker() finds regular files for reads, as serveDir would serve them", () => {
  using sandbox = new Sandbox({ "root/a/b": "x", "outside": "x" });
  sandbox.link("../outside", "root/out");
  sandbox.link("a/b", "root/in");
  const isTransferable = fileChecker(`${sandbox.path}/root`);
  const found = (name: string) => isTransferable(name, "read");
  const names = ["a/b", "/a/b", "A:\\a\\b", "a/./b", "in"];
  assertEquals(names.map(found), names.map(() => true));
  const none = ["a", "", "/", "c", "out", "../outside", "a/b/c", "a/b.", "\0"];
  assertEquals(none.map(found), none.map(() => false));
});

Deno.test("fileChecker() wants a directory for writes, and no other thing in the way", () => {
  using sandbox = new Sandbox({ "root/a/b": "x", "root/d": null });
  sandbox.link("a/b", "root/link");
  const isTransferable = fileChecker(toFileUrl(`${sandbox.path}/root`));
  const fits = (name: string) => isTransferable(name, "write");
  assertEquals(["a/b", "a/c", "new"].map(fits), [true, true, true]);
  assertEquals(["d", "x/y", "../z", "link"].map(fits), [
    ...[false, false, false, false],
  ]);
});

Deno.test("fileChecker() finds nothing in a root that is not there", () => {
  assertEquals(fileChecker("/nowhere/at/all")("a", "read"), false);
});
