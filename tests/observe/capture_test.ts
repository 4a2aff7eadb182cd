import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type Capture,
  capture,
  type CaptureOptions,
} from "../../observe/mod.ts";
import {
  type DatagramSocket,
  receiveEach,
  type UdpAddress,
} from "../../net/mod.ts";
import { formatPacket } from "../../packet/mod.ts";
import { serve, TftpResponse } from "../../server.ts";
import { ack, read } from "../conformance/_packets.ts";
import { Peer, settle, VirtualNetwork } from "../_virtual.ts";
import { concat, takeApart } from "./_pcap.ts";

const TIME = Date.UTC(2026, 10, 20, 3);

function address(hostname: string, port: number): UdpAddress {
  return { transport: "udp", hostname, port };
}

/** A capture in memory. */
function captured(
  network: Parameters<typeof capture>[0],
  options: CaptureOptions = {},
) {
  const parts: Uint8Array[] = [];
  const capturing = capture(network, (bytes) => parts.push(bytes), {
    now: () => TIME,
    ...options,
  });
  return {
    capturing,
    parts,
    file: () => concat(parts),
    /** Each packet in a line. */
    lines: () =>
      takeApart(concat(parts)).map(({ time, from, to, payload }) =>
        `${time.slice(-9)} ${from} > ${to} ${formatPacket(payload)}`
      ),
  };
}

const ACK_1 = Uint8Array.of(0, 4, 0, 1);

/** A socket that tells what is done with it. */
class FakeSocket implements DatagramSocket {
  readonly log: string[] = [];
  readonly sent: Uint8Array[] = [];
  readonly sending: Promise<unknown> = Promise.resolve(4);
  isClosed = false;
  next: Promise<readonly [Uint8Array, UdpAddress]> = new Promise(() => {});

  constructor(readonly address: UdpAddress) {}

  send(bytes: Uint8Array): Promise<unknown> {
    this.sent.push(bytes);
    return this.sending;
  }

  receive(): Promise<readonly [Uint8Array, UdpAddress]> {
    return this.next;
  }

  close(): void {
    this.isClosed = true;
    this.log.push("close");
  }

  ref(): void {
    this.log.push("ref");
  }

  unref(): void {
    this.log.push("unref");
  }
}

/** A socket with this address, through a capture. */
function bound(hostname: string, options: CaptureOptions = {}) {
  const inner = new FakeSocket(address(hostname, 69));
  const set = captured({ bind: () => inner }, options);
  const bind = (capturing: Capture) =>
    capturing.bind({ hostname, port: 69 }) as DatagramSocket;
  return { ...set, inner, socket: bind(set.capturing) };
}

Deno.test("capture() writes down a whole transfer, in its order, with the time of each packet", async () => {
  const network = new VirtualNetwork();
  const { clock } = network;
  const { capturing, lines } = captured(network, { now: () => clock.now() });
  const server = serve({
    hostname: "127.0.0.1",
    port: 69,
    network: capturing,
    clock,
  }, () => new TftpResponse("hello"));
  const client = new Peer(network, { port: 50000 });
  await clock.advance(1500);
  await client.send(read("any", [["tsize", "0"]]), server.addr);
  await client.expect("OACK tsize=5");
  await clock.advance(0.25);
  await client.send(ack(0));
  await client.expect("DATA 1 (5 octets)");
  await client.send(ack(1));
  await server.shutdown();
  client.close();
  const port = server.addr.port === 69 ? client.from!.port : 0;
  assertEquals(lines(), [
    '1.500000 127.0.0.1:50000 > 127.0.0.1:69 RRQ "any" octet tsize=0',
    `1.500000 127.0.0.1:${port} > 127.0.0.1:50000 OACK tsize=5`,
    `1.500250 127.0.0.1:50000 > 127.0.0.1:${port} ACK 0`,
    `1.500250 127.0.0.1:${port} > 127.0.0.1:50000 DATA 1 (5 octets)`,
    `1.500250 127.0.0.1:50000 > 127.0.0.1:${port} ACK 1`,
  ]);
  assertEquals(capturing.packets, 5);
  assertEquals(capturing.leftOut, 0);
});

Deno.test("capture() gives sockets at once where the network does, and promises of them where it does", async () => {
  const inner = new FakeSocket(address("127.0.0.1", 69));
  const request = { hostname: "127.0.0.1", port: 0 };
  const write = () => {};
  const sync = capture({ bind: () => inner }, write).bind(request);
  assertEquals(sync instanceof Promise, false);
  const later = capture({ bind: () => Promise.resolve(inner) }, write)
    .bind(request);
  assertEquals(later instanceof Promise, true);
  assertStrictEquals((await later).address, inner.address);
});

Deno.test("capture() passes everything on as it is", async () => {
  const { socket, inner, lines } = bound("192.0.2.1");
  const peer = address("192.0.2.7", 50000);
  assertStrictEquals(socket.send(ACK_1, peer), inner.sending);
  assertStrictEquals(inner.sent[0], ACK_1);
  const datagram = [ACK_1, peer] as const;
  inner.next = Promise.resolve(datagram);
  assertStrictEquals(await socket.receive(new Uint8Array(10)), datagram);
  assertStrictEquals(socket.address, inner.address);
  socket.unref();
  socket.ref();
  assertEquals(socket.isClosed, false);
  socket.close();
  assertEquals(socket.isClosed, true);
  assertEquals(inner.log, ["unref", "ref", "close"]);
  assertEquals(lines().map((line) => line.slice(10)), [
    "192.0.2.1:69 > 192.0.2.7:50000 ACK 1",
    "192.0.2.7:50000 > 192.0.2.1:69 ACK 1",
  ]);
});

Deno.test("capture() keeps what it wrote, whatever becomes of the socket's buffer", () => {
  const { socket, lines } = bound("192.0.2.1");
  const buffer = ACK_1.slice();
  socket.send(buffer, address("192.0.2.7", 50000));
  buffer.fill(0xff);
  assertEquals(lines()[0]!.endsWith("ACK 1"), true);
});

Deno.test("capture() lets a socket that breaks or is closed say so itself", async () => {
  const network = new VirtualNetwork();
  const { capturing, capturing: { packets } } = captured(network);
  const socket = await capturing.bind({ hostname: "127.0.0.1", port: 0 });
  const done = receiveEach(socket, new Uint8Array(10), () => {});
  await settle();
  socket.close();
  await done;
  assertEquals(packets, 0);
});

const WILDCARDS: readonly [
  hostname: string,
  peer: string,
  localAddresses: string[],
  line: string,
][] = [
  ["0.0.0.0", "192.0.2.7", [], "0.0.0.0:69 > 192.0.2.7:9"],
  ["::", "::ffff:192.0.2.7", [], "0.0.0.0:69 > 192.0.2.7:9"],
  [
    "::",
    "2001:db8::7",
    [],
    "00000000000000000000000000000000:69 > 20010db8000000000000000000000007:9",
  ],
  ["::", "192.0.2.7", ["192.0.2.1", "::1"], "192.0.2.1:69 > 192.0.2.7:9"],
  [
    "::",
    "2001:db8::7",
    ["192.0.2.1", "2001:db8::1"],
    "20010db8000000000000000000000001:69 > 20010db8000000000000000000000007:9",
  ],
  ["192.0.2.2", "192.0.2.7", ["192.0.2.1"], "192.0.2.2:69 > 192.0.2.7:9"],
];

for (const [hostname, peer, localAddresses, line] of WILDCARDS) {
  Deno.test(`capture() tells a socket on ${hostname} that sends to ${peer}, with ${localAddresses.length} addresses given`, () => {
    const { socket, lines } = bound(hostname, { localAddresses });
    socket.send(ACK_1, address(peer, 9));
    assertEquals(lines()[0]!.slice(10), `${line} ACK 1`);
  });
}

Deno.test("capture() leaves out what no packet can be, and goes on", () => {
  const { socket, capturing, lines, inner } = bound("192.0.2.1");
  const peer = address("192.0.2.7", 9);
  socket.send(new Uint8Array(65508), peer);
  socket.send(ACK_1, address("localhost", 9));
  socket.send(ACK_1, peer);
  assertEquals(lines().length, 1);
  assertEquals([capturing.packets, capturing.leftOut], [1, 2]);
  assertEquals(inner.sent.length, 3);
});

Deno.test("capture() ends where it is full, and says so", () => {
  const ends: unknown[] = [];
  // Room for two packets of 28 + 4 octets with their records.
  const options = {
    maxBytes: 24 + 2 * 48,
    onEnd: (error: unknown) => ends.push(error),
  };
  const { socket, capturing, lines, inner, file } = bound("192.0.2.1", options);
  const peer = address("192.0.2.7", 9);
  for (let i = 0; i < 4; i++) socket.send(ACK_1, peer);
  socket.send(new Uint8Array(0), peer);
  assertEquals(lines().length, 2);
  assertEquals(ends, [null]);
  assertEquals([capturing.packets, capturing.leftOut], [2, 3]);
  assertEquals(capturing.sizeBytes, file().length);
  assertEquals(inner.sent.length, 5);
});

Deno.test("capture() cuts packets where it is told to", () => {
  const { socket, file } = bound("192.0.2.1", { snapBytes: 64 });
  socket.send(new Uint8Array(1000), address("192.0.2.7", 9));
  const [packet] = takeApart(file());
  assertEquals([packet!.isCut, packet!.payload.length], [true, 36]);
});

for (const isFirst of [true, false]) {
  Deno.test(`a capture whose ${isFirst ? "first" : "later"} writing fails ends, and disturbs nothing`, async () => {
    const inner = new FakeSocket(address("192.0.2.1", 69));
    const failure = new Error("No space left on device");
    const ends: unknown[] = [];
    let writes = 0;
    const capturing = capture({ bind: () => inner }, () => {
      if (isFirst || ++writes > 1) throw failure;
    }, {
      onEnd: (error) => {
        ends.push(error);
        throw new Error("Not again");
      },
    });
    const socket = await capturing.bind({ hostname: "192.0.2.1", port: 69 });
    const peer = address("192.0.2.7", 9);
    for (let i = 0; i < 3; i++) socket.send(ACK_1, peer);
    inner.next = Promise.resolve([ACK_1, peer]);
    await socket.receive(new Uint8Array(10));
    assertEquals(ends, [failure]);
    assertEquals(inner.sent.length, 3);
    assertEquals([capturing.packets, capturing.leftOut], [0, 4]);
  });
}

Deno.test("a capture in which nothing happened is a file that can be opened", () => {
  const { file } = bound("192.0.2.1");
  assertEquals(file().length, 24);
  assertEquals(takeApart(file()), []);
});

Deno.test("capture() checks its options", () => {
  const make = (options: CaptureOptions) => () =>
    capture(new VirtualNetwork(), () => {}, options);
  assertThrows(
    make({ snapBytes: 63 }),
    RangeError,
    "Cannot capture as snapBytes must be a whole number from 64 to 262144: current value is 63",
  );
  assertThrows(make({ snapBytes: 262145 }), RangeError);
  assertThrows(
    make({ maxBytes: 23 }),
    RangeError,
    "Cannot capture as maxBytes must be a whole number from 24 to 9007199254740991: current value is 23",
  );
  assertThrows(
    make({ localAddresses: ["192.0.2.1", "eth0"] }),
    TypeError,
    'Cannot capture as localAddresses must be IP addresses: current value is "eth0"',
  );
});
