// How options lie in an area of octets: code, length, value; one pad octet skips, one end octet ends
// (RFC 2132 section 2). The rules of reading:
//
// 1. An option that is longer than what is left ends the area. What came before it counts.
// 2. A missing end is no fault: the area's own end serves as well.
// 3. A code that comes again continues its value (RFC 3396). The parts are joined once, at the end, so that thousands of
//    parts cost no more than their octets.

import { FRAMING } from "./_layout.ts";

/** The parts of each option's value, as collected over all areas of a message. */
export type OptionParts = Map<number, Uint8Array[]>;

/** The longest value, or part of one, that a length octet can tell. */
export const MAX_PART_BYTES = 255;

/** Collects the options of one area. The parts are views into it. */
export function collectOptions(area: Uint8Array, parts: OptionParts): void {
  let offset = 0;
  while (offset < area.length) {
    const code = area[offset]!;
    if (code === FRAMING.End) return;
    if (code === FRAMING.Pad) {
      offset++;
      continue;
    }
    const length = area[offset + 1];
    const start = offset + 2;
    if (length === undefined || start + length > area.length) return;
    const part = area.subarray(start, start + length);
    const known = parts.get(code);
    if (known) known.push(part);
    else parts.set(code, [part]);
    offset = start + length;
  }
}

/** The values, each in memory of its own, so that none keeps a receive buffer alive. */
export function joinParts(parts: OptionParts): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (const [code, [first, ...rest]] of parts) {
    options.set(code, rest.length === 0 ? first!.slice() : join(first!, rest));
  }
  return options;
}

function join(
  first: Uint8Array,
  rest: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const length = rest.reduce((sum, part) => sum + part.length, first.length);
  const value = new Uint8Array(length);
  value.set(first);
  let offset = first.length;
  for (const part of rest) {
    value.set(part, offset);
    offset += part.length;
  }
  return value;
}

/** An option as it is written: no more than 255 octets of value. */
export interface OptionPart {
  readonly code: number;
  readonly value: Uint8Array;
}

/** An option in as many parts as its length needs (RFC 3396 section 6); an empty value is one part. */
export function splitOption(code: number, value: Uint8Array): OptionPart[] {
  const parts: OptionPart[] = [];
  for (let start = 0; start === 0 || start < value.length;) {
    const end = start + MAX_PART_BYTES;
    parts.push({ code, value: value.subarray(start, end) });
    start = end;
  }
  return parts;
}

/** What an option takes on the wire, all parts together, in octets. */
export function optionBytes(value: Uint8Array): number {
  return value.length +
    2 * Math.max(1, Math.ceil(value.length / MAX_PART_BYTES));
}

/** Writes parts one behind the other, and an end. Where they end, behind that. */
export function writeParts(
  bytes: Uint8Array,
  start: number,
  parts: readonly OptionPart[],
): number {
  let offset = start;
  for (const { code, value } of parts) {
    bytes[offset] = code;
    bytes[offset + 1] = value.length;
    bytes.set(value, offset + 2);
    offset += 2 + value.length;
  }
  bytes[offset] = FRAMING.End;
  return offset + 1;
}
