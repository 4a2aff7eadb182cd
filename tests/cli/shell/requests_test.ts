import { assertEquals, assertThrows } from "@std/assert";
import { ShellError } from "../../../cli/shell/command.ts";
import { interpret } from "../../../cli/shell/interpreter.ts";
import { INITIAL_STATE, type ShellState } from "../../../cli/shell/state.ts";

const STATE: ShellState = { ...INITIAL_STATE, hostname: "h" };

/** What a line asks for, in short: "h:69/remote local" for each file. */
function requests(line: string, state: ShellState = STATE): string[] {
  const { action } = interpret(line, state);
  if (action?.type !== "get" && action?.type !== "put") return ["nothing"];
  return action.requests.map(({ path, target }) => {
    const { hostname, port, filename } = target;
    return `${hostname}:${port} ${filename} ${path}`;
  });
}

const LINES: readonly [line: string, requests: string[]][] = [
  ["get a", ["h:69 a a"]],
  ["get /x/a", ["h:69 /x/a a"]],
  ["get \\Boot\\BCD", ["h:69 \\Boot\\BCD BCD"]],
  ["get a b", ["h:69 a b"]],
  ["get a out/", ["h:69 a out/a"]],
  ["get a/.. b", ["h:69 a/.. b"]],
  ["get a -", ["h:69 a null"]],
  ["get x/a y/b z/c", ["h:69 x/a a", "h:69 y/b b", "h:69 z/c c"]],
  ["get -f a b", ["h:69 a b"]],
  ["mget x/a y/b", ["h:69 x/a a", "h:69 y/b b"]],
  ["get i:a", ["i:69 a a"]],
  ["get a i:b c", ["h:69 a a", "i:69 b b", "i:69 c c"]],
  ["get tftp://i:70/x/a b", ["i:70 x/a b"]],
  ["get c:\\a", ["h:69 c:\\a a"]],
  ["put a", ["h:69 a a"]],
  ["put x/a", ["h:69 a x/a"]],
  ["put a b", ["h:69 b a"]],
  ["put a dir/", ["h:69 dir/a a"]],
  ["put x/a i:", ["i:69 a x/a"]],
  ["put a i:dir/", ["i:69 dir/a a"]],
  ["put i:x/a", ["i:69 x/a a"]],
  ["put a b dir", ["h:69 dir/a a", "h:69 dir/b b"]],
  ["put x/a b dir/", ["h:69 dir/a x/a", "h:69 dir/b b"]],
  ["put a b i:dir", ["i:69 dir/a a", "i:69 dir/b b"]],
  ["put a b tftp://i:70/dir", ["i:70 dir/a a", "i:70 dir/b b"]],
  ["mput x/a b", ["h:69 a x/a", "h:69 b b"]],
];

for (const [line, expected] of LINES) {
  Deno.test(`"${line}" asks for ${expected.join(", ")}`, () => {
    assertEquals(requests(line), expected);
  });
}

Deno.test("get takes a colon for a part of a name when it is literal", () => {
  const state = { ...STATE, isLiteral: true };
  assertEquals(requests("get i:a", state), ["h:69 i:a i:a"]);
  assertEquals(requests("put i:a", state), ["h:69 i:a i:a"]);
});

Deno.test("a host that is named with a file is the server from then on", () => {
  for (const line of ["get i:a", "put a i:b", "put i:a", "mget h:a i:b"]) {
    assertEquals(interpret(line, STATE).change, { hostname: "i", port: 69 });
  }
  const { change } = interpret("get tftp://i:70/a", INITIAL_STATE);
  assertEquals(change, { hostname: "i", port: 70 });
});

Deno.test("get is forced by -f", () => {
  for (
    const [line, isForced] of [["get a", false], ["g -f a", true]] as const
  ) {
    const { action } = interpret(line, STATE);
    assertEquals(action?.type === "get" && action.isForced, isForced);
  }
});

Deno.test("the mode is that of the shell, unless a URL says another", () => {
  const state: ShellState = { ...STATE, mode: "netascii" };
  const modes = ["get a", "get tftp://i/a;mode=octet", "put a"].map((line) => {
    const { action } = interpret(line, state);
    return action?.type === "quit" ? null : action?.requests[0]?.target.mode;
  });
  assertEquals(modes, ["netascii", "octet", "netascii"]);
});

const REFUSED: readonly [line: string, message: string][] = [
  ["get", "Say: get"],
  ["put", "Say: put"],
  ["get -f", "What is to be downloaded"],
  ["get a/", '"a/" ends in nothing that a file could be called'],
  ["get ..", '".." ends in nothing'],
  ["get x/a y/a z/b", "Two of the files would be called a"],
  ["get i:", 'There is no name in "i:"'],
  ["get tftp://i/%zz", "percent signs must stand"],
  ["put a/", '"a/" is no file that can be uploaded'],
  ["put i:", 'There is no name in "i:"'],
];

for (const [line, message] of REFUSED) {
  Deno.test(`"${line}" is refused`, () => {
    assertThrows(() => interpret(line, STATE), ShellError, message);
  });
}

for (const line of ["get a", "put a", "put a b", "mget a", "mput a"]) {
  Deno.test(`"${line}" needs a server`, () => {
    assertThrows(
      () => interpret(line, INITIAL_STATE),
      ShellError,
      "No server was named yet",
    );
  });
}
