import { assertEquals } from "@std/assert";
import { TftpError } from "../../packet/mod.ts";
import { isShortage, NoSocketError } from "../../server/shortage.ts";

function withCode(code: string): Error {
  return Object.assign(new Error("Failed"), { code });
}

function ownCause(): Error {
  const error = new Error("Failed");
  error.cause = error;
  return error;
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
  [
    "a fetch that failed for lack of files, which Deno tells by number alone",
    new TypeError("fetch failed", {
      cause: new Error("tcp connect error: Too many open files (os error 24)"),
    }),
    true,
  ],
  ["an error that is its own cause", ownCause(), false],
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
