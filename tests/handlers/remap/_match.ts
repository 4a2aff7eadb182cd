import { search } from "../../../handlers/remap/_matcher.ts";
import type { Program } from "../../../handlers/remap/_pattern.ts";

/** The code points of a text. */
export function codes(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0)!);
}

/** The match and its groups as places, such as "0-3 1-2 -"; `null` when there is none. */
export function match(
  program: Program,
  text: string,
  from = 0,
  left = 1_000_000,
): string | null {
  const found = search(program, codes(text), from, { left });
  if (found === null) return null;
  const places: string[] = [];
  for (let slot = 0; slot < found.slots.length; slot += 2) {
    const [start, end] = found.slots.slice(slot, slot + 2);
    places.push(start === -1 ? "-" : `${start}-${end}`);
  }
  return places.join(" ");
}
