import { assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "../../server/limits.ts";

Deno.test("DEFAULT_LIMITS are what the documentation says", () => {
  assertEquals(DEFAULT_LIMITS, {
    maxTransfers: 4096,
    maxTransfersPerClient: 2048,
    maxErrorsPerSecond: 100,
    maxUploadBytes: 2 ** 30,
  });
});
