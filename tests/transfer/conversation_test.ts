/**
 * Client and server, from the request to the last ACK, over a link of 10 ms each way. A server's first packet is number 0,
 * a client's is its request.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { OptionList } from "../../packet/mod.ts";
import { forAll } from "../_random.ts";
import { agreed, fileOf } from "./_dialogue.ts";
import {
  assertArrived,
  converse,
  DELIVER,
  DROP,
  DUPLICATE,
  scripted,
  type Side,
  transfer,
} from "./_pair.ts";

const FILE = fileOf(1200);
const WINDOW: OptionList = [["windowsize", "4"]];

Deno.test("read without options, nothing lost", () => {
  const outcome = converse({ operation: "read", file: FILE });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.transcript, [
    '0 receiver: RRQ "file" octet',
    "10 sender: DATA 1 (512 octets)",
    "20 receiver: ACK 1",
    "30 sender: DATA 2 (512 octets)",
    "40 receiver: ACK 2",
    "50 sender: DATA 3 (176 octets)",
    "60 receiver: ACK 3",
  ]);
});

Deno.test("write with options, nothing lost", () => {
  const options: OptionList = [["blksize", "1000"], ["tsize", "1200"]];
  const outcome = converse({ operation: "write", file: FILE, options });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.transcript, [
    '0 sender: WRQ "file" octet blksize=1000 tsize=1200',
    "10 receiver: OACK blksize=1000 tsize=1200",
    "20 sender: DATA 1 (1000 octets)",
    "30 receiver: ACK 1",
    "40 sender: DATA 2 (200 octets)",
    "50 receiver: ACK 2",
  ]);
});

Deno.test("read with options of a server that knows none", () => {
  const outcome = converse({
    operation: "read",
    file: FILE,
    options: WINDOW,
    isPlain: true,
  });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.transcript[1], "10 sender: DATA 1 (512 octets)");
});

Deno.test("the request is lost: it comes again", () => {
  for (const operation of ["read", "write"] as const) {
    const client: Side = operation === "read" ? "receiver" : "sender";
    const outcome = converse({
      operation,
      file: FILE,
      fate: scripted({ [client]: { 0: DROP, 1: DROP } }),
    });
    assertArrived(outcome, FILE);
    const requests = outcome.link.transcript.filter((line) =>
      line.includes("RQ ")
    );
    assertEquals(requests.map((line) => parseInt(line)), [0, 1000, 3000]);
  }
});

Deno.test("the request comes twice: its answer does, too, and no more than that", () => {
  for (const operation of ["read", "write"] as const) {
    for (const options of [[], WINDOW]) {
      const client: Side = operation === "read" ? "receiver" : "sender";
      const outcome = converse({
        operation,
        file: FILE,
        options,
        fate: scripted({ [client]: { 0: DUPLICATE } }),
      });
      assertArrived(outcome, FILE);
      const { sender, receiver, link } = outcome;
      const repeats = sender.statistics.retransmissions +
        receiver.statistics.retransmissions;
      assert(repeats <= 3, link.transcript.join("\n"));
      assertEquals(sender.statistics.timeouts, 0);
    }
  }
});

Deno.test("read: the OACK is lost", () => {
  const outcome = converse({
    operation: "read",
    file: FILE,
    options: WINDOW,
    fate: scripted({ sender: { 0: DROP } }),
  });
  assertArrived(outcome, FILE);
  // The server's timer and the client's repeated request come together, and have one answer.
  assertEquals(outcome.link.transcript.slice(0, 5), [
    '0 receiver: RRQ "file" octet windowsize=4',
    "10 sender: OACK windowsize=4 (lost)",
    '1000 receiver: RRQ "file" octet windowsize=4',
    "1010 sender: OACK windowsize=4",
    "1020 receiver: ACK 0",
  ]);
});

Deno.test("read: ACK 0 is lost: whoever waits less sends again", () => {
  const outcome = converse({
    operation: "read",
    file: FILE,
    options: WINDOW,
    fate: scripted({ receiver: { 1: DROP } }),
  });
  assertArrived(outcome, FILE);
  // The client measured 20 ms with its request, so its own timer is the faster one.
  assertEquals(outcome.link.transcript.slice(1, 4), [
    "10 sender: OACK windowsize=4",
    "20 receiver: ACK 0 (lost)",
    "140 receiver: ACK 0",
  ]);
});

Deno.test("write: the OACK is lost", () => {
  const outcome = converse({
    operation: "write",
    file: FILE,
    options: WINDOW,
    fate: scripted({ receiver: { 0: DROP } }),
  });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.count("OACK windowsize=4"), 2);
});

Deno.test("write: ACK 0 is lost", () => {
  const outcome = converse({
    operation: "write",
    file: FILE,
    fate: scripted({ receiver: { 0: DROP } }),
  });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.count("ACK 0"), 2);
});

Deno.test("a block is lost: it comes again, once", () => {
  const outcome = transfer({
    file: FILE,
    fate: scripted({ sender: { 1: DROP } }),
  });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.count("DATA 2 (512 octets)"), 2);
  assertEquals(outcome.sender.statistics.retransmissions, 1);
});

Deno.test("an ACK is lost: its block comes again, and is kept once", () => {
  const outcome = transfer({
    file: FILE,
    fate: scripted({ receiver: { 1: DROP } }),
  });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.count("DATA 2 (512 octets)"), 2);
  assertEquals(outcome.link.count("ACK 2"), 2);
  assertEquals(outcome.receiver.statistics.duplicates, 1);
});

Deno.test("the last ACK is lost: the receiver stays to send it again", () => {
  const outcome = transfer({
    file: FILE,
    fate: scripted({ receiver: { 2: DROP, 3: DROP, 4: DROP } }),
  });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.count("ACK 3"), 4);
});

Deno.test("the last ACK is lost for good: the receiver has finished, the sender does not know", () => {
  const fate = (from: Side, index: number) =>
    from === "receiver" && index >= 2 ? DROP : DELIVER;
  const outcome = transfer({ file: FILE, fate });
  assertEquals(outcome.received, FILE);
  assertEquals(outcome.receiver.state, "finished");
  assertEquals(outcome.sender.state, "failed");
  const sender = { forgiveLastAck: true };
  const forgiven = transfer({ file: FILE, fate, sender });
  assertArrived(forgiven, FILE);
});

Deno.test("an ACK is late: Sorcerer's Apprentice does not come (RFC 1123 section 4.2.3.1)", () => {
  const file = fileOf(512 * 50);
  const outcome = transfer({
    file,
    fate: scripted({ receiver: { 4: [200] } }),
  });
  assertArrived(outcome, file);
  // Block 5 goes again on the timer. From then on both of its ACKs are there, and nothing after it goes twice.
  assert(outcome.link.count("DATA 5 (512 octets)") >= 2);
  for (let block = 6; block <= 50; block++) {
    assertEquals(outcome.link.count(`DATA ${block} (512 octets)`), 1);
  }
});

Deno.test("every datagram comes twice: without a window no DATA goes twice", () => {
  const file = fileOf(512 * 50);
  const outcome = transfer({ file, fate: () => DUPLICATE });
  assertArrived(outcome, file);
  assertEquals(outcome.sender.statistics.packetsSent, 51);
  assert(outcome.receiver.statistics.packetsSent <= 2 * 51);
});

for (const windowSize of [2, 4, 16]) {
  const settings = agreed({ windowSize });
  const sides = { sender: { settings }, receiver: { settings } };
  const file = fileOf(512 * 100);

  Deno.test(`windows of ${windowSize}: one datagram doubled costs a few at most, and the chain dies out`, () => {
    for (const side of ["sender", "receiver"] as const) {
      for (let index = 0; index < 30; index++) {
        for (const lateMs of [0, 25, 45]) {
          const fate = scripted({ [side]: { [index]: [0, lateMs] } });
          const outcome = transfer({ file, ...sides, fate });
          assertArrived(outcome, file);
          const { retransmissions } = outcome.sender.statistics;
          assert(
            retransmissions <= 2 * windowSize,
            `${side} ${index} ${lateMs} ms: ${retransmissions} sent again`,
          );
        }
      }
    }
  });

  Deno.test(`windows of ${windowSize}: every datagram doubled multiplies nothing`, () => {
    for (const lateMs of [0, 25]) {
      const outcome = transfer({ file, ...sides, fate: () => [0, lateMs] });
      assertArrived(outcome, file);
      const { packetsSent } = outcome.sender.statistics;
      assert(packetsSent <= 3 * 101, `${packetsSent} packets for 101 blocks`);
    }
  });

  Deno.test(`windows of ${windowSize}: whichever single datagram is lost, the transfer goes on at once`, () => {
    for (const side of ["sender", "receiver"] as const) {
      for (let index = 0; index < 30; index++) {
        const outcome = transfer({
          file,
          sender: { settings, roundTripMs: 20 },
          receiver: { settings, roundTripMs: 20 },
          fate: scripted({ [side]: { [index]: DROP } }),
        });
        assertArrived(outcome, file);
        const done = outcome.link.transcript.at(-1)!;
        const quiet = 20 * Math.ceil(101 / windowSize);
        assert(parseFloat(done) < quiet + 150, `${side} ${index}: ${done}`);
        assert(outcome.sender.statistics.timeouts <= 1);
      }
    }
  });
}

Deno.test("window: the very first block is lost: the gap's ACK 0 brings it back without a timeout", () => {
  const outcome = converse({
    operation: "write",
    file: FILE,
    options: WINDOW,
    fate: scripted({ sender: { 1: DROP } }),
  });
  assertArrived(outcome, FILE);
  assertEquals(outcome.link.transcript.slice(2, 7), [
    "20 sender: DATA 1 (512 octets) (lost)",
    "20 sender: DATA 2 (512 octets)",
    "20 sender: DATA 3 (176 octets)",
    "30 receiver: ACK 0",
    "40 sender: DATA 1 (512 octets)",
  ]);
  assertEquals(outcome.sender.statistics.timeouts, 0);
});

Deno.test("loss, doubles and delays at random: the file always arrives", () => {
  forAll(200, (random) => {
    const file = random.bytes(random.between(0, 20_000));
    const options: OptionList = random.pick([
      [],
      [["windowsize", String(random.between(1, 9))]],
      [["blksize", String(random.between(100, 1500))], ["windowsize", "3"]],
    ]);
    const retransmission = { retries: 60 };
    const outcome = converse({
      operation: random.pick(["read", "write"]),
      file,
      options,
      sender: { retransmission, unproven: null },
      receiver: { retransmission, unproven: null, dallyMs: 1e6 },
      fate: (_, index) => {
        if (index === 0 || random.chance(17, 20)) return DELIVER;
        return random.pick([DROP, DUPLICATE, [random.between(0, 300)]]);
      },
    });
    assertArrived(outcome, file);
  });
});

Deno.test("a tenth of all datagrams lost, in large windows: seconds, not minutes", () => {
  const settings = agreed({ blockSize: 64, windowSize: 64 });
  forAll(5, (random) => {
    const file = fileOf(64 * 3000);
    const side = { settings, roundTripMs: 10 };
    const { link, received } = transfer({
      file,
      sender: side,
      receiver: { ...side, dallyMs: 6000 },
      delayMs: 5,
      fate: () => random.chance(9, 10) ? DELIVER : DROP,
    });
    assertEquals(received, file);
    // Virtual time, and a wide margin: with a wait that stays doubled it was 160 to 330 seconds.
    assert(link.now < 40_000, `It took ${link.now} ms`);
  });
});
