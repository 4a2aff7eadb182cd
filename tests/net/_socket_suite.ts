/**
 * What every kind of socket must do, real or not: a suite that each implementation passes.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { DatagramSocket, Network, UdpAddress } from "../../net/mod.ts";

/** A socket that is closed at the end of a block. */
class Closing implements Disposable {
  readonly socket: DatagramSocket;

  constructor(socket: DatagramSocket) {
    this.socket = socket;
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

export async function bind(
  network: Network,
  { hostname = "127.0.0.1", port = 0 } = {},
): Promise<Closing & Disposable> {
  return new Closing(await network.bind({ hostname, port }));
}

export function octets(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

async function receive(
  socket: DatagramSocket,
  room = 65536,
): Promise<{ bytes: Uint8Array; from: UdpAddress }> {
  const [bytes, from] = await socket.receive(new Uint8Array(room));
  return { bytes: bytes.slice(), from };
}

/** Tests a kind of socket. */
export function testSockets(kind: string, network: Network): void {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`${kind}: ${name}`, run);

  test("port 0 finds a free port", async () => {
    using one = await bind(network);
    using two = await bind(network);
    for (const { socket } of [one, two]) {
      assertEquals(socket.address.transport, "udp");
      assertEquals(socket.address.hostname, "127.0.0.1");
      assert(socket.address.port > 0);
      assertEquals(socket.isClosed, false);
    }
    assertNotEquals(one.socket.address.port, two.socket.address.port);
  });

  test("a port that is in use throws AddrInUse, and harms nobody", async () => {
    using one = await bind(network);
    const { port } = one.socket.address;
    await assertRejects(
      async () => await network.bind({ hostname: "127.0.0.1", port }),
      Deno.errors.AddrInUse,
    );
    await one.socket.send(octets(1), one.socket.address);
    assertEquals((await receive(one.socket)).bytes, octets(1));
  });

  test("a port is free again when its socket is closed", async () => {
    const first = await bind(network);
    const { port } = first.socket.address;
    first.socket.close();
    // Where closing takes a moment, it does not take longer than this.
    for (let tries = 0; tries < 50; tries++) {
      try {
        using second = await bind(network, { port });
        assertEquals(second.socket.address.port, port);
        return;
      } catch (error) {
        assert(error instanceof Deno.errors.AddrInUse && kind === "node");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    throw new Error("The port stays in use");
  });

  test("datagrams arrive in order, and say where they are from", async () => {
    using one = await bind(network);
    using two = await bind(network);
    using to = await bind(network);
    for (let i = 0; i < 20; i++) {
      const { socket } = i % 2 === 0 ? one : two;
      await socket.send(octets(i), to.socket.address);
      const { bytes, from } = await receive(to.socket);
      assertEquals(bytes, octets(i));
      assertEquals({ ...from }, { ...socket.address });
    }
  });

  test("datagrams that nobody waited for are kept in order", async () => {
    using from = await bind(network);
    using to = await bind(network);
    for (let i = 0; i < 20; i++) {
      await from.socket.send(octets(i), to.socket.address);
    }
    for (let i = 0; i < 20; i++) {
      assertEquals((await receive(to.socket)).bytes, octets(i));
    }
  });

  test("a datagram is put into the buffer that was given", async () => {
    using it = await bind(network);
    const memory = new Uint8Array(64).fill(9);
    for (const isWaiting of [true, false]) {
      const buffer = memory.subarray(16, 48);
      const early = isWaiting ? it.socket.receive(buffer) : null;
      await it.socket.send(octets(1, 2, 3), it.socket.address);
      const [bytes] = await (early ?? it.socket.receive(buffer));
      assertEquals(bytes, octets(1, 2, 3));
      assertStrictEquals(bytes.buffer, memory.buffer);
      assertEquals(bytes.byteOffset, 16);
      assertEquals(memory.subarray(14, 21), octets(9, 9, 1, 2, 3, 9, 9));
    }
  });

  test("what was sent is not changed by what follows", async () => {
    using it = await bind(network);
    const packet = octets(1, 2, 3);
    await it.socket.send(packet, it.socket.address);
    packet.fill(0);
    assertEquals((await receive(it.socket)).bytes, octets(1, 2, 3));
  });

  test("a datagram that does not fit is cut, and its rest is lost", async () => {
    using it = await bind(network);
    for (const isWaiting of [true, false]) {
      const early = isWaiting ? receive(it.socket, 4) : null;
      await it.socket.send(octets(1, 2, 3, 4, 5, 6), it.socket.address);
      await it.socket.send(octets(7), it.socket.address);
      const { bytes } = await (early ?? receive(it.socket, 4));
      assertEquals(bytes, octets(1, 2, 3, 4));
      assertEquals((await receive(it.socket)).bytes, octets(7));
    }
  });

  test("a datagram may be empty", async () => {
    using it = await bind(network);
    await it.socket.send(new Uint8Array(), it.socket.address);
    assertEquals((await receive(it.socket)).bytes.length, 0);
  });

  test("the largest block fits", async () => {
    using it = await bind(network);
    const packet = Uint8Array.from({ length: 65468 }, (_, i) => i % 251);
    await it.socket.send(packet, it.socket.address);
    assertEquals((await receive(it.socket)).bytes, packet);
  });

  test("a part of an array can be sent", async () => {
    using it = await bind(network);
    await it.socket.send(
      octets(0, 1, 2, 3, 4).subarray(1, 4),
      it.socket.address,
    );
    assertEquals((await receive(it.socket)).bytes, octets(1, 2, 3));
  });

  test("closing ends a receive that waits", async () => {
    const { socket } = await bind(network);
    const waiting = socket.receive(new Uint8Array(16));
    socket.close();
    await assertRejects(() => waiting, Deno.errors.Interrupted);
    assertEquals(socket.isClosed, true);
  });

  test("a closed socket neither receives nor sends", async () => {
    const { socket } = await bind(network);
    const { address } = socket;
    socket.close();
    socket.close();
    assertEquals(socket.isClosed, true);
    await assertRejects(
      () => socket.receive(new Uint8Array(16)),
      Deno.errors.BadResource,
    );
    await assertRejects(async () => await socket.send(octets(1), address));
    assertEquals(socket.address.port, address.port);
  });

  test("an address that nobody listens on breaks nothing", async () => {
    const gone = await bind(network);
    const { address } = gone.socket;
    gone.socket.close();
    using it = await bind(network);
    for (let i = 0; i < 3; i++) await it.socket.send(octets(1), address);
    await it.socket.send(octets(2), it.socket.address);
    assertEquals((await receive(it.socket)).bytes, octets(2));
  });

  test("ref() and unref() change nothing but the end of the process", async () => {
    using it = await bind(network);
    const { socket } = it;
    const guard = setInterval(() => {}, 1000);
    for (
      const change of [
        () => socket.ref(),
        () => socket.unref(),
        () => socket.unref(),
        () => socket.ref(),
        () => socket.ref(),
      ]
    ) {
      const early = receive(socket);
      change();
      await socket.send(octets(1), socket.address);
      assertEquals((await early).bytes, octets(1));
      await socket.send(octets(2), socket.address);
      assertEquals((await receive(socket)).bytes, octets(2));
    }
    clearInterval(guard);
  });
}
