/**
 * Conversations with a real client on a virtual network, with servers played by the test.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  type ClientTransferSummary,
  get,
  type GetOptions,
  put,
  type PutOptions,
  type TftpDownload,
  type TftpTarget,
  type TftpUpload,
} from "../../client.ts";
import type { TransferBody } from "../../net/mod.ts";
import { Peer, VirtualNetwork } from "../_virtual.ts";
import { REQUEST_PORT } from "./_packets.ts";

/** Options for a request that asks for no option at all, and may still have rollover. */
export const PLAIN = { rfc1350: true, rollover: 0 } as const;

/** A download under way; each promise can be awaited or left alone. */
export interface RunningDownload {
  readonly opened: Promise<TftpDownload>;
  readonly bytes: Promise<Uint8Array>;
  readonly finished: Promise<ClientTransferSummary>;
}

/** A client, and what can be said to it. */
export class ClientSide {
  readonly network: VirtualNetwork = new VirtualNetwork();
  readonly peers: Peer[] = [];
  /** The request port of the server. */
  readonly server: Peer = this.port(REQUEST_PORT);

  /** Another port of the server's, as it opens one for a transfer, or somebody else's port altogether. */
  port(address: { hostname?: string; port?: number } = {}): Peer {
    const peer = new Peer(this.network, address);
    this.peers.push(peer);
    return peer;
  }

  /** A port of the server's that has its address for the client from the request. */
  portFor(request: Peer): Peer {
    const peer = this.port();
    peer.from = request.from;
    return peer;
  }

  get(
    options: GetOptions = PLAIN,
    target: Partial<TftpTarget> | string = {},
  ): RunningDownload {
    const opened = get(this.#target(target), this.#options(options));
    const finished = opened.then((download) => download.finished);
    const bytes = opened.then((download) => download.bytes());
    for (const promise of [opened, finished, bytes]) promise.catch(() => {});
    return { opened, bytes, finished };
  }

  put(
    body: TransferBody,
    options: PutOptions = PLAIN,
    target: Partial<TftpTarget> | string = {},
  ): Promise<TftpUpload> {
    const done = put(this.#target(target), body, this.#options(options));
    done.catch(() => {});
    return done;
  }

  async advance(ms: number): Promise<void> {
    await this.network.clock.advance(ms);
  }

  #target(target: Partial<TftpTarget> | string): TftpTarget | string {
    return typeof target === "string"
      ? target
      : { hostname: REQUEST_PORT.hostname, filename: "file", ...target };
  }

  #options<Options extends GetOptions>(options: Options): Options {
    const { network } = this;
    return { network, clock: network.clock, random: () => 0, ...options };
  }
}

/**
 * Plays a script against a client. Whatever the client says beyond the script fails the test, and so does a socket or a
 * timer that is left some time later.
 */
export async function withClient(
  play: (side: ClientSide) => Promise<void>,
): Promise<void> {
  const side = new ClientSide();
  await play(side);
  for (const peer of side.peers) await peer.silence();
  await side.advance(60_000);
  for (const peer of side.peers) await peer.drain();
  for (const peer of side.peers) peer.close();
  assertEquals(side.network.openSockets, 0, "sockets left open");
  assertEquals(side.network.clock.pending, 0, "timers left");
}
