import { assert, assertEquals } from "@std/assert";
import { TftpError, TransferTimeoutError } from "../../../packet/mod.ts";
import {
  packError,
  packFault,
  unpackError,
  unpackFault,
} from "../../../server/workers/carried_error.ts";

const carry = (error: unknown) =>
  unpackError(structuredClone(packError(error)));

Deno.test("a TftpError keeps what it says to whom", () => {
  const cause = new Deno.errors.NotFound("/secret");
  const error = carry(
    new TftpError(3, "There is no room in /secret", {
      wireText: "Disk full",
      origin: "remote",
      cause,
    }),
  );
  assert(error instanceof TftpError);
  assertEquals(
    [error.code, error.message, error.wireText, error.origin],
    [3, "There is no room in /secret", "Disk full", "remote"],
  );
  assert(error.cause instanceof Error);
  assertEquals([error.cause.name, error.cause.message], [
    "NotFound",
    "/secret",
  ]);
});

Deno.test("an error of the system gets the code that it is answered with, anything else says nothing to a stranger", () => {
  const missing = carry(new Deno.errors.NotFound("/secret"));
  assertEquals([missing.code, missing.wireText], [1, "File not found"]);
  const other = carry("a text");
  assertEquals([other.code, other.wireText], [0, "Internal error"]);
});

Deno.test("silence stays silence", () => {
  const error = carry(new TransferTimeoutError("Nobody has answered"));
  assert(error instanceof TransferTimeoutError);
  assertEquals(error.message, "Nobody has answered");
});

Deno.test("a fault keeps its name, words and place, and gets no code", () => {
  const fault = new RangeError("out of it");
  const error = unpackFault(structuredClone(packFault(fault)));
  assertEquals([error.name, error.message, error.stack], [
    "RangeError",
    "out of it",
    fault.stack,
  ]);
  assertEquals(unpackFault(packFault(null)).message, "null");
});
