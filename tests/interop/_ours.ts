/**
 * Our own server and client, as the interoperability tests use them.
 *
 * @module
 */

import {
  get,
  type GetOptions,
  put,
  type PutOptions,
  type TftpDownload,
  type TftpUpload,
} from "../../client.ts";
import { FileSink, FileSource } from "../../handlers/mod.ts";
import {
  type Clock,
  type DatagramSocket,
  type Network,
  systemClock,
  type TransferBody,
  udpNetwork,
} from "../../net/mod.ts";
import {
  serve,
  serveDir,
  type ServeOptions,
  type ServerEvent,
  type TftpServer,
} from "../../server.ts";

/** A server on a directory, which may be read and written. */
export function serveFolder(
  root: string,
  options: ServeOptions = {},
): TftpServer {
  return serve(
    { hostname: "127.0.0.1", port: 0, ...options },
    (request) => serveDir(request, { root, write: true, overwrite: true }),
  );
}

/** Where the events of a server go. */
export class Events {
  readonly list: ServerEvent[] = [];
  readonly note = (event: ServerEvent): void => void this.list.push(event);

  /** The options that were agreed on for the last transfer, as one text. */
  get negotiated(): string {
    const event = this.list.findLast(({ type }) => type === "negotiated");
    return event?.type === "negotiated"
      ? event.acknowledged.map(([name, value]) => `${name}=${value}`).join(" ")
      : "(nothing)";
  }

  /** How the transfers have ended, and how much had to be sent again. */
  get endings(): string[] {
    return this.list.flatMap((event) =>
      event.type === "finished" || event.type === "failed" ||
        event.type === "refused"
        ? [event.type]
        : []
    );
  }
}

/**
 * A client of one server. It stays with its socket for some seconds after a download, in case its last ACK is lost; here
 * everything is closed at the end of a block.
 */
export class Client implements Disposable {
  readonly #port: number;
  readonly #hostname: string;
  readonly #sockets: DatagramSocket[] = [];
  readonly #timers = new Set<() => void>();
  readonly #network: Network;
  readonly #clock: Clock;

  constructor(port: number, hostname = "127.0.0.1") {
    this.#port = port;
    this.#hostname = hostname;
    this.#network = {
      bind: async (address) => {
        const socket = await udpNetwork().bind(address);
        this.#sockets.push(socket);
        return socket;
      },
    };
    this.#clock = {
      now: systemClock.now,
      schedule: (delayMs, callback) => {
        const cancel = systemClock.schedule(delayMs, () => {
          this.#timers.delete(cancel);
          callback();
        });
        this.#timers.add(cancel);
        return () => {
          this.#timers.delete(cancel);
          cancel();
        };
      },
    };
  }

  /** Downloads into a file. */
  async get(
    filename: string,
    path: string,
    options: GetOptions & { mode?: "octet" | "netascii" } = {},
  ): Promise<TftpDownload> {
    const sink = FileSink.open(path, { overwrite: true });
    const download = await get(this.#target(filename, options.mode), {
      ...this.#options(),
      ...options,
      sink,
    }).catch(async (error) => {
      await sink.abort(error);
      throw error;
    });
    await download.finished;
    return download;
  }

  /** Uploads a file. */
  put(
    path: string,
    filename: string,
    options: PutOptions & { mode?: "octet" | "netascii" } = {},
  ): Promise<TftpUpload> {
    return this.send(new FileSource(Deno.openSync(path)), filename, options);
  }

  /** Uploads anything. */
  send(
    body: TransferBody,
    filename: string,
    options: PutOptions & { mode?: "octet" | "netascii" } = {},
  ): Promise<TftpUpload> {
    return put(this.#target(filename, options.mode), body, {
      ...this.#options(),
      ...options,
    });
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.close();
    for (const cancel of this.#timers) cancel();
  }

  #target(filename: string, mode: "octet" | "netascii" = "octet") {
    return { hostname: this.#hostname, port: this.#port, filename, mode };
  }

  #options() {
    return { network: this.#network, clock: this.#clock };
  }
}
