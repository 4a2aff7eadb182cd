import { assert, assertEquals } from "@std/assert";
import {
  encodePacket,
  ERROR_CODE,
  TftpError,
  TransferTimeoutError,
} from "../../packet/mod.ts";
import {
  ack,
  agreed,
  blocks,
  data,
  error,
  oack,
  sendTo,
  still,
} from "./_dialogue.ts";
import { Sender } from "../../transfer/mod.ts";

const OACK = encodePacket(oack(["windowsize", "4"]));
const OACK_LINE = "OACK windowsize=4";
const WINDOW_OF_4 = agreed({ windowSize: 4 });

// Opening: an OACK waits for ACK 0.

Deno.test("opening: no DATA before ACK 0", () => {
  const talk = sendTo({ bytes: 10, opening: OACK });
  talk.at(0).expect(OACK_LINE);
  assertEquals(talk.machine.wanted, 0);
  talk.at(40).hear(ack(0)).expect("DATA 1 (10 octets)");
  talk.at(80).hear(ack(1)).ends("finished");
});

Deno.test("opening: the OACK is sent again until ACK 0 comes", () => {
  const talk = sendTo({ bytes: 10, opening: OACK });
  talk.at(0).expect(OACK_LINE);
  talk.at(999).silent();
  talk.at(1000).expect(OACK_LINE);
  talk.at(2999).silent();
  talk.at(3000).expect(OACK_LINE);
  talk.tells(
    { type: "retransmission", block: 0, silenceMs: 1000 },
    { type: "retransmission", block: 0, silenceMs: 3000 },
  );
  talk.at(3010).hear(ack(0)).expect("DATA 1 (10 octets)");
  talk.counts({ retransmissions: 2, timeouts: 2, packetsSent: 4 });
});

Deno.test("opening: an ACK of anything but 0 is no answer", () => {
  const talk = sendTo({ bytes: 10, opening: OACK });
  talk.at(0).expect(OACK_LINE).hear(ack(1), ack(65535)).silent();
  talk.counts({ unexpected: 2 }).tells(
    { type: "unexpected", packet: "ACK 1" },
    { type: "unexpected", packet: "ACK 65535" },
  );
  talk.at(10).hear(ack(0)).expect("DATA 1 (10 octets)");
});

Deno.test("opening: a repeated request has the OACK sent again at once", () => {
  const talk = sendTo({ bytes: 10, opening: OACK });
  talk.at(0).expect(OACK_LINE);
  talk.at(500).do((sender) => sender.handleRepeatedRequest());
  talk.expect(OACK_LINE).counts({ duplicates: 1, retransmissions: 1 });
  talk.at(1499).silent();
  talk.at(1500).expect(OACK_LINE);
});

Deno.test("opening: a repeated request is old once ACK 0 has come", () => {
  const talk = sendTo({ bytes: 4096, settings: WINDOW_OF_4, opening: OACK });
  talk.at(0).expect(OACK_LINE);
  talk.at(10).hear(ack(0)).expect(...blocks(1, 4));
  talk.at(11).do((sender) => sender.handleRepeatedRequest()).silent();
  talk.counts({ duplicates: 0, retransmissions: 0 });
});

Deno.test("opening: ACK 0 measures the round trip, unless the OACK went twice", () => {
  const once = sendTo({ bytes: 10, opening: OACK });
  once.at(0).expect(OACK_LINE).at(40).hear(ack(0)).expect("DATA 1 (10 octets)");
  assertEquals(once.machine.roundTripMs, 40);
  const twice = sendTo({ bytes: 10, opening: OACK });
  twice.at(0).expect(OACK_LINE).at(1000).expect(OACK_LINE);
  twice.at(1040).hear(ack(0)).expect("DATA 1 (10 octets)");
  assertEquals(twice.machine.roundTripMs, -1);
});

// Sending without a window: one block, one ACK.

Deno.test("sending: each block waits for the ACK of the one before", () => {
  const talk = sendTo({ bytes: 1025 });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.at(10).hear(ack(1)).expect("DATA 2 (512 octets)");
  talk.at(20).hear(ack(2)).expect("DATA 3 (1 octets)");
  talk.at(30).hear(ack(3)).ends("finished");
  talk.counts({ bytes: 1025, blocks: 3, packetsSent: 3, retransmissions: 0 });
});

Deno.test("sending: an empty file is one empty block", () => {
  const talk = sendTo({ bytes: 0 });
  talk.at(0).expect("DATA 1 (0 octets)").hear(ack(1)).ends("finished");
  talk.counts({ bytes: 0, blocks: 1 });
});

Deno.test("sending: a file of whole blocks ends with an empty one", () => {
  const talk = sendTo({ bytes: 16, settings: agreed({ blockSize: 8 }) });
  talk.at(0).expect("DATA 1 (8 octets)").hear(ack(1));
  talk.expect("DATA 2 (8 octets)").hear(ack(2)).expect("DATA 3 (0 octets)");
  talk.hear(ack(3)).ends("finished").counts({ bytes: 16, blocks: 3 });
});

Deno.test("sending: Sorcerer's Apprentice: an ACK that comes twice sends nothing", () => {
  const talk = sendTo({ bytes: 2048 });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.at(10).hear(ack(1)).expect("DATA 2 (512 octets)");
  talk.at(50).hear(ack(1), ack(1), ack(1)).silent();
  talk.at(55).hear(ack(2)).expect("DATA 3 (512 octets)");
  talk.at(80).hear(ack(2), ack(1), ack(0)).silent();
  talk.counts({ duplicates: 6, retransmissions: 0, packetsSent: 3 });
});

Deno.test("sending: an ACK that comes twice does not put off the timer", () => {
  const talk = sendTo({ bytes: 2048 });
  talk.at(0).expect("DATA 1 (512 octets)").hear(ack(0));
  talk.at(900).hear(ack(0)).silent();
  talk.at(1000).expect("DATA 1 (512 octets)");
});

Deno.test("sending: the ACK of a block that was never sent is ignored", () => {
  const talk = sendTo({ bytes: 5120 });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.at(1).hear(ack(2), ack(10), ack(32768), ack(65535)).silent();
  talk.counts({ unexpected: 4, bytes: 0 }).tells(
    { type: "unexpected", packet: "ACK 2" },
    { type: "unexpected", packet: "ACK 10" },
    { type: "unexpected", packet: "ACK 32768" },
    { type: "unexpected", packet: "ACK 65535" },
  );
  talk.at(10).hear(ack(1)).expect("DATA 2 (512 octets)");
});

Deno.test("sending: the ACK of a block that is filled but not sent is ignored", () => {
  const sender = new Sender({ settings: agreed(), now: 0, random: still });
  sender.fill(3);
  assertEquals(sender.handleDatagram(encodePacket(ack(1)), 0), false);
  assertEquals(sender.state, "open");
});

Deno.test("sending: DATA is sent again when nothing comes, and waits double", () => {
  const talk = sendTo({ bytes: 10 });
  for (const time of [0, 1000, 3000, 7000, 15_000, 23_000]) {
    talk.at(time).expect("DATA 1 (10 octets)");
  }
  talk.at(30_999).ends("open");
  talk.at(31_000).ends("failed");
  assert(talk.machine.failure instanceof TransferTimeoutError);
  talk.counts({ retransmissions: 5, timeouts: 6, packetsSent: 6, bytes: 0 });
});

Deno.test("sending: silence is borne as long on a fast network", () => {
  const talk = sendTo({ bytes: 1024 });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.at(1).hear(ack(1)).expect("DATA 2 (512 octets)");
  let wait = 50;
  for (let at = 51; at < 31_001; at += wait) {
    talk.at(at).expect("DATA 2 (512 octets)");
    wait = Math.min(2 * wait, 8000);
  }
  talk.at(31_000).ends("open").at(31_001).ends("failed");
});

Deno.test("sending: a negotiated timeout is kept to the letter", () => {
  const talk = sendTo({
    bytes: 1024,
    settings: agreed({ timeoutMs: 3000 }),
    random: () => 0.99,
  });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.at(1).hear(ack(1)).expect("DATA 2 (512 octets)");
  for (let retry = 1; retry <= 10; retry++) {
    talk.at(3000 * retry).silent();
    talk.at(3000 * retry + 1).expect("DATA 2 (512 octets)");
  }
  talk.at(31_000).ends("open").at(31_001).ends("failed");
});

Deno.test("sending: Karn: an ACK to DATA that went twice measures nothing", () => {
  const talk = sendTo({ bytes: 4096 });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.at(1000).expect("DATA 1 (512 octets)");
  talk.at(1001).hear(ack(1)).expect("DATA 2 (512 octets)");
  assertEquals(talk.machine.roundTripMs, -1);
  // The doubled wait stays until a clean measurement was made.
  talk.at(3000).silent().at(3001).expect("DATA 2 (512 octets)");
  talk.at(3100).hear(ack(2)).expect("DATA 3 (512 octets)");
  talk.at(3200).hear(ack(3)).expect("DATA 4 (512 octets)");
  assertEquals(talk.machine.roundTripMs, 100);
  talk.at(3499).silent().at(3500).expect("DATA 4 (512 octets)");
});

Deno.test("sending: a repeated request without options has DATA 1 sent again", () => {
  const talk = sendTo({ bytes: 1024 });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.at(700).do((sender) => sender.handleRepeatedRequest());
  talk.expect("DATA 1 (512 octets)").silent();
  talk.at(740).hear(ack(1)).expect("DATA 2 (512 octets)");
  assertEquals(talk.machine.roundTripMs, -1);
});

Deno.test("sending: a repeated request after the first ACK is ignored", () => {
  const talk = sendTo({ bytes: 1024 });
  talk.at(0).expect("DATA 1 (512 octets)").hear(ack(1));
  talk.expect("DATA 2 (512 octets)");
  talk.at(1).do((sender) => sender.handleRepeatedRequest()).silent();
});

Deno.test("sending: a server's OACK that comes twice is only counted", () => {
  const talk = sendTo({ bytes: 4096, settings: WINDOW_OF_4 });
  talk.at(0).expect(...blocks(1, 4)).hear(OACK).silent();
  talk.counts({ duplicates: 1 }).hear(ack(4)).expect(...blocks(5, 8));
  talk.hear(OACK).silent().counts({ duplicates: 1, unexpected: 1 });
});

// The source: bytes that come late.

Deno.test("slow source: nobody is late while the sender waits for its own bytes", () => {
  const talk = sendTo({ bytes: 1024, blocksAtHand: 1 });
  talk.at(0).expect("DATA 1 (512 octets)").at(10).hear(ack(1));
  talk.at(60_000).ends("open");
  talk.arrived(1).expect("DATA 2 (512 octets)");
  talk.counts({ timeouts: 0, retransmissions: 0 });
});

Deno.test("slow source: silence counts from the new DATA, not from before", () => {
  const talk = sendTo({ bytes: 1024, blocksAtHand: 1 });
  talk.at(0).expect("DATA 1 (512 octets)").at(1000).expect(
    "DATA 1 (512 octets)",
  );
  talk.at(1010).hear(ack(1)).at(60_000).arrived(1);
  for (const time of [0, 2000, 6000, 14_000, 22_000, 30_000]) {
    talk.at(60_000 + time).expect("DATA 2 (512 octets)");
  }
  talk.at(90_999).ends("open").at(91_000).ends("failed");
});

Deno.test("slow source: the clock may be looked at before new DATA is sent", () => {
  const { machine } = sendTo({ bytes: 0, settings: WINDOW_OF_4 });
  const fillAndSend = (now: number) => {
    machine.fill(512);
    machine.handleTimeout(now);
    assertEquals(machine.pollTimeout(), Infinity);
    assertEquals(machine.pollTransmit(now)?.length, 516);
  };
  fillAndSend(0);
  fillAndSend(60_000);
  assertEquals(machine.state, "open");
  assertEquals(machine.statistics.timeouts, 0);
});

Deno.test("slow source: the timer runs as soon as part of a window is sent, should the rest never be", () => {
  const { machine } = sendTo({ bytes: 0, settings: WINDOW_OF_4 });
  for (let i = 0; i < 4; i++) machine.fill(512);
  assertEquals(machine.pollTimeout(), Infinity);
  machine.pollTransmit(5);
  assertEquals(machine.pollTimeout(), 1005);
});

Deno.test("slow source: part of a window is sent at once and nothing is due until it is whole", () => {
  const talk = sendTo({ bytes: 4096, settings: WINDOW_OF_4, blocksAtHand: 2 });
  talk.at(0).expect(...blocks(1, 2)).at(20_000).silent();
  talk.arrived(2).expect(...blocks(3, 4));
  talk.at(20_999).silent().at(21_000).expect(...blocks(1, 4));
});

Deno.test("slow source: part of a window may be acknowledged", () => {
  const talk = sendTo({ bytes: 4096, settings: WINDOW_OF_4, blocksAtHand: 2 });
  talk.at(0).expect(...blocks(1, 2)).at(2000).hear(ack(2)).silent();
  talk.arrived(9).expect(...blocks(3, 6)).counts({ gaps: 0 });
  // Why it came so late is not told, so it measures nothing.
  assertEquals(talk.machine.roundTripMs, -1);
});

// Finished and failed.

Deno.test("finished: nothing more is said or counted", () => {
  const talk = sendTo({ bytes: 5 });
  talk.at(0).expect("DATA 1 (5 octets)").hear(ack(1)).ends("finished");
  talk.hear(ack(1), error(0), data(1), new Uint8Array([1])).ends("finished");
  talk.at(100_000).do((sender) => sender.handleRepeatedRequest());
  talk.ends("finished").counts({ packetsReceived: 1, packetsSent: 1 });
});

Deno.test("finished: a last ACK that never comes is forgiven on demand", () => {
  const talk = sendTo({ bytes: 600, forgiveLastAck: true });
  talk.at(0).expect("DATA 1 (512 octets)").hear(ack(1));
  for (const time of [0, 50, 150, 350, 750, 1550, 3150, 6350, 12_750, 20_750]) {
    talk.at(time).expect("DATA 2 (88 octets)");
  }
  talk.at(28_750).expect("DATA 2 (88 octets)").at(30_999).ends("open");
  talk.at(31_000).ends("finished").counts({ bytes: 600, blocks: 2 });
  assert(talk.machine.isLastAckMissing);
});

Deno.test("failed: any other ACK that never comes is not forgiven", () => {
  const one = sendTo({
    bytes: 600,
    forgiveLastAck: true,
    retransmission: { retries: 0 },
  });
  one.at(0).expect("DATA 1 (512 octets)").at(1000).ends("failed");
  const opening = sendTo({
    bytes: 600,
    forgiveLastAck: true,
    opening: OACK,
    retransmission: { retries: 0 },
  });
  opening.at(0).expect(OACK_LINE).at(1000).ends("failed");
  assertEquals(opening.machine.isLastAckMissing, false);
});

Deno.test("failed: an ERROR ends the transfer and is not answered", () => {
  const talk = sendTo({ bytes: 5000 });
  talk.at(0).expect("DATA 1 (512 octets)").hear(error(3, "Disk full"));
  talk.ends("failed").at(60_000).ends("failed");
  const failure = talk.machine.failure;
  assertEquals(
    [failure?.code, failure?.message, failure?.origin],
    [ERROR_CODE.DiskFull, "Disk full", "remote"],
  );
});

Deno.test("failed: fail() sends one ERROR, once, and nothing else", () => {
  const talk = sendTo({ bytes: 5000 });
  talk.at(0).expect("DATA 1 (512 octets)");
  talk.do((sender) => sender.fail(new TftpError(0, "Source broke")));
  talk.expect('ERROR 0 "Source broke"').hear(ack(1)).ends("failed");
  talk.at(60_000).ends("failed");
});
