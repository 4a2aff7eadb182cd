import { assertEquals, assertThrows } from "@std/assert";
import { findNameObstacle } from "../../../handlers/policy/names.ts";
import {
  type AccessPolicy,
  resolvePolicy,
} from "../../../handlers/policy/policy.ts";
import { TftpError } from "../../../packet/mod.ts";

function obstacle(policy: AccessPolicy, filename: string): string | null {
  return findNameObstacle(resolvePolicy(policy).common, filename);
}

Deno.test("findNameObstacle() looks at no name without rules", () => {
  for (const filename of ["x", "", "../x", "a:b"]) {
    assertEquals(obstacle({}, filename), null);
  }
});

for (
  const [policy, good, bad] of [
    [{ allowExtensions: ["cfg"] }, ["a.cfg", "d/B.CFG", "x.tar.cfg", ".cfg"], [
      "cfg",
      "a.cfgx",
      "acfg",
      "a.cfg.exe",
      "a.cfg/x",
    ]],
    [{ allowExtensions: [".tar.gz"] }, ["a.tar.gz", "A.TAR.GZ"], [
      "a.gz",
      "atar.gz",
      "tar.gz",
    ]],
    [{ allowExtensions: ["", "cfg"] }, ["switch-confg", "a.cfg"], ["a.txt"]],
    [{ allowExtensions: [] }, [], ["a", "a.cfg"]],
    [{ denyExtensions: ["gz", "key"] }, ["a.tar", "agz"], [
      "a.gz",
      "a.tar.GZ",
      "x/id.Key",
      "a.\u212aey",
    ]],
    [{ denyExtensions: ["tar.gz"] }, ["a.gz"], ["a.tar.gz", "C:\\a.Tar.Gz"]],
    [{ denyExtensions: [""] }, ["a.b"], ["README"]],
    [{ allowExtensions: ["gz"], denyExtensions: ["tar.gz"] }, ["a.gz"], [
      "a.tar.gz",
    ]],
    [{ maxDepth: 2 }, ["a", "/a/b", "a//./b", "\\a\\b"], ["a/b/c"]],
    [{ maxNameBytes: 5 }, ["abcde", "/ab//cd", "éé"], [
      "abcdef",
      "ab/cde",
      "ééé",
    ]],
  ] as const
) {
  Deno.test(`findNameObstacle() takes ${good} and not ${bad} with ${JSON.stringify(policy)}`, () => {
    for (const filename of good) assertEquals(obstacle(policy, filename), null);
    for (const filename of bad) {
      assertEquals(typeof obstacle(policy, filename), "string", filename);
    }
  });
}

Deno.test("findNameObstacle() says which rule it was", () => {
  assertEquals(
    obstacle({ allowExtensions: ["cfg"] }, "a.txt"),
    'its name must end as allowExtensions say: current value is "a.txt"',
  );
  assertEquals(
    obstacle({ denyExtensions: ["txt"] }, "a.txt"),
    'its name must not end as denyExtensions say: "a.txt" ends with .txt',
  );
  assertEquals(
    obstacle({ denyExtensions: [""] }, "a"),
    'its name must not end as denyExtensions say: "a" has no dot',
  );
  assertEquals(
    obstacle({ maxDepth: 1 }, "a/b"),
    "its name must have maxDepth components, 1, at most: it has 2",
  );
  assertEquals(
    obstacle({ maxNameBytes: 1 }, "ab"),
    "its name must have maxNameBytes octets, 1, at most: it has 2",
  );
});

Deno.test("findNameObstacle() refuses names that could be read in two ways", () => {
  for (const filename of ["../a.cfg", "a.exe::$DATA.cfg", "a.exe\0.cfg", ""]) {
    assertThrows(
      () => obstacle({ allowExtensions: ["cfg"] }, filename),
      TftpError,
    );
  }
});
