/** A leading zero means octal to some, so that there must be none. */
const OCTET_REGEXP = /^(?:0|[1-9][0-9]{0,2})$/;
const GROUP_REGEXP = /^[0-9a-f]{1,4}$/i;

/**
 * The octets of an IP address (RFC 4291 section 2.2), taken to the letter: there are no short forms of IPv4.
 *
 * @param text The address as text; a zone behind `%` is left out.
 * @returns 4 octets, or 16; `null` when the text is no address.
 */
export function ipBytes(text: string): Uint8Array | null {
  return text.includes(":") ? ipv6Bytes(text.split("%")[0]!) : ipv4Bytes(text);
}

function ipv4Bytes(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const numbers = parts.map((part) =>
    OCTET_REGEXP.test(part) ? Number(part) : NaN
  );
  return numbers.every((number) => number <= 255)
    ? Uint8Array.from(numbers)
    : null;
}

function ipv6Bytes(text: string): Uint8Array | null {
  const [head = "", tail, more] = text.split("::");
  if (more !== undefined) return null;
  const left = groupBytes(head, tail === undefined);
  const right = groupBytes(tail ?? "", true);
  if (!left || !right) return null;
  const length = left.length + right.length;
  if (tail === undefined ? length !== 16 : length > 14) return null;
  const bytes = new Uint8Array(16);
  bytes.set(left);
  bytes.set(right, 16 - right.length);
  return bytes;
}

/** Groups with colons between them; the last one can be an IPv4 address. */
function groupBytes(text: string, isEnd: boolean): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (GROUP_REGEXP.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const ipv4 = isEnd && index === groups.length - 1 ? ipv4Bytes(group) : null;
    if (!ipv4) return null;
    bytes.push(...ipv4);
  }
  return bytes;
}
