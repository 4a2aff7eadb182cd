import { checkNumber, checkNumberTo } from "../../packet/check.ts";
import { assertThrows } from "@std/assert";

Deno.test("checkNumber() takes whole numbers within bounds, and no others", () => {
  for (const value of [1, 2, 3]) checkNumber("size", value, 1, 3);
  for (const value of [0, 4, 1.5, NaN, Infinity, "2" as unknown as number]) {
    assertThrows(
      () => checkNumber("size", value, 1, 3),
      RangeError,
      `Cannot use size as it must be a whole number from 1 to 3: current value is ${value}`,
    );
  }
});

Deno.test("checkNumberTo() says what the number is needed for", () => {
  checkNumberTo("count sheep", "pace", 2, 1, 3);
  assertThrows(
    () => checkNumberTo("count sheep", "pace", 0, 1, 3),
    RangeError,
    "Cannot count sheep as pace must be a whole number from 1 to 3: current value is 0",
  );
});

Deno.test("checkNumberTo() without an upper bound takes what can be counted", () => {
  checkNumberTo("count sheep", "pace", Number.MAX_SAFE_INTEGER, 1);
  for (const value of [0, 2 ** 53, Infinity]) {
    assertThrows(
      () => checkNumberTo("count sheep", "pace", value, 1),
      RangeError,
      `Cannot count sheep as pace must be a whole number from 1 on: current value is ${value}`,
    );
  }
});
