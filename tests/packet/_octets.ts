const encoder = new TextEncoder();

/** Octets of numbers, texts and other octets, one behind the other: `octets(0, 4, 0, 1)`, `octets(0, 1, "name", 0)`. */
export function octets(...parts: (number | string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => {
    if (typeof part === "number") return [part];
    return [...typeof part === "string" ? encoder.encode(part) : part];
  }));
}

/** Every octet of a text of code points up to U+00FF as it is: `latin1("\xff")` is one octet. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
