import { assert, assertEquals, assertThrows } from "@std/assert";
import { resolveOptions } from "../../../server/options.ts";
import { resolveWorkers } from "../../../server/workers/worker_options.ts";

const module = new URL("./_handler.ts", import.meta.url);

Deno.test("resolveWorkers() has a default for everything but the module", () => {
  const { count, ...rest } = resolveWorkers({ module });
  assertEquals(rest, { module: module.href, data: null });
  assert(count >= 1);
});

Deno.test("resolveWorkers() checks what it is given", () => {
  for (const count of [0, 65, 1.5]) {
    assertThrows(() => resolveWorkers({ module, count }), RangeError, "count");
  }
  assertThrows(
    () => resolveWorkers({ module: "./handler.ts" }),
    TypeError,
    "import.meta.url",
  );
});

Deno.test("what cannot be had in another thread is refused together with workers", () => {
  const workers = { module, count: 2 };
  for (
    const options of [
      { singlePort: true },
      { customOptions: {} },
      { random: () => 0 },
    ]
  ) {
    assertThrows(
      () => resolveOptions({ ...options, workers }),
      TypeError,
      `Cannot use ${Object.keys(options)[0]} together with workers`,
    );
  }
  assertThrows(
    () => resolveOptions({ portRange: { first: 7, last: 7 }, workers }),
    RangeError,
    "portRange",
  );
});
