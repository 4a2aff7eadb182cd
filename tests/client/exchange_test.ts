// What downloads and uploads have in common: options and doing without them, the socket, the summary. Aborting, progress and
// silence have a file of their own.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type ClientTransferSummary, get } from "../../client.ts";
import type { Network } from "../../net/mod.ts";
import { encodePacket, peekOpcode, TftpError } from "../../packet/mod.ts";
import { PLAIN, withClient } from "../conformance/_client_side.ts";
import { content, data, error, oack } from "../conformance/_packets.ts";

const ASKED = 'RRQ "file" octet blksize=1428 tsize=0 windowsize=16';
const BARE = 'RRQ "file" octet';

// Doing without options.

for (const code of [8, 4]) {
  Deno.test(`a server that refuses options with ERROR ${code} is asked once more without, from another port`, () =>
    withClient(async (side) => {
      const download = side.get({});
      await side.server.expect(ASKED);
      const first = side.server.from!;
      await side.server.send(error(code, "no options please"));
      await side.server.expect(BARE);
      assert(side.server.from!.port !== first.port);
      const port = side.portFor(side.server);
      await port.send(data(1, 5));
      await port.expect("ACK 1");
      assertEquals(await download.bytes, content(5));
      assertEquals((await download.finished).acknowledged, null);
    }));
}

Deno.test("a server that refuses twice has refused", () =>
  withClient(async (side) => {
    const download = side.get({});
    await side.server.expect(ASKED);
    await side.server.send(error(8, "no options"));
    await side.server.expect(BARE);
    await side.server.send(error(8, "nothing at all"));
    await side.server.silence();
    const refusal = await assertRejects(() => download.opened, TftpError);
    assertEquals(
      [refusal.code, refusal.message, refusal.origin],
      [8, "nothing at all", "remote"],
    );
  }));

Deno.test("a server whose OACK names what was not asked for is told, and asked once more without options", () =>
  withClient(async (side) => {
    const download = side.get({});
    await side.server.expect(ASKED);
    const port = side.portFor(side.server);
    await port.send(oack(["timeout", "1"]));
    const [line] = await port.drain();
    assertEquals(line!.slice(0, 7), "ERROR 8");
    await side.server.expect(BARE);
    const other = side.portFor(side.server);
    await other.send(data(1, 5));
    await other.expect("ACK 1");
    assertEquals(await download.bytes, content(5));
  }));

for (
  const [what, answer, options] of [
    ["refuses for another reason", error(1, "No such file"), {}],
    ["refuses options and must not be asked twice", error(8, "no"), {
      fallback: false,
    }],
    ["refuses what had no options", error(8, "no"), PLAIN],
  ] as const
) {
  Deno.test(`a server that ${what} is not asked again`, () =>
    withClient(async (side) => {
      const download = side.get(options);
      await side.server.drain();
      side.server.from = { ...side.server.address, port: 49_152 };
      await side.server.send(answer);
      await side.server.silence();
      const refusal = await assertRejects(() => download.opened, TftpError);
      assertEquals(refusal.code, answer.code);
      assertEquals(refusal.message, answer.message);
    }));
}

for (const fallback of [true, false]) {
  const verb = fallback ? "is asked without" : "goes on being asked with";
  Deno.test(`a server that says nothing ${verb} options, with fallback ${fallback}`, () =>
    withClient(async (side) => {
      side.get({ fallback, retransmission: { jitter: 0 } });
      const times = [0, 1000, 2000, 4000, 8000, 8000];
      for (const [index, waitMs] of times.entries()) {
        await side.advance(waitMs);
        await side.server.expect(fallback && index > 2 ? BARE : ASKED);
      }
    }));
}

// The socket, and who may use it.

Deno.test("the first answer pins the server's port", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect(BARE);
    const port = side.portFor(side.server);
    const rival = side.portFor(side.server);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    await rival.send(data(1, 512));
    await rival.expect('ERROR 5 "Unknown transfer ID"');
    await port.send(data(2, 0));
    await port.expect("ACK 2");
    const { remote } = await download.opened;
    assertEquals(remote, port.address);
    assertEquals((await download.finished).statistics.strangers, 1);
  }));

Deno.test("another host cannot answer in the server's place", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect(BARE);
    const forger = side.port({ hostname: "127.0.0.66", port: 69 });
    await forger.send(data(1, 3), side.server.from);
    await forger.expect('ERROR 5 "Unknown transfer ID"');
    await forger.send(error(1, "not here"), side.server.from);
    const port = side.portFor(side.server);
    await port.send(data(1, 5));
    await port.expect("ACK 1");
    assertEquals(await download.bytes, content(5));
  }));

Deno.test("a socket is opened where it is told", () =>
  withClient(async (side) => {
    const download = side.get({
      ...PLAIN,
      localHostname: "127.0.0.5",
      localPort: 5000,
    });
    await side.server.expect(BARE);
    const { hostname, port } = side.server.from!;
    assertEquals([hostname, port], ["127.0.0.5", 5000]);
    await side.server.send(error(1));
    await assertRejects(() => download.opened, TftpError);
  }));

Deno.test("a local port is free again for a second attempt", () =>
  withClient(async (side) => {
    const download = side.get({ localPort: 5000 });
    await side.server.expect(ASKED);
    await side.server.send(error(8));
    await side.server.expect(BARE);
    assertEquals(side.server.from!.port, 5000);
    await side.server.send(error(1));
    await assertRejects(() => download.opened, TftpError);
  }));

Deno.test("a local port is free for the next transfer, though the system lets go of it late", async () => {
  const listen = () =>
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const server = listen();
  const answering = (async () => {
    const file = encodePacket(data(1, 5));
    for await (const [bytes, peer] of server) {
      if (peekOpcode(bytes) === 1) await server.send(file, peer);
    }
  })();
  const free = listen();
  const localPort = (free.addr as Deno.NetAddr).port;
  free.close();
  const { port } = server.addr as Deno.NetAddr;
  const target = { hostname: "127.0.0.1", port, filename: "x" };
  for (let i = 0; i < 5; i++) {
    // It stays in case its last ACK is lost, and waits for what comes.
    await using download = await get(target, { localPort });
    await download.finished;
  }
  server.close();
  await answering;
});

for (
  const [hostname, wildcard] of [["192.0.2.1", "0.0.0.0"], [
    "2001:db8::1",
    "::",
  ]] as const
) {
  Deno.test(`a socket for ${hostname} is opened on ${wildcard}`, async () => {
    const asked: unknown[] = [];
    const network: Network = {
      bind(address) {
        asked.push(address);
        throw new Error("seen");
      },
    };
    const target = { hostname, filename: "file" };
    await assertRejects(() => get(target, { network }), Error, "seen");
    assertEquals(asked, [{ hostname: wildcard, port: 0 }]);
  });
}

Deno.test("a socket that may not send ends the transfer with the reason", () =>
  withClient(async (side) => {
    const failure = new Deno.errors.NotCapable("Requires net access");
    const network: Network = {
      bind(address) {
        const socket = side.network.bind(address);
        socket.sendError = failure;
        return socket;
      },
    };
    const { opened } = side.get({ network });
    assertStrictEquals(await assertRejects(() => opened), failure);
    assertEquals(side.network.openSockets, 1);
  }));

Deno.test("what cannot be put into a packet is found out before there is a socket", () =>
  withClient(async (side) => {
    const options = [["name", "a\0b"]] as const;
    await assertRejects(() => side.get({ options }).opened, TypeError, "NUL");
    assertEquals(side.network.openSockets, 1);
  }));

Deno.test("an end is summarized, the opening included", () =>
  withClient(async (side) => {
    const download = side.get({ blksize: 8, windowsize: 1 });
    const line = 'RRQ "file" octet blksize=8 tsize=0';
    await side.server.expect(line);
    await side.advance(1000);
    await side.server.expect(line);
    const port = side.portFor(side.server);
    await port.send(oack(["blksize", "8"]));
    await port.expect("ACK 0");
    await side.advance(20);
    await port.send(data(1, 8));
    await port.expect("ACK 1");
    await port.send(data(2, 0));
    await port.expect("ACK 2");
    const summary: ClientTransferSummary = await download.finished;
    assertEquals(summary.settings.blockSize, 8);
    assertEquals(summary.acknowledged, [["blksize", "8"]]);
    assertEquals(summary.durationMs, 1020);
    assert(summary.roundTripMs > 0);
    assertEquals(summary.mismatchedSize, null);
    const { bytes, blocks, retransmissions, timeouts } = summary.statistics;
    assertEquals([bytes, blocks, retransmissions, timeouts], [8, 2, 1, 1]);
  }));
