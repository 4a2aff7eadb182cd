import { toFileUrl } from "@std/path";
import { fileChecker } from "../../../handlers/remap/file_check.ts";
import type { ServeDirOptions } from "../../../handlers/mod.ts";
import { assert, assertEquals } from "@std/assert";
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

Deno.test("fileChecker() keeps to the case and the symbolic links that it is told", () => {
  using sandbox = new Sandbox({ "root/Boot/BCD": "x", "outside/f": "x" });
  sandbox.link("../outside", "root/out");
  sandbox.link("Boot/BCD", "root/in");
  const root = `${sandbox.path}/root`;
  const found = (options: Partial<ServeDirOptions>) => {
    const check = fileChecker({ root, ...options });
    const reads = ["boot/bcd", "in", "out/f"].filter((name) =>
      check(name, "read")
    );
    const writes = ["boot/bcd", "boot/new", "in", "out/new"].filter((name) =>
      check(name, "write")
    );
    return `${reads}; ${writes}`;
  };
  assertEquals(found({}), "in; ");
  assertEquals(found({ symlinks: "never" }), "; ");
  assertEquals(found({ symlinks: "follow" }), "in,out/f; in,out/new");
  assertEquals(
    found({ caseInsensitive: true }),
    "boot/bcd,in; boot/bcd,boot/new",
  );
});

Deno.test("fileChecker() looks into several directories, as serveDirs does", () => {
  using sandbox = new Sandbox({ "a/d/f": "x", "b/g": "x", "c/x": "x" });
  sandbox.link("../c/x", "a/g2");
  Deno.writeTextFileSync(`${sandbox.path}/b/g2`, "x");
  const [a, b] = ["a", "b"].map((name) => `${sandbox.path}/${name}`);
  const check = fileChecker({ roots: [a!, b!] });
  // The first directory refuses the last name, so that the second one is not asked.
  const names = ["d/f", "g", "none", "g2"];
  assertEquals(names.map((name) => check(name, "read")), [
    ...[true, true, false, false],
  ]);
  assert(check("d/new", "write"));
  const second = fileChecker({ roots: [a!, { root: b!, write: true }] });
  assertEquals([second("d/new", "write"), second("new", "write")], [
    false,
    true,
  ]);
});

Deno.test("fileChecker() finds nothing in a root that is not there", () => {
  assertEquals(fileChecker("/nowhere/at/all")("a", "read"), false);
});
