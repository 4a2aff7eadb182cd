// A network boot service: DHCP or proxyDHCP, TFTP, and HTTP, with one address and one end. Rules:
// 1. Either all of it listens, or none of it does.
// 2. No datagram ends the service, and no slow boot handler holds up other machines: messages are answered at the same time,
//    up to a limit, past which they are not answered; the machine asks again.
// 3. The end is in order: no new answers, then transfers and downloads within their time, then the sockets.

import {
  serveDir,
  type ServeDirOptions,
  type SymlinkPolicy,
  type TftpHandler,
} from "../handlers/mod.ts";
import {
  type Clock,
  type Network,
  receiveEach,
  systemClock,
  type UdpAddress,
  udpNetwork,
} from "../net/mod.ts";
import { serve, type ServeOptions, type TftpServer } from "../server.ts";
import {
  serviceResponder,
  type ServiceResponderOptions,
} from "./boot_over_http.ts";
import { decodeDhcpPacket } from "./decode.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";
import { encodeDhcpPacket } from "./encode.ts";
import { httpBoot, type HttpExchange } from "./http_boot.ts";
import { HttpServer } from "./http_server.ts";
import { machineApi } from "./machine_api.ts";
import type { PxeEvent } from "./pxe_event.ts";
import type { DhcpResponder } from "./responder.ts";
import { type DhcpEar, DhcpSockets } from "./sockets.ts";
import type { PxeHttpOptions } from "./boot_over_http.ts";

export type { PxeHttpOptions, ServiceResponderOptions };

/** Options of {@linkcode servePxe}. */
export interface ServePxeOptions
  extends Omit<ServiceResponderOptions, "onEvent"> {
  /**
   * What becomes of symbolic links below `root`.
   *
   * @default {"inside"}
   */
  readonly symlinks?: SymlinkPolicy;
  /**
   * Whether upper and lower case are the same in names of files.
   *
   * @default {false}
   */
  readonly caseInsensitive?: boolean;
  /** Answers TFTP requests, instead of `root`, which then is for HTTP alone. */
  readonly handler?: TftpHandler;
  /** How TFTP is served. */
  readonly tftp?: Omit<
    ServeOptions,
    "hostname" | "signal" | "onListen" | "onEvent" | "onError" | "network"
  >;
  /** Shuts the service down when it is aborted, as `shutdown()` does. */
  readonly signal?: AbortSignal;
  /**
   * How long `shutdown()` lets transfers go on, in milliseconds.
   *
   * @default {10000}
   */
  readonly shutdownTimeoutMs?: number;
  /**
   * Told of everything that happens.
   *
   * @param event What happened.
   */
  readonly onEvent?: (event: PxeEvent) => void;
  /**
   * Where UDP sockets come from.
   *
   * @default {the UDP of this machine}
   */
  readonly network?: Network;
  /**
   * Where time comes from.
   *
   * @default {the clock of this machine}
   */
  readonly clock?: Clock;
  /**
   * The time in milliseconds since 1970, which leases are counted in.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
  /**
   * The system, which decides how broadcasts are heard.
   *
   * @default {Deno.build.os}
   */
  readonly os?: typeof Deno.build.os;
}

/** Where a service listens. */
export interface PxeAddresses {
  /** DHCP: the address that answers come from. */
  readonly dhcp: UdpAddress;
  /** TFTP; `null` for none. */
  readonly tftp: UdpAddress | null;
  /** HTTP; `null` for none. */
  readonly http: Deno.NetAddr | null;
  /** What whoever starts the service should know of this system; `null` when there is nothing. */
  readonly warning: string | null;
}

/** A network boot service that is running. */
export interface PxeService extends AsyncDisposable {
  /** Where the service listens, as soon as it does. */
  readonly listening: Promise<PxeAddresses>;
  /** Fulfilled when the service has shut down; rejected when it could not listen, or a socket broke. */
  readonly finished: Promise<void>;
  /** What it answers, and its leases; `null` as long as it does not listen. */
  readonly responder: DhcpResponder | null;
  /** Lets the service keep the process alive; that is how it starts. */
  ref(): void;
  /** Lets the process end although the service runs. */
  unref(): void;
  /**
   * Answers no more, and lets transfers that are under way finish, within `shutdownTimeoutMs`.
   *
   * @returns A promise that is fulfilled when everything is closed.
   */
  shutdown(): Promise<void>;
}

/** Messages that are being answered at once. */
const MAX_UNDER_WAY = 4096;

/** More than any DHCP message has on a network without jumbo frames; what is longer is cut. */
const BUFFER_BYTES = 16 * 1024;

const SHUTDOWN_TIMEOUT_MS = 10_000;

/**
 * Serves network boot: tells machines what to boot over DHCP, as a proxy beside another DHCP server or as the DHCP server
 * itself (RFC 2131, RFC 951, PXE 2.1), and gives them the files over TFTP and HTTP.
 *
 * It listens on port 67 of the address and of 255.255.255.255, on port 4011, and on port 69, which takes the rights of root
 * or `CAP_NET_BIND_SERVICE`, and the permission `--allow-net` for the machines' network and for 255.255.255.255.
 *
 * @param options Where, what, and for whom.
 * @returns The service.
 * @throws {RangeError} When a number is outside of its range.
 * @throws {TypeError} When something is missing, or is not what it must be.
 *
 * @example BIOS and UEFI, beside a DHCP server on another machine
 * ```ts ignore
 * import { bootFiles, servePxe } from "@tftpkit/tftp/pxe";
 *
 * const service = servePxe({
 *   hostname: "192.0.2.1",
 *   root: "/srv/tftp",
 *   boot: bootFiles({ bios: "pxelinux.0", uefi: "grubx64.efi" }),
 * });
 * await service.finished;
 * ```
 */
export function servePxe(options: ServePxeOptions): PxeService {
  return new Service(options);
}

class Service implements PxeService {
  readonly listening: Promise<PxeAddresses>;
  readonly finished: Promise<void>;
  responder: DhcpResponder | null = null;
  readonly #options: ServePxeOptions;
  readonly #clock: Clock;
  readonly #end = Promise.withResolvers<void>();
  #sockets: DhcpSockets | null = null;
  #tftp: TftpServer | null = null;
  #http: HttpServer | null = null;
  #underWay = 0;
  #isRef = true;
  #shutdown: Promise<void> | null = null;

  constructor(options: ServePxeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    // Checks everything before a socket is opened; leases are read once, by the responder that is used.
    const { leaseStore: _store, onEvent: _onEvent, ...rest } = options;
    serviceResponder(rest, null);
    this.finished = this.#end.promise.then(() => {});
    this.listening = this.#listen();
    this.listening.catch((error) => this.#end.reject(error));
    const { signal } = options;
    const shutdown = () => this.shutdown();
    if (signal?.aborted) shutdown();
    signal?.addEventListener("abort", shutdown, { once: true });
    this.#end.promise.catch(() => {}).then(() =>
      signal?.removeEventListener("abort", shutdown)
    );
  }

  ref(): void {
    this.#setRef(true);
  }

  unref(): void {
    this.#setRef(false);
  }

  shutdown(): Promise<void> {
    return this.#shutdown ??= this.#shutDown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #listen(): Promise<PxeAddresses> {
    const { hostname, network = udpNetwork(), root, handler } = this.#options;
    const { mode = "proxy", os = Deno.build.os } = this.#options;
    try {
      this.#sockets = await DhcpSockets.open({
        hostname,
        hasProxyPort: mode !== "bootp",
        network,
        os,
      });
      if (handler || root !== undefined) {
        this.#tftp = this.#serveTftp(network);
        this.#watch(this.#tftp.finished);
        await this.#tftp.listening;
      }
      if (this.#options.http) {
        this.#http = this.#serveHttp(this.#options.http);
        this.#watch(this.#http.finished);
      }
    } catch (error) {
      await this.#closeAll();
      throw error;
    }
    this.responder = serviceResponder({
      ...this.#options,
      onEvent: (event) => this.#emit({ type: "dhcp", event }),
    }, this.#http?.address.port ?? null);
    for (const ear of this.#sockets.ears) this.#watch(this.#hear(ear));
    if (!this.#isRef) this.#setRef(false);
    return {
      dhcp: this.#sockets.address,
      tftp: this.#tftp?.addr ?? null,
      http: this.#http?.address ?? null,
      warning: this.#sockets.warning,
    };
  }

  #serveTftp(network: Network): TftpServer {
    const { hostname, handler, tftp, clock } = this.#options;
    const { shutdownTimeoutMs = SHUTDOWN_TIMEOUT_MS } = this.#options;
    return serve(
      {
        shutdownTimeoutMs,
        ...clock ? { clock } : {},
        ...tftp,
        hostname,
        network,
        onEvent: (event) => this.#emit({ type: "tftp", event }),
        onError: (error) =>
          this.#emit({ type: "failed", action: "answer over TFTP", error }),
      },
      handler ?? ((request) => serveDir(request, this.#directory())),
    );
  }

  #serveHttp({ port = 80, machines }: PxeHttpOptions): HttpServer {
    const { hostname, root } = this.#options;
    const { shutdownTimeoutMs = SHUTDOWN_TIMEOUT_MS } = this.#options;
    const onExchange = (exchange: HttpExchange) =>
      this.#emit({ type: "http", exchange });
    const downloads = new AbortController();
    return new HttpServer({
      hostname,
      port,
      clock: this.#clock,
      shutdownTimeoutMs,
      breakOff: () => downloads.abort(),
      handlers: [
        ...machines ? [machineApi(machines)] : [],
        ...root === undefined ? [] : [
          httpBoot({
            ...this.#directory(),
            onExchange,
            signal: downloads.signal,
          }),
        ],
      ],
      onError: (error) =>
        this.#emit({ type: "failed", action: "answer over HTTP", error }),
    });
  }

  #directory(): ServeDirOptions {
    const { root, symlinks, caseInsensitive = false } = this.#options;
    const policy = symlinks === undefined ? {} : { symlinks };
    return { root: root!, caseInsensitive, ...policy };
  }

  #hear({ socket, port }: DhcpEar): Promise<void> {
    const buffer = new Uint8Array(BUFFER_BYTES);
    return receiveEach(socket, buffer, (bytes, remote) => {
      let packet: DhcpPacket;
      try {
        packet = decodeDhcpPacket(bytes);
      } catch (error) {
        this.#emit({ type: "malformed", remote, error });
        return;
      }
      this.#emit({ type: "received", packet, remote, port });
      if (this.#shutdown || this.#underWay >= MAX_UNDER_WAY) return;
      this.#answer(packet, remote, port);
    });
  }

  async #answer(
    packet: DhcpPacket,
    remote: UdpAddress,
    port: DhcpEar["port"],
  ): Promise<void> {
    const { now = Date.now } = this.#options;
    this.#underWay++;
    try {
      const replies = await this.responder!.respond(packet, {
        now: now(),
        remote,
        port,
      });
      for (const { packet, to, from, maxMessageBytes } of replies) {
        const bytes = encodeDhcpPacket(packet, { maxMessageBytes });
        await this.#sockets!.send(bytes, to, from);
        this.#emit({ type: "sent", packet, to });
      }
    } catch (error) {
      if (this.#shutdown) return;
      this.#emit({ type: "failed", action: "answer over DHCP", error });
    } finally {
      this.#underWay--;
    }
  }

  /** A part that breaks breaks the service. */
  #watch(part: Promise<void>): void {
    part.catch((error) => {
      this.#end.reject(error);
      this.shutdown();
    });
  }

  #setRef(isRef: boolean): void {
    this.#isRef = isRef;
    this.#sockets?.setRef(isRef);
    this.#http?.setRef(isRef);
    if (isRef) this.#tftp?.ref();
    else this.#tftp?.unref();
  }

  async #shutDown(): Promise<void> {
    await this.listening.catch(() => {});
    await this.#closeAll();
    this.#end.resolve();
  }

  async #closeAll(): Promise<void> {
    await Promise.allSettled([
      this.#sockets?.close(),
      this.#tftp?.shutdown(),
      this.#http?.shutdown(),
    ]);
  }

  #emit(event: PxeEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // Whoever watches must not be able to stop an answer.
    }
  }
}
