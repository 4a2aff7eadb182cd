// The front door of the server: what `serve` takes and gives back. How it behaves is in tests/server/.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type UdpAddress, udpNetwork } from "../net/mod.ts";
import { encodePacket } from "../packet/mod.ts";
import { serve, type ServeOptions, TftpResponse } from "../server.ts";
import { ack, payload, read, REQUEST_PORT } from "./conformance/_packets.ts";
import {
  Peer,
  settle,
  VirtualNetwork,
  type VirtualSocket,
} from "./_virtual.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 } as const;

/** Options for a network of its own, which notes its sockets. */
function virtual() {
  const network = new VirtualNetwork();
  const sockets: VirtualSocket[] = [];
  const { bind } = network;
  network.bind = (address) => {
    const socket = bind.call(network, address);
    sockets.push(socket);
    return socket;
  };
  const options: ServeOptions = { network, clock: network.clock };
  return { network, sockets, options };
}

const hello = () => new TftpResponse("hello");

/** Reads a file of one block over UDP. It must come from the address that was asked. */
async function readFrom(server: UdpAddress): Promise<string> {
  const hostname = server.hostname.includes(":") ? "::" : "0.0.0.0";
  const socket = await udpNetwork().bind({ hostname, port: 0 });
  try {
    await socket.send(encodePacket(read("any")), server);
    const [bytes, from] = await socket.receive(new Uint8Array(516));
    assertEquals(from.hostname, server.hostname);
    await socket.send(encodePacket(ack(1)), from);
    return new TextDecoder().decode(payload(bytes));
  } finally {
    socket.close();
  }
}

// Real sockets.

Deno.test("serve() answers over UDP, and shuts down", async () => {
  const listened: number[] = [];
  const server = serve({
    ...LOCAL,
    onListen: ([address]) => listened.push(address!.port),
  }, hello);
  const { addr } = server;
  assertEquals([addr.transport, addr.hostname], ["udp", "127.0.0.1"]);
  assert(addr.port > 0);
  assertEquals(listened, [addr.port]);
  assertEquals(await server.listening, [addr]);
  assertEquals(await readFrom(addr), "hello");
  await server.shutdown();
  await server.finished;
});

Deno.test("serve() answers over node:dgram, where the address comes later", async () => {
  await using server = serve({ ...LOCAL, network: udpNetwork("node") }, hello);
  assertThrows(
    () => server.addr,
    TypeError,
    "Cannot tell the address as the server does not listen yet",
  );
  const [address] = await server.listening;
  assertEquals(server.addr, address);
  assertEquals(await readFrom(server.addr), "hello");
});

Deno.test("serve() throws at once when the port is in use", async () => {
  await using server = serve(LOCAL, hello);
  const { port } = server.addr;
  assertThrows(
    () => serve({ ...LOCAL, port }, hello),
    Deno.errors.AddrInUse,
  );
});

Deno.test("serve() on all addresses hears IPv4, and IPv6 where there is any", async () => {
  const remotes: string[] = [];
  await using server = serve({ port: 0 }, ({ remote }) => {
    remotes.push(remote.hostname);
    return hello();
  });
  const { hostname, port } = server.addr;
  const expected = hostname === "::" ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
  for (const hostname of expected) {
    const address: UdpAddress = { transport: "udp", hostname, port };
    assertEquals(await readFrom(address), "hello");
  }
  assertEquals(remotes, expected);
});

for (const [isUnref, ends] of [[true, true], [false, false]] as const) {
  const verb = isUnref ? "lets" : "does not let";
  const state = isUnref ? "was unref'd" : "is ref'd";
  Deno.test(`a server that ${state} ${verb} the process end`, async () => {
    const code = `
      import { serve } from ${
      JSON.stringify(new URL("../server.ts", import.meta.url).href)
    };
      const server = serve(${JSON.stringify(LOCAL)}, () => {});
      server.unref();
      ${isUnref ? "" : "server.ref();"}
      console.log("listens");
    `;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assertEquals(new TextDecoder().decode(value), "listens\n");
    if (!ends) {
      await wait(200);
      child.kill();
    }
    assertEquals((await child.status).success, ends);
    await reader.cancel();
  });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// What it takes.

Deno.test("serve() with options and a handler listens where it is told", async () => {
  const { network, options } = virtual();
  const { hostname, port } = REQUEST_PORT;
  const server = serve({ ...options, hostname, port }, hello);
  assertEquals(server.addr, REQUEST_PORT);
  const client = new Peer(network);
  await client.send(read("any"), server.addr);
  await client.expect("DATA 1 (5 octets)");
  await client.send(ack(1));
  client.close();
  await server.shutdown();
  assertEquals(network.openSockets, 0);
});

Deno.test("serve() listens on port 69 unless it is told another", async () => {
  const { options } = virtual();
  const server = serve(options, hello);
  assertEquals(server.addr.port, 69);
  await server.shutdown();
});

Deno.test("serve() with a handler alone serves port 69 of this machine, or says that it may not", async () => {
  try {
    const server = serve(hello);
    assertEquals(server.addr.port, 69);
    await server.shutdown();
  } catch (error) {
    assert(
      error instanceof Deno.errors.PermissionDenied ||
        error instanceof Deno.errors.AddrInUse,
      `${error}`,
    );
  }
});

Deno.test("serve() wants a handler, and options that make sense", () => {
  const { network, options } = virtual();
  assertThrows(
    () => serve(options, undefined!),
    TypeError,
    "Cannot serve without a handler",
  );
  assertThrows(() => serve({ ...options, port: 70_000 }, hello), RangeError);
  assertThrows(
    () => serve({ ...options, retransmission: { retries: -1 } }, hello),
    RangeError,
    "retries",
  );
  assertEquals(network.openSockets, 0);
});

Deno.test("serve() on several addresses answers from the one that was asked", async () => {
  const { network, options } = virtual();
  const hostname = ["192.0.2.1", "192.0.2.2"];
  const asked: string[] = [];
  const server = serve({ ...options, hostname, port: 0 }, ({ local }) => {
    asked.push(local.hostname);
    return hello();
  });
  const { port } = server.addr;
  const addresses = await server.listening;
  assertEquals(
    addresses,
    hostname.map((hostname) => ({ transport: "udp", hostname, port })),
  );
  const client = new Peer(network);
  for (const address of addresses) {
    await client.send(read("any"), address);
    await client.expect("DATA 1 (5 octets)");
    assertEquals(client.from!.hostname, address.hostname);
    await client.send(ack(1));
  }
  assertEquals(asked, hostname);
  client.close();
  await server.shutdown();
  assertEquals(network.openSockets, 0);
});

Deno.test("serve() opens no socket when one of several addresses fails", () => {
  const { network, options } = virtual();
  network.bind({ hostname: "192.0.2.2", port: 69 });
  const hostname = ["192.0.2.1", "192.0.2.2"];
  assertThrows(
    () => serve({ ...options, hostname }, hello),
    Deno.errors.AddrInUse,
  );
  assertEquals(network.openSockets, 1);
});

// What it gives back.

Deno.test("a server is shut down by its signal", async () => {
  const { network, options } = virtual();
  const controller = new AbortController();
  const server = serve({ ...options, signal: controller.signal }, hello);
  await settle();
  assertEquals(network.openSockets, 1);
  controller.abort();
  await server.finished;
  assertEquals(network.openSockets, 0);
});

Deno.test("a server whose signal was aborted before it began shuts down at once", async () => {
  const { network, options } = virtual();
  const server = serve({ ...options, signal: AbortSignal.abort() }, hello);
  await server.finished;
  assertEquals(network.openSockets, 0);
});

Deno.test("a server lets go of its signal when it has shut down", async () => {
  const { options } = virtual();
  const listeners = new Set<unknown>();
  const { signal } = new AbortController();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners.add(args[1]);
    return addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (
    ...args: Parameters<typeof removeEventListener>
  ) => {
    listeners.delete(args[1]);
    return removeEventListener.apply(signal, args);
  };
  const server = serve({ ...options, signal }, hello);
  assertEquals(listeners.size, 1);
  await server.shutdown();
  await settle();
  assertEquals(listeners.size, 0);
});

Deno.test("a server is shut down at the end of an await using", async () => {
  const { network, options } = virtual();
  {
    await using server = serve(options, hello);
    assertEquals(server.addr.port, 69);
    assertEquals(network.openSockets, 1);
  }
  assertEquals(network.openSockets, 0);
});

Deno.test("unref() and ref() reach all sockets that listen", async () => {
  const { sockets, options } = virtual();
  const hostname = ["192.0.2.1", "192.0.2.2"];
  const server = serve({ ...options, hostname }, hello);
  server.unref();
  assertEquals(sockets.map(({ isRef }) => isRef), [false, false]);
  server.ref();
  assertEquals(sockets.map(({ isRef }) => isRef), [true, true]);
  await server.shutdown();
});

Deno.test("a server that cannot listen later rejects both of its promises", async () => {
  const failure = new Deno.errors.AddrInUse("taken");
  const network = { bind: () => Promise.reject(failure) };
  const server = serve({ network, hostname: "127.0.0.1" }, hello);
  assertStrictEquals(await assertRejects(() => server.finished), failure);
  assertStrictEquals(await assertRejects(() => server.listening), failure);
  assertThrows(() => server.addr, TypeError);
  await server.shutdown();
});
