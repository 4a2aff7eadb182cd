// How a server comes up and goes down.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { DatagramSocket, Network } from "../../net/mod.ts";
import { serve, type TftpRequest, TftpResponse } from "../../server.ts";
import { data, read, write } from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";
import { settle, VirtualNetwork, type VirtualSocket } from "../_virtual.ts";
import { complete, FILES, proven } from "./_proven.ts";
import { Gate } from "./_tell.ts";

const DOWN = 'ERROR 0 "Server is shutting down"';

// Shutting down.

Deno.test("shutdown() closes an idle server at once", () =>
  withServer({ files: FILES }, async (side) => {
    await side.server.shutdown();
    await side.server.finished;
    assertEquals(side.network.openSockets, 0);
    assertEquals(side.network.clock.pending, 0);
    assertEquals(side.network.clock.now(), 0);
  }));

for (const singlePort of [false, true]) {
  const kind = singlePort ? "a single-port server" : "a server";

  Deno.test(`shutdown() of ${kind} takes no more requests, and lets transfers finish`, () =>
    withServer({ files: FILES, singlePort }, async (side) => {
      const client = await proven(side);
      let isDone = false;
      side.server.shutdown().then(() => isDone = true);
      const late = await side.ask(read("file"));
      await late.silence();
      await side.advance(20);
      assertEquals(isDone, false);
      await complete(client);
      assertEquals(isDone, true);
      await side.server.finished;
      assertEquals(side.ends, ["finished"]);
      assertEquals(side.network.openSockets, 2);
      assertEquals(side.network.clock.pending, 0);
    }));

  Deno.test(`shutdown() of ${kind} tells transfers with an ERROR when their time is over`, () =>
    withServer(
      { files: FILES, singlePort, shutdownTimeoutMs: 40 },
      async (side) => {
        const reader = await proven(side);
        const writer = await side.ask(write("file"));
        await writer.expect("ACK 0");
        const stopped = side.server.shutdown();
        await side.advance(39);
        assertEquals(side.ends, []);
        await side.advance(1);
        await stopped;
        await reader.expect(DOWN);
        await writer.expect(DOWN);
        assertEquals(side.ends, ["failed", "failed"]);
        assertEquals(side.aborted, ["file"]);
        assertEquals(side.network.openSockets, 2);
        assertEquals(side.network.clock.pending, 0);
      },
    ));

  Deno.test(`shutdown() of ${kind} does not wait for uploads that only stay for their last acknowledgment`, () =>
    withServer({ singlePort }, async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, 3));
      await client.expect("ACK 1");
      await side.server.shutdown();
      assertEquals(side.network.clock.now(), 0);
      assertEquals(side.network.openSockets, 1);
      assertEquals(side.network.clock.pending, 0);
      assertEquals(side.ends, ["finished"]);
    }));
}

Deno.test("shutdown() waits for an upload until it is safe, and does not take back what was acknowledged", () => {
  const gate = new Gate();
  const handler = async ({ body }: TftpRequest) => {
    await body!.pipeTo(new WritableStream());
    await gate.opened;
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 3));
    await client.silence();
    const stopped = side.server.shutdown();
    await side.advance(100);
    gate.open();
    await client.expect("ACK 1");
    await stopped;
    assertEquals(side.ends, ["finished"]);
  });
});

Deno.test("shutdown() does not wait for a client that has not answered within a second", () =>
  withServer({ files: FILES }, async (side) => {
    const silent = await side.ask(read("file"));
    await silent.expect("DATA 1 (4 octets)");
    const client = await proven(side);
    const stopped = side.server.shutdown();
    await side.advance(999);
    assertEquals(side.ends, []);
    await side.advance(1);
    assertEquals(side.ends, ["failed"]);
    await client.drain();
    await complete(client);
    await stopped;
    assertEquals(side.ends, ["failed", "finished"]);
    await silent.drain();
  }));

Deno.test("shutdown() with no time ends transfers at once", () =>
  withServer({ files: FILES, shutdownTimeoutMs: 0 }, async (side) => {
    const client = await proven(side);
    const stopped = side.server.shutdown();
    await side.advance(0);
    await stopped;
    await client.expect(DOWN);
  }));

Deno.test("shutdown() can be called again and again", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await proven(side);
    const first = side.server.shutdown();
    const second = side.server.shutdown();
    await complete(client);
    await Promise.all([first, second, side.server.shutdown()]);
  }));

// A network that takes its time, or breaks.

/** A server whose sockets come later, on a network of its own. */
function serveSlowly(gate: Gate, log: string[]) {
  const network = new VirtualNetwork();
  const slow: Network = {
    bind: (address) => gate.opened.then(() => network.bind(address)),
  };
  const server = serve({
    hostname: "127.0.0.1",
    network: slow,
    clock: network.clock,
    onListen: (addresses) => log.push(`listens on ${addresses[0]!.port}`),
  }, () => new TftpResponse("text"));
  server.finished.then(
    () => log.push("finished"),
    (error) => log.push(`broken: ${error.message}`),
  );
  return { network, server };
}

Deno.test("a server whose sockets come later listens later", async () => {
  const log: string[] = [];
  const gate = new Gate();
  const { server, network } = serveSlowly(gate, log);
  await settle();
  assertEquals(log, []);
  gate.open();
  assertEquals(await server.listening, [server.addr]);
  assertEquals(log, ["listens on 69"]);
  await server.shutdown();
  await server.finished;
  assertEquals(log, ["listens on 69", "finished"]);
  assertEquals(network.openSockets, 0);
});

Deno.test("a server that is shut down before it listens never does", async () => {
  const log: string[] = [];
  const gate = new Gate();
  const { server, network } = serveSlowly(gate, log);
  const stopped = server.shutdown();
  gate.open();
  await stopped;
  await server.finished;
  assertEquals(log, ["finished"]);
  assertEquals(network.openSockets, 0);
  assertEquals(network.clock.pending, 0);
});

Deno.test("a server that cannot listen later says so in both promises", async () => {
  const log: string[] = [];
  const gate = new Gate();
  const { server, network } = serveSlowly(gate, log);
  gate.break(new Deno.errors.AddrInUse("port 69 is taken"));
  await assertRejects(() => server.listening, Deno.errors.AddrInUse);
  await settle();
  assertEquals(log, ["broken: port 69 is taken"]);
  await server.shutdown();
  assertEquals(network.openSockets, 0);
});

Deno.test("unref() and ref() reach sockets that come later", async () => {
  const gate = new Gate();
  const { server, network } = serveSlowly(gate, []);
  server.unref();
  const sockets: VirtualSocket[] = [];
  const { bind } = network;
  network.bind = (address) => {
    const socket = bind.call(network, address);
    sockets.push(socket);
    return socket;
  };
  gate.open();
  await server.listening;
  assertEquals(sockets.map(({ isRef }) => isRef), [false]);
  server.ref();
  assertEquals(sockets.map(({ isRef }) => isRef), [true]);
  await server.shutdown();
});

Deno.test("a server whose socket breaks closes the others, and says so", async () => {
  const network = new VirtualNetwork();
  let broken!: (error: unknown) => void;
  const half: Network = {
    bind(address) {
      const socket = network.bind(address);
      if (address.hostname !== "127.0.0.2") return socket;
      return Object.create(socket, {
        receive: {
          value: () =>
            new Promise((_, reject) => {
              broken = reject;
            }),
        },
        isClosed: { get: () => socket.isClosed },
        close: { value: () => socket.close() },
      }) as DatagramSocket;
    },
  };
  const server = serve({
    hostname: ["127.0.0.1", "127.0.0.2"],
    network: half,
    clock: network.clock,
  }, () => {});
  broken(new Error("cable on fire"));
  await assertRejects(() => server.finished, Error, "cable on fire");
  await server.shutdown();
  assertEquals(network.openSockets, 0);
  assertEquals(network.clock.pending, 0);
});

Deno.test("an onListen that throws leaves no socket behind", async () => {
  const network = new VirtualNetwork();
  const onListen = () => {
    throw new Error("cannot print");
  };
  const options = { network, clock: network.clock, onListen };
  assertThrows(() => serve(options, () => {}), Error, "cannot print");
  await settle();
  assertEquals(network.openSockets, 0);
});
