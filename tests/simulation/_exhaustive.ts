/**
 * Every way in which the first datagrams of a small transfer can be delivered, lost, doubled or overtaken by the next one:
 * a client with its request and a server that answers it, over a link on which one datagram is like another. The fate of a
 * datagram is chosen when it is sent, so that the ways form a tree, and no two runs are the same.
 *
 * @module
 */

import {
  encodePacket,
  OPCODE,
  peekOpcode,
  type TransferSettings,
} from "../../packet/mod.ts";
import {
  type Machine,
  Opening,
  Receiver,
  type ReceiverOptions,
  Sender,
} from "../../transfer/mod.ts";

/** A transfer to try. */
export interface Case {
  readonly operation: "read" | "write";
  /** Octets in the file; a block has 8. */
  readonly sizeBytes: number;
  readonly windowSize: number;
}

/** What can become of a datagram. */
const [DELIVERED, LOST, DOUBLED, OVERTAKEN] = [0, 1, 2, 3];
const FATES = ["", " (lost)", " (twice)", " (overtaken)"];

const BLOCK_SIZE = 8;
const DELAY_MS = 10;

/** Time enough for every datagram of the tree to be lost. */
const PATIENT = { retries: 30 };

/** More datagrams than any run needs. */
const MAX_DATAGRAMS = 1000;

/** No block to four, the last of them short; and two that are whole. */
const SIZES = [0, 3, 11, 16, 19, 27];

/** All transfers that are tried, the shortest first. */
export const CASES: readonly Case[] = SIZES.flatMap((sizeBytes) =>
  [1, 2, 3].flatMap((windowSize) =>
    (["read", "write"] as const).map((operation) => ({
      operation,
      sizeBytes,
      windowSize,
    }))
  )
);

/** A case in words. */
export function describeCase(
  { operation, sizeBytes, windowSize }: Case,
): string {
  return `${operation} of ${sizeBytes} octets in windows of ${windowSize}`;
}

/** Goes through all fates of the first datagrams, depth first. */
class Tree {
  readonly #choices: Uint8Array;
  #used = 0;

  constructor(depth: number) {
    this.#choices = new Uint8Array(depth);
  }

  /** The fate of the datagram of this number. */
  fateOf(index: number): number {
    if (index >= this.#choices.length) return DELIVERED!;
    if (index >= this.#used) this.#used = index + 1;
    return this.#choices[index]!;
  }

  /** How many of the fates were none to be wished for. */
  get faults(): number {
    let count = 0;
    for (let i = 0; i < this.#used; i++) if (this.#choices[i] !== 0) count++;
    return count;
  }

  /** Goes on to the next leaf; whether there is one. */
  next(): boolean {
    for (let i = this.#used - 1; i >= 0; i--) {
      if (this.#choices[i]! < 3) {
        this.#choices[i]!++;
        this.#used = i + 1;
        return true;
      }
      this.#choices[i] = 0;
    }
    return false;
  }
}

/**
 * Runs a case with every fate of its first datagrams.
 *
 * @param depth How many datagrams, both directions together, have their fate chosen.
 * @returns How many transfers there were.
 * @throws {Error} When one of them does not end well.
 */
export function exhaust(which: Case, depth: number): number {
  const file = Uint8Array.from({ length: which.sizeBytes }, (_, i) => i + 1);
  const tree = new Tree(depth);
  let transfers = 0;
  do {
    const run = new Run(which, file, tree);
    transfers++;
    const wrong = run.findFault();
    if (wrong !== null) {
      const again = new Run(which, file, tree, []);
      again.findFault();
      throw new Error(
        `${describeCase(which)}: ${wrong}\n${again.log!.join("\n")}`,
      );
    }
  } while (tree.next());
  return transfers;
}

/** One end of the link. */
interface End {
  machine: Machine | null;
  /** Datagrams that wait to be overtaken. */
  held: Uint8Array[];
}

interface Datagram {
  readonly at: number;
  readonly to: End;
  readonly bytes: Uint8Array;
}

const still = () => 0;

class Run {
  readonly log: string[] | undefined;
  readonly #case: Case;
  readonly #file: Uint8Array;
  readonly #tree: Tree;
  readonly #settings: TransferSettings;
  readonly #client: End = { machine: null, held: [] };
  readonly #server: End = { machine: null, held: [] };
  readonly #queue: Datagram[] = [];
  readonly #received: Uint8Array;
  #receivedLength = 0;
  #filled = 0;
  #head = 0;
  #sent = 0;
  #now = 0;
  #isStored = false;
  #wrong: string | null = null;

  constructor(which: Case, file: Uint8Array, tree: Tree, log?: string[]) {
    this.#case = which;
    this.#file = file;
    this.#tree = tree;
    this.log = log;
    this.#received = new Uint8Array(file.length);
    this.#settings = {
      blockSize: BLOCK_SIZE,
      windowSize: which.windowSize,
      timeoutMs: null,
      transferSize: null,
      rollover: null,
    };
    this.#client.machine = new Opening({
      request: {
        type: which.operation === "read" ? "RRQ" : "WRQ",
        filename: "f",
        mode: "octet",
        options: optionsOf(which.windowSize),
      },
      now: 0,
      random: still,
      retransmission: PATIENT,
      optionAttempts: Infinity,
    });
  }

  /** Runs to the end; what went wrong, if anything did. */
  findFault(): string | null {
    const [client, server] = [this.#client, this.#server];
    for (;;) {
      this.#flush(client);
      this.#flush(server);
      if (this.#wrong !== null) return this.#wrong;
      const head = this.#queue[this.#head];
      const next = Math.min(
        head?.at ?? Infinity,
        client.machine!.pollTimeout(),
        server.machine?.pollTimeout() ?? Infinity,
      );
      if (next === Infinity) return this.#findFaultAtEnd();
      this.#now = Math.max(this.#now, next);
      if (head && head.at <= this.#now) {
        this.#head++;
        this.#deliver(head.to, head.bytes);
      }
      client.machine!.handleTimeout(this.#now);
      server.machine?.handleTimeout(this.#now);
    }
  }

  #findFaultAtEnd(): string | null {
    for (const { machine } of [this.#client, this.#server]) {
      if (machine?.state !== "finished") return `a side is ${machine?.state}`;
    }
    if (this.#receivedLength !== this.#file.length) {
      return `${this.#receivedLength} octets came`;
    }
    if (this.#received.some((octet, i) => octet !== this.#file[i])) {
      return "the file is not what it was";
    }
    const blocks = Math.floor(this.#file.length / BLOCK_SIZE) + 1;
    const { windowSize } = this.#case;
    // Request, its answer and the answer to that; each block, and its acknowledgment; and what each fault may cost.
    const most = 3 + 2 * blocks + this.#tree.faults * 2 * (windowSize + 1);
    return this.#sent > most ? `${this.#sent} datagrams` : null;
  }

  #flush(end: End): void {
    for (;;) {
      this.#feed(end.machine);
      const bytes = end.machine?.pollTransmit(this.#now);
      if (!bytes) return;
      this.#send(end, bytes.slice());
    }
  }

  #send(from: End, bytes: Uint8Array): void {
    if (this.#sent > MAX_DATAGRAMS) this.#wrong = "there is no end to it";
    const isAck = peekOpcode(bytes) === OPCODE.ACK;
    const last = Math.floor(this.#file.length / BLOCK_SIZE) + 1;
    if (isAck && bytes[3] === last && !this.#isStored) {
      this.#wrong = "the last block is acknowledged before it is safe";
    }
    const fate = this.#tree.fateOf(this.#sent++);
    this.log?.push(
      `${this.#now} ${from === this.#client ? "client" : "server"}: ${bytes}${
        FATES[fate]
      }`,
    );
    if (fate === OVERTAKEN) return void from.held.push(bytes);
    if (fate !== LOST) this.#post(from, bytes);
    if (fate === DOUBLED) this.#post(from, bytes);
    while (from.held.length > 0) this.#post(from, from.held.pop()!);
  }

  #post(from: End, bytes: Uint8Array): void {
    const to = from === this.#client ? this.#server : this.#client;
    this.#queue.push({ at: this.#now + DELAY_MS, to, bytes });
  }

  #deliver(to: End, bytes: Uint8Array): void {
    const { machine } = to;
    if (to === this.#server && peekOpcode(bytes) <= OPCODE.WRQ) {
      if (machine) (machine as Sender | Receiver).handleRepeatedRequest();
      else to.machine = this.#answer();
      return;
    }
    if (!machine) return;
    machine.handleDatagram(bytes, this.#now);
    if (machine instanceof Opening && machine.result) {
      to.machine = this.#proceed(machine.result.roundTripMs);
    }
  }

  /** The server's side of the transfer. */
  #answer(): Sender | Receiver {
    const opening = OPTION_ACKS[this.#case.windowSize]!;
    const options = { ...this.#start(), opening, unproven: {} };
    return this.#case.operation === "read"
      ? new Sender(options)
      : new Receiver(options);
  }

  /** The client's side, once the server has answered. */
  #proceed(roundTripMs: number | null): Sender | Receiver {
    const options = { ...this.#start(), roundTripMs };
    return this.#case.operation === "write"
      ? new Sender(options)
      : new Receiver({ ...options, opening: ACK_0 });
  }

  #start(): ReceiverOptions & { rollover: 0 } {
    return {
      settings: this.#settings,
      now: this.#now,
      random: still,
      retransmission: PATIENT,
      rollover: 0,
      dallyMs: 1e7,
    };
  }

  /** What a driver does between two packets. */
  #feed(machine: Machine | null): void {
    if (machine instanceof Sender) {
      while (machine.wanted > 0) {
        const end = Math.min(this.#filled + BLOCK_SIZE, this.#file.length);
        machine.payload.set(this.#file.subarray(this.#filled, end));
        machine.fill(end - this.#filled);
        this.#filled = end;
      }
    } else if (machine instanceof Receiver) {
      if (machine.mustStore) {
        const bytes = machine.takeBytes()!;
        const room = this.#received.length - this.#receivedLength;
        this.#received.set(bytes.subarray(0, room), this.#receivedLength);
        this.#receivedLength += bytes.length;
        machine.stored();
      }
      if (machine.isStored) {
        this.#isStored = true;
        machine.complete(this.#now);
      }
    }
  }
}

function optionsOf(windowSize: number): [string, string][] {
  return [["blksize", String(BLOCK_SIZE)], ["windowsize", String(windowSize)]];
}

const OPTION_ACKS = [0, 1, 2, 3].map((windowSize) =>
  encodePacket({ type: "OACK", options: optionsOf(windowSize) })
);
const ACK_0 = encodePacket({ type: "ACK", block: 0 });
