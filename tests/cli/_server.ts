import { get } from "../../client.ts";
import {
  serve,
  type ServeOptions,
  type ServerEvent,
  type TftpHandler,
  TftpResponse,
  type TftpServer,
} from "../../server.ts";
import { replace } from "../handlers/_sandbox.ts";

/**
 * Closes what sockets are left in the end. A download stays for some seconds in case its last ACK was lost, which is
 * longer than a test wants to wait. Use it before all that opens sockets.
 */
export function closeSockets(): AsyncDisposable {
  const sockets = new Set<Deno.DatagramConn>();
  const { listenDatagram } = Deno;
  const replacement = replace(Deno, {
    listenDatagram(options: Deno.UdpListenOptions & { transport: "udp" }) {
      const socket = listenDatagram(options);
      const close = socket.close.bind(socket);
      socket.close = () => {
        if (sockets.delete(socket)) close();
      };
      sockets.add(socket);
      return socket;
    },
  } as Partial<typeof Deno>);
  return {
    async [Symbol.asyncDispose]() {
      replacement[Symbol.dispose]();
      for (const socket of sockets) socket.close();
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

/** A server over files in memory. */
export class TestServer implements AsyncDisposable {
  readonly files: Map<string, string>;
  readonly events: ServerEvent[] = [];
  readonly #server: TftpServer;

  constructor(
    files: Readonly<Record<string, string>> = {},
    options: ServeOptions & { handler?: TftpHandler } = {},
  ) {
    this.files = new Map(Object.entries(files));
    const { handler = this.#handle, ...rest } = options;
    this.#server = serve({
      hostname: "127.0.0.1",
      port: 0,
      onEvent: (event) => this.events.push(event),
      ...rest,
    }, handler);
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** What the last request said besides its name. */
  get lastRequest(): { mode: string; options: Record<string, string> } {
    const event = this.events.findLast(({ type }) => type === "request");
    if (event?.type !== "request") throw new Error("Nobody has asked");
    const { mode, options } = event.request;
    return { mode, options: Object.fromEntries(options) };
  }

  url(name: string): string {
    const { hostname, port } = this.#server.addr;
    return `tftp://${
      hostname.includes(":") ? `[${hostname}]` : hostname
    }:${port}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  readonly #handle: TftpHandler = async ({ filename, body }) => {
    if (body) this.files.set(filename, await new Response(body).text());
    else if (this.files.has(filename)) {
      return new TftpResponse(this.files.get(filename)!);
    }
  };
}

/** Whether this machine speaks IPv6 with itself. */
export function hasIpv6(): boolean {
  try {
    const hostname = "::1";
    Deno.listenDatagram({ transport: "udp", hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** A port where nobody answers, and nobody says that there is nobody. */
export function silentPort(): { port: number } & Disposable {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  return {
    port: (socket.addr as Deno.NetAddr).port,
    [Symbol.dispose]: () => socket.close(),
  };
}

/** Downloads a text. */
export async function getText(port: number, filename: string): Promise<string> {
  const response = await get({ hostname: "127.0.0.1", port, filename });
  return await response.text();
}
