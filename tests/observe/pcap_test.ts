import { assertEquals } from "@std/assert";
import { pcapHeader, pcapRecord } from "../../observe/pcap.ts";
import { Random } from "../_random.ts";
import { concat, takeApart } from "./_pcap.ts";

const TIME = Date.UTC(2026, 10, 20, 3);

function address(hostname: string, port: number) {
  return { transport: "udp", hostname, port } as const;
}

const A4 = address("192.0.2.1", 69);
const B4 = address("198.51.100.255", 65535);
const A6 = address("2001:db8::1", 69);
const B6 = address("fe80::7%2", 1024);

function hex(bytes: Uint8Array | null): string {
  return [...bytes ?? []].map((it) => it.toString(16).padStart(2, "0")).join(
    "",
  );
}

Deno.test("pcapHeader() says what is in the file", () => {
  assertEquals(
    hex(pcapHeader(262144)),
    "d4c3b2a1" + "02000400" + "00000000" + "00000000" + "00000400" + "65000000",
  );
});

Deno.test("pcapRecord() puts the headers in front of an IPv4 datagram", () => {
  const payload = Uint8Array.of(0, 4, 0, 1);
  const record = pcapRecord(
    { timeMs: TIME + 0.25, from: A4, to: B4, payload },
    262144,
  );
  assertEquals(
    hex(record),
    // Seconds, microseconds, two lengths.
    "b0b7ff6a" + "fa000000" + "20000000" + "20000000" +
      // IPv4, 32 octets, UDP.
      "45000020" + "00004000" + "4011" + "4d99" + "c0000201" + "c63364ff" +
      // UDP, 12 octets.
      "0045" + "ffff" + "000c" + "1258" + "00040001",
  );
});

for (const [from, to] of [[A4, B4], [B4, A4], [A6, B6], [B6, A6]] as const) {
  const isV4 = from.hostname.includes(".");
  const max = isV4 ? 65507 : 65527;
  for (const length of [0, 1, 2, 3, 511, 1428, max - 1, max]) {
    Deno.test(`pcapRecord() of ${length} octets from ${from.hostname} can be taken apart`, () => {
      const payload = new Random(length).bytes(length);
      const record = pcapRecord({ timeMs: TIME, from, to, payload }, 262144);
      const [packet, ...others] = takeApart(
        concat([pcapHeader(262144), record!]),
      );
      assertEquals(others, []);
      assertEquals(packet!.payload, payload);
      assertEquals(packet!.isCut, false);
      assertEquals(packet!.from.split(":").at(-1), String(from.port));
      assertEquals(packet!.to.split(":").at(-1), String(to.port));
    });
  }
  Deno.test(`pcapRecord() makes no packet of ${max + 1} octets from ${from.hostname}`, () => {
    const payload = new Uint8Array(max + 1);
    const datagram = { timeMs: TIME, from, to, payload };
    assertEquals(pcapRecord(datagram, 262144), null);
  });
}

Deno.test("pcapRecord() never says that there is no checksum", () => {
  // Some payload makes the sum all ones, of which the checksum would be 0.
  for (let word = 0; word <= 0xffff; word++) {
    const payload = Uint8Array.of(word >> 8, word & 0xff);
    const record = pcapRecord({ timeMs: 0, from: A4, to: B4, payload }, 64)!;
    if (record[16 + 26] === 0 && record[16 + 27] === 0) {
      throw new Error(`There is no checksum with ${word}`);
    }
  }
});

Deno.test("pcapRecord() keeps as much as it is told, and says how much there was", () => {
  const payload = new Uint8Array(100).fill(7);
  for (const [from, to, headers] of [[A4, B4, 28], [A6, B6, 48]] as const) {
    for (const snap of [64, headers + 99, headers + 100, headers + 101]) {
      const record = pcapRecord({ timeMs: 0, from, to, payload }, snap)!;
      const [packet] = takeApart(concat([pcapHeader(snap), record]));
      const kept = Math.min(snap, headers + 100);
      assertEquals(record.length, 16 + kept);
      assertEquals(packet!.payload, payload.subarray(0, kept - headers));
      assertEquals(packet!.isCut, kept < headers + 100);
    }
  }
});

Deno.test("pcapRecord() needs two addresses of one family", () => {
  const payload = new Uint8Array(4);
  for (
    const [from, to] of [
      [A4, A6],
      [address("localhost", 69), B4],
      [A4, address("", 1)],
    ] as const
  ) assertEquals(pcapRecord({ timeMs: 0, from, to, payload }, 64), null);
});

Deno.test("pcapRecord() tells times to the microsecond, never a million of them", () => {
  const payload = new Uint8Array(4);
  for (
    const [timeMs, text] of [
      [TIME + 999.9995, "999999"],
      [TIME + 1.25, "001250"],
      [TIME, "000000"],
    ] as const
  ) {
    const record = pcapRecord({ timeMs, from: A4, to: B4, payload }, 64)!;
    const [packet] = takeApart(concat([pcapHeader(64), record]));
    assertEquals(packet!.time, `${TIME / 1000}.${text}`);
  }
});
