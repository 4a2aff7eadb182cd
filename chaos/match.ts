import {
  decodePacket,
  DEFAULT_BLOCK_SIZE,
  findOption,
  OPCODE,
  type OptionList,
  type Packet,
  parseOptionNumber,
  peekBlock,
  peekOpcode,
} from "../packet/mod.ts";
import type { Random } from "../simulator/random.ts";
import type {
  ChaosPacketType,
  ChaosRange,
  ChaosRule,
  ChaosScenario,
} from "./scenario.ts";

/** Which way a packet goes. */
export type ChaosDirection = "to-client" | "from-client";

/** What of a transfer decides whether a rule fits. */
export interface MatchContext {
  readonly operation: "read" | "write";
  readonly hasOptions: boolean;
  /** The block that ends the file, as far as it was seen. */
  readonly lastBlock: number | null;
}

/** Decides which rules fit a packet, and counts. */
export class Matcher {
  readonly #scenario: ChaosScenario;
  readonly #random: Random;
  /** How often each rule has fitted, its `nth` aside. */
  readonly #fits: number[];
  readonly #transmissions = new Map<string, number>();

  constructor(scenario: ChaosScenario, random: Random) {
    this.#scenario = scenario;
    this.#random = random;
    this.#fits = scenario.rules.map(() => 0);
  }

  /** The rules that fit; every packet of a transfer is to be shown once. */
  match(
    bytes: Uint8Array,
    direction: ChaosDirection,
    context: MatchContext,
  ): ChaosRule[] {
    const type = typeOf(bytes);
    const block = type === "DATA" || type === "ACK" ? peekBlock(bytes) : -1;
    const key = `${direction} ${type} ${block}`;
    const transmission = (this.#transmissions.get(key) ?? 0) + 1;
    this.#transmissions.set(key, transmission);
    return this.#scenario.rules.filter(({ when }, index) => {
      const types = when.packet === undefined ? null : [when.packet].flat();
      const way = when.direction ?? defaultDirection(types);
      const isFit = (types === null || type !== null && types.includes(type)) &&
        (way === "both" || way === direction) &&
        (when.operation ?? context.operation) === context.operation &&
        (when.hasOptions ?? context.hasOptions) === context.hasOptions &&
        fitsBlock(when.block, block, context.lastBlock) &&
        isIn(when.transmission, transmission);
      if (!isFit) return false;
      const nth = ++this.#fits[index]!;
      return isIn(when.nth, nth) &&
        (when.probability === undefined ||
          this.#random.chance(when.probability));
    });
  }
}

/** The type of a datagram; `null` when it is no packet. */
export function typeOf(bytes: Uint8Array): ChaosPacketType | null {
  const opcode = peekOpcode(bytes);
  const [type] = Object.entries(OPCODE).find(([, value]) => value === opcode) ??
    [null];
  return type as ChaosPacketType | null;
}

function defaultDirection(
  types: readonly ChaosPacketType[] | null,
): ChaosDirection {
  return types?.every((type) => type === "RRQ" || type === "WRQ")
    ? "from-client"
    : "to-client";
}

function fitsBlock(
  wanted: ChaosRange | "last" | undefined,
  block: number,
  lastBlock: number | null,
): boolean {
  if (wanted === undefined) return true;
  if (block < 0) return false;
  return wanted === "last" ? block === lastBlock : isIn(wanted, block);
}

function isIn(range: ChaosRange | undefined, value: number): boolean {
  if (range === undefined) return true;
  if (typeof range === "number") return value === range;
  return value >= range[0] && value <= range[1];
}

/** The block size that an OACK settles. */
export function blockSizeOf(options: OptionList): number {
  const text = findOption(options, "blksize");
  const size = text === undefined ? null : parseOptionNumber(text);
  return size ?? DEFAULT_BLOCK_SIZE;
}

/** A datagram as a packet; `null` when it is none. */
export function packetOf(bytes: Uint8Array): Packet | null {
  try {
    return decodePacket(bytes);
  } catch {
    return null;
  }
}

/** The options of an OACK; none of anything else. */
export function optionsOf(bytes: Uint8Array): OptionList {
  const packet = packetOf(bytes);
  return packet?.type === "OACK" ? packet.options : [];
}
