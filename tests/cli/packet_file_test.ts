import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { readPackets } from "../../cli/packet_file.ts";
import { pcapHeader, pcapRecord } from "../../observe/pcap.ts";
import { forAll } from "../_random.ts";

const FROM = { transport: "udp", hostname: "0.0.0.0", port: 68 } as const;
const TO = { transport: "udp", hostname: "255.255.255.255", port: 67 } as const;
const PAYLOAD = Uint8Array.from({ length: 40 }, (_, index) => index * 7);

const RECORD = pcapRecord(
  { timeMs: 0, from: FROM, to: TO, payload: PAYLOAD },
  65535,
)!;
const IP_PACKET = RECORD.slice(16);
const CAPTURED = [{ from: FROM, to: TO, payload: PAYLOAD }];

function join(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function pcap(linkType: number, isLittle: boolean, frame: Uint8Array) {
  const bytes = join(new Uint8Array(40), frame);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, isLittle);
  view.setUint32(20, linkType, isLittle);
  view.setUint32(32, frame.length, isLittle);
  view.setUint32(36, frame.length, isLittle);
  return bytes;
}

function pcapng(linkType: number, frame: Uint8Array): Uint8Array {
  const block = (
    type: number,
    ...fields: (Uint8Array | readonly number[])[]
  ) => {
    const body = join(...fields);
    const padded = join(body, new Uint8Array((4 - body.length % 4) % 4));
    const head = new Uint32Array([type, padded.length + 12]);
    return join(
      new Uint8Array(head.buffer),
      padded,
      new Uint8Array(head.buffer, 4),
    );
  };
  const u32 = (...numbers: number[]) =>
    new Uint8Array(new Uint32Array(numbers).buffer);
  return join(
    block(0x0a0d0d0a, u32(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff)),
    block(1, u32(linkType, 65535)),
    block(99, u32(1, 2, 3)),
    block(6, u32(0, 0, 0, frame.length, frame.length), frame),
  );
}

const ETHERNET = join(new Array(12).fill(0xff), [8, 0], IP_PACKET);
const VLAN = join(new Array(12).fill(0xff), [0x81, 0, 0, 7, 8, 0], IP_PACKET);

for (
  const [name, bytes] of [
    ["a capture of our own", join(pcapHeader(65535), RECORD)],
    ["Ethernet", pcap(1, true, ETHERNET)],
    ["Ethernet, the other byte order", pcap(1, false, ETHERNET)],
    ["a VLAN", pcap(1, true, VLAN)],
    ["Linux cooked", pcap(113, true, join(new Uint8Array(16), IP_PACKET))],
    ["Linux cooked 2", pcap(276, true, join(new Uint8Array(20), IP_PACKET))],
    ["pcapng", pcapng(1, ETHERNET)],
  ] as const
) {
  Deno.test(`readPackets() reads a datagram of ${name}`, () => {
    assertEquals(readPackets(bytes), CAPTURED);
  });
}

const hex = (bytes: Uint8Array) =>
  [...bytes].map((octet) => octet.toString(16).padStart(2, "0"));

/** Lines of sixteen octets. */
function lines(
  bytes: Uint8Array,
  line: (offset: string, octets: string[]) => string,
): string {
  const octets = hex(bytes);
  return Array.from(
    { length: Math.ceil(octets.length / 16) },
    (_, index) =>
      line(
        (index * 16).toString(16).padStart(8, "0"),
        octets.slice(index * 16, index * 16 + 16),
      ),
  ).join("\n");
}

const pairs = (octets: string[]) =>
  octets.join("").match(/.{1,4}/g)!.join(" ").padEnd(39);

for (
  const [name, text] of [
    [
      "xxd",
      lines(IP_PACKET, (at, octets) => `${at}: ${pairs(octets)}  E..abcd`),
    ],
    [
      "hexdump -C",
      lines(
        IP_PACKET,
        (at, octets) =>
          `${at}  ${octets.slice(0, 8).join(" ")}  ${
            octets.slice(8).join(" ")
          }  |E.. 00 |`,
      ),
    ],
    [
      "tcpdump -X",
      "11:50:09.123 IP 0.0.0.0.68 > 255.255.255.255.67: BOOTP/DHCP\n" +
      lines(
        IP_PACKET,
        (at, octets) => `\t0x${at.slice(4)}:  ${pairs(octets)}  E..`,
      ),
    ],
    ["plain numbers", `# a packet\n${hex(IP_PACKET).join(" ")}`],
    ["numbers with colons", hex(IP_PACKET).join(":")],
  ] as const
) {
  Deno.test(`readPackets() reads what ${name} shows`, () => {
    assertEquals(readPackets(new TextEncoder().encode(text)), CAPTURED);
  });
}

Deno.test("readPackets() takes hexadecimal for a payload where it is no IP packet, and empty lines for ends", () => {
  const text = "01 01 06 00\nff\n\n0202";
  assertEquals(
    readPackets(new TextEncoder().encode(text)).map(({ payload }) => [
      ...payload,
    ]),
    [[1, 1, 6, 0, 0xff], [2, 2]],
  );
});

Deno.test("readPackets() leaves out fragments, TCP, IPv6, and what is cut", () => {
  const broken = (at: number, value: number) => {
    const bytes = IP_PACKET.slice();
    bytes[at] = value;
    return bytes;
  };
  for (
    const frame of [
      broken(6, 0x20),
      broken(7, 1),
      broken(9, 6),
      broken(0, 0x60),
      broken(0, 0x41),
      IP_PACKET.slice(0, 20),
    ]
  ) {
    assertEquals(readPackets(pcap(101, true, frame)), []);
  }
});

Deno.test("readPackets() refuses what is no file of packets", () => {
  for (const text of ["hello", "0", "01 0z"]) {
    assertThrows(
      () => readPackets(new TextEncoder().encode(text)),
      TypeError,
      "neither a capture",
    );
  }
  assertEquals(readPackets(new Uint8Array()), []);
});

Deno.test("readPackets() comes to an end with any damage", () => {
  forAll(1000, (random) => {
    const original = random.pick([
      pcap(1, true, ETHERNET),
      pcapng(1, ETHERNET),
    ]);
    const bytes = original.slice(0, random.between(1, original.length));
    for (let n = 0; n < 4; n++) {
      bytes[random.between(0, bytes.length - 1)] = random.word();
    }
    try {
      readPackets(bytes);
    } catch (error) {
      assertInstanceOf(error, TypeError);
    }
  });
});
