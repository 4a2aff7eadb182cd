import { assertEquals } from "@std/assert";

/** All of several arrays. */
export function concat(
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** A packet of a capture, taken apart. */
export interface TakenApart {
  readonly time: string;
  readonly from: string;
  readonly to: string;
  readonly payload: Uint8Array;
  readonly isCut: boolean;
}

/** Takes a capture apart, and checks every length and checksum that there is. */
export function takeApart(file: Uint8Array): TakenApart[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  assertEquals(view.getUint32(0, true), 0xa1b2c3d4);
  assertEquals(view.getUint32(20, true), 101);
  const packets: TakenApart[] = [];
  for (let offset = 24; offset < file.length;) {
    const kept = view.getUint32(offset + 8, true);
    const length = view.getUint32(offset + 12, true);
    const micros = String(view.getUint32(offset + 4, true)).padStart(6, "0");
    const time = `${view.getUint32(offset, true)}.${micros}`;
    const packet = file.subarray(offset + 16, offset + 16 + kept);
    assertEquals(packet.length, kept);
    packets.push({
      time,
      ...readPacket(packet, length),
      isCut: kept < length,
    });
    offset += 16 + kept;
  }
  return packets;
}

function readPacket(packet: Uint8Array, length: number) {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const isV4 = packet[0]! >> 4 === 4;
  const header = isV4 ? 20 : 40;
  const addresses = isV4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
  const isWhole = packet.length === length;
  if (isV4) {
    assertEquals(view.getUint16(2), length);
    assertEquals(packet[9], 17);
    assertEquals(onesComplement(packet.subarray(0, 20)), 0xffff);
  } else {
    assertEquals(view.getUint16(4), length - 40);
    assertEquals(packet[6], 17);
  }
  const udp = packet.subarray(header);
  const udpLength = length - header;
  assertEquals(view.getUint16(header + 4), udpLength);
  assertEquals(view.getUint16(header + 6) === 0, false);
  if (isWhole) {
    const pseudo = concat([
      addresses,
      Uint8Array.of(0, 17, udpLength >> 8, udpLength & 0xff),
      udp,
    ]);
    assertEquals(onesComplement(pseudo), 0xffff);
  }
  const half = addresses.length / 2;
  return {
    from: `${textOf(addresses.subarray(0, half))}:${view.getUint16(header)}`,
    to: `${textOf(addresses.subarray(half))}:${view.getUint16(header + 2)}`,
    payload: udp.subarray(8),
  };
}

/** Word by word, the carry at once: not how the source does it. */
function onesComplement(bytes: Uint8Array): number {
  let sum = 0;
  for (const [index, byte] of bytes.entries()) {
    sum += index % 2 === 0 ? byte * 256 : byte;
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

function textOf(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  return [...address].map((it) => it.toString(16).padStart(2, "0")).join("");
}
