import type { SymlinkPolicy, TftpHandler } from "../handlers/mod.ts";
import type { Clock, Network, UdpAddress } from "../net/mod.ts";
import type { ServeOptions } from "../server.ts";
import type { ServiceResponderOptions } from "./boot_over_http.ts";
import type { PxeEvent } from "./pxe_event.ts";
import type { DhcpResponder } from "./responder.ts";

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
  /**
   * Where the service answers DHCP.
   *
   * @throws {TypeError} As long as it does not listen yet: await `listening`.
   */
  readonly addr: UdpAddress;
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
