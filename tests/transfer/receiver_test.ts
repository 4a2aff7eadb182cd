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
  data,
  error,
  oack,
  receiveFrom,
  type ReceiveOptions,
} from "./_dialogue.ts";

const ACK_0 = encodePacket(ack(0));
const OACK = encodePacket(oack(["blksize", "512"]));
const OACK_LINE = "OACK blksize=512";

function windowOf(windowSize: number, options: ReceiveOptions = {}) {
  return receiveFrom({ settings: agreed({ windowSize }), ...options });
}

// Opening: an OACK, or an ACK 0, waits for DATA 1.

Deno.test("opening: ACK 0 is sent again when DATA 1 does not come, later than a sender would", () => {
  const talk = receiveFrom({ opening: ACK_0 });
  for (const time of [0, 2000, 6000, 14_000, 30_000]) {
    talk.at(time).expect("ACK 0");
  }
  talk.at(30_999).ends("open").at(31_000).ends("failed");
  assert(talk.machine.failure instanceof TransferTimeoutError);
  talk.counts({ packetsSent: 5, retransmissions: 4, timeouts: 5 });
});

Deno.test("opening: an OACK that comes again has ACK 0 sent again at once", () => {
  const talk = receiveFrom({ opening: ACK_0 });
  talk.at(0).expect("ACK 0").at(1000).hear(OACK).expect("ACK 0").silent();
  talk.counts({ duplicates: 1, retransmissions: 1 });
  talk.hear(data(1)).expect("ACK 1").hear(OACK).silent();
  talk.counts({ unexpected: 1 });
});

Deno.test("opening: a repeated request has the OACK sent again at once, until DATA 1 comes", () => {
  const talk = receiveFrom({ opening: OACK });
  talk.at(0).expect(OACK_LINE).at(5);
  talk.do((receiver) => receiver.handleRepeatedRequest()).expect(OACK_LINE);
  talk.at(10).hear(data(1)).expect("ACK 1");
  talk.do((receiver) => receiver.handleRepeatedRequest()).silent();
  talk.counts({ duplicates: 1, retransmissions: 1 });
  assertEquals(talk.machine.roundTripMs, -1);
});

Deno.test("opening: without one, a repeated request has nothing to repeat", () => {
  const talk = receiveFrom();
  talk.do((receiver) => receiver.handleRepeatedRequest()).silent();
  talk.counts({ packetsSent: 0, duplicates: 0 });
});

Deno.test("opening: DATA beyond block 1 is no answer", () => {
  const talk = receiveFrom({ opening: OACK });
  talk.at(0).expect(OACK_LINE).hear(data(2), data(65_535), data(0)).silent();
  talk.counts({ unexpected: 3, bytes: 0 });
});

// Receiving without a window.

Deno.test("receiving: each block is acknowledged, the last one when it is safe", () => {
  const talk = receiveFrom();
  talk.at(0).hear(data(1)).expect("ACK 1").at(10).hear(data(2));
  talk.expect("ACK 2").at(20).hear(data(3, 100)).expect("ACK 3");
  assert(talk.machine.isDallying);
  talk.counts({ bytes: 1124, blocks: 3, packetsSent: 3, retransmissions: 0 });
});

Deno.test("receiving: an empty file is one empty block", () => {
  const talk = receiveFrom();
  talk.at(0).hear(data(1, 0)).expect("ACK 1").counts({ bytes: 0, blocks: 1 });
  talk.at(6000).ends("finished");
});

Deno.test("receiving: a file of whole blocks ends with an empty one", () => {
  const talk = receiveFrom({ settings: agreed({ blockSize: 8 }) });
  talk.at(0).hear(data(1, 8)).expect("ACK 1").hear(data(2, 8)).expect("ACK 2");
  assertEquals(talk.machine.isDallying, false);
  talk.hear(data(3, 0)).expect("ACK 3").counts({ bytes: 16, blocks: 3 });
  assert(talk.machine.isDallying);
});

Deno.test("receiving: a block that comes twice is acknowledged twice and kept once", () => {
  const talk = receiveFrom();
  talk.at(0).hear(data(1)).expect("ACK 1").hear(data(1)).expect("ACK 1");
  talk.hear(data(2)).expect("ACK 2").hear(data(2), data(2)).expect("ACK 2");
  talk.counts({ bytes: 1024, duplicates: 3, retransmissions: 2 });
});

Deno.test("receiving: a block from long before is dropped", () => {
  const talk = receiveFrom();
  talk.at(0).hear(data(1)).expect("ACK 1").hear(data(2)).expect("ACK 2");
  talk.hear(data(1)).silent().counts({ duplicates: 1, retransmissions: 0 });
});

Deno.test("receiving: in silence the last ACK is sent again, later than a sender would", () => {
  const talk = receiveFrom();
  talk.at(100).hear(data(1)).expect("ACK 1");
  talk.at(2099).silent().at(2100).expect("ACK 1").at(6100).expect("ACK 1");
  talk.tells(
    { type: "retransmission", block: 1, silenceMs: 2000 },
    { type: "retransmission", block: 1, silenceMs: 6000 },
  );
  talk.at(6200).hear(data(2)).expect("ACK 2");
  // Karn: no clean measurement, so the doubled wait stays.
  assertEquals(talk.machine.roundTripMs, -1);
  talk.at(14_199).silent().at(14_200).expect("ACK 2");
});

Deno.test("receiving: the wait follows the round trip, twice as long as a sender's", () => {
  const talk = receiveFrom({ opening: ACK_0 });
  talk.at(0).expect("ACK 0").at(100).hear(data(1)).expect("ACK 1");
  assertEquals(talk.machine.roundTripMs, 100);
  talk.at(699).silent().at(700).expect("ACK 1");
});

Deno.test("receiving: a negotiated timeout is kept to the letter", () => {
  const talk = receiveFrom({
    settings: agreed({ timeoutMs: 2000 }),
    random: () => 0.99,
  });
  talk.at(0).hear(data(1)).expect("ACK 1");
  for (let time = 2000; time < 31_000; time += 2000) {
    talk.at(time - 1).silent().at(time).expect("ACK 1");
  }
  // How long silence is borne is not what was negotiated.
  talk.at(30_999).ends("open").at(31_000).ends("failed");
});

Deno.test("receiving: DATA longer than a block ends the transfer with ERROR 4", () => {
  const talk = receiveFrom();
  talk.at(0).hear(data(1, 513));
  talk.expect(
    'ERROR 4 "DATA came with more than the 512 octets of a block that were agreed on"',
  );
  talk.ends("failed").counts({ bytes: 0 });
  assertEquals(talk.machine.failure?.code, ERROR_CODE.IllegalOperation);
});

Deno.test("receiving: an ERROR ends the transfer and is not answered", () => {
  const talk = receiveFrom();
  talk.at(0).hear(data(1)).expect("ACK 1").hear(error(0, "Gone"));
  talk.ends("failed").hear(data(2)).at(60_000).ends("failed");
  assertEquals(talk.machine.failure?.origin, "remote");
});

// Receiving with a window.

Deno.test("window: one ACK for four blocks, and one for the short end", () => {
  const talk = windowOf(4).at(0);
  talk.hear(data(1), data(2), data(3)).silent().hear(data(4)).expect("ACK 4");
  talk.hear(data(5)).silent().hear(data(6, 1)).expect("ACK 6");
  talk.counts({ bytes: 2561, blocks: 6, packetsSent: 2 });
});

Deno.test("window: a gap is answered once for each pass over it", () => {
  const talk = windowOf(4).at(0);
  talk.hear(data(1)).silent().hear(data(3)).expect("ACK 1");
  talk.tells({ type: "gap", block: 2 }).hear(data(4)).silent();
  // The second pass loses block 2 again, and 3 with it.
  talk.at(10).hear(data(4)).expect("ACK 1").hear(data(5)).silent();
  talk.at(20).hear(data(2), data(3), data(4)).silent();
  talk.hear(data(5)).expect("ACK 5").counts({ gaps: 2, blocks: 5 });
});

Deno.test("window: its first block lost is answered with the ACK from before", () => {
  const talk = windowOf(3).at(0).hear(data(2)).expect("ACK 0");
  talk.hear(data(3)).silent().at(5).hear(data(1), data(2)).silent();
  talk.hear(data(3)).expect("ACK 3").hear(data(5)).expect("ACK 3");
  talk.hear(data(6)).silent().counts({ gaps: 2 });
});

Deno.test("window: its last block lost waits for the sender, then for the timer", () => {
  const talk = windowOf(3).at(0).hear(data(1), data(2)).at(1999).silent();
  talk.at(2000).expect("ACK 2").at(2010).hear(data(3), data(4)).silent();
  talk.hear(data(5)).expect("ACK 5");
});

Deno.test("window: the timer ends a pass: the next block beyond the gap is answered again", () => {
  const talk = windowOf(4).at(0).hear(data(2)).expect("ACK 0");
  talk.at(2000).expect("ACK 0").hear(data(3)).expect("ACK 0");
});

Deno.test("window: a block beyond the window has no place", () => {
  const talk = windowOf(3).at(0).hear(data(4), data(100)).silent();
  talk.counts({ unexpected: 2, gaps: 0 }).hear(data(3)).expect("ACK 0");
});

Deno.test("window: an ACK lost is sent again when the whole window comes again", () => {
  const talk = windowOf(3).at(0).hear(data(1), data(2), data(3));
  talk.expect("ACK 3").at(1000).hear(data(1), data(2)).silent();
  talk.hear(data(3)).expect("ACK 3").hear(data(4), data(5)).silent();
  talk.hear(data(6)).expect("ACK 6").counts({ duplicates: 3, gaps: 0 });
});

Deno.test("window: repeated in part, it ends where the sender's window does", () => {
  const talk = windowOf(4).at(0).hear(data(1), data(2), data(3));
  talk.at(1000).hear(data(1), data(2), data(3)).silent();
  talk.hear(data(4)).expect("ACK 4");
});

Deno.test("window: one block doubled by the network costs one early ACK at most", () => {
  const talk = windowOf(4).at(0).hear(data(1), data(2), data(3), data(4));
  talk.expect("ACK 4").hear(data(4)).silent();
  talk.hear(data(5), data(6), data(7)).expect("ACK 7");
  talk.hear(data(8), data(8), data(9), data(10)).silent();
  talk.hear(data(11)).expect("ACK 11");
});

Deno.test("window: an ACK that is due tells what is in order when it goes", () => {
  const talk = windowOf(4).at(0).hear(data(1), data(3), data(2));
  talk.expect("ACK 2").hear(data(3), data(4), data(5)).silent();
  talk.hear(data(6)).expect("ACK 6");
});

// The sink: nothing is acknowledged before there is room for what follows.

/** Windows of one block of 30000 octets: two fit, three do not. */
const LARGE = agreed({ blockSize: 30_000 });

Deno.test("back-pressure: an ACK is held back until there is room for a window", () => {
  const talk = receiveFrom({ settings: LARGE, sink: "manual" }).at(0);
  talk.hear(data(1, 30_000)).expect("ACK 1").hear(data(2, 30_000)).silent();
  assert(talk.machine.mustStore);
  talk.at(40_000).ends("open").hear(data(2, 30_000)).silent();
  talk.counts({ timeouts: 0 });
  talk.do((receiver) => assertEquals(receiver.takeBytes()?.length, 60_000));
  talk.expect("ACK 2").counts({ bytes: 60_000 });
  talk.at(40_099).silent().at(40_100).expect("ACK 2");
  talk.hear(data(3, 30_000)).expect("ACK 3").hear(data(4, 30_000)).silent();
  // The array that was taken is still being written, and the other one is full.
  assertEquals(talk.machine.takeBytes(), null);
  talk.at(90_000).silent().do((receiver) => receiver.stored()).silent();
  talk.do((receiver) => receiver.takeBytes()).expect("ACK 4");
});

Deno.test("back-pressure: the clock may be looked at before the ACK that was held back is sent", () => {
  const talk = receiveFrom({ settings: LARGE, sink: "manual" }).at(0);
  talk.hear(data(1, 30_000)).expect("ACK 1").hear(data(2, 30_000)).at(60_000);
  talk.do(({ takeBytes }) => takeBytes.call(talk.machine));
  talk.do((receiver, now) => {
    receiver.stored();
    receiver.handleTimeout(now);
  });
  talk.expect("ACK 2").counts({ timeouts: 0 }).tells();
});

Deno.test("back-pressure: while a sink writes, the next bytes wait in a second array", () => {
  const talk = receiveFrom({ settings: LARGE, sink: "manual" }).at(0);
  talk.hear(data(1, 30_000)).expect("ACK 1");
  const taken = talk.machine.takeBytes();
  talk.hear(data(2, 30_000)).expect("ACK 2").hear(data(3, 30_000)).silent();
  assertEquals(taken, new Uint8Array(30_000).fill(1));
  assertEquals(talk.machine.takeBytes(), null);
  talk.do((receiver) => receiver.stored()).silent();
  assert(talk.machine.mustStore);
  assertEquals(talk.machine.takeBytes()?.length, 60_000);
  talk.do((receiver) => receiver.stored()).expect("ACK 3");
});

Deno.test("back-pressure: a gap is not acknowledged either before there is room", () => {
  const settings = agreed({ blockSize: 30_000, windowSize: 2 });
  const talk = receiveFrom({ settings, sink: "manual" }).at(0);
  talk.hear(data(1, 30_000), data(2, 30_000)).expect("ACK 2");
  talk.hear(data(3, 30_000), data(5, 30_000)).silent();
  talk.do((receiver) => assertEquals(receiver.takeBytes()?.length, 90_000));
  talk.do((receiver) => receiver.stored()).expect("ACK 3");
  talk.hear(data(4, 30_000)).silent().hear(data(5, 30_000)).expect("ACK 5");
});

Deno.test("back-pressure: what finds no room is taken for lost", () => {
  const talk = receiveFrom({ settings: LARGE, sink: "manual" }).at(0);
  talk.hear(data(1, 30_000)).expect("ACK 1");
  talk.hear(data(2, 30_000), data(3, 30_000)).silent();
  talk.counts({ blocks: 2, bytes: 60_000, unexpected: 0 });
});

// Storing: the last block has come, and is not safe yet.

Deno.test("storing: the last ACK goes when the file is safe, however long that takes", () => {
  const talk = receiveFrom({ sink: "manual" }).at(0).hear(data(1, 7)).silent();
  assert(talk.machine.mustStore);
  talk.at(1000).hear(data(1, 7)).silent().at(40_000).ends("open");
  talk.do((receiver) => assertEquals(receiver.takeBytes()?.length, 7));
  assertEquals(talk.machine.isStored, false);
  talk.do((receiver) => receiver.stored()).silent();
  assert(talk.machine.isStored);
  talk.at(50_000).do((receiver, now) => receiver.complete(now));
  talk.expect("ACK 1").counts({ timeouts: 0, duplicates: 1 });
});

Deno.test("storing: no ACK from before lets the last block slip through", () => {
  const settings = agreed({ windowSize: 2 });
  const due = receiveFrom({ settings, sink: "manual" }).at(0);
  due.hear(data(1), data(2), data(3, 7)).silent();
  const heldBack = receiveFrom({ settings: LARGE, sink: "manual" }).at(0);
  heldBack.hear(data(1, 30_000)).expect("ACK 1");
  heldBack.hear(data(2, 30_000), data(3, 7)).silent();
  assertEquals(heldBack.machine.takeBytes()?.length, 60_007);
  heldBack.do((receiver) => receiver.stored()).silent();
  heldBack.do((receiver, now) => receiver.complete(now)).expect("ACK 3");
});

Deno.test("storing: an ERROR goes instead of the last ACK when the file cannot be kept", () => {
  const talk = receiveFrom({ sink: "manual" }).at(0).hear(data(1, 7));
  talk.do((receiver) =>
    receiver.fail(new TftpError(ERROR_CODE.DiskFull, "No room"))
  );
  talk.expect('ERROR 3 "No room"').hear(data(1, 7)).ends("failed");
  talk.do((receiver, now) => receiver.complete(now)).ends("failed");
});

Deno.test("storing: complete() before the last block has come does nothing", () => {
  const talk = receiveFrom({ sink: "manual" }).at(0).hear(data(1));
  talk.expect("ACK 1").do((receiver, now) => receiver.complete(now)).silent();
  assertEquals(talk.machine.isDallying, false);
});

Deno.test("storing: an ERROR of the sender still ends the transfer", () => {
  const talk = receiveFrom({ sink: "manual" }).at(0).hear(data(1, 7));
  talk.hear(error(0, "Changed my mind")).ends("failed");
});

Deno.test("storing: DATA behind the last block has no place", () => {
  const talk = receiveFrom({ sink: "manual" }).at(0).hear(data(1, 7));
  talk.hear(data(2), data(3), data(2, 600)).silent();
  talk.counts({ unexpected: 3, bytes: 7 }).ends("open");
});

// Dallying: the last ACK may be lost.

Deno.test("dallying: a last ACK that was lost is sent again, then all is well", () => {
  const talk = receiveFrom().at(0).hear(data(1, 7)).expect("ACK 1");
  talk.at(1000).hear(data(1, 7)).expect("ACK 1");
  talk.at(3000).hear(data(1, 7)).expect("ACK 1").counts({ retransmissions: 2 });
  talk.at(8999).ends("open").at(9000).ends("finished");
  talk.hear(data(1, 7)).ends("finished");
});

Deno.test("dallying: has an end, whatever keeps coming", () => {
  const talk = receiveFrom().at(0).hear(data(1, 7)).expect("ACK 1");
  for (let time = 5000; time < 30_000; time += 5000) {
    talk.at(time).hear(data(1, 7)).expect("ACK 1");
  }
  talk.at(29_999).ends("open").at(30_000).ends("finished");
});

Deno.test("dallying: of a repeated window only the last block is answered", () => {
  const talk = windowOf(4).at(0).hear(data(1), data(2), data(3, 7));
  talk.expect("ACK 3").at(10).hear(data(1), data(2)).silent();
  talk.hear(data(3, 7)).expect("ACK 3");
});

Deno.test("dallying: lasts three times as long as a wait, if that is more", () => {
  const settings = agreed({ timeoutMs: 5000 });
  const talk = receiveFrom({ settings }).at(0).hear(data(1, 7)).expect("ACK 1");
  talk.at(14_999).ends("open").at(15_000).ends("finished");
});

Deno.test("dallying: neither ERROR nor wrong DATA undoes what was acknowledged", () => {
  const talk = receiveFrom().at(0).hear(data(1, 7)).expect("ACK 1");
  talk.hear(error(0, "Late"), data(2, 600), data(2), data(0)).silent();
  talk.hear(data(1, 7)).expect("ACK 1").at(6000).ends("finished");
});

Deno.test("dallying: whoever ends the transfer now ends one that went well, and says nothing", () => {
  for (const end of ["fail", "abandon"] as const) {
    const talk = receiveFrom().at(0).hear(data(1, 7)).expect("ACK 1");
    talk.machine[end](new TftpError(ERROR_CODE.NotDefined, "Shutting down"));
    talk.silent().ends("finished");
  }
});
