import { assert, assertEquals } from "@std/assert";
import {
  ack,
  agreed,
  blocks,
  data,
  fileOf,
  receiveFrom,
  sendTo,
} from "./_dialogue.ts";
import { assertArrived, DELIVER, DROP, DUPLICATE, transfer } from "./_pair.ts";
import { peekBlock } from "../../packet/mod.ts";

const LOSSES = [DUPLICATE, DROP];

/** The number on the wire of a block not far beyond 65535. */
function wire(rollover: 0 | 1, block: number): number {
  return block > 65_535 ? block - 65_536 + rollover : block;
}

for (const rollover of [0, 1] as const) {
  Deno.test(`sender: rollover to ${rollover}: in the middle of a window`, () => {
    const settings = agreed({ blockSize: 8, windowSize: 4, rollover });
    const talk = sendTo({ bytes: 8 * 65_542, settings });
    const window = (from: number) =>
      [0, 1, 2, 3].map((i) => `DATA ${wire(rollover, from + i)} (8 octets)`);
    talk.at(0);
    for (let block = 1; block < 65_533; block += 4) {
      talk.expect(...window(block)).hear(ack(block + 3));
    }
    talk.expect(...window(65_533)).hear(ack(65_533)).expect(...window(65_534));
    talk.at(1).hear(ack(wire(rollover, 65_535))).expect(...window(65_536));
    talk.at(2).hear(ack(wire(rollover, 65_535)), ack(65_534)).silent();
    talk.at(3).hear(ack(wire(rollover, 65_536))).expect(...window(65_537));
    talk.at(4).hear(ack(wire(rollover, 65_540)));
    const [seventh, eighth] = window(65_541);
    talk.expect(seventh!, eighth!, `DATA ${wire(rollover, 65_543)} (0 octets)`);
    talk.at(5).hear(ack(wire(rollover, 65_543))).ends("finished");
    talk.counts({ bytes: 8 * 65_542, blocks: 65_543 });
  });
}

Deno.test("sender: rollover refused: a file of more than 65535 blocks fails", () => {
  const settings = agreed({ blockSize: 8, windowSize: 4 });
  const talk = sendTo({ bytes: 8 * 65_535, settings, rollover: "refuse" });
  talk.at(0);
  for (let block = 1; block < 65_533; block += 4) {
    talk.expect(...blocks(block, block + 3, 8)).hear(ack(block + 3));
  }
  talk.expect('ERROR 0 "File too large for this block size"').ends("failed");
});

Deno.test("sender: rollover refused: a file that just fits arrives", () => {
  const settings = agreed({ blockSize: 8 });
  const talk = sendTo({ bytes: 8 * 65_535 - 1, settings, rollover: "refuse" });
  talk.at(0);
  for (let block = 1; block < 65_535; block++) {
    talk.expect(`DATA ${block} (8 octets)`).hear(ack(block));
  }
  talk.expect("DATA 65535 (7 octets)").hear(ack(65_535)).ends("finished");
});

for (const rollover of [0, 1] as const) {
  Deno.test(`receiver: rollover to ${rollover}: in the middle of a window`, () => {
    const settings = agreed({ blockSize: 8, windowSize: 4, rollover });
    const talk = receiveFrom({ settings }).at(0);
    for (let block = 1; block <= 65_532; block++) talk.hear(data(block, 8));
    talk.expect("ACK 65532").hear(data(65_533, 8), data(65_534, 8));
    // Block 65535 is lost, then the window comes again.
    talk.hear(data(wire(rollover, 65_536), 8)).expect("ACK 65534");
    talk.hear(
      data(65_535, 8),
      data(wire(rollover, 65_536), 8),
      data(wire(rollover, 65_537), 8),
    );
    talk.silent().hear(data(wire(rollover, 65_538), 8)).expect(
      `ACK ${wire(rollover, 65_538)}`,
    );
    talk.hear(
      data(65_535, 8),
      data(wire(rollover, 65_536), 8),
      data(wire(rollover, 65_537), 8),
    );
    talk.silent().hear(data(wire(rollover, 65_538), 8)).expect(
      `ACK ${wire(rollover, 65_538)}`,
    );
    talk.hear(data(wire(rollover, 65_539), 3)).expect(
      `ACK ${wire(rollover, 65_539)}`,
    );
    talk.counts({ bytes: 65_538 * 8 + 3, blocks: 65_539, duplicates: 4 });
  });

  Deno.test(`receiver: rollover to ${rollover}: told from the sender without a window`, () => {
    const settings = agreed({ blockSize: 8 });
    const talk = receiveFrom({ settings }).at(0);
    for (let block = 1; block <= 65_534; block++) talk.hear(data(block, 8));
    talk.expect("ACK 65534").hear(data(65_535, 8)).expect("ACK 65535");
    talk.hear(data(65_535, 8)).expect("ACK 65535");
    for (let block = 65_536; block < 65_540; block++) {
      talk.hear(data(wire(rollover, block), 8)).expect(
        `ACK ${wire(rollover, block)}`,
      );
      talk.hear(data(wire(rollover, block), 8)).expect(
        `ACK ${wire(rollover, block)}`,
      );
    }
    talk.hear(data(wire(rollover, 65_540), 0)).expect(
      `ACK ${wire(rollover, 65_540)}`,
    );
    talk.counts({ blocks: 65_540, bytes: 65_539 * 8, unexpected: 0 });
  });

  Deno.test(`receiver: rollover refused: a number that rolls over to ${rollover} ends the transfer with ERROR 4`, () => {
    const settings = agreed({ blockSize: 8, windowSize: 3 });
    const talk = receiveFrom({ settings, rollover: "refuse" }).at(0);
    for (let block = 1; block <= 65_535; block++) talk.hear(data(block, 8));
    talk.expect("ACK 65535").hear(data(wire(rollover, 65_536), 8));
    talk.expect(
      'ERROR 4 "Block number rolled over after 65535 blocks, which is not allowed here"',
    );
    talk.ends("failed");
  });
}

for (const windowSize of [1, 4]) {
  Deno.test(`receiver: rollover to 1: a sender that rolls over to 0 is told, and no block goes missing, windows of ${windowSize}`, () => {
    const settings = agreed({ blockSize: 8, windowSize });
    const talk = receiveFrom({ settings, rollover: 1 }).at(0);
    for (let block = 1; block <= 65_535; block++) talk.hear(data(block, 8));
    if (windowSize === 1) talk.expect("ACK 65535");
    talk.hear(data(0, 8)).expect(
      'ERROR 4 "Block number rolled over to 0 after 65535 blocks, where 1 was expected"',
    ).ends("failed");
  });
}

Deno.test("receiver: rollover refused: block 65535 may be the last", () => {
  const settings = agreed({ blockSize: 8, windowSize: 3 });
  const talk = receiveFrom({ settings, rollover: "refuse" }).at(0);
  for (let block = 1; block <= 65_532; block++) talk.hear(data(block, 8));
  talk.expect("ACK 65532").hear(data(65_533, 8), data(65_534, 8)).silent();
  talk.hear(data(65_535, 7)).expect("ACK 65535");
  talk.hear(data(65_535, 7)).expect("ACK 65535").at(6000).ends("finished");
});

// Both sides, with losses just where the number rolls over.

for (const rollover of [0, 1] as const) {
  for (const windowSize of [1, 4, 7]) {
    Deno.test(`both: rollover to ${rollover}, windows of ${windowSize}, losses around it`, () => {
      const file = fileOf(8 * 65_560 + 5);
      const settings = agreed({ blockSize: 8, windowSize });
      const outcome = transfer({
        file,
        sender: { settings, rollover },
        receiver: { settings, rollover: windowSize === 1 ? "auto" : rollover },
        fate: (_, index, bytes) => {
          const isNear = index > 1000 &&
            (peekBlock(bytes) > 65_520 || peekBlock(bytes) < 15);
          return !isNear || index % 5 > 1 ? DELIVER : LOSSES[index % 5]!;
        },
      });
      assertArrived(outcome, file);
      assertEquals(outcome.sender.statistics.blocks, 65_561);
      assert(outcome.sender.statistics.retransmissions > 5);
    });
  }
}
