// netascii is text for the wire (RFC 1350 section 1, RFC 764): a line ends with CR LF, and a CR that ends no line is
// followed by NUL. Here a line ends with LF. Encoding looks at one octet at a time; decoding has to remember a CR at the
// end of a chunk, because its partner may be the first octet of the next.

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;

/**
 * How long a text is once encoded, in octets: what `tsize` tells in mode netascii.
 *
 * @param bytes The text, or a part of it.
 * @returns The number of octets on the wire.
 *
 * @example A line grows by one octet
 * ```ts
 * import { netasciiLength } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(netasciiLength(new TextEncoder().encode("ab\n")), 4);
 * ```
 */
export function netasciiLength(bytes: Uint8Array): number {
  let length = bytes.length;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === LF || bytes[i] === CR) length++;
  }
  return length;
}

/**
 * Encodes a text, or the next part of one: LF becomes CR LF, CR becomes CR NUL.
 *
 * @param bytes The text as it is kept here.
 * @returns The octets for the wire, in a new array.
 *
 * @example Line ends
 * ```ts
 * import { encodeNetascii } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const text = new TextEncoder().encode("one\ntwo\n");
 * assertEquals(new TextDecoder().decode(encodeNetascii(text)), "one\r\ntwo\r\n");
 * ```
 */
export function encodeNetascii(bytes: Uint8Array): Uint8Array {
  const output = new Uint8Array(netasciiLength(bytes));
  let end = 0;
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i]!;
    if (octet === LF) {
      output[end++] = CR;
      output[end++] = LF;
    } else {
      output[end++] = octet;
      if (octet === CR) output[end++] = NUL;
    }
  }
  return output;
}

/**
 * Decodes netascii that comes in parts: CR LF becomes LF, CR NUL becomes CR, also where the pair lies on the border of
 * two blocks. A CR with anything else behind it stays as it is.
 *
 * @example A line end on the border of two blocks
 * ```ts
 * import { NetasciiDecoder } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const decoder = new NetasciiDecoder();
 * const first = decoder.decode(new TextEncoder().encode("one\r"));
 * const second = decoder.decode(new TextEncoder().encode("\ntwo"));
 * assertEquals(new TextDecoder().decode(first), "one");
 * assertEquals(new TextDecoder().decode(second), "\ntwo");
 * assertEquals(decoder.finish().length, 0);
 * ```
 */
export class NetasciiDecoder {
  #pendingCr = false;

  /**
   * Decodes the next part.
   *
   * @param bytes The octets from the wire.
   * @returns The text so far, in a new array; a CR at the very end is kept back.
   */
  decode(bytes: Uint8Array): Uint8Array {
    const output = new Uint8Array(bytes.length + 1);
    let end = 0;
    for (let i = 0; i < bytes.length; i++) {
      const octet = bytes[i]!;
      if (this.#pendingCr) {
        this.#pendingCr = false;
        if (octet === LF) {
          output[end++] = LF;
          continue;
        }
        output[end++] = CR;
        if (octet === NUL) continue;
      }
      if (octet === CR) this.#pendingCr = true;
      else output[end++] = octet;
    }
    return output.subarray(0, end);
  }

  /**
   * Ends the text.
   *
   * @returns A CR that was kept back, or nothing.
   */
  finish(): Uint8Array {
    const output = new Uint8Array(this.#pendingCr ? [CR] : []);
    this.#pendingCr = false;
    return output;
  }
}
