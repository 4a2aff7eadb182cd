// A network boot service: DHCP or proxyDHCP, TFTP, and HTTP, with one address and one end. Rules:
// 1. Either all of it listens, or none of it does.
// 2. No datagram ends the service, and no slow boot handler holds up other machines: messages are answered at the same time,
//    up to a limit, past which they are not answered; the machine asks again.
// 3. In the end there are no more answers at once, and transfers and downloads get their time.

import { serveDir, type ServeDirOptions } from "../handlers/mod.ts";
import {
  type Clock,
  type Network,
  receiveEach,
  systemClock,
  TFTP_PORT,
  type UdpAddress,
  udpNetwork,
} from "../net/mod.ts";
import { serve, type TftpServer } from "../server.ts";
import { type PxeHttpOptions, serviceResponder } from "./boot_over_http.ts";
import { decodeDhcpPacket } from "./decode.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";
import { encodeDhcpPacket } from "./encode.ts";
import { FileProxy } from "./file_proxy.ts";
import { httpBoot } from "./http_boot.ts";
import type { HttpExchange } from "./http_exchange.ts";
import { HttpServer } from "./http_server.ts";
import { explainListen } from "./listen_error.ts";
import { machineApi } from "./machine_api.ts";
import type { PxeEvent } from "./pxe_event.ts";
import type { DhcpResponder } from "./responder.ts";
import type {
  PxeAddresses,
  PxeService,
  ServePxeOptions,
} from "./service_options.ts";
import { type DhcpEar, DhcpSockets } from "./sockets.ts";

/** Messages that are being answered at once. */
const MAX_UNDER_WAY = 4096;

/** More than any DHCP message has on a network without jumbo frames; what is longer is cut. */
const BUFFER_BYTES = 16 * 1024;

const HTTP_PORT = 80;

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

  get addr(): UdpAddress {
    if (this.responder && this.#sockets) return this.#sockets.address;
    throw new TypeError(
      "Cannot tell the address as the service does not listen yet: await service.listening",
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
      if (handler || root !== undefined) await this.#listenTftp(network);
      if (this.#options.http) this.#listenHttp(this.#options.http);
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

  async #listenTftp(network: Network): Promise<void> {
    const { hostname, tftp } = this.#options;
    try {
      this.#tftp = this.#serveTftp(network);
      // Who waits for the one need not hear of it from the other as well.
      this.#tftp.finished.catch(() => {});
      await this.#tftp.listening;
    } catch (error) {
      const port = tftp?.port ?? TFTP_PORT;
      throw explainListen(error, { hostname, port, service: "TFTP" });
    }
    this.#watch(this.#tftp.finished);
  }

  #listenHttp(options: PxeHttpOptions): void {
    const { hostname } = this.#options;
    const { port = HTTP_PORT } = options;
    try {
      this.#http = this.#serveHttp(options);
    } catch (error) {
      throw explainListen(error, { hostname, port, service: "HTTP" });
    }
    this.#watch(this.#http.finished);
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

  #serveHttp(options: PxeHttpOptions): HttpServer {
    const { port = HTTP_PORT, machines } = options;
    const { hostname, root } = this.#options;
    const { shutdownTimeoutMs = SHUTDOWN_TIMEOUT_MS } = this.#options;
    const onExchange = (exchange: HttpExchange) =>
      this.#emit({ type: "http", exchange });
    const downloads = new AbortController();
    const proxy = options.proxy ? new FileProxy({ onExchange }) : null;
    const wrap = proxy?.wrap.bind(proxy);
    return new HttpServer({
      hostname,
      port,
      clock: this.#clock,
      shutdownTimeoutMs,
      breakOff: () => downloads.abort(),
      handlers: [
        ...proxy ? [proxy.handle] : [],
        ...machines
          ? [machineApi(machines, { onExchange, ...wrap ? { wrap } : {} })]
          : [],
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
