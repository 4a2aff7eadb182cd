import { assertEquals } from "@std/assert";
import {
  AMPLIFICATION_CHECK,
  RFC1123_CHECKS,
  TIMEOUT_KEPT_CHECK,
} from "../../probe/rfc1123.ts";
import { found, probeTampered, resultOf } from "./_tampered.ts";

Deno.test("a server without faults passes every check of timers", async () => {
  const report = await probeTampered();
  for (
    const { id } of [
      ...RFC1123_CHECKS,
      TIMEOUT_KEPT_CHECK,
      AMPLIFICATION_CHECK,
    ]
  ) {
    assertEquals(resultOf(report, id).verdict, "ok", id);
  }
});

Deno.test("apprentice tells of a block that comes once for each ACK", async () => {
  const report = await probeTampered({
    send: (packet) =>
      packet.type === "DATA" && packet.block === 2
        ? [packet, packet, packet]
        : [packet],
  });
  assertEquals(found(report, "apprentice"), "fault: 3 ACK 1 bring 3 DATA 2");
});

Deno.test("apprentice leaves open what a quick timer may have done", async () => {
  const report = await probeTampered({
    send: (packet) =>
      packet.type === "OACK"
        ? [{
          ...packet,
          options: packet.options.filter(([name]) => name !== "timeout"),
        }]
        : packet.type === "DATA" && packet.block === 2
        ? [packet, packet]
        : [packet],
  });
  assertEquals(
    found(report, "apprentice"),
    "unknown: DATA 2 twice, which may be a quick timer",
  );
});

Deno.test("timer tells when a server waits longer than the probe", async () => {
  const report = await probeTampered({}, { probe: { waitMs: 500 } });
  assertEquals(
    found(report, "timer"),
    "unknown: DATA 1 not again within 0.50 s: wait longer",
  );
  assertEquals(resultOf(report, "timer").values?.firstWaitMs, null);
});

Deno.test("timer tells of a server that does not slow down", async () => {
  const report = await probeTampered({}, {
    probe: { waitMs: 4500 },
    server: { retransmission: { capMs: 1000, jitter: 0 } },
  });
  assertEquals(
    found(report, "timer"),
    "differs: DATA 1 again after 1.00 s, 1.00 s, 1.00 s: no backoff",
  );
});

Deno.test("timer tells of a runt in the place of the block", async () => {
  const seen = new Set<number>();
  const report = await probeTampered({
    send(packet, port) {
      if (packet.type !== "DATA" || packet.block !== 1) return [packet];
      if (!seen.has(port)) {
        seen.add(port);
        return [packet];
      }
      return [new Uint8Array([0, 3, 0])];
    },
  });
  assertEquals(
    found(report, "timer"),
    "fault: 3 octets come instead of DATA 1 again",
  );
});

Deno.test("timeout-kept tells of an agreement that is not kept", async () => {
  const report = await probeTampered({
    receive(packet, answer) {
      if (packet?.type !== "RRQ") return false;
      if (packet.options.length !== 1 || packet.options[0]![0] !== "timeout") {
        return false;
      }
      answer({ type: "OACK", options: packet.options });
      return true;
    },
  });
  assertEquals(
    found(report, "timeout-kept"),
    "differs: OACK not again within 1.50 s",
  );
});

Deno.test("amplification tells of blocks that nobody has proved to want", async () => {
  const report = await probeTampered({
    send: (packet) =>
      packet.type === "DATA" && packet.block === 1
        ? [packet, { ...packet, block: 2 }]
        : [packet],
  });
  const { verdict, values } = resultOf(report, "amplification");
  assertEquals([verdict, values?.plainPackets], ["fault", 4]);
});
