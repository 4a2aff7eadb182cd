import { assertThrows } from "@std/assert";
import { memoryCache } from "../../../handlers/mod.ts";
import { testCache } from "./_cache_suite.ts";

testCache("memory", (limits, run) => run(memoryCache(limits)));

Deno.test("memory: limits are checked", () => {
  assertThrows(() => memoryCache({ maxBytes: 0 }), RangeError, "maxBytes");
  assertThrows(
    () => memoryCache({ maxBytes: 10, maxEntryBytes: 11 }),
    RangeError,
    "maxEntryBytes",
  );
});
