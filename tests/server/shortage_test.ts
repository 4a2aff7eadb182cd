import { assertEquals } from "@std/assert";
import { TftpError } from "../../packet/mod.ts";
import { isShortage, NoSocketError } from "../../server/shortage.ts";

function withCode(code: string): Error {
  return Object.assign(new Error("Failed"), { code });
}

const CASES: readonly [what: string, error: unknown, isOne: boolean][] = [
  ["no socket", new NoSocketError("All ports are in use"), true],
  ["EMFILE", withCode("EMFILE"), true],
  ["ENFILE", withCode("ENFILE"), true],
  ["ENOBUFS", withCode("ENOBUFS"), true],
  [
    "a refusal because of EMFILE",
    new TftpError(0, "Cannot read", { cause: withCode("EMFILE") }),
    true,
  ],
  ["ENOSPC", withCode("ENOSPC"), false],
  ["a refusal", new TftpError(1, "No such file"), false],
  ["something that is no error", "EMFILE", false],
  ["nothing", undefined, false],
];

for (const [what, error, isOne] of CASES) {
  Deno.test(`isShortage(): ${what}: ${isOne}`, () => {
    assertEquals(isShortage(error), isOne);
  });
}
