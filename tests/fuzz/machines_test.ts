// Whatever datagrams and leaps of time come: no machine throws; none sends more than its window for one stimulus, longer packets
// than were agreed on, or anything but one ERROR after its end, and none at all after the other side's ERROR; one whose other
// side has not proved itself sends no more than its budget; and in silence each ends, within the time that its timers allow.

import { assert, assertEquals } from "@std/assert";
import {
  DEFAULT_SETTINGS,
  encodePacket,
  OPCODE,
  peekOpcode,
  type TransferSettings,
} from "../../packet/mod.ts";
import {
  type Machine,
  type MachineOptions,
  Opening,
  Receiver,
  Sender,
} from "../../transfer/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { GOLDEN } from "../packet/_golden.ts";
import { hostileRequest, mutate } from "./_mutate.ts";

const CORPUS = GOLDEN.map(({ bytes }) => bytes);
const BUDGET = { maxRetransmissions: 3, maxBytes: 2048, maxRepeats: 8 };

/** The longest timeout that can be negotiated is waited for twice, and a receiver stays for three more of it. */
const LONGEST_MS = 5 * 255_000;

/** A negotiated timeout of 10 ms is kept for as long as any silence is borne, which is 31 seconds. */
const MOST_WAKES = 3200;

/** A machine on the rack. */
interface Subject {
  readonly machine: Machine & { readonly isProven?: boolean };
  /** Packets that one stimulus may set off. */
  readonly maxBurst: number;
  readonly maxPacketBytes: number;
  readonly blockSize: number;
  /** A number close to the blocks that are under way. */
  block(): number;
  /** What its owner does with bytes; `isLast` to come to an end. */
  tend(random: Random, now: number, isLast: boolean): void;
  /** The request came again. */
  repeat?(): void;
}

function randomSettings(random: Random): TransferSettings {
  if (random.chance(1, 4)) return DEFAULT_SETTINGS;
  return {
    blockSize: random.pick([8, 512, 1428]),
    windowSize: random.pick([1, 2, 4, 64]),
    timeoutMs: random.pick([null, null, null, 1000, 255_000, 10]),
    transferSize: random.pick([null, 0, 5000]),
    rollover: random.pick([null, 0, 1]),
  };
}

function randomOptions(random: Random): MachineOptions {
  const settings = randomSettings(random);
  const isPlain = settings.windowSize === 1 && settings.blockSize === 512;
  return {
    settings,
    now: 0,
    random: () => random.word() / 2 ** 32,
    opening: isPlain && random.chance(1, 2)
      ? null
      : encodePacket({ type: "OACK", options: [["blksize", "512"]] }),
    unproven: random.chance(1, 2) ? BUDGET : null,
  };
}

function sender(random: Random): Subject {
  const options = randomOptions(random);
  const { blockSize, windowSize } = options.settings;
  const machine = new Sender({
    ...options,
    // Only an OACK makes a window, and it is answered before there is one.
    opening: options.unproven && !options.opening
      ? windowSize > 1 ? new Uint8Array([0, 6]) : null
      : options.opening ?? null,
    rollover: random.pick([0, 1, "refuse"]),
    forgiveLastAck: random.chance(1, 2),
  });
  return {
    machine,
    maxBurst: windowSize + 1,
    maxPacketBytes: blockSize + 4,
    blockSize,
    block: () => machine.statistics.blocks + random.between(-2, windowSize + 2),
    tend(random, _now, isLast) {
      while (machine.wanted > 0 && (isLast || random.chance(9, 10))) {
        const isShort = isLast || random.chance(1, 500);
        machine.payload.fill(7);
        machine.fill(isShort ? random.between(0, blockSize - 1) : blockSize);
      }
    },
    repeat: () => machine.handleRepeatedRequest(),
  };
}

function receiver(random: Random): Subject {
  const options = randomOptions(random);
  const { blockSize, windowSize } = options.settings;
  const machine = new Receiver({
    ...options,
    opening: options.opening ?? encodePacket({ type: "ACK", block: 0 }),
    rollover: random.pick([0, 1, "refuse", "auto"]),
    dallyMs: random.pick([0, 6000]),
  });
  let taken = 0;
  return {
    machine,
    maxBurst: 3,
    maxPacketBytes: 4,
    blockSize,
    block: () => machine.statistics.blocks + random.between(-2, windowSize + 2),
    tend(random, now, isLast) {
      if (!isLast && random.chance(1, 3)) return;
      if (machine.mustStore || random.chance(1, 10)) {
        taken += machine.takeBytes()?.length ?? 0;
        machine.stored();
      }
      if (machine.isStored) {
        assertEquals(taken, machine.statistics.bytes);
        machine.complete(now);
      }
    },
    repeat: () => machine.handleRepeatedRequest(),
  };
}

function opening(random: Random): Subject {
  const machine = new Opening({
    request: {
      type: random.pick(["RRQ", "WRQ"]),
      filename: "x",
      mode: "octet",
      options: random.pick([[], [["blksize", "1428"], ["windowsize", "4"]]]),
    },
    now: 0,
    random: () => random.word() / 2 ** 32,
    optionAttempts: random.pick([1, 3, Infinity]),
  });
  return {
    machine,
    maxBurst: 1,
    maxPacketBytes: 64,
    blockSize: 512,
    block: () => random.between(0, 1),
    tend() {},
  };
}

/** A datagram for a machine in the middle of a transfer: often one that fits, or nearly. */
function datagram(random: Random, { block, blockSize }: Subject): Uint8Array {
  const near = block() & 0xffff;
  switch (random.between(0, 11)) {
    case 0:
      return mutate(random, random.pick(CORPUS), CORPUS);
    case 1:
      return hostileRequest(random);
    case 2:
      return random.bytes(random.between(0, 12));
    case 3:
      return encodePacket({
        type: "OACK",
        options: random.pick([
          [],
          [["blksize", "512"]],
          [["blksize", "65464"]],
          [["WINDOWSIZE", "4"], ["color", "blue"]],
        ]),
      });
    case 4:
      return random.chance(1, 30)
        ? encodePacket({ type: "ERROR", code: 0, message: "\u202e\n" })
        : encodePacket({ type: "ACK", block: random.between(0, 65535) });
    case 5:
    case 6:
    case 7:
      return encodePacket({ type: "ACK", block: near });
    default: {
      const length = random.chance(1, 60)
        ? random.pick([0, 1, blockSize - 1, blockSize + 1, 65464])
        : blockSize;
      const data = new Uint8Array(length);
      return encodePacket({ type: "DATA", block: near, data });
    }
  }
}

/** What a machine has sent so far. */
class Ledger {
  readonly #subject: Subject;
  #lastWords = 0;
  #unproven = 0;
  #excused = 0;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** An answer to DATA proves nothing if the DATA does not fit, and is no longer than that was. */
  excuse(): void {
    this.#excused++;
  }

  /** Takes all that the machine wants to send, and all it has to tell. */
  drain(now: number): void {
    const { machine, maxBurst, maxPacketBytes } = this.#subject;
    const wasUnproven = machine.isProven === false;
    let burst = 0;
    for (;;) {
      const packet = machine.pollTransmit(now);
      if (packet === null) break;
      assert(++burst <= maxBurst, `A burst of more than ${maxBurst}`);
      if (peekOpcode(packet) === OPCODE.ERROR) {
        assert(machine.state === "failed" && ++this.#lastWords === 1);
        assertEquals(machine.failure?.origin, "local");
        assert(packet.length <= 505);
        continue;
      }
      assertEquals(machine.state, "open");
      if (peekOpcode(packet) !== OPCODE.OACK) {
        assert(packet.length <= maxPacketBytes);
      }
      if (wasUnproven) this.#unproven++;
    }
    const { maxRetransmissions, maxRepeats } = BUDGET;
    const allowed = 1 + maxRetransmissions + maxRepeats + this.#excused;
    assert(this.#unproven <= allowed, `${this.#unproven} packets unproven`);
    const { bytes, blocks } = machine.statistics;
    assert(bytes <= blocks * this.#subject.blockSize, "A block is too long");
    let events = 0;
    while (machine.pollEvent() !== null) assert(++events <= 64);
  }
}

function torture(random: Random, subject: Subject): void {
  const { machine } = subject;
  const ledger = new Ledger(subject);
  let now = 0;
  const steps = random.between(1, 300);
  for (let step = 0; step < steps; step++) {
    subject.tend(random, now, false);
    ledger.drain(now);
    const wasOpen = machine.state === "open";
    if (random.chance(9, 10)) {
      const bytes = datagram(random, subject);
      const before = bytes.slice();
      machine.handleDatagram(bytes, now);
      assertEquals(bytes, before);
      if (peekOpcode(bytes) === OPCODE.DATA) ledger.excuse();
      if (peekOpcode(bytes) === OPCODE.ERROR && wasOpen) {
        assertEquals(machine.pollTransmit(now), null);
      }
    } else if (random.chance(1, 5)) {
      subject.repeat?.();
    } else {
      const due = machine.pollTimeout();
      const leaps = [0, 0.5, 4, 100, 1000];
      if (random.chance(1, 40)) leaps.push(100_000, 1e9);
      if (due !== Infinity) leaps.push(due - now, due - now + 1);
      now += Math.max(0, random.pick(leaps));
      machine.handleTimeout(now);
    }
    ledger.drain(now);
  }
  comeToAnEnd(random, subject, ledger, now);
}

function comeToAnEnd(
  random: Random,
  subject: Subject,
  ledger: Ledger,
  start: number,
): void {
  const { machine } = subject;
  let now = start;
  for (let wakes = 0; machine.state === "open"; wakes++) {
    subject.tend(random, now, true);
    ledger.drain(now);
    if (machine.state !== "open") break;
    const due = machine.pollTimeout();
    assert(due < Infinity, "It waits for nothing and does not end");
    now = Math.max(now, due);
    machine.handleTimeout(now);
    ledger.drain(now);
    assert(wakes < MOST_WAKES, "It is woken without end");
  }
  assert(now - start <= LONGEST_MS, `It took ${now - start} ms`);
  assertEquals(machine.pollTimeout(), Infinity);
  assertEquals(machine.failure === null, machine.state === "finished");
  machine.handleDatagram(datagram(random, subject), now);
  machine.handleTimeout(now + 1e9);
  ledger.drain(now + 1e9);
}

for (const [name, make] of Object.entries({ opening, sender, receiver })) {
  Deno.test(`a machine bears anything: ${name}`, () => {
    forAll(2500, (random) => torture(random, make(random)));
  });
}
