import { assert, assertEquals, assertNotStrictEquals } from "@std/assert";
import { emptyStatistics } from "../../transfer/mod.ts";
import { ack, agreed, blocks, data, receiveFrom, sendTo } from "./_dialogue.ts";

Deno.test("emptyStatistics() is all zeros, and new each time", () => {
  assert(Object.values(emptyStatistics()).every((count) => count === 0));
  assertNotStrictEquals(emptyStatistics(), emptyStatistics());
});

Deno.test("a transfer without trouble counts packets, blocks and bytes and nothing else", () => {
  const clean = { ...emptyStatistics(), bytes: 1025, blocks: 3 };
  const settings = agreed({ windowSize: 2 });
  const sender = sendTo({ bytes: 1025, settings });
  sender.at(0).expect(...blocks(1, 2)).hear(ack(2));
  sender.expect("DATA 3 (1 octets)").hear(ack(3)).ends("finished");
  sender.counts({ ...clean, packetsSent: 3, packetsReceived: 2 });
  const receiver = receiveFrom({ settings });
  receiver.at(0).hear(data(1), data(2)).expect("ACK 2").hear(data(3, 1));
  receiver.expect("ACK 3").at(6000).ends("finished");
  receiver.counts({ ...clean, packetsSent: 2, packetsReceived: 3 });
});

Deno.test("bytes that came, or were acknowledged, are counted once", () => {
  const settings = agreed({ windowSize: 4 });
  const sender = sendTo({ bytes: 2000, settings });
  sender.at(0).expect(...blocks(1, 3), "DATA 4 (464 octets)");
  sender.hear(ack(1)).counts({ bytes: 512 });
  sender.expect(...blocks(2, 3), "DATA 4 (464 octets)").hear(ack(1), ack(4));
  sender.ends("finished").counts({
    bytes: 2000,
    blocks: 4,
    retransmissions: 3,
  });
  assertEquals(sender.machine.statistics.packetsSent, 7);
});
