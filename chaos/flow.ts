// One transfer, as the scenario sees it: packets in, and out comes what becomes of them. No socket and no clock. Rules:
// 1. The packet at hand is changed; what is sent besides stands before or behind it, and is left alone by later actions.
// 2. After "stop" nothing passes, either way, and the server behind is told that the client is gone, so that it does not
//    send into the void.
// 3. A packet that waits to be swapped goes out behind the next one of its way, and is given back when there is none.

import {
  encodePacket,
  formatPacket,
  OPCODE,
  peekBlock,
  peekOpcode,
  type RequestPacket,
} from "../packet/mod.ts";
import type { Random } from "../simulator/random.ts";
import { alter, makePacket } from "./alter.ts";
import {
  blockSizeOf,
  type ChaosDirection,
  Matcher,
  optionsOf,
} from "./match.ts";
import type { ChaosAction, ChaosScenario } from "./scenario.ts";

/** A datagram that is to go on. */
export interface Parcel {
  readonly bytes: Uint8Array;
  readonly direction: ChaosDirection;
  readonly delayMs: number;
  /** Whether it comes from another port than the transfer's. */
  readonly isStranger: boolean;
}

/** What becomes of one packet. */
export interface PacketFate {
  /** Which way the packet went. */
  readonly direction: ChaosDirection;
  /** What goes on, in this order. */
  readonly parcels: readonly Parcel[];
  /** What was done, in words. */
  readonly deeds: readonly string[];
  /** Whether a packet waits to be swapped, and should be asked for with `release` some time later. */
  readonly isHolding: boolean;
}

/** What the packet at hand has become while the actions are at work. */
interface Work {
  bytes: Uint8Array;
  delayMs: number;
  isStranger: boolean;
  isDropped: boolean;
  isHeld: boolean;
  readonly direction: ChaosDirection;
  readonly before: Parcel[];
  readonly after: Parcel[];
}

/** How long a packet waits for another to be swapped with, in milliseconds. */
export const MAX_HOLD_MS = 1000;

/** One transfer under a scenario. */
export class Flow {
  readonly scenario: ChaosScenario;
  readonly request: RequestPacket;
  readonly #random: Random;
  readonly #matcher: Matcher;
  readonly #held = new Map<ChaosDirection, Work>();
  #blockSize: number = blockSizeOf([]);
  #lastBlock: number | null = null;
  #isStopped = false;

  constructor(
    request: RequestPacket,
    scenario: ChaosScenario,
    random: Random,
  ) {
    this.request = request;
    this.scenario = scenario;
    this.#random = random;
    this.#matcher = new Matcher(scenario, random);
  }

  /** Whether nothing passes any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** The block that ends the file, as far as it was seen. */
  get lastBlock(): number | null {
    return this.#lastBlock;
  }

  /** The same, after a packet of the client. */
  lastBlockAfter(bytes: Uint8Array): number | null {
    this.#learn(bytes, "from-client");
    return this.#lastBlock;
  }

  /** What becomes of a packet. */
  handle(bytes: Uint8Array, direction: ChaosDirection): PacketFate {
    if (this.#isStopped) {
      return { direction, parcels: [], deeds: [], isHolding: false };
    }
    this.#learn(bytes, direction);
    const rules = this.#matcher.match(bytes, direction, {
      operation: this.request.type === "RRQ" ? "read" : "write",
      hasOptions: this.request.options.length > 0,
      lastBlock: this.#lastBlock,
    });
    const work: Work = {
      bytes: bytes.slice(),
      direction,
      delayMs: 0,
      isStranger: false,
      isDropped: false,
      isHeld: false,
      before: [],
      after: [],
    };
    const deeds: string[] = [];
    for (const action of rules.flatMap(({ then }) => then)) {
      const deed = this.#act(action, work);
      if (deed !== null) deeds.push(deed);
    }
    const waiting = this.release(direction);
    const own = work.isDropped || work.isHeld ? [] : [parcelOf(work)];
    if (work.isHeld && !work.isDropped) this.#held.set(direction, work);
    const parcels = [...work.before, ...own, ...work.after, ...waiting];
    // Of a request that it does not get, the server knows nothing that could end.
    if (this.#isStopped && !isRequest(bytes)) parcels.push(toServer(GONE));
    return { direction, parcels, deeds, isHolding: work.isHeld };
  }

  /** The packet that waits to be swapped, if there is one; it waits no longer. */
  release(direction: ChaosDirection): Parcel[] {
    const work = this.#held.get(direction);
    this.#held.delete(direction);
    return work && !this.#isStopped ? [parcelOf(work)] : [];
  }

  /** Notes what the transfer is about. */
  #learn(bytes: Uint8Array, direction: ChaosDirection): void {
    const opcode = peekOpcode(bytes);
    const isDownload = this.request.type === "RRQ";
    if (opcode === OPCODE.OACK && direction === "to-client") {
      this.#blockSize = blockSizeOf(optionsOf(bytes));
    } else if (
      opcode === OPCODE.DATA && isDownload === (direction === "to-client") &&
      bytes.length < this.#blockSize + 4
    ) this.#lastBlock = peekBlock(bytes);
  }

  /** Does one thing, and says what, where there was anything to do. */
  #act(action: ChaosAction, work: Work): string | null {
    const what = formatPacket(work.bytes);
    switch (action.action) {
      case "drop":
        work.isDropped = true;
        return `dropped ${what}`;
      case "delay": {
        const more = this.#random.between(0, action.jitterMs ?? 0);
        work.delayMs += action.ms + more;
        return `delayed ${what} by ${action.ms + more} ms`;
      }
      case "duplicate": {
        const { copies = 1, afterMs = 0 } = action;
        for (let i = 0; i < copies; i++) {
          const delayMs = work.delayMs + afterMs;
          work.after.push({ ...parcelOf(work), delayMs });
        }
        return `sent ${what} ${
          copies === 1 ? "again" : `${copies} times more`
        }${afterMs > 0 ? ` after ${afterMs} ms` : ""}`;
      }
      case "swap":
        work.isHeld = true;
        return `held ${what} back behind the next`;
      case "acknowledge": {
        if (peekOpcode(work.bytes) !== OPCODE.DATA) return null;
        const block = peekBlock(work.bytes);
        work.after.push(toServer(encodePacket({ type: "ACK", block })));
        return `acknowledged ${what} in the client's name`;
      }
      case "send": {
        const { place = "instead", from = "server" } = action;
        const bytes = makePacket(action.packet, work.bytes);
        const isStranger = from === "stranger";
        const parcel = toClient(bytes, work.delayMs, isStranger);
        if (place === "instead") work.isDropped = true;
        (place === "after" ? work.after : work.before).push(parcel);
        return `sent a made-up ${formatPacket(bytes)}${
          isStranger ? " from another port" : ""
        } ${place === "instead" ? "instead of" : place} ${what}`;
      }
      case "stranger":
        work.isStranger = true;
        return `sent ${what} from another port`;
      case "error": {
        const { code, text } = action;
        const bytes = encodePacket({ type: "ERROR", code, message: text });
        work.before.push(toClient(bytes, work.delayMs, false));
        work.isDropped = true;
        this.#isStopped = true;
        return `sent ${formatPacket(bytes)} instead of ${what}`;
      }
      case "stop":
        this.#isStopped = true;
        return `fell silent at ${what}`;
      default: {
        const bytes = alter(work.bytes, action, this.#random);
        if (isSame(bytes, work.bytes)) return null;
        work.bytes = bytes;
        return describeChange(what, bytes, action);
      }
    }
  }
}

function describeChange(
  what: string,
  bytes: Uint8Array,
  { action }: ChaosAction,
): string {
  if (action === "corrupt") return `corrupted ${what}`;
  const now = formatPacket(bytes);
  return now === what
    ? `made ${what} ${bytes.length} octets long`
    : `changed ${what} to ${now}`;
}

/** What the server behind is told when it is to stop: nothing else ends a transfer as quietly. */
const GONE = encodePacket({
  type: "ERROR",
  code: 0,
  message: "The scenario has ended the transfer",
});

function toServer(bytes: Uint8Array): Parcel {
  return { bytes, direction: "from-client", delayMs: 0, isStranger: false };
}

function toClient(
  bytes: Uint8Array,
  delayMs: number,
  isStranger: boolean,
): Parcel {
  return { bytes, direction: "to-client", delayMs, isStranger };
}

function parcelOf({ bytes, direction, delayMs, isStranger }: Work): Parcel {
  return { bytes, direction, delayMs, isStranger };
}

function isRequest(bytes: Uint8Array): boolean {
  const opcode = peekOpcode(bytes);
  return opcode === OPCODE.RRQ || opcode === OPCODE.WRQ;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
