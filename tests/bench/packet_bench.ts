/**
 * What the packet layer costs: run with `deno task bench tests/bench/packet_bench.ts`.
 *
 * @module
 */

import {
  acceptOptionAck,
  DATA_HEADER_BYTES,
  decodePacket,
  encodeNetascii,
  encodePacket,
  formatPacket,
  negotiateOptions,
  NetasciiDecoder,
  netasciiLength,
  OPCODE,
  type OptionList,
  type Packet,
  peekBlock,
  peekOpcode,
  requestOptions,
  writeHeader,
} from "../../packet/mod.ts";

const OPTIONS: OptionList = [
  ["timeout", "5"],
  ["tsize", "0"],
  ["blksize", "1428"],
  ["windowsize", "16"],
];

const REQUEST: Packet = {
  type: "RRQ",
  filename: "images/switch-17.12.4.bin",
  mode: "octet",
  options: OPTIONS,
};
const PLAIN_REQUEST: Packet = { ...REQUEST, options: [] };
const PAYLOAD = Uint8Array.from({ length: 1428 }, (_, i) => i & 0xff);
const DATA: Packet = { type: "DATA", block: 4711, data: PAYLOAD };
const ACK: Packet = { type: "ACK", block: 4711 };
const ERROR: Packet = { type: "ERROR", code: 1, message: "File not found" };

const requestBytes = encodePacket(REQUEST);
const plainRequestBytes = encodePacket(PLAIN_REQUEST);
const dataBytes = encodePacket(DATA);
const ackBytes = encodePacket(ACK);
const oackBytes = encodePacket({ type: "OACK", options: OPTIONS });
const junkBytes = new Uint8Array([0, 9, 1, 2]);

/** Results end up here, so that no work can be left out. */
export let sink: unknown;

function bench(
  group: string,
  benches: Readonly<Record<string, () => unknown>>,
): void {
  for (const [index, [name, run]] of Object.entries(benches).entries()) {
    Deno.bench({ name, group, baseline: index === 0 }, () => {
      sink = run();
    });
  }
}

bench("decode", {
  "ACK": () => decodePacket(ackBytes),
  "DATA of 1428 octets": () => decodePacket(dataBytes),
  "RRQ": () => decodePacket(plainRequestBytes),
  "RRQ with four options": () => decodePacket(requestBytes),
  "OACK with four options": () => decodePacket(oackBytes),
  "octets that are no packet": () => {
    try {
      return decodePacket(junkBytes);
    } catch (error) {
      return error;
    }
  },
});

bench("look at an ACK", {
  "decodePacket": () => decodePacket(ackBytes),
  "peekOpcode and peekBlock": () => peekOpcode(ackBytes) + peekBlock(ackBytes),
});

bench("encode", {
  "ACK": () => encodePacket(ACK),
  "ERROR": () => encodePacket(ERROR),
  "RRQ": () => encodePacket(PLAIN_REQUEST),
  "RRQ with four options": () => encodePacket(REQUEST),
});

const slot = new Uint8Array(DATA_HEADER_BYTES + PAYLOAD.length);
slot.set(PAYLOAD, DATA_HEADER_BYTES);
let block = 0;

bench("build a DATA of 1428 octets", {
  "encodePacket": () => encodePacket(DATA),
  "writeHeader, and the octets copied in": () => {
    slot.set(PAYLOAD, DATA_HEADER_BYTES);
    writeHeader(slot, OPCODE.DATA, ++block);
    return slot;
  },
  "writeHeader in place": () => {
    writeHeader(slot, OPCODE.DATA, ++block);
    return slot;
  },
});

const READ = { operation: "read", size: 100_000 } as const;
const TWO: OptionList = [["blksize", "1428"], ["tsize", "0"]];

bench("negotiate", {
  "no options": () => negotiateOptions([], {}, READ),
  "two options": () => negotiateOptions(TWO, {}, READ),
  "four options": () => negotiateOptions(OPTIONS, {}, READ),
  "ask for four options": () =>
    requestOptions({
      blockSize: 1428,
      timeoutSeconds: 5,
      transferSize: 0,
      windowSize: 16,
    }),
  "accept an OACK of four options": () => acceptOptionAck(OPTIONS, OPTIONS),
});

bench("format", {
  "DATA": () => formatPacket(DATA),
  "RRQ with four options": () => formatPacket(REQUEST),
});

const KIB_64 = 65_536;
const flat = new Uint8Array(KIB_64).fill(0x61);
const lines = flat.map((octet, index) => index % 64 === 63 ? 0x0a : octet);
const lineEnds = new Uint8Array(KIB_64).fill(0x0a);

bench("netascii: encode 64 KiB", {
  "lines of 64 octets": () => encodeNetascii(lines),
  "no line ends": () => encodeNetascii(flat),
  "nothing but line ends": () => encodeNetascii(lineEnds),
  "netasciiLength": () => netasciiLength(lines),
});

const wireLines = encodeNetascii(lines).subarray(0, KIB_64);
const wireLineEnds = encodeNetascii(lineEnds).subarray(0, KIB_64);

bench("netascii: decode 64 KiB", {
  "lines of 64 octets": () => new NetasciiDecoder().decode(wireLines),
  "no line ends": () => new NetasciiDecoder().decode(flat),
  "nothing but line ends": () => new NetasciiDecoder().decode(wireLineEnds),
  "lines of 64 octets, in blocks of 512": () => {
    const decoder = new NetasciiDecoder();
    let length = 0;
    for (let at = 0; at < KIB_64; at += 512) {
      length += decoder.decode(wireLines.subarray(at, at + 512)).length;
    }
    return length;
  },
});
