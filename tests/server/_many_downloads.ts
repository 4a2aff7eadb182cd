/**
 * Serves thousands of small files to clients in the same process, without a real socket: a program of its own, so that its
 * garbage collector can be watched.
 *
 * @module
 */

import type { DatagramSocket, UdpAddress } from "../../net/mod.ts";
import { encodePacket } from "../../packet/mod.ts";
import { serve, TftpResponse } from "../../server.ts";
import { ack, read } from "../conformance/_packets.ts";

const DOWNLOADS = 6000;
const CLIENTS = 50;
const FILE = new Uint8Array(4096);

/** Sockets by port. */
const sockets = new Map<number, MemorySocket>();
let lastPort = 1024;

/** A socket that keeps nothing of what it has handed on. */
class MemorySocket implements DatagramSocket {
  readonly address: UdpAddress;
  isClosed = false;
  readonly #queue: [Uint8Array, UdpAddress][] = [];
  #wake: (() => void) | null = null;

  constructor(port: number) {
    if (port === 0) port = lastPort = lastPort === 65535 ? 1024 : lastPort + 1;
    this.address = { transport: "udp", hostname: "127.0.0.1", port };
    sockets.set(port, this);
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<void> {
    sockets.get(to.port)?.deliver(bytes.slice(), this.address);
    return Promise.resolve();
  }

  deliver(bytes: Uint8Array, from: UdpAddress): void {
    this.#queue.push([bytes, from]);
    this.#wake?.();
  }

  async receive(buffer: Uint8Array): Promise<[Uint8Array, UdpAddress]> {
    while (this.#queue.length === 0) {
      if (this.isClosed) throw new Deno.errors.BadResource();
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const [bytes, from] = this.#queue.shift()!;
    buffer.set(bytes);
    return [buffer.subarray(0, bytes.length), from];
  }

  close(): void {
    this.isClosed = true;
    sockets.delete(this.address.port);
    this.#wake?.();
  }

  ref(): void {}
  unref(): void {}
}

async function download(server: UdpAddress): Promise<void> {
  const socket = new MemorySocket(0);
  const buffer = new Uint8Array(516);
  await socket.send(encodePacket(read("file")), server);
  for (let block = 1; block <= FILE.length / 512 + 1; block++) {
    const [, from] = await socket.receive(buffer);
    await socket.send(encodePacket(ack(block)), from);
  }
  socket.close();
}

const server = serve({
  ...{ hostname: "127.0.0.1", port: 69 },
  network: { bind: ({ port }) => new MemorySocket(port) },
  limits: { maxTransfersPerClient: CLIENTS },
}, () => new TftpResponse(FILE));
await server.listening;
let begun = 0;
await Promise.all(Array.from({ length: CLIENTS }, async () => {
  while (begun++ < DOWNLOADS) await download(server.addr);
}));
await server.shutdown();
