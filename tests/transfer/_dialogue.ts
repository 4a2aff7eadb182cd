/**
 * Conversations with one machine, at given times. What the machine says is told as `formatPacket` tells it; whatever is not
 * expected must not be said, so silence is checked between all steps, and `silent()` only spells it out.
 *
 * ```ts ignore
 * const talk = sendTo({ bytes: 3 });
 * talk.at(0).expect("DATA 1 (3 octets)");
 * talk.at(999).silent();
 * talk.at(1000).expect("DATA 1 (3 octets)").hear(ack(1)).ends("finished");
 * ```
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  DEFAULT_SETTINGS,
  encodePacket,
  formatPacket,
  type OptionList,
  type Packet,
  type TransferSettings,
} from "../../packet/mod.ts";
import {
  type Machine,
  type MachineEvent,
  type MachineState,
  Receiver,
  type ReceiverOptions,
  Sender,
  type SenderOptions,
  type TransferStatistics,
} from "../../transfer/mod.ts";

/** A conversation with a machine; `work` is what its driver would do besides. */
export class Dialogue<M extends Machine> {
  readonly machine: M;
  readonly #work: (now: number) => void;
  #now: number;

  constructor(machine: M, work: (now: number) => void = () => {}, now = 0) {
    this.machine = machine;
    this.#work = work;
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** Goes on to another time; until then the machine must not have said a word. */
  at(now: number): this {
    assert(now >= this.#now, `Cannot go back from ${this.#now} to ${now}`);
    if (now > this.#now) this.silent();
    for (let steps = 0; this.machine.pollTimeout() < now; steps++) {
      assert(steps < 100, `The machine does not let go of ${this.#now}`);
      this.#now = Math.max(this.#now, this.machine.pollTimeout());
      this.machine.handleTimeout(this.#now);
      this.silent();
    }
    this.#now = now;
    this.machine.handleTimeout(now);
    return this;
  }

  /** Gives the machine packets, or any octets, before it may answer. */
  hear(...packets: (Packet | Uint8Array)[]): this {
    for (const packet of packets) {
      const bytes = packet instanceof Uint8Array
        ? packet
        : encodePacket(packet);
      this.machine.handleDatagram(bytes, this.#now);
      this.#work(this.#now);
    }
    return this;
  }

  /** Does something to the machine. */
  do(action: (machine: M, now: number) => void): this {
    action(this.machine, this.#now);
    return this;
  }

  /** The machine now says exactly this. */
  expect(...lines: string[]): this {
    assertEquals(this.#listen(), lines, `at ${this.#now} ms`);
    return this;
  }

  /** The machine now says nothing. */
  silent(): this {
    return this.expect();
  }

  /** The machine tells exactly these events, besides what it sends. */
  tells(...events: MachineEvent[]): this {
    const told: MachineEvent[] = [];
    for (let event; (event = this.machine.pollEvent());) told.push(event);
    assertEquals(told, events, `at ${this.#now} ms`);
    return this;
  }

  /** The machine has counted so far. */
  counts(expected: Partial<TransferStatistics>): this {
    const actual = Object.fromEntries(
      Object.keys(expected).map((
        name,
      ) => [name, this.machine.statistics[name as keyof TransferStatistics]]),
    );
    assertEquals(actual, { ...expected }, `at ${this.#now} ms`);
    return this;
  }

  /** The machine is in this state, says nothing more, and if it has ended wants nothing more. */
  ends(state: MachineState): this {
    this.silent();
    assertEquals(this.machine.state, state, `at ${this.#now} ms`);
    if (state !== "open") assertEquals(this.machine.pollTimeout(), Infinity);
    return this;
  }

  #listen(): string[] {
    const lines: string[] = [];
    this.#work(this.#now);
    for (let bytes; (bytes = this.machine.pollTransmit(this.#now));) {
      lines.push(formatPacket(bytes));
      assert(lines.length < 1000, "The machine does not stop talking");
      this.#work(this.#now);
    }
    return lines;
  }
}

/** Randomness that is none: no jitter. */
export const still = (): number => 0;

/** Settings that differ from RFC 1350's in what is named. */
export function agreed(
  settings: Partial<TransferSettings> = {},
): TransferSettings {
  return { ...DEFAULT_SETTINGS, ...settings };
}

/** The octets of a file: no block of it is like another. */
export function fileOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff);
}

export interface SendOptions extends Partial<SenderOptions> {
  /** Octets in the file. */
  readonly bytes: number;
  /** How many blocks may be had from the start; `arrived()` is for the others. */
  readonly blocksAtHand?: number;
}

/** A conversation with a sender whose file is at hand, unless said otherwise. */
export class SenderDialogue extends Dialogue<Sender> {
  #atHand: { blocks: number };

  constructor(sender: Sender, file: Uint8Array, blockSize: number, n: number) {
    const atHand = { blocks: n };
    let offset = 0;
    super(sender, () => {
      while (sender.wanted > 0 && atHand.blocks > 0) {
        const bytes = file.subarray(offset, offset + blockSize);
        sender.payload.set(bytes);
        sender.fill(bytes.length);
        offset += bytes.length;
        atHand.blocks--;
      }
    });
    this.#atHand = atHand;
  }

  /** The source has so many blocks more. */
  arrived(blocks: number): this {
    this.#atHand.blocks += blocks;
    return this;
  }
}

export function sendTo(options: SendOptions): SenderDialogue {
  const { bytes, blocksAtHand = Infinity, ...rest } = options;
  const settings = rest.settings ?? DEFAULT_SETTINGS;
  const sender = new Sender({ random: still, now: 0, ...rest, settings });
  return new SenderDialogue(
    sender,
    fileOf(bytes),
    settings.blockSize,
    blocksAtHand,
  );
}

export interface ReceiveOptions extends Partial<ReceiverOptions> {
  /** `"eager"` takes and stores at once, `"manual"` leaves that to the test. */
  readonly sink?: "eager" | "manual";
}

/** A conversation with a receiver whose sink is done at once, unless said otherwise. */
export function receiveFrom(options: ReceiveOptions = {}): Dialogue<Receiver> {
  const { sink = "eager", ...rest } = options;
  const settings = rest.settings ?? DEFAULT_SETTINGS;
  const receiver = new Receiver({ random: still, now: 0, ...rest, settings });
  return new Dialogue(receiver, (now) => {
    if (sink === "manual") return;
    if (receiver.takeBytes()) receiver.stored();
    if (receiver.isStored) receiver.complete(now);
  });
}

export function ack(block: number): Packet {
  return { type: "ACK", block };
}

/** A block; whole and of 512 octets unless said otherwise. */
export function data(block: number, length = 512): Packet {
  return { type: "DATA", block, data: new Uint8Array(length).fill(block) };
}

export function error(code: number, message = ""): Packet {
  return { type: "ERROR", code, message };
}

export function oack(...options: OptionList): Packet {
  return { type: "OACK", options };
}

/** Whole blocks `first` to `last` as a machine tells them. */
export function blocks(first: number, last: number, length = 512): string[] {
  return Array.from(
    { length: last - first + 1 },
    (_, i) => `DATA ${(first + i) & 0xffff} (${length} octets)`,
  );
}
