import { assertEquals, assertStrictEquals } from "@std/assert";
import { mostTelling, refusal } from "../../handlers/_refusal.ts";
import { ERROR_CODE } from "../../packet/mod.ts";

Deno.test("refusal() keeps the message for the log", () => {
  const cause = new Error("/srv/secret");
  const error = refusal(ERROR_CODE.DiskFull, "/srv is full", { cause });
  assertEquals([error.code, error.message], [3, "/srv is full"]);
  assertEquals(error.wireText, "Disk full or allocation exceeded");
  assertStrictEquals(error.cause, cause);
});

Deno.test("mostTelling() takes the last FileNotFound, or else the last, and names all reasons once", () => {
  const missing = refusal(ERROR_CODE.FileNotFound, "a is missing");
  const gone = refusal(ERROR_CODE.FileNotFound, "b is gone");
  const denied = refusal(ERROR_CODE.AccessViolation, "c is denied");
  const closed = refusal(ERROR_CODE.AccessViolation, "d is closed");
  assertStrictEquals(mostTelling([denied]), denied);
  assertStrictEquals(mostTelling([missing, missing]), missing);
  const best = mostTelling([missing, gone, denied, gone]);
  assertStrictEquals(best.cause, gone);
  assertEquals([best.code, best.wireText], [1, "File not found"]);
  assertEquals(best.message, "a is missing; b is gone; c is denied");
  assertStrictEquals(mostTelling([denied, closed]).cause, closed);
});
