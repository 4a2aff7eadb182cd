import { assertEquals } from "@std/assert";
import { limitEvents } from "../../observe/mod.ts";
import type { ServerEvent } from "../../server.ts";

const remote = { transport: "udp", hostname: "192.0.2.7", port: 5000 } as const;
const request = {
  id: 1,
  operation: "read",
  filename: "x",
  mode: "octet",
  options: [],
  remote,
  local: remote,
} as const;
const REFUSED: ServerEvent = { type: "refused", request, code: 1, error: null };

function limited() {
  let time = 0;
  const log: string[] = [];
  const onEvent = limitEvents(({ type }) => log.push(type), {
    perSecond: 2,
    burst: 3,
    now: () => time,
    onSuppressed: (count) => log.push(`${count} more`),
  });
  return { onEvent, log, at: (ms: number) => time = ms };
}

Deno.test("what anybody can cause passes at a limited rate, and what was held back is counted", () => {
  const { onEvent, log, at } = limited();
  for (let i = 0; i < 10; i++) onEvent(REFUSED);
  assertEquals(log.splice(0), ["refused", "refused", "refused"]);
  at(499);
  onEvent(REFUSED);
  assertEquals(log.splice(0), []);
  at(1000);
  for (let i = 0; i < 3; i++) onEvent(REFUSED);
  assertEquals(log.splice(0), ["8 more", "refused", "refused"]);
  at(1_000_000);
  for (let i = 0; i < 5; i++) onEvent(REFUSED);
  assertEquals(log, ["1 more", "refused", "refused", "refused"]);
});

Deno.test("how a transfer ends is always told", () => {
  const { onEvent, log } = limited();
  const transfer = {} as Extract<ServerEvent, { type: "finished" }>["transfer"];
  for (let i = 0; i < 10; i++) {
    onEvent({ type: "finished", request, transfer });
    onEvent({ type: "failed", request, transfer, error: null });
  }
  assertEquals(log.length, 20);
});
