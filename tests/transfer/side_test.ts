import { assertEquals } from "@std/assert";
import { encodePacket } from "../../packet/mod.ts";
import { ack, data, receiveFrom, sendTo } from "./_dialogue.ts";

const ACK_0 = encodePacket(ack(0));

Deno.test("a side without a budget needs no proof; with one, the first word that fits is proof", () => {
  for (const unproven of [null, {}]) {
    const isProvenAtOnce = unproven === null;
    const sending = sendTo({ bytes: 600, unproven }).at(0);
    assertEquals(sending.machine.isProven, isProvenAtOnce);
    sending.expect("DATA 1 (512 octets)").hear(ack(1));
    assertEquals(sending.machine.isProven, true);

    const receiving = receiveFrom({ opening: ACK_0, unproven }).at(0);
    assertEquals(receiving.machine.isProven, isProvenAtOnce);
    receiving.expect("ACK 0").hear(data(1));
    assertEquals(receiving.machine.isProven, true);
  }
});

Deno.test("a side knows the round trip that it was told, or has measured", () => {
  assertEquals(sendTo({ bytes: 1 }).machine.roundTripMs, -1);
  assertEquals(sendTo({ bytes: 1, roundTripMs: 7 }).machine.roundTripMs, 7);
  const talk = receiveFrom({ opening: ACK_0 }).at(0).expect("ACK 0");
  talk.at(30).hear(data(1)).expect("ACK 1");
  assertEquals(talk.machine.roundTripMs, 30);
});

Deno.test("a receiver waits twice as long as a sender, unless a timeout was negotiated", () => {
  const sending = sendTo({ bytes: 1 }).at(0).expect("DATA 1 (1 octets)");
  assertEquals(sending.machine.pollTimeout(), 1000);
  const receiving = receiveFrom({ opening: ACK_0 }).at(0).expect("ACK 0");
  assertEquals(receiving.machine.pollTimeout(), 2000);
});
