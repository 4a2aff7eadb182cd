/**
 * Every way to lose or double the first datagrams of a small transfer. The fate of a datagram is only chosen when it is
 * sent, so that no two runs are the same.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { Machine } from "../../transfer/mod.ts";
import { agreed, fileOf } from "./_dialogue.ts";
import {
  DELIVER,
  DROP,
  DUPLICATE,
  type Fate,
  type Outcome,
  type Script,
  type Side,
  transfer,
} from "./_pair.ts";

/** Goes through all sequences of choices, depth first. */
class Choices {
  #taken: { index: number; count: number }[] = [];
  #depth = 0;

  /** Begins the next sequence; whether there is one. */
  next(): boolean {
    const wasBegun = this.#depth > 0;
    this.#depth = 0;
    if (!wasBegun && this.#taken.length === 0) return true;
    while (this.#taken.length > 0) {
      const last = this.#taken.at(-1)!;
      if (++last.index < last.count) return true;
      this.#taken.pop();
    }
    return false;
  }

  choose<T>(from: readonly T[]): T {
    const choice = this.#taken[this.#depth++] ??
      this.#push(from.length);
    return from[choice.index]!;
  }

  #push(count: number): { index: number; count: number } {
    const choice = { index: 0, count };
    this.#taken.push(choice);
    return choice;
  }
}

interface Sweep {
  /** Fates to choose from. */
  readonly fates: readonly Fate[];
  /** How many datagrams of each side have their fate chosen. */
  readonly depth: number;
  /** Octets in the files. */
  readonly sizes: readonly number[];
}

const BLOCK_SIZE = 8;

/** The second copy comes when a round trip has passed. */
const LATE_DOUBLE: Fate = [0, 25];

/** Time enough for every first datagram to be lost. */
const PATIENT = { retries: 12 };

/** No block to three, the last of them short or whole. */
const SIZES = [0, 3, 8, 13, 16, 20, 24];

function sweep({ fates, depth, sizes }: Sweep, windowSize: number): number {
  const settings = agreed({ blockSize: BLOCK_SIZE, windowSize });
  let runs = 0;
  for (const size of sizes) {
    const file = fileOf(size);
    const choices = new Choices();
    while (choices.next()) {
      runs++;
      const fate: Script = (_: Side, index: number) =>
        index < depth ? choices.choose(fates) : DELIVER;
      const outcome = transfer({
        file,
        fate,
        sender: { settings, retransmission: PATIENT },
        receiver: { settings, retransmission: PATIENT, dallyMs: 1e6 },
      });
      check(outcome, file, depth, windowSize);
    }
  }
  return runs;
}

function check(
  { sender, receiver, received, link }: Outcome<Machine, Machine>,
  file: Uint8Array,
  depth: number,
  windowSize: number,
): void {
  const explain = () => `\n${link.transcript.join("\n")}`;
  const is = (ok: boolean, what: string) =>
    assert(ok, ok ? "" : what + explain());

  is(sender.state === "finished", `sender is ${sender.state}`);
  is(receiver.state === "finished", `receiver is ${receiver.state}`);
  is(
    received.length === file.length && received.every((b, i) => b === file[i]),
    "the file is not what it was",
  );
  const blocks = Math.floor(file.length / BLOCK_SIZE) + 1;
  for (const { statistics } of [sender, receiver]) {
    is(statistics.bytes === file.length, `${statistics.bytes} bytes`);
    is(statistics.blocks === blocks, `${statistics.blocks} blocks`);
    is(statistics.unexpected === 0, `${statistics.unexpected} unexpected`);
  }
  // Each loss, and each double, may cost one window; nothing multiplies.
  const limit = 2 * depth * Math.min(windowSize, blocks);
  is(
    sender.statistics.retransmissions <= limit,
    `${sender.statistics.retransmissions} DATA sent again, more than ${limit}`,
  );
  is(
    sender.statistics.packetsSent ===
      blocks + sender.statistics.retransmissions,
    "DATA that was sent again is not counted",
  );
}

for (const windowSize of [1, 2, 3]) {
  Deno.test(`windows of ${windowSize}: whichever of the first six datagrams of each side are lost`, () => {
    const fates = [DELIVER, DROP];
    assert(sweep({ fates, depth: 6, sizes: SIZES }, windowSize) > 6000);
  });

  Deno.test(`windows of ${windowSize}: whichever come twice, at once or later`, () => {
    const fates = [DELIVER, DUPLICATE, LATE_DOUBLE];
    assert(sweep({ fates, depth: 6, sizes: SIZES }, windowSize) > 2000);
  });

  Deno.test(`windows of ${windowSize}: whichever are lost or come twice`, () => {
    const fates = [DELIVER, DROP, DUPLICATE];
    assert(sweep({ fates, depth: 6, sizes: [0, 3, 13] }, windowSize) > 50_000);
    assert(sweep({ fates, depth: 5, sizes: SIZES }, windowSize) > 20_000);
  });
}
