import { assertEquals } from "@std/assert";
import { encodePacket } from "../../packet/mod.ts";
import { UnprovenAccount } from "../../transfer/mod.ts";
import { ack, agreed, data, oack, receiveFrom, sendTo } from "./_dialogue.ts";

const OACK = encodePacket(oack(["blksize", "512"]));
const OACK_LINE = "OACK blksize=512";

Deno.test("account: by default three retransmissions, of 2048 octets in all", () => {
  const small = new UnprovenAccount();
  assertEquals([1, 2, 3, 4].map(() => small.spend(4)), [
    true,
    true,
    true,
    false,
  ]);
  const large = new UnprovenAccount();
  assertEquals([1000, 1048, 1].map((bytes) => large.spend(bytes)), [
    true,
    true,
    false,
  ]);
});

Deno.test("account: what does not fit is not spent", () => {
  const account = new UnprovenAccount({ maxRetransmissions: 2, maxBytes: 100 });
  assertEquals(account.spend(101), false);
  assertEquals([account.spend(50), account.spend(50)], [true, true]);
  assertEquals(account.spend(0), false);
});

Deno.test("sender: DATA 1 is sent again as often as the budget allows, then only silence", () => {
  const talk = sendTo({ bytes: 600, unproven: { maxRetransmissions: 2 } });
  talk.at(0).expect("DATA 1 (512 octets)").at(1000);
  talk.expect("DATA 1 (512 octets)").at(3000).expect("DATA 1 (512 octets)");
  talk.at(30_999).ends("open").at(31_000).ends("failed");
  talk.counts({ packetsSent: 3, retransmissions: 2 });
});

Deno.test("sender: the budget also counts octets", () => {
  const talk = sendTo({ bytes: 600, unproven: { maxBytes: 1031 } });
  talk.at(0).expect("DATA 1 (512 octets)").at(1000);
  talk.expect("DATA 1 (512 octets)").at(31_000).ends("failed");
});

Deno.test("sender: an OACK is on the budget, too", () => {
  const talk = sendTo({
    bytes: 600,
    opening: OACK,
    unproven: { maxBytes: 2 * OACK.length },
  });
  talk.at(0).expect(OACK_LINE).at(1000).expect(OACK_LINE).at(3000);
  talk.expect(OACK_LINE).at(31_000).ends("failed");
});

Deno.test("sender: each repeated request is answered once, off the budget", () => {
  const talk = sendTo({ bytes: 600, unproven: { maxRetransmissions: 0 } });
  talk.at(0).expect("DATA 1 (512 octets)").at(20_000).silent();
  for (const time of [20_001, 20_002]) {
    talk.at(time).do((sender) => sender.handleRepeatedRequest());
    talk.expect("DATA 1 (512 octets)").silent();
  }
  talk.ends("open");
});

Deno.test("sender: the first ACK proves the address, and the timer is free", () => {
  const talk = sendTo({ bytes: 600, unproven: { maxRetransmissions: 0 } });
  assertEquals(talk.machine.isProven, false);
  talk.at(0).expect("DATA 1 (512 octets)").hear(ack(1));
  assertEquals(talk.machine.isProven, true);
  talk.expect("DATA 2 (88 octets)").at(50).expect("DATA 2 (88 octets)");
  talk.at(150).expect("DATA 2 (88 octets)");
});

Deno.test("sender: ACK 0 to an OACK proves the address", () => {
  const talk = sendTo({
    bytes: 600,
    opening: OACK,
    unproven: { maxRetransmissions: 0 },
  });
  talk.at(0).expect(OACK_LINE).hear(ack(5)).at(500);
  assertEquals(talk.machine.isProven, false);
  talk.hear(ack(0)).expect("DATA 1 (512 octets)");
  assertEquals(talk.machine.isProven, true);
  talk.at(2000).expect("DATA 1 (512 octets)");
});

Deno.test("sender: junk proves nothing", () => {
  const talk = sendTo({ bytes: 600, unproven: { maxRetransmissions: 0 } });
  talk.at(0).expect("DATA 1 (512 octets)").hear(ack(2), ack(0), data(1), OACK);
  assertEquals(talk.machine.isProven, false);
  talk.at(31_000).ends("failed").counts({ packetsSent: 1 });
});

Deno.test("receiver: OACK or ACK 0 is sent again as often as the budget allows", () => {
  const talk = receiveFrom({ opening: OACK, unproven: {} });
  for (const time of [0, 2000, 6000, 14_000]) talk.at(time).expect(OACK_LINE);
  talk.at(30_999).ends("open").at(31_000).ends("failed");
});

Deno.test("receiver: DATA 1 proves the address", () => {
  const talk = receiveFrom({
    opening: OACK,
    unproven: { maxRetransmissions: 0 },
  });
  talk.at(0).expect(OACK_LINE).at(20_000).hear(data(2)).silent();
  assertEquals(talk.machine.isProven, false);
  talk.hear(data(1)).expect("ACK 1");
  assertEquals(talk.machine.isProven, true);
});

Deno.test("no budget means none is needed", () => {
  assertEquals(sendTo({ bytes: 1 }).machine.isProven, true);
  assertEquals(receiveFrom().machine.isProven, true);
});

Deno.test("a repeated request is answered no more than eight times: each answer is larger than it", () => {
  const talk = sendTo({ bytes: 1024, unproven: {} }).at(0);
  talk.expect("DATA 1 (512 octets)");
  for (let i = 0; i < 8; i++) {
    talk.do((sender) => sender.handleRepeatedRequest());
    talk.expect("DATA 1 (512 octets)");
  }
  talk.do((sender) => sender.handleRepeatedRequest()).silent();
  talk.hear(ack(1)).expect("DATA 2 (512 octets)");

  const account = new UnprovenAccount({ maxRepeats: 1 });
  assertEquals([account.repeat(), account.repeat()], [true, false]);
});

Deno.test("a long timeout that was asked for holds no place for who never answers", () => {
  const settings = agreed({ timeoutMs: 255_000 });
  const opening = encodePacket(oack(["timeout", "255"]));
  const sender = sendTo({ bytes: 5, settings, opening, unproven: {} });
  sender.at(0).expect("OACK timeout=255").at(30_999).ends("open");
  sender.at(31_000).ends("failed");
  const receiver = receiveFrom({ settings, opening, unproven: {} });
  receiver.at(0).expect("OACK timeout=255").at(30_999).ends("open");
  receiver.at(31_000).ends("failed");
});

Deno.test("a long timeout that was asked for counts once the client has answered", () => {
  const settings = agreed({ timeoutMs: 255_000 });
  const opening = encodePacket(oack(["timeout", "255"]));
  const talk = sendTo({ bytes: 5, settings, opening, unproven: {} });
  talk.at(0).expect("OACK timeout=255").at(10).hear(ack(0));
  talk.expect("DATA 1 (5 octets)").at(255_009).silent();
  talk.at(255_010).expect("DATA 1 (5 octets)").at(510_010).ends("failed");
});

Deno.test("a block that nobody has ever acknowledged is not forgiven", () => {
  const talk = sendTo({ bytes: 5, forgiveLastAck: true, unproven: {} });
  talk.at(0).expect("DATA 1 (5 octets)");
  for (const time of [1000, 3000, 7000]) {
    talk.at(time).expect("DATA 1 (5 octets)");
  }
  talk.at(31_000).ends("failed");
});
