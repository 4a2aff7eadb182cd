import type { TftpHandler } from "../handlers/mod.ts";
import {
  type Clock,
  type Network,
  systemClock,
  TFTP_PORT,
  type UdpAddress,
  udpNetwork,
} from "../net/mod.ts";
import { checkNumber } from "../packet/check.ts";
import {
  foldOptionName,
  type NegotiationPolicy,
  type Rollover,
} from "../packet/mod.ts";
import {
  type RetransmissionOptions,
  RetransmissionTimer,
  type UnprovenBudget,
} from "../transfer/mod.ts";
import {
  type CustomOptions,
  type CustomOptionTable,
  tableOfOptions,
} from "./custom_options.ts";
import type { ServerEvent } from "./events.ts";
import { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
import { inWorker } from "./workers/in_worker.ts";
import {
  resolveWorkers,
  type WorkerConfig,
  type WorkerOptions,
} from "./workers/worker_options.ts";

/** A range of ports, both ends included. */
export interface PortRange {
  /** The lowest port. */
  readonly first: number;
  /** The highest port. */
  readonly last: number;
}

/** Options of `serve`. */
export interface ServeOptions {
  /**
   * The address to listen on, or several, each with a socket of its own. A host with several addresses wants them listed:
   * a socket on all addresses cannot tell which one a client has asked, and answers from the one that the routing table
   * prefers.
   *
   * @default {all addresses: "::", or "0.0.0.0" where there is no IPv6}
   */
  readonly hostname?: string | readonly string[];
  /**
   * The port to listen on; 0 finds a free one.
   *
   * @default {69}
   */
  readonly port?: number;
  /** Shuts the server down when it is aborted, as `shutdown()` does. */
  readonly signal?: AbortSignal;
  /**
   * Largest block size to accept, in octets, 8 to 65464 (RFC 2348). A value that fits the network without fragmentation,
   * 1468 on Ethernet, helps clients that cannot put fragments together.
   *
   * @default {65464}
   */
  readonly blksize?: number;
  /**
   * Largest window to accept, in blocks, 1 to 32767 (RFC 7440). Whatever it is, a window is lowered to what fits into
   * `receiveBufferBytes`.
   *
   * @default {64}
   */
  readonly windowsize?: number;
  /**
   * The receive buffer that clients are taken to have, in octets as Linux counts them: no window is larger.
   *
   * @default {212992}
   */
  readonly receiveBufferBytes?: number;
  /**
   * Options that are never accepted, by name in any case, built in or not.
   *
   * @default {[]}
   */
  readonly refuseOptions?: readonly string[];
  /**
   * Options that are not built in, by name: what their values mean, and what is answered (RFC 2347). A handler finds what
   * was asked for in `request.customOptions`, and may answer itself.
   *
   * @default {{}}
   */
  readonly customOptions?: CustomOptions;
  /**
   * RFC 1350 to the letter: no options at all, and no file of more than 65535 blocks.
   *
   * @default {false}
   */
  readonly rfc1350?: boolean;
  /**
   * What follows block 65535: block 0, block 1, or nothing.
   *
   * @default {0}
   */
  readonly rollover?: Rollover;
  /** How retransmissions are timed, unless the client has negotiated a `timeout`. */
  readonly retransmission?: RetransmissionOptions;
  /**
   * Whether all transfers use the port that requests come to, instead of one port each: for clients behind NAT or a
   * firewall.
   *
   * @default {false}
   */
  readonly singlePort?: boolean;
  /**
   * The ports to use for transfers, one each.
   *
   * @default {any free port}
   */
  readonly portRange?: PortRange;
  /**
   * Threads that serve transfers, so that the main one only has to hear requests. What the module has is loaded by each of
   * them; `limits`, events and `onError` are those of the whole server. Reading the module needs `--allow-read`, unless it
   * comes from the network. As long as they run they keep the process alive, `unref()` or not.
   *
   * They open sockets of their own, so that there is nothing for them to do with `singlePort`, and functions do not get to them:
   * neither `network`, `clock` and `random` nor `customOptions` go together with workers.
   *
   * @default {none: all transfers are served in the main thread}
   */
  readonly workers?: WorkerOptions;
  /** How much may go on at once. */
  readonly limits?: ServerLimits;
  /** What may be sent again to a client that has not yet proved its address. */
  readonly unproven?: UnprovenBudget;
  /**
   * How long to stay after the last acknowledgment of an upload, in milliseconds, in case it is lost.
   *
   * @default {6000}
   */
  readonly dallyMs?: number;
  /**
   * How long `shutdown()` lets transfers go on, in milliseconds.
   *
   * @default {10000}
   */
  readonly shutdownTimeoutMs?: number;
  /**
   * Told once when the server listens.
   *
   * @param addresses Where, with the ports that were found.
   */
  readonly onListen?: (addresses: readonly UdpAddress[]) => void;
  /**
   * Told of everything that happens: requests, negotiations, ends. What it throws is ignored.
   *
   * @param event What happened.
   */
  readonly onEvent?: (event: ServerEvent) => void;
  /**
   * Told of what a handler has thrown that is no `TftpError`. The client only learns that there was an error; without this
   * or `onEvent` nobody learns more, as the library never logs.
   *
   * @param error What was thrown.
   */
  readonly onError?: (error: unknown) => void;
  /**
   * Where sockets come from.
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
   * Where randomness comes from: numbers from 0 up to, not including, 1.
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/** Options with every default filled in, and checked. */
export interface ServerConfig {
  readonly handler: TftpHandler;
  /** Whether it is the program's own, and not only the way to its workers. */
  readonly hasHandler: boolean;
  readonly hostnames: readonly string[] | null;
  readonly port: number;
  readonly policy: NegotiationPolicy;
  readonly customOptions: CustomOptionTable;
  readonly rollover: Rollover;
  readonly retransmission: RetransmissionOptions;
  readonly singlePort: boolean;
  readonly portRange: PortRange | null;
  readonly workers: WorkerConfig | null;
  readonly limits: Required<ServerLimits>;
  readonly unproven: UnprovenBudget;
  readonly dallyMs: number;
  readonly shutdownTimeoutMs: number;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Fills in the defaults, and checks what was given.
 *
 * @throws {RangeError} When a number is outside of its range.
 * @throws {TypeError} When two options contradict each other, or a custom option is none.
 */
export function resolveOptions(
  options: ServeOptions,
  handler?: TftpHandler,
): ServerConfig {
  const {
    hostname,
    port = TFTP_PORT,
    blksize = 65464,
    windowsize = 64,
    receiveBufferBytes,
    refuseOptions = [],
    customOptions = {},
    rfc1350 = false,
    rollover = rfc1350 ? "refuse" : 0,
    retransmission = {},
    singlePort = false,
    portRange = null,
    workers,
    limits = {},
    unproven = {},
    dallyMs = 6000,
    shutdownTimeoutMs = 10_000,
    network = udpNetwork(),
    clock = systemClock,
    random = Math.random,
  } = options;
  checkNumber("port", port, 0, 65535);
  checkNumber("blksize", blksize, 8, 65464);
  checkNumber("windowsize", windowsize, 1, 32767);
  checkNumber("dallyMs", dallyMs, 0, Number.MAX_SAFE_INTEGER);
  checkNumber("shutdownTimeoutMs", shutdownTimeoutMs, 0, 2 ** 31 - 1);
  if (receiveBufferBytes !== undefined) {
    checkNumber(
      "receiveBufferBytes",
      receiveBufferBytes,
      1,
      Number.MAX_SAFE_INTEGER,
    );
  }
  for (const [name, value] of Object.entries(unproven)) {
    checkNumber(`unproven.${name}`, value, 0, Number.MAX_SAFE_INTEGER);
  }
  // Checks its options; a mistake must not wait for the first request.
  new RetransmissionTimer(retransmission, { random, now: 0 });
  if (!(workers && handler === undefined) && typeof handler !== "function") {
    throw new TypeError(
      `Cannot serve without a handler as it must be a function: current value is ${handler}`,
    );
  }
  if (portRange) {
    if (singlePort) {
      throw new TypeError(
        "Cannot use portRange together with singlePort: choose one",
      );
    }
    checkNumber("portRange.first", portRange.first, 1, 65535);
    checkNumber("portRange.last", portRange.last, portRange.first, 65535);
  }
  const hostnames = hostname === undefined
    ? null
    : typeof hostname === "string"
    ? [hostname]
    : [...new Set(hostname)];
  if (hostnames?.length === 0) {
    throw new TypeError(
      "Cannot serve on no address: name one, or leave out hostname for all",
    );
  }
  if (workers) checkWorkers(options);
  const fullLimits = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(fullLimits)) {
    checkNumber(`limits.${name}`, value, 1, Number.MAX_SAFE_INTEGER);
  }
  return {
    handler: handler ?? ((request) => inWorker(request)),
    hasHandler: handler !== undefined,
    hostnames,
    port,
    policy: {
      maxBlockSize: blksize,
      maxWindowSize: windowsize,
      ...(receiveBufferBytes === undefined ? {} : { receiveBufferBytes }),
      refuse: rfc1350 ? "all" : refuseOptions.map(foldOptionName),
    },
    customOptions: tableOfOptions(customOptions),
    rollover,
    retransmission,
    singlePort,
    portRange,
    workers: workers ? resolveWorkers(workers) : null,
    limits: fullLimits,
    unproven,
    dallyMs,
    shutdownTimeoutMs,
    network,
    clock,
    random,
  };
}

/** What cannot be had in another thread. */
function checkWorkers(options: ServeOptions): void {
  const { singlePort, portRange, workers } = options;
  const names = ["network", "clock", "random", "customOptions"] as const;
  const rival = singlePort
    ? "singlePort"
    : names.find((name) => options[name] !== undefined);
  if (rival) {
    throw new TypeError(
      `Cannot use ${rival} together with workers: choose one`,
    );
  }
  const { count } = resolveWorkers(workers!);
  if (portRange && portRange.last - portRange.first + 1 < count) {
    throw new RangeError(
      `Cannot divide portRange among ${count} workers as it must have a port for each`,
    );
  }
}
