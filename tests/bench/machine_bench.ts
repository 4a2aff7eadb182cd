/**
 * What the state machines cost without a socket: a sender and a receiver in one thread, joined by nothing but calls. Run
 * with `deno task bench tests/bench/machine_bench.ts`; what a transfer costs more than this is the runtime's and the
 * kernel's.
 *
 * @module
 */

import { DEFAULT_SETTINGS } from "../../packet/mod.ts";
import { Receiver, Sender } from "../../transfer/mod.ts";

const SIZE_BYTES = 1024 * 1024;

const SHAPES = [[512, 1], [1428, 1], [1428, 16], [8192, 8], [65464, 1]];

/** Fills what the sender wants; the bytes themselves are not looked at. */
function fill(sender: Sender, left: number, blockSize: number): number {
  while (sender.wanted > 0) {
    const length = Math.min(left, blockSize);
    sender.fill(length);
    left -= length;
  }
  return left;
}

function transfer(blockSize: number, windowSize: number): void {
  const settings = { ...DEFAULT_SETTINGS, blockSize, windowSize };
  const options = { settings, now: 0, random: Math.random };
  const sender = new Sender(options);
  const receiver = new Receiver(options);
  let left = SIZE_BYTES;
  for (let now = 0; sender.state === "open"; now++) {
    left = fill(sender, left, blockSize);
    for (let it = sender.pollTransmit(now); it; it = sender.pollTransmit(now)) {
      receiver.handleDatagram(it, now);
    }
    while (receiver.mustStore && receiver.takeBytes()) receiver.stored();
    if (receiver.isStored) receiver.complete(now);
    const ack = receiver.pollTransmit(now);
    if (ack) sender.handleDatagram(ack, now);
  }
}

for (const [blockSize, windowSize] of SHAPES) {
  Deno.bench({
    name: `1 MiB, ${windowSize} x ${blockSize}`,
    group: "machines",
    baseline: blockSize === 512,
    fn: () => transfer(blockSize!, windowSize!),
  });
}
