/**
 * Programs for a machine to boot that check themselves: they hash all their octets, and end QEMU with a status that says
 * whether they are whole. So a boot that ends so has loaded every octet, each in its place, and has run.
 *
 * @module
 */

/** What QEMU ends with when a payload is whole, and when not: `isa-debug-exit` doubles what is written to it, and adds one. */
export const WHOLE_STATUS = 0x10 * 2 + 1;
export const BROKEN_STATUS = 0x11 * 2 + 1;

/** Where the number of octets stands in the code, and behind it the hash that they must have. */
const BIOS_COUNT_OFFSET = 4;
const EFI_COUNT_OFFSET = 0;

/** What is hashed of a program for BIOS: all behind this. */
const BIOS_HEADER_BYTES = 16;

/** 16-bit code, loaded at 0000:7C00. */
const BIOS_CODE = machineCode(`
  EB 0E                 |         jmp start
  00 00                 |         dw 0
  00 00 00 00           | count:  dd 0
  00 00 00 00           | want:   dd 0
  00 00 00 00           |         dd 0
  31 C0                 | start:  xor ax, ax
  8E D8                 |         mov ds, ax
  66 8B 0E 04 7C        |         mov ecx, [count]
  66 BA C5 9D 1C 81     |         mov edx, 0x811C9DC5
  BB C1 07              |         mov bx, 0x7C1          ; the segment of what is hashed
  8E C3                 | next:   mov es, bx
  31 FF                 |         xor di, di
  26 66 0F B6 05        | octet:  movzx eax, byte [es:di]
  66 31 C2              |         xor edx, eax
  66 69 D2 93 01 00 01  |         imul edx, edx, 0x01000193
  66 49                 |         dec ecx
  74 09                 |         jz done
  47                    |         inc di
  83 FF 10              |         cmp di, 16
  75 E7                 |         jne octet
  43                    |         inc bx
  EB E0                 |         jmp next
  B0 10                 | done:   mov al, 0x10
  66 3B 16 08 7C        |         cmp edx, [want]
  74 01                 |         je tell
  40                    |         inc ax
  E6 F4                 | tell:   out 0xF4, al
  F4                    | stop:   hlt
  EB FD                 |         jmp stop
  00 00 00 00 00        |         align 16
  00 00 00 00 00        |
  00 00 00 00 00        |
`);

/** 64-bit code; what is hashed lies 0x1000 behind it in memory. */
const EFI_CODE = machineCode(`
  00 00 00 00           | count:  dd 0
  00 00 00 00           | want:   dd 0
  56                    | entry:  push rsi
  48 8D 35 F0 0F 00 00  |         lea rsi, [count + 0x1000]
  8B 0D EA FF FF FF     |         mov ecx, [count]
  BA C5 9D 1C 81        |         mov edx, 0x811C9DC5
  0F B6 06              | octet:  movzx eax, byte [rsi]
  48 FF C6              |         inc rsi
  31 C2                 |         xor edx, eax
  69 D2 93 01 00 01     |         imul edx, edx, 0x01000193
  FF C9                 |         dec ecx
  75 EE                 |         jnz octet
  B0 10                 |         mov al, 0x10
  3B 15 CF FF FF FF     |         cmp edx, [want]
  74 02                 |         je tell
  FF C0                 |         inc eax
  E6 F4                 | tell:   out 0xF4, al
  31 C0                 |         xor eax, eax
  5E                    |         pop rsi
  C3                    |         ret
`);

const EFI_ENTRY_OFFSET = 8;

/** Where sections begin in memory, and in the file. */
const EFI_CODE_ADDRESS = 0x1000;
const EFI_DATA_ADDRESS = 0x2000;
const EFI_SECTION_BYTES = 0x200;

/** A program for BIOS, as a boot ROM takes it. */
export function biosPayload(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes);
  fill(bytes);
  bytes.set(BIOS_CODE);
  seal(bytes, BIOS_COUNT_OFFSET, bytes.subarray(BIOS_HEADER_BYTES));
  return bytes;
}

/** An application for UEFI on x86-64 (Microsoft's PE format, PE32+). */
export function efiPayload(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const dataOffset = 2 * EFI_SECTION_BYTES;
  const dataBytes = align(sizeBytes - dataOffset, EFI_SECTION_BYTES);
  const bytes = new Uint8Array(dataOffset + dataBytes);
  const data = bytes.subarray(dataOffset);
  writeHeaders(new DataView(bytes.buffer), dataBytes);
  bytes.set(EFI_CODE, EFI_SECTION_BYTES);
  fill(data);
  seal(bytes, EFI_SECTION_BYTES + EFI_COUNT_OFFSET, data);
  return bytes;
}

function writeHeaders(view: DataView, dataBytes: number): void {
  const u16 = (at: number, value: number) => view.setUint16(at, value, true);
  const u32 = (at: number, value: number) => view.setUint32(at, value, true);
  const text = (at: number, value: string) =>
    new Uint8Array(view.buffer).set(new TextEncoder().encode(value), at);
  const peOffset = 0x40;
  text(0, "MZ");
  u32(0x3c, peOffset);
  text(peOffset, "PE\0\0");
  const coff = peOffset + 4;
  const optional = coff + 20;
  const sections = optional + 112 + 6 * 8;
  u16(coff, 0x8664);
  // Two sections; an executable image.
  u16(coff + 2, 2);
  u16(coff + 16, sections - optional);
  u16(coff + 18, 0x0022);
  u16(optional, 0x20b);
  u32(optional + 4, EFI_SECTION_BYTES);
  u32(optional + 8, dataBytes);
  u32(optional + 16, EFI_CODE_ADDRESS + EFI_ENTRY_OFFSET);
  u32(optional + 20, EFI_CODE_ADDRESS);
  u32(optional + 32, 0x1000);
  u32(optional + 36, EFI_SECTION_BYTES);
  u32(optional + 56, align(EFI_DATA_ADDRESS + dataBytes, 0x1000));
  u32(optional + 60, EFI_SECTION_BYTES);
  // An EFI application; no directories but empty ones.
  u16(optional + 68, 10);
  u32(optional + 108, 6);
  const section = (
    index: number,
    name: string,
    [address, size, offset, flags]: readonly number[],
  ) => {
    const at = sections + index * 40;
    text(at, name);
    u32(at + 8, size!);
    u32(at + 12, address!);
    u32(at + 16, size!);
    u32(at + 20, offset!);
    u32(at + 36, flags!);
  };
  section(0, ".text", [
    ...[EFI_CODE_ADDRESS, EFI_SECTION_BYTES],
    ...[EFI_SECTION_BYTES, 0x60000020],
  ]);
  section(1, ".data", [
    ...[EFI_DATA_ADDRESS, dataBytes],
    ...[2 * EFI_SECTION_BYTES, 0x40000040],
  ]);
}

/** The bytes of a listing: hexadecimal numbers in front of each bar. */
function machineCode(listing: string): Uint8Array<ArrayBuffer> {
  const numbers = listing.split("\n").map((line) => line.split("|")[0]!.trim())
    .join(" ").split(/\s+/).filter((number) => number !== "");
  return Uint8Array.from(numbers, (number) => parseInt(number, 16));
}

/** Octets that look random and are always the same, no two blocks alike. */
function fill(bytes: Uint8Array): void {
  let state = 1;
  for (let i = 0; i < bytes.length; i++) {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    bytes[i] = state >>> 24;
  }
}

/** Writes down how many octets there are to hash, and what comes of it: FNV-1a, which knows the order of octets. */
function seal(bytes: Uint8Array, offset: number, hashed: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  let hash = 0x811c9dc5;
  for (const octet of hashed) hash = Math.imul(hash ^ octet, 0x01000193);
  view.setUint32(offset, hashed.length, true);
  view.setUint32(offset + 4, hash >>> 0, true);
}

function align(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
