import { assertEquals } from "@std/assert";
import { DEFAULT_SETTINGS, encodePacket } from "../../packet/mod.ts";
import { Sender } from "../../transfer/mod.ts";
import { ack, agreed, blocks, oack, sendTo, still } from "./_dialogue.ts";

const OACK = encodePacket(oack(["windowsize", "4"]));
const OACK_LINE = "OACK windowsize=4";
const WINDOW_OF_4 = agreed({ windowSize: 4 });

Deno.test("window: four blocks, then one ACK for all", () => {
  const talk = sendTo({ bytes: 4000, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(10).hear(ack(4));
  talk.expect(...blocks(5, 7), "DATA 8 (416 octets)");
  talk.at(20).hear(ack(8)).ends("finished").counts({ bytes: 4000, blocks: 8 });
});

Deno.test("window: an ACK in mid-window starts the next window there", () => {
  const talk = sendTo({ bytes: 8192, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(10).hear(ack(2));
  talk.expect(...blocks(3, 6)).tells({ type: "gap", block: 3 });
  talk.counts({ gaps: 1, retransmissions: 2, blocks: 2, bytes: 1024 });
  talk.at(20).hear(ack(6)).expect(...blocks(7, 10)).counts({ bytes: 3072 });
});

Deno.test("window: two passes that overlap become one: the late ACK of the pass that was given up starts no other", () => {
  const talk = sendTo({ bytes: 16_384, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(10).hear(ack(4));
  talk.expect(...blocks(5, 8));
  // The receiver's timer fires as the window is sent again: both say something.
  talk.at(60).expect(...blocks(5, 8)).at(61).hear(ack(7));
  talk.expect(...blocks(8, 11)).tells(
    { type: "retransmission", block: 5, silenceMs: 50 },
    { type: "gap", block: 8 },
  );
  talk.at(70).hear(ack(8)).expect("DATA 12 (512 octets)");
  // What the receiver has seen as a new start ends in mid-window; from there all is in step.
  talk.at(71).hear(ack(11)).expect(...blocks(12, 15));
  talk.at(81).hear(ack(15)).expect(...blocks(16, 19)).counts({ gaps: 2 });
});

Deno.test("window: the ACK of the block where the last pass ended is late, whenever it comes", () => {
  const talk = sendTo({ bytes: 16_384, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(10).hear(ack(4));
  talk.expect(...blocks(5, 8)).at(20).hear(ack(6)).expect(...blocks(7, 10));
  talk.at(30).hear(ack(8)).expect(...blocks(11, 12)).counts({ gaps: 1 });
  // Had block 9 been lost, the timer would say so.
  talk.at(80).expect(...blocks(9, 12));
});

Deno.test("window: two passes do not chase each other where answers take longer than what was measured", () => {
  const settings = agreed({ windowSize: 2 });
  const talk = sendTo({ bytes: 512 * 100, settings, roundTripMs: 0.1 });
  talk.at(0).expect(...blocks(1, 2));
  // Block 2 was lost. When both come again, the receiver answers the first as a double, and then the second.
  talk.at(50).expect(...blocks(1, 2));
  talk.at(50.25).hear(ack(1)).expect(...blocks(2, 3));
  talk.at(50.4).hear(ack(2)).expect("DATA 4 (512 octets)");
  talk.at(50.8).hear(ack(4)).expect(...blocks(5, 6)).counts({ gaps: 1 });
});

Deno.test("window: an ACK from before that comes late moves nothing", () => {
  const talk = sendTo({ bytes: 8192, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(10).hear(ack(4));
  talk.expect(...blocks(5, 8)).at(50).hear(ack(2), ack(1), ack(3)).silent();
  talk.counts({ duplicates: 3, retransmissions: 0 });
});

Deno.test("window: the last block lost is sent again on the timer, with its window", () => {
  const talk = sendTo({ bytes: 8192, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(999).silent();
  talk.at(1000).expect(...blocks(1, 4)).at(1010).hear(ack(4));
  talk.expect(...blocks(5, 8));
});

Deno.test("window: the ACK from before, a round trip later, means the first block was lost; once", () => {
  const talk = sendTo({ bytes: 16_384, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(20).hear(ack(4));
  talk.expect(...blocks(5, 8));
  talk.at(39).hear(ack(4)).silent(); // too early to be an answer
  talk.at(40).hear(ack(4)).expect(...blocks(5, 8));
  talk.tells({ type: "gap", block: 5 });
  talk.at(45).hear(ack(4), ack(4)).silent();
  talk.at(80).hear(ack(4)).silent().counts({ gaps: 1, retransmissions: 4 });
});

Deno.test("window: ACK 0, a round trip later, means the very first block was lost", () => {
  const talk = sendTo({
    bytes: 8192,
    settings: WINDOW_OF_4,
    roundTripMs: 20,
  });
  talk.at(0).expect(...blocks(1, 4)).at(20).hear(ack(0));
  talk.expect(...blocks(1, 4)).at(40).hear(ack(0)).silent();
});

Deno.test("window: ACK 0 means nothing when an OACK that went twice explains it", () => {
  const talk = sendTo({ bytes: 8192, settings: WINDOW_OF_4, opening: OACK });
  talk.at(0).expect(OACK_LINE).at(1000).expect(OACK_LINE);
  talk.at(1001).hear(ack(0)).expect(...blocks(1, 4));
  talk.at(1500).hear(ack(0)).silent();
});

Deno.test("window: Sorcerer's Apprentice: ACKs doubled for ever do not multiply DATA", () => {
  const talk = sendTo({ bytes: 512 * 401, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4));
  for (let window = 1; window < 100; window++) {
    talk.at(20 * window).hear(ack(4 * window), ack(4 * window));
    talk.expect(...blocks(4 * window + 1, 4 * window + 4));
  }
  talk.counts({ retransmissions: 0, duplicates: 99 });
});

Deno.test("window: Sorcerer's Apprentice: a late double restarts one window, and its echo none", () => {
  const talk = sendTo({ bytes: 512 * 100, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(20).hear(ack(4));
  talk.expect(...blocks(5, 8)).at(60).hear(ack(4)).expect(...blocks(5, 8));
  // Both copies of the window are acknowledged; the second ACK is our own echo.
  talk.at(80).hear(ack(8)).expect(...blocks(9, 12));
  talk.at(120).hear(ack(8)).silent();
  talk.at(121).hear(ack(12)).expect(...blocks(13, 16));
  talk.at(150).hear(ack(12)).expect(...blocks(13, 16));
});

Deno.test("window: what is sent again is what was sent before", () => {
  const sender = new Sender({
    settings: agreed({ blockSize: 8, windowSize: 3 }),
    now: 0,
    random: still,
  });
  const send = (now: number) => {
    const sent: Uint8Array[] = [];
    for (let bytes; (bytes = sender.pollTransmit(now));) {
      sent.push(bytes.slice());
    }
    return sent;
  };
  for (const fill of [1, 2, 3]) {
    sender.payload.fill(fill);
    sender.fill(8);
  }
  const first = send(0);
  assertEquals(first.length, 3);
  sender.handleTimeout(1000);
  assertEquals(send(1000), first);
  sender.handleDatagram(encodePacket(ack(1)), 1001);
  assertEquals(sender.wanted, 1);
  sender.payload.fill(4);
  sender.fill(7);
  const fourth = encodePacket({
    type: "DATA",
    block: 4,
    data: new Uint8Array(7).fill(4),
  });
  assertEquals(send(1001), [first[1]!, first[2]!, fourth]);
});

Deno.test("window: a round trip is measured on the window's last block only", () => {
  const talk = sendTo({ bytes: 8192, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).at(30).hear(ack(2));
  talk.expect(...blocks(3, 6));
  assertEquals(talk.machine.roundTripMs, -1);
  talk.at(70).hear(ack(6)).expect(...blocks(7, 10));
  assertEquals(talk.machine.roundTripMs, 40);
});

// Large blocks: one more than the window is filled while it is in flight.

const LARGE = { blockSize: 16384, windowSize: 1 };

function largeSender(settings: typeof LARGE): Sender {
  return new Sender({
    settings: { ...DEFAULT_SETTINGS, ...settings },
    now: 0,
    random: () => 0,
  });
}

Deno.test("large blocks: one is filled ahead once the window is in flight, and waits for its ACK", () => {
  const sender = largeSender(LARGE);
  assertEquals(sender.wanted, 1);
  sender.payload.fill(1);
  sender.fill(16384);
  assertEquals(sender.wanted, 0);
  assertEquals(sender.pollTransmit(0)?.[4], 1);
  assertEquals(sender.wanted, 1);
  const deadline = sender.pollTimeout();
  sender.payload.fill(2);
  sender.fill(16384);
  // It ends no wait, is not sent before its time, and does not touch what may have to be sent again.
  assertEquals(
    [sender.pollTimeout(), sender.wanted, sender.pollTransmit(1)],
    [deadline, 0, null],
  );
  sender.handleTimeout(deadline);
  assertEquals(sender.wanted, 0);
  const again = sender.pollTransmit(deadline)!;
  assertEquals([again[3], again[4], again.at(-1)], [1, 1, 1]);
  sender.handleDatagram(new Uint8Array([0, 4, 0, 1]), deadline + 1);
  const next = sender.pollTransmit(deadline + 1)!;
  assertEquals([next[3], next[4], next.at(-1)], [2, 2, 2]);
});

Deno.test("large blocks: whoever waits for the block ahead still hears what is late", () => {
  const sender = largeSender(LARGE);
  sender.fill(16384);
  sender.pollTransmit(0);
  assertEquals([sender.wanted, sender.pollTimeout()], [1, 1000]);
  sender.handleDatagram(new Uint8Array([0, 4, 0, 1]), 5);
  // Now it is our own doing.
  assertEquals([sender.wanted, sender.pollTimeout()], [1, Infinity]);
});

Deno.test("small blocks: none is filled ahead", () => {
  const sender = largeSender({ blockSize: 16383, windowSize: 2 });
  sender.fill(16383);
  sender.fill(16383);
  assertEquals(sender.wanted, 0);
  sender.pollTransmit(0);
  sender.pollTransmit(0);
  assertEquals(sender.wanted, 0);
});
