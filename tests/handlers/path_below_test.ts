import { pathBelow } from "../../handlers/path_below.ts";
import { assertEquals } from "@std/assert";

const CASES: readonly [
  directory: string,
  path: string,
  rest: string | undefined,
][] = [
  ["/srv/tftp", "/srv/tftp", ""],
  ["/srv/tftp", "/srv/tftp/a/b", "/a/b"],
  ["/srv/tftp", "/srv/tftp-private", undefined],
  ["/srv/tftp", "/srv", undefined],
  ["/srv/tftp", "/", undefined],
  ["/", "/", ""],
  ["/", "/srv", "/srv"],
];

for (const [directory, path, rest] of CASES) {
  Deno.test({
    name: `pathBelow() finds ${
      rest ?? "nothing"
    } of ${path} below ${directory}`,
    ignore: Deno.build.os === "windows",
    fn: () => assertEquals(pathBelow(directory, path), rest),
  });
}

Deno.test({
  name: "pathBelow() knows the root of a drive",
  ignore: Deno.build.os !== "windows",
  fn() {
    assertEquals(pathBelow("C:\\", "C:\\srv"), "\\srv");
    assertEquals(pathBelow("C:\\srv", "C:\\srv-private"), undefined);
  },
});
