import { assertEquals } from "@std/assert";
import { transferOptions } from "../../../server/workers/transfer_options.ts";

Deno.test("transferOptions() leaves out what workers do not need, and what cannot be cloned", () => {
  const options = transferOptions({
    port: 69,
    blksize: 1468,
    limits: { maxUploadBytes: 7 },
    onEvent: () => {},
  });
  assertEquals(structuredClone(options), {
    blksize: 1468,
    limits: { maxUploadBytes: 7 },
  });
});
