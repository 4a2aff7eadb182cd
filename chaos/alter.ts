// What is done to the octets of a packet. Nothing here is refused because it makes no packet: that is what it is for.

import {
  decodePacket,
  encodePacket,
  findOption,
  foldOptionName,
  OPCODE,
  type OptionList,
  peekBlock,
  peekOpcode,
} from "../packet/mod.ts";
import type { Random } from "../simulator/random.ts";
import type { ChaosAction, ChaosNumber, ChaosPacket } from "./scenario.ts";

/** Actions that change a packet and leave everything else alone. */
export type Alteration = Extract<
  ChaosAction,
  { action: "corrupt" | "rewrite" | "options" | "resize" | "truncate" }
>;

const HEADER_BYTES = 4;
const FILLING = 0x58;

/**
 * A packet after an action.
 *
 * @param bytes The packet, which is left as it is.
 * @param alteration The action.
 * @param random Where randomness comes from.
 * @returns The new packet; the same one where there is nothing to change.
 */
export function alter(
  bytes: Uint8Array,
  alteration: Alteration,
  random: Random,
): Uint8Array {
  switch (alteration.action) {
    case "corrupt":
      return corrupt(bytes, alteration, random);
    case "rewrite": {
      const copy = bytes.slice();
      const { opcode, block } = alteration;
      if (opcode !== undefined && copy.length >= 2) putWord(copy, 0, opcode);
      if (block !== undefined && copy.length >= HEADER_BYTES) {
        putWord(copy, 2, relativeTo(peekBlock(bytes), block) & 0xffff);
      }
      return copy;
    }
    case "options":
      return rewriteOptions(bytes, alteration);
    case "resize": {
      const payload = Math.max(0, bytes.length - HEADER_BYTES);
      const size = HEADER_BYTES +
        Math.max(0, relativeTo(payload, alteration.sizeBytes));
      const copy = new Uint8Array(size).fill(FILLING);
      copy.set(bytes.subarray(0, size));
      return copy;
    }
    case "truncate":
      return bytes.slice(0, alteration.sizeBytes);
  }
}

/**
 * The octets of a packet that is made up.
 *
 * @param packet What it is to be.
 * @param original The packet at hand, to which a block number may be relative.
 */
export function makePacket(
  packet: ChaosPacket,
  original: Uint8Array,
): Uint8Array {
  const blockOf = (block: ChaosNumber) =>
    relativeTo(Math.max(0, peekBlock(original)), block) & 0xffff;
  switch (packet.type) {
    case "DATA":
      return encodePacket({
        type: "DATA",
        block: blockOf(packet.block),
        data: new Uint8Array(packet.sizeBytes).fill(FILLING),
      });
    case "ACK":
      return encodePacket({ type: "ACK", block: blockOf(packet.block) });
    case "ERROR":
      return encodePacket({
        type: "ERROR",
        code: packet.code,
        message: packet.text,
      });
    case "OACK":
      return encodePacket({
        type: "OACK",
        options: Object.entries(packet.options),
      });
    case "raw":
      return Uint8Array.from(
        packet.hex.replace(/\s/g, "").match(/../g) ?? [],
        (octet) => Number.parseInt(octet, 16),
      );
  }
}

function corrupt(
  bytes: Uint8Array,
  { count = 1, offset }: Extract<Alteration, { action: "corrupt" }>,
  random: Random,
): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  // Behind the header, if there is anything: what is damaged there, nobody can notice.
  const min = copy.length > HEADER_BYTES ? HEADER_BYTES : 0;
  for (let i = 0; i < count; i++) {
    const at = offset === undefined
      ? random.between(min, copy.length - 1)
      : offset + i;
    if (at < copy.length) copy[at] = copy[at]! ^ random.between(1, 255);
  }
  return copy;
}

function rewriteOptions(
  bytes: Uint8Array,
  { set = {}, remove = [] }: Extract<Alteration, { action: "options" }>,
): Uint8Array {
  if (peekOpcode(bytes) !== OPCODE.OACK) return bytes;
  const packet = decodePacket(bytes);
  if (packet.type !== "OACK") return bytes;
  const removed = remove.map(foldOptionName);
  const options = packet.options.filter(([name]) =>
    !removed.includes(foldOptionName(name))
  ).map(([name, value]) => [name, value] as [string, string]);
  for (const [name, wanted] of Object.entries(set)) {
    const value = newValue(options, name, wanted);
    if (value === null) continue;
    const place = options.find(([other]) =>
      foldOptionName(other) === foldOptionName(name)
    );
    if (place) place[1] = value;
    else options.push([name, value]);
  }
  return encodePacket({ type: "OACK", options });
}

function newValue(
  options: OptionList,
  name: string,
  wanted: string,
): string | null {
  if (!/^[+-][0-9]+$/.test(wanted)) return wanted;
  const old = findOption(options, name);
  return old === undefined ? null : String(Number(old) + Number(wanted));
}

/** A number as it is, or so much more or less than another. */
function relativeTo(base: number, number: ChaosNumber): number {
  return typeof number === "number" ? number : base + Number(number);
}

function putWord(bytes: Uint8Array, offset: number, word: number): void {
  bytes[offset] = (word >>> 8) & 0xff;
  bytes[offset + 1] = word & 0xff;
}
