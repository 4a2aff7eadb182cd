// The main exchanges once more over real UDP sockets, of either kind that Deno has. The clock is a virtual one: nothing is
// lost on the way to oneself, so nothing has to be waited for, and time passes only to end the dallying of clients.

import { assertEquals, assertNotEquals } from "@std/assert";
import { get, put } from "../../client.ts";
import {
  type DatagramSocket,
  type Network,
  type UdpAddress,
  type UdpImplementation,
  udpNetwork,
} from "../../net/mod.ts";
import { encodePacket, formatPacket, type Packet } from "../../packet/mod.ts";
import {
  serve,
  type ServeOptions,
  type TftpHandler,
  TftpResponse,
  type TftpServer,
} from "../../server.ts";
import { VirtualClock } from "../_virtual.ts";
import { bytesOf } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  oack,
  payload,
  read,
  write,
} from "./_packets.ts";

const FILE = content(100_000);

/** What goes out in one piece: macOS sends no datagrams of more than 9216 octets. */
const LARGEST_BLOCK = Deno.build.os === "darwin" ? 9000 : 65464;

const hasIpv6 = await canBind("::1");
if (!hasIpv6) console.log("No IPv6 here: its loopback tests are skipped");

async function canBind(hostname: string): Promise<boolean> {
  try {
    (await udpNetwork().bind({ hostname, port: 0 })).close();
    return true;
  } catch {
    return false;
  }
}

/** One end of a conversation over a real socket. */
class RealPeer {
  readonly socket: DatagramSocket;
  readonly #buffer = new Uint8Array(65536);
  from: UdpAddress | null = null;

  constructor(socket: DatagramSocket) {
    this.socket = socket;
  }

  async send(
    packet: Packet | Uint8Array,
    to: UdpAddress | null = this.from,
  ): Promise<void> {
    await this.socket.send(
      packet instanceof Uint8Array ? packet : encodePacket(packet),
      to!,
    );
  }

  async expect(line: string): Promise<Uint8Array> {
    // Nothing is lost on the way to oneself: what does not come at once never comes.
    const guard = setTimeout(() => this.socket.close(), 10_000);
    const [bytes, from] = await this.socket.receive(this.#buffer)
      .finally(() => clearTimeout(guard));
    assertEquals(formatPacket(bytes), line);
    this.from = from;
    return bytes.slice();
  }
}

interface Loopback {
  readonly network: Network;
  readonly clock: VirtualClock;
  readonly hostname: string;
  readonly server: TftpServer;
  readonly uploads: Map<string, Uint8Array>;
  peer(): Promise<RealPeer>;
}

/** Runs a script against a server, and closes all that it has opened. */
async function onLoopback(
  implementation: UdpImplementation,
  hostname: string,
  options: ServeOptions,
  play: (loopback: Loopback) => Promise<void>,
): Promise<void> {
  const network = udpNetwork(implementation);
  const clock = new VirtualClock();
  const uploads = new Map<string, Uint8Array>();
  const handler: TftpHandler = async ({ filename, body }) => {
    if (!body) return filename === "file" ? new TftpResponse(FILE) : undefined;
    uploads.set(filename, await bytesOf(body));
    return undefined;
  };
  const server = serve(
    { hostname, port: 0, network, clock, ...options },
    handler,
  );
  await server.listening;
  const peers: RealPeer[] = [];
  try {
    await play({
      network,
      clock,
      hostname,
      server,
      uploads,
      async peer() {
        const peer = new RealPeer(await network.bind({ hostname, port: 0 }));
        peers.push(peer);
        return peer;
      },
    });
  } finally {
    for (const { socket } of peers) socket.close();
    const stopped = server.shutdown();
    await clock.advance(60_000);
    await stopped;
  }
}

for (const implementation of ["deno", "node"] as const) {
  for (const hostname of ["127.0.0.1", "::1"]) {
    for (const singlePort of [false, true]) {
      const name = `loopback, ${implementation}, ${hostname}${
        singlePort ? ", single port" : ""
      }:`;
      const test = (what: string, play: (it: Loopback) => Promise<void>) =>
        Deno.test({
          name: `${name} ${what}`,
          ignore: hostname === "::1" && !hasIpv6,
          fn: () => onLoopback(implementation, hostname, { singlePort }, play),
        });

      test("a read, packet by packet", async ({ server, peer }) => {
        const client = await peer();
        await client.send(
          read("file", [["BLKSIZE", "8192"], ["tsize", "0"], ["x", "y"]]),
          server.addr,
        );
        await client.expect("OACK BLKSIZE=8192 tsize=100000");
        assertEquals(client.from?.hostname, hostname);
        assertEquals(client.from?.port === server.addr.port, singlePort);
        await client.send(ack(0));
        const received: number[] = [];
        for (let block = 1; block <= 13; block++) {
          const packet = await client.expect(
            `DATA ${block} (${block < 13 ? 8192 : 1696} octets)`,
          );
          received.push(...payload(packet));
          await client.send(ack(block));
        }
        assertEquals(Uint8Array.from(received), FILE);
      });

      test("a write, packet by packet", async ({ server, peer, uploads }) => {
        const client = await peer();
        await client.send(write("new"), server.addr);
        await client.expect("ACK 0");
        await client.send(data(1, 512));
        await client.expect("ACK 1");
        await client.send(data(1, 512));
        await client.expect("ACK 1");
        await client.send(data(2, 0));
        await client.expect("ACK 2");
        await client.send(data(2, 0));
        await client.expect("ACK 2");
        assertEquals(uploads.get("new"), content(512));
      });

      test("refusals come from the port that was asked", async (it) => {
        const client = await it.peer();
        for (
          const [packet, answer] of [
            [read("none"), 'ERROR 1 "File not found"'],
            [read("file", [], "mail"), 'ERROR 4 "Unknown transfer mode"'],
            [Uint8Array.of(0, 1, 65), 'ERROR 4 "Illegal TFTP operation"'],
          ] as const
        ) {
          await client.send(packet, it.server.addr);
          await client.expect(answer);
          assertEquals(client.from?.port, it.server.addr.port);
        }
      });

      test("get and put", async ({ server, network, clock, uploads }) => {
        const target = { ...server.addr, filename: "file" };
        for (
          const options of [
            { rfc1350: true },
            { blksize: 1428, windowsize: 16 },
            { blksize: LARGEST_BLOCK, windowsize: 2, strict: true },
          ]
        ) {
          const all = { ...options, network, clock };
          const download = await get(target, all);
          assertEquals(await download.bytes(), FILE);
          await put(target, FILE, all);
          assertEquals(uploads.get("file"), FILE);
          uploads.clear();
        }
      });
    }

    Deno.test({
      name:
        `loopback, ${implementation}, ${hostname}: a stranger gets ERROR 5, on either side`,
      ignore: hostname === "::1" && !hasIpv6,
      fn: () =>
        onLoopback(implementation, hostname, {}, async (loopback) => {
          const { server, peer, network, clock } = loopback;
          const client = await peer();
          await client.send(read("file"), server.addr);
          await client.expect("DATA 1 (512 octets)");
          const stranger = await peer();
          await stranger.send(ack(1), client.from);
          await stranger.expect('ERROR 5 "Unknown transfer ID"');
          await client.send(ack(1));
          await client.expect("DATA 2 (512 octets)");
          await client.send(error(0));

          const requests = await peer();
          const opened = get(
            { ...requests.socket.address, filename: "file" },
            { network, clock, blksize: 1024, windowsize: 1 },
          );
          await requests.expect('RRQ "file" octet blksize=1024 tsize=0');
          const transfer = await peer();
          await transfer.send(oack(["blksize", "1024"]), requests.from);
          await transfer.expect("ACK 0");
          await stranger.send(data(1, 3), transfer.from);
          await stranger.expect('ERROR 5 "Unknown transfer ID"');
          await transfer.send(data(1, 3));
          const download = await opened;
          assertEquals(await download.bytes(), content(3));
          await transfer.expect("ACK 1");
          await download.finished;
          assertNotEquals(download.remote.port, requests.socket.address.port);
        }),
    });
  }

  Deno.test(`loopback, ${implementation}: without a hostname all addresses are served, each under its plain name`, () =>
    onLoopback(implementation, "127.0.0.1", {}, async ({ network, clock }) => {
      const seen: string[] = [];
      const server = serve({ port: 0, network, clock }, ({ remote }) => {
        seen.push(remote.hostname);
        return new TftpResponse("x");
      });
      await server.listening;
      const hosts = server.addr.hostname === "::"
        ? ["127.0.0.1", "::1"]
        : ["127.0.0.1"];
      for (const hostname of hosts) {
        const target = { hostname, port: server.addr.port, filename: "a" };
        const download = await get(target, { network, clock });
        assertEquals(await download.text(), "x");
      }
      assertEquals(seen, hosts);
      await server.shutdown();
    }));
}

Deno.test({
  name:
    "RFC 1123 §4.2.3.5: a request to a broadcast address is not heard by a server that listens on its own",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    onLoopback("node", "127.0.0.1", {}, async ({ server, peer }) => {
      const { createSocket } = await import("node:dgram");
      const shouter = createSocket("udp4");
      await new Promise<void>((resolve) =>
        shouter.bind(0, "127.0.0.1", resolve)
      );
      shouter.setBroadcast(true);
      const answers: Uint8Array[] = [];
      shouter.on("message", (message) => answers.push(message));
      await new Promise((resolve) =>
        shouter.send(
          encodePacket(read("none")),
          server.addr.port,
          "127.255.255.255",
          resolve,
        )
      );
      const client = await peer();
      await client.send(read("none"), server.addr);
      await client.expect('ERROR 1 "File not found"');
      assertEquals(answers, []);
      await new Promise<void>((resolve) => shouter.close(() => resolve()));
    }),
});
