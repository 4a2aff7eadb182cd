import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ShellError } from "../../../cli/shell/command.ts";
import {
  findCommand,
  interpret,
  SHELL_COMMANDS,
} from "../../../cli/shell/interpreter.ts";
import { INITIAL_STATE } from "../../../cli/shell/state.ts";

/** Commands of each shell, and what they are cut short to there. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  "tftp-hpa":
    "? help ascii binary connect get literal mode put quit rexmt status timeout trace verbose blocksize windowsize"
      .split(" "),
  "tftp-hpa, cut short": "h a bi c g l m p q r s st ti tr v".split(" "),
  atftp: "connect mode option put get quit verbose trace status timeout help ?"
    .split(" "),
  ptftp: "? help q quit m mode b blksize w windowsize g get p put".split(" "),
};

for (const [shell, words] of Object.entries(OTHERS)) {
  Deno.test(`findCommand() knows the words of ${shell}`, () => {
    for (const word of words) findCommand(word);
  });
}

const FOUND: readonly [word: string, name: string][] = [
  ["b", "blksize"],
  ["bl", "blksize"],
  ["bi", "binary"],
  ["m", "mode"],
  ["mg", "mget"],
  ["r", "rexmt"],
  ["w", "windowsize"],
  ["oc", "binary"],
  ["as", "ascii"],
  ["ex", "quit"],
  ["GET", "get"],
];

for (const [word, name] of FOUND) {
  Deno.test(`findCommand() takes ${word} for ${name}`, () => {
    assertEquals(findCommand(word).names[0], name);
  });
}

const REFUSED: readonly [line: string, message: string][] = [
  ["t", '"t" could be timeout or trace'],
  ["o", '"o" could be octet or option'],
  ["re", '"re" could be rexmt or retries'],
  ["nope", 'There is no command "nope": "help" lists them'],
  ["stauts", "did you mean status?"],
  ["zq", 'There is no command "zq": "help" lists them'],
  ["toString", 'There is no command "toString"'],
  ["!", "The shell starts no programs"],
  ["!ls -l", "The shell starts no programs"],
  ["ls", "TFTP has no way to list files"],
  ["mtftp x 1", "Multicast is not supported"],
  ['get "a', "A quotation mark is not closed"],
  ["help nope", 'There is no command "nope"'],
  ["quit now", "quit takes no arguments"],
];

for (const [line, message] of REFUSED) {
  Deno.test(`interpret() refuses ${line}`, () => {
    assertThrows(() => interpret(line, INITIAL_STATE), ShellError, message);
  });
}

for (const line of ["", "   ", "# get a"]) {
  Deno.test(`interpret() makes nothing of ${JSON.stringify(line)}`, () => {
    assertEquals(interpret(line, INITIAL_STATE), {});
  });
}

Deno.test("interpret() takes words as they are", () => {
  const { action } = interpret(["get", "a b", '"'], {
    ...INITIAL_STATE,
    hostname: "h",
  });
  assert(action?.type === "get");
  assertEquals(action.requests[0]?.target.filename, "a b");
  assertEquals(action.requests[0]?.path, '"');
});

for (const line of ["quit", "q", "exit", "bye"]) {
  Deno.test(`interpret() leaves at ${line}`, () => {
    assertEquals(interpret(line, INITIAL_STATE).action, { type: "quit" });
  });
}

Deno.test("no two commands share a name", () => {
  const names = SHELL_COMMANDS.flatMap(({ names }) => names);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
});

Deno.test("help lists every command, and tells more about each", () => {
  const all = interpret("help", INITIAL_STATE).text!;
  for (const { names, summary } of SHELL_COMMANDS) {
    assert(all.includes(summary));
    const text = interpret(`? ${names[0]}`, INITIAL_STATE).text!;
    assert(text.startsWith(names[0]!));
    const lines = all.split("\n").map(({ length }) => length);
    assert(Math.max(...lines) <= 80, all);
  }
  assertMatch(interpret("help g", INITIAL_STATE).text!, /^Also: g$/m);
});
