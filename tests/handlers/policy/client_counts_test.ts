import { assert, assertEquals, assertFalse } from "@std/assert";
import { ClientCounts } from "../../../handlers/policy/client_counts.ts";

Deno.test("ClientCounts counts requests by client, with the burst that is asked for", () => {
  const counts = new ClientCounts();
  const rules = { maxRequestsPerSecond: 1, maxRequestBurst: 2 };
  const answers = [0, 0, 0, 1000, 1000].map((now) =>
    counts.allowRequest(rules, "a", now)
  );
  assertEquals(answers, [true, true, false, true, false]);
  assert(counts.allowRequest(rules, "b", 1000));
});

Deno.test("ClientCounts keeps its counts as long as the limits stay the same", () => {
  const counts = new ClientCounts();
  const rules = { maxRequestsPerSecond: 1, maxRequestBurst: 1 };
  assert(counts.allowRequest(rules, "a", 0));
  assertFalse(counts.allowRequest({ ...rules }, "a", 0));
  assert(counts.allowRequest({ ...rules, maxRequestBurst: 2 }, "a", 0));
  assert(counts.allowRequest({}, "a", 0));
});

Deno.test("ClientCounts counts transfers until each has ended, once", () => {
  const counts = new ClientCounts();
  const rules = { maxTransfersPerClient: 2 };
  const first = counts.enter("a");
  assert(counts.hasRoom(rules, "a"));
  counts.enter("a");
  assertFalse(counts.hasRoom(rules, "a"));
  assert(counts.hasRoom(rules, "b"));
  assert(counts.hasRoom({}, "a"));
  first();
  first();
  assert(counts.hasRoom(rules, "a"));
  counts.enter("a");
  assertFalse(counts.hasRoom(rules, "a"));
});
