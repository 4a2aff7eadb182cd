/**
 * Two machines and a link between them: a queue, a clock that jumps to whatever is next, a constant delay, and a fate for
 * each datagram. Either a `Sender` and a `Receiver` that are past their opening (`transfer`), or a client with its request
 * and a server that negotiates (`converse`).
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  decodePacket,
  DEFAULT_SETTINGS,
  encodePacket,
  formatPacket,
  negotiateOptions,
  type OptionList,
  peekOpcode,
} from "../../packet/mod.ts";
import {
  type Machine,
  Opening,
  Receiver,
  type ReceiverOptions,
  Sender,
  type SenderOptions,
} from "../../transfer/mod.ts";
import { still } from "./_dialogue.ts";

/** What becomes of a datagram: how much later than usual each copy of it arrives, in milliseconds. */
export type Fate = readonly number[];

export const DELIVER: Fate = [0];
export const DROP: Fate = [];
export const DUPLICATE: Fate = [0, 0];

/** Which side: the one with the file, or the one that gets it. */
export type Side = "sender" | "receiver";

/** Decides a datagram's fate by who sends it, and how many they sent before. */
export type Script = (from: Side, index: number, bytes: Uint8Array) => Fate;

/** Fates by number, first to last; beyond, all is delivered. */
export function scripted(
  fates: { readonly [side in Side]?: Readonly<Record<number, Fate>> },
): Script {
  return (from, index) => fates[from]?.[index] ?? DELIVER;
}

export interface LinkOptions {
  /** One way, in milliseconds. */
  readonly delayMs?: number;
  readonly fate?: Script;
  /** When to look at the outcome at the latest. */
  readonly untilMs?: number;
}

export interface TransferOptions extends LinkOptions {
  readonly file: Uint8Array;
  readonly sender?: Partial<SenderOptions>;
  readonly receiver?: Partial<ReceiverOptions>;
  /** Does something to both machines before they begin. */
  readonly prepare?: (machine: Sender | Receiver) => void;
}

export interface ConverseOptions extends TransferOptions {
  readonly operation: "read" | "write";
  readonly options?: OptionList;
  /** A server that knows no options. */
  readonly isPlain?: boolean;
}

/** One side of the link: a machine, and what its driver would do. */
interface Peer {
  readonly machine: Machine | null;
  handleDatagram(bytes: Uint8Array, now: number): void;
  work(now: number): void;
}

class SendingPeer implements Peer {
  #offset = 0;
  constructor(
    readonly machine: Sender,
    readonly file: Uint8Array,
    readonly blockSize: number,
  ) {}
  handleDatagram(bytes: Uint8Array, now: number): void {
    this.machine.handleDatagram(bytes, now);
  }
  work(): void {
    while (this.machine.wanted > 0) {
      const end = Math.min(this.#offset + this.blockSize, this.file.length);
      this.machine.payload.set(this.file.subarray(this.#offset, end));
      this.machine.fill(end - this.#offset);
      this.#offset = end;
    }
  }
}

class ReceivingPeer implements Peer {
  #parts: Uint8Array[] = [];
  constructor(readonly machine: Receiver) {}
  get received(): Uint8Array {
    const bytes = new Uint8Array(
      this.#parts.reduce((sum, part) => sum + part.length, 0),
    );
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }
  handleDatagram(bytes: Uint8Array, now: number): void {
    this.machine.handleDatagram(bytes, now);
  }
  work(now: number): void {
    if (this.machine.mustStore) {
      this.#parts.push(this.machine.takeBytes()!.slice());
      this.machine.stored();
    }
    if (this.machine.isStored) this.machine.complete(now);
  }
}

/** Opens a transfer, then hands over to the machine that carries it out. */
class ClientPeer implements Peer {
  #opening: Opening;
  #next: Peer | null = null;
  constructor(readonly options: ConverseOptions) {
    this.#opening = new Opening({
      request: {
        type: options.operation === "read" ? "RRQ" : "WRQ",
        filename: "file",
        mode: "octet",
        options: options.options ?? [],
      },
      now: 0,
      random: still,
    });
  }
  get machine(): Machine {
    return this.#next?.machine ?? this.#opening;
  }
  get inner(): Peer | null {
    return this.#next;
  }
  handleDatagram(bytes: Uint8Array, now: number): void {
    if (this.#next) return this.#next.handleDatagram(bytes, now);
    this.#opening.handleDatagram(bytes, now);
    const { result } = this.#opening;
    if (result === null) return;
    const { settings, acknowledged, roundTripMs } = result;
    const start = { settings, now, random: still, roundTripMs };
    const { file, operation } = this.options;
    if (operation === "write") {
      const sender = new Sender({ ...start, ...this.options.sender });
      this.#next = new SendingPeer(sender, file, settings.blockSize);
      return;
    }
    const opening = acknowledged && encodePacket({ type: "ACK", block: 0 });
    const receiver = new Receiver({
      ...start,
      opening,
      ...this.options.receiver,
    });
    this.#next = new ReceivingPeer(receiver);
    if (!acknowledged) receiver.handleDatagram(bytes, now);
  }
  work(now: number): void {
    this.#next?.work(now);
  }
}

/** Waits for a request, answers it, and knows one that comes again. */
class ServerPeer implements Peer {
  #next: Peer | null = null;
  constructor(readonly options: ConverseOptions) {}
  get machine(): Machine | null {
    return this.#next?.machine ?? null;
  }
  get inner(): Peer | null {
    return this.#next;
  }
  handleDatagram(bytes: Uint8Array, now: number): void {
    const machine = this.machine;
    const packet = peekOpcode(bytes) <= 2 ? decodePacket(bytes) : null;
    if (packet?.type !== "RRQ" && packet?.type !== "WRQ") {
      return this.#next?.handleDatagram(bytes, now);
    }
    if (machine instanceof Sender || machine instanceof Receiver) {
      return machine.handleRepeatedRequest();
    }
    const { file, operation, isPlain } = this.options;
    const { accepted, settings } = negotiateOptions(
      isPlain ? [] : packet.options,
      {},
      { operation, size: file.length },
    );
    const optionAck = accepted.length === 0
      ? null
      : encodePacket({ type: "OACK", options: accepted });
    const start = { settings, now, random: still };
    if (operation === "read") {
      const sender = new Sender({
        ...start,
        opening: optionAck,
        unproven: {},
        ...this.options.sender,
      });
      this.#next = new SendingPeer(sender, file, settings.blockSize);
    } else {
      const opening = optionAck ?? encodePacket({ type: "ACK", block: 0 });
      this.#next = new ReceivingPeer(
        new Receiver({
          ...start,
          opening,
          unproven: {},
          ...this.options.receiver,
        }),
      );
    }
  }
  work(now: number): void {
    this.#next?.work(now);
  }
}

interface Datagram {
  readonly at: number;
  readonly to: Side;
  readonly bytes: Uint8Array;
}

/** What went over the link. */
export class Link {
  readonly #peers: Readonly<Record<Side, Peer>>;
  readonly #delayMs: number;
  readonly #fate: Script;
  readonly #queue: Datagram[] = [];
  readonly #log: { at: number; from: Side; bytes: Uint8Array; fate: Fate }[] =
    [];
  /** Datagrams each side has sent, lost ones included. */
  readonly sent: Record<Side, number> = { sender: 0, receiver: 0 };
  /** The time, in milliseconds. */
  now = 0;

  constructor(sender: Peer, receiver: Peer, options: LinkOptions) {
    const { delayMs = 10, fate = () => DELIVER, untilMs = 1e9 } = options;
    this.#peers = { sender, receiver };
    this.#delayMs = delayMs;
    this.#fate = fate;
    this.#run(untilMs);
  }

  /** Who said what, and what became of it. */
  get transcript(): string[] {
    return this.#log.map(({ at, from, bytes, fate }) =>
      `${at} ${from}: ${formatPacket(bytes)}${FATE_NOTES[fate.length] ?? ""}`
    );
  }

  /** How often a packet that is told like this was sent. */
  count(line: string): number {
    return this.#log.filter(({ bytes }) => formatPacket(bytes) === line).length;
  }

  #run(untilMs: number): void {
    for (let steps = 0; this.now <= untilMs; steps++) {
      assert(steps < 2e6, "The link does not come to rest");
      this.#flush("sender");
      this.#flush("receiver");
      const next = Math.min(
        this.#queue[0]?.at ?? Infinity,
        this.#deadline("sender"),
        this.#deadline("receiver"),
      );
      if (next === Infinity || next > untilMs) return;
      this.now = Math.max(this.now, next);
      const head = this.#queue[0];
      if (head && head.at <= this.now) {
        this.#queue.shift();
        this.#peers[head.to].handleDatagram(head.bytes, this.now);
      }
      this.#peers.sender.machine?.handleTimeout(this.now);
      this.#peers.receiver.machine?.handleTimeout(this.now);
    }
  }

  #deadline(side: Side): number {
    return this.#peers[side].machine?.pollTimeout() ?? Infinity;
  }

  #flush(side: Side): void {
    const peer = this.#peers[side];
    peer.work(this.now);
    for (let bytes; (bytes = peer.machine?.pollTransmit(this.now));) {
      const copy = bytes.slice();
      const fate = this.#fate(side, this.sent[side]++, copy);
      this.#log.push({ at: this.now, from: side, bytes: copy, fate });
      for (const extra of fate) this.#post(side, copy, extra);
      peer.work(this.now);
    }
  }

  #post(from: Side, bytes: Uint8Array, extraMs: number): void {
    const at = this.now + this.#delayMs + extraMs;
    const to = from === "sender" ? "receiver" : "sender";
    let index = this.#queue.length;
    while (index > 0 && this.#queue[index - 1]!.at > at) index--;
    this.#queue.splice(index, 0, { at, to, bytes });
  }
}

const FATE_NOTES: Readonly<Record<number, string>> = {
  0: " (lost)",
  2: " (twice)",
};

export interface Outcome<S extends Machine, R extends Machine> {
  readonly link: Link;
  readonly sender: S;
  readonly receiver: R;
  readonly received: Uint8Array;
}

/** Sends a file from a `Sender` to a `Receiver`, until both have nothing more to do. */
export function transfer(
  options: TransferOptions,
): Outcome<Sender, Receiver> {
  const start = { settings: DEFAULT_SETTINGS, now: 0, random: still };
  const sender = new Sender({ ...start, ...options.sender });
  const receiver = new Receiver({ ...start, ...options.receiver });
  const { blockSize } = options.sender?.settings ?? DEFAULT_SETTINGS;
  options.prepare?.(sender);
  options.prepare?.(receiver);
  const to = new ReceivingPeer(receiver);
  const from = new SendingPeer(sender, options.file, blockSize);
  const link = new Link(from, to, options);
  return { link, sender, receiver, received: to.received };
}

/** A client asks, a server answers, and the file goes over, until both have nothing more to do. */
export function converse(options: ConverseOptions): Outcome<Machine, Machine> {
  const client = new ClientPeer(options);
  const server = new ServerPeer(options);
  const [from, to] = options.operation === "read"
    ? [server, client]
    : [client, server];
  const link = new Link(from, to, options);
  const { machine: sender } = from;
  const { machine: receiver } = to;
  assert(sender && receiver, "The server was never asked");
  const received = to.inner instanceof ReceivingPeer
    ? to.inner.received
    : new Uint8Array();
  return { link, sender, receiver, received };
}

/** Both sides have finished, and the file is what it was. */
export function assertArrived(
  { sender, receiver, received }: Outcome<Machine, Machine>,
  file: Uint8Array,
): void {
  assertEquals([sender.state, receiver.state], ["finished", "finished"]);
  assertEquals(received, file);
}
