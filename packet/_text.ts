const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const REPLACEMENT = "\uFFFD";

/** The octets of a text, in UTF-8; no more than `maxBytes` of them, cut between characters. */
export function textToBytes(text: string, maxBytes?: number): Uint8Array {
  const bytes = encoder.encode(text);
  if (maxBytes === undefined || bytes.length <= maxBytes) return bytes;
  const cut = new Uint8Array(maxBytes);
  return cut.subarray(0, encoder.encodeInto(text, cut).written);
}

/**
 * The text of octets: UTF-8 where they are UTF-8, otherwise one character an octet (Latin-1), so that no name is lost
 * and none throws. RFC 1350 says netascii; devices send whatever their authors typed.
 */
export function bytesToText(bytes: Uint8Array): string {
  // Not by a decoder that throws: a datagram can hold thousands of texts, and each error costs as much as hundreds of them.
  const decoded = utf8.decode(bytes);
  if (!decoded.includes(REPLACEMENT) || isTextOf(decoded, bytes)) {
    return decoded;
  }
  let text = "";
  for (const octet of bytes) text += String.fromCharCode(octet);
  return text;
}

function isTextOf(text: string, bytes: Uint8Array): boolean {
  const encoded = encoder.encode(text);
  return encoded.length === bytes.length &&
    encoded.every((octet, i) => octet === bytes[i]);
}
