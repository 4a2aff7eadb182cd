import { assertEquals, assertThrows } from "@std/assert";
import {
  faultOfRoot,
  locate,
  makeJail,
  matchCase,
  type SymlinkPolicy,
} from "../../handlers/_jail.ts";
import { TftpError } from "../../packet/mod.ts";
import { errorOf, replace, Sandbox } from "./_sandbox.ts";

const POLICIES: SymlinkPolicy[] = ["inside", "never", "follow"];
/** Where case counts, as the file system has it. */
const isCaseSensitive = (() => {
  using sandbox = new Sandbox({ a: "" });
  try {
    Deno.lstatSync(`${sandbox.path}/A`);
    return false;
  } catch {
    return true;
  }
})();

Deno.test("makeJail() takes a path with a slash at its end or without, and nothing empty", () => {
  for (const root of ["/srv", "/srv/"]) {
    assertEquals(makeJail(root, "inside").prefix, "/srv");
  }
  assertEquals(makeJail("/", "inside").prefix, "");
  assertEquals(makeJail(new URL("file:///srv"), "never").prefix, "/srv");
  assertThrows(() => makeJail("", "inside"), RangeError, "root must be");
  assertThrows(
    () => makeJail("/srv", "none" as SymlinkPolicy),
    RangeError,
    "symlinks as it must be",
  );
});

Deno.test("locate() gives paths below the root as it was given", () => {
  using sandbox = new Sandbox({ "srv/a/b": "x" });
  sandbox.link("srv", "link");
  for (const symlinks of POLICIES) {
    const jail = makeJail(`${sandbox.path}/link`, symlinks);
    assertEquals(locate(["a", "b"], jail), `${sandbox.path}/link/a/b`);
    assertEquals(locate([], jail), `${sandbox.path}/link`);
  }
});

Deno.test("faultOfRoot() tells a root that is missing from one that is none", () => {
  using sandbox = new Sandbox({ file: "x", dir: null });
  const fault = (name: string) =>
    faultOfRoot(
      new Deno.errors.NotFound(),
      ["x"],
      makeJail(`${sandbox.path}/${name}`, "inside"),
    );
  assertEquals(fault("nowhere"), "is missing");
  assertEquals(fault("file"), "is not a directory");
  assertEquals(fault("dir"), undefined);
});

function match(sandbox: Sandbox, name: string, symlinks: SymlinkPolicy) {
  const jail = makeJail(`${sandbox.path}/srv`, symlinks);
  return matchCase(name.split("/"), jail).join("/");
}

for (const symlinks of POLICIES) {
  Deno.test({
    name: `matchCase() finds names as they are written with "${symlinks}"`,
    ignore: !isCaseSensitive,
    fn() {
      using sandbox = new Sandbox({
        "srv/Boot/BCD": "1",
        "srv/both/File": "2",
        "srv/BOTH/fILE": "3",
        "srv/Both/x": "4",
        "srv/ÄÖ/ü": "5",
        "srv/plain": "6",
      });
      for (
        const [name, expected] of [
          ["Boot/BCD", "Boot/BCD"],
          ["boot/bcd", "Boot/BCD"],
          ["BOOT/BCD", "Boot/BCD"],
          ["äö/Ü", "ÄÖ/ü"],
          // As it is asked comes first, then the first in the order of code units.
          ["both/file", "both/File"],
          ["BOTH/FILE", "BOTH/fILE"],
          ["bOTH/file", "BOTH/fILE"],
          // There is no way back to another directory.
          ["both/X", "both/X"],
          // What is not there stays as it was asked, also below a file.
          ["BOOT/nothing/at/ALL", "Boot/nothing/at/ALL"],
          ["PLAIN/x", "plain/x"],
          ["nowhere", "nowhere"],
        ] as const
      ) {
        assertEquals(match(sandbox, name, symlinks), expected, name);
      }
    },
  });
}

Deno.test({
  name: "matchCase() lists no directory outside of the root",
  ignore: !isCaseSensitive,
  fn() {
    const sandboxWithLink = () => {
      const sandbox = new Sandbox({ "out/Secret": "secret", srv: null });
      sandbox.link("../out", "srv/Out");
      return sandbox;
    };
    for (const name of ["Out/secret", "OUT/SECRET", "out/nothing"]) {
      for (const symlinks of ["inside", "never"] as const) {
        using sandbox = sandboxWithLink();
        const { readDirSync } = Deno;
        const listed: string[] = [];
        using _ = replace(Deno, {
          readDirSync(path) {
            listed.push(Deno.realPathSync(path));
            return readDirSync(path);
          },
        });
        const error = errorOf(() => match(sandbox, name, symlinks));
        assertEquals(error.code, 2, name);
        assertEquals(listed.includes(`${sandbox.path}/out`), false);
      }
      using sandbox = sandboxWithLink();
      const found = name === "out/nothing" ? "Out/nothing" : "Out/Secret";
      assertEquals(match(sandbox, name, "follow"), found);
    }
  },
});

Deno.test("matchCase() reads no directory for a name that is there", () => {
  using sandbox = new Sandbox({ "srv/a/b/c": "x" });
  using _ = replace(Deno, {
    readDirSync: () => {
      throw new TftpError(0, "Read");
    },
  });
  assertEquals(match(sandbox, "a/b/c", "inside"), "a/b/c");
});
