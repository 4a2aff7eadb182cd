const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
  try {
    return utf8.decode(bytes);
  } catch {
    let text = "";
    for (const octet of bytes) text += String.fromCharCode(octet);
    return text;
  }
}
