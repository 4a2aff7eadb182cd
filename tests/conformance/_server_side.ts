/**
 * Conversations with a real server on a virtual network: files in memory, clients played by the test.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  serve,
  type ServeOptions,
  type ServerEvent,
  type TftpHandler,
  type TftpRequest,
  TftpResponse,
  type TftpServer,
} from "../../server.ts";
import type { Packet } from "../../packet/mod.ts";
import { Peer, VirtualNetwork } from "../_virtual.ts";
import { REQUEST_PORT } from "./_packets.ts";

/** What {@linkcode withServer} serves, besides the options of `serve`. */
export interface ServerSideOptions extends ServeOptions {
  /** Files that can be read. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** How an upload is taken: into a sink, or through the body of the request. */
  readonly upload?: "sink" | "body";
  /** Answers in place of all that. */
  readonly handler?: TftpHandler;
}

/** A server, and what can be said to it. */
export class ServerSide {
  readonly network: VirtualNetwork = new VirtualNetwork();
  /** What was uploaded and acknowledged. */
  readonly uploads: Map<string, Uint8Array> = new Map();
  /** The names of uploads that were given up. */
  readonly aborted: string[] = [];
  readonly events: ServerEvent[] = [];
  /** What handlers have thrown besides `TftpError`; a test that wants that takes it out. */
  readonly faults: unknown[] = [];
  readonly server: TftpServer;
  readonly peers: Peer[] = [];

  constructor(options: ServerSideOptions) {
    const { files = {}, upload = "sink", handler, ...serveOptions } = options;
    this.server = serve(
      {
        hostname: REQUEST_PORT.hostname,
        port: REQUEST_PORT.port,
        network: this.network,
        clock: this.network.clock,
        random: () => 0,
        onEvent: (event) => this.events.push(event),
        onError: (error) => this.faults.push(error),
        ...serveOptions,
      },
      handler ?? ((request) => {
        if (request.operation === "write") {
          return upload === "sink"
            ? this.#takeIntoSink(request)
            : this.#takeBody(request);
        }
        const file = files[request.filename];
        return file === undefined ? undefined : new TftpResponse(file);
      }),
    );
  }

  /** A client, on a port of its own. */
  client(address: { hostname?: string; port?: number } = {}): Peer {
    const peer = new Peer(this.network, address);
    this.peers.push(peer);
    return peer;
  }

  /** A client that has sent a packet to the request port. */
  async ask(packet: Packet | Uint8Array): Promise<Peer> {
    const client = this.client();
    await client.send(packet, REQUEST_PORT);
    return client;
  }

  async advance(ms: number): Promise<void> {
    await this.network.clock.advance(ms);
  }

  /** How transfers and requests ended. */
  get ends(): string[] {
    return this.events.map(({ type }) => type).filter((type) =>
      ["finished", "failed", "refused", "probed", "dropped"].includes(type)
    );
  }

  /** What went to the request port and got no answer. */
  get ignored(): number {
    return this.events.filter(({ type }) => type === "ignored").length;
  }

  #takeIntoSink({ filename }: TftpRequest): TftpResponse {
    const parts: number[] = [];
    return TftpResponse.upload({
      write: (bytes) => void parts.push(...bytes),
      commit: () => void this.uploads.set(filename, Uint8Array.from(parts)),
      abort: () => void this.aborted.push(filename),
    });
  }

  async #takeBody({ filename, body }: TftpRequest): Promise<void> {
    try {
      this.uploads.set(filename, await bytesOf(body!));
    } catch (error) {
      this.aborted.push(filename);
      throw error;
    }
  }
}

/** All bytes of a stream. */
export async function bytesOf(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const part of stream) parts.push(...part);
  return Uint8Array.from(parts);
}

/**
 * Plays a script against a server. Whatever the server says beyond the script fails the test, and so does a socket or a
 * timer that is left when it has shut down.
 */
export async function withServer(
  options: ServerSideOptions,
  play: (side: ServerSide) => Promise<void>,
): Promise<void> {
  const side = new ServerSide(options);
  const stop = async () => {
    const stopped = side.server.shutdown();
    await side.advance(10_000);
    await stopped;
  };
  try {
    await play(side);
  } catch (error) {
    await stop();
    throw error;
  }
  for (const peer of side.peers) await peer.silence();
  await stop();
  assertEquals(side.faults, []);
  for (const peer of side.peers) peer.close();
  assertEquals(side.network.openSockets, 0, "sockets left open");
  assertEquals(side.network.clock.pending, 0, "timers left");
}
