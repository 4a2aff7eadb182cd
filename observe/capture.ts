// Writes down every datagram of a network, for Wireshark. Rules:
// 1. A datagram is written down at once, when it is handed to the system or has come from it, and passes as it is: nothing
//    waits for the writing, and nothing changes its order. One whose sending fails afterwards is in the capture.
// 2. Who writes cannot disturb a transfer: when it throws, or when the capture is full, capturing ends and all goes on.
// 3. A socket on all addresses does not know its own. In its place stands the address that was given for it, or the
//    unspecified one, 0.0.0.0 or ::.
// 4. A datagram is cut where the socket's buffer ends: transfers that send files look at 1024 octets of what comes.

import {
  type DatagramSocket,
  type Network,
  plainHostname,
  type UdpAddress,
  watchNetwork,
} from "../net/mod.ts";
import { ipBytes } from "../net/ip_bytes.ts";
import { checkNumberTo } from "../packet/check.ts";
import { PCAP_HEADER_BYTES, pcapHeader, pcapRecord } from "./pcap.ts";

/** Octets that a packet has at most, and more: what programs that capture use. */
const MAX_SNAP_BYTES = 262144;

/** Octets that are worth keeping of a packet: its headers, and what TFTP begins with. */
const MIN_SNAP_BYTES = 64;

/** Options of {@linkcode capture}. */
export interface CaptureOptions {
  /**
   * Octets that are kept of each packet, its IP and UDP headers (28, or 48 with IPv6) included, 64 to 262144. Wireshark
   * cannot check the checksum of what is cut.
   *
   * @default {262144}
   */
  readonly snapBytes?: number;
  /**
   * Octets that the capture has at most, from 24 on. It ends with the last packet that fits.
   *
   * @default {1073741824}
   */
  readonly maxBytes?: number;
  /**
   * Addresses of this machine, one of each family at most, that stand in the capture for sockets that listen on all.
   *
   * @default {[]}
   */
  readonly localAddresses?: readonly string[];
  /**
   * The time in milliseconds since 1970, with fractions. For a clock of a test, `() => clock.now()`.
   *
   * @default {the time of this machine}
   */
  readonly now?: () => number;
  /**
   * Told once when capturing ends before its time.
   *
   * @param error What `write` has thrown; `null` when the capture is full.
   */
  readonly onEnd?: (error: unknown) => void;
}

/** A network whose datagrams are written down. */
export interface Capture extends Network {
  /** Packets that were written. */
  readonly packets: number;
  /** Octets that were written. */
  readonly sizeBytes: number;
  /** Datagrams that were not written: after the end of the capture, or because they have no address or are too long for IP. */
  readonly leftOut: number;
}

/**
 * Wraps a network so that every datagram that is sent and received is written down in the form that Wireshark and tcpdump
 * read (pcap, link type "raw IP"). IP and UDP headers are made up, with right lengths and checksums.
 *
 * Wireshark knows a transfer, on whatever ports, by the request in front of it: a capture that begins in the middle of one
 * shows it as mere UDP. Where a server listens on another port than 69, versions that do not guess (4.0 does) want to be told:
 * `tshark -d udp.port==6969,tftp`.
 *
 * @param network Where sockets come from.
 * @param write Takes the next octets of the file. What it is given is its own to keep.
 * @param options How much to keep, and the time.
 * @returns The network: what to give to `serve`, `get` or `put` as `network`.
 * @throws {RangeError} When an option is outside of its range.
 * @throws {TypeError} When a local address is none.
 *
 * @example Capture a download
 * ```ts
 * import { capture } from "@tftpkit/tftp/observe";
 * import { udpNetwork } from "@tftpkit/tftp/net";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 * import { assertGreaterOrEqual } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".pcap" });
 * const network = capture(udpNetwork(), (bytes) => Deno.writeFileSync(file, bytes, { append: true }));
 * {
 *   await using server = serve({ hostname: "127.0.0.1", port: 0, network }, () => new TftpResponse("hi"));
 *   await using response = await get(`tftp://127.0.0.1:${server.addr.port}/motd`);
 *   await response.text();
 * }
 * assertGreaterOrEqual(network.packets, 5); // RRQ, OACK, ACK 0, DATA 1, ACK 1
 * await Deno.remove(file);
 * ```
 */
export function capture(
  network: Network,
  write: (bytes: Uint8Array<ArrayBuffer>) => void,
  options: CaptureOptions = {},
): Capture {
  return new CapturingNetwork(network, write, options);
}

class CapturingNetwork implements Capture {
  readonly #network: Network;
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #snapBytes: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #onEnd: ((error: unknown) => void) | undefined;
  /** What stands for a socket on all addresses, by family. */
  readonly #local: { 4: string; 16: string } = { 4: "0.0.0.0", 16: "::" };
  #isEnded = false;
  packets = 0;
  sizeBytes = 0;
  leftOut = 0;

  constructor(
    network: Network,
    write: (bytes: Uint8Array<ArrayBuffer>) => void,
    options: CaptureOptions,
  ) {
    const {
      snapBytes = MAX_SNAP_BYTES,
      maxBytes = 1024 ** 3,
      localAddresses = [],
      now = () => performance.timeOrigin + performance.now(),
      onEnd,
    } = options;
    checkNumberTo(
      "capture",
      "snapBytes",
      snapBytes,
      MIN_SNAP_BYTES,
      MAX_SNAP_BYTES,
    );
    checkNumberTo(
      "capture",
      "maxBytes",
      maxBytes,
      PCAP_HEADER_BYTES,
      Number.MAX_SAFE_INTEGER,
    );
    for (const address of localAddresses) {
      const family = familyOf(address);
      if (family === null) {
        throw new TypeError(
          `Cannot capture as localAddresses must be IP addresses: current value is "${address}"`,
        );
      }
      this.#local[family] = address;
    }
    this.#network = watchNetwork(
      network,
      (...datagram) => this.#note(...datagram),
    );
    this.#write = write;
    this.#snapBytes = snapBytes;
    this.#maxBytes = maxBytes;
    this.#now = now;
    this.#onEnd = onEnd;
    this.#append(pcapHeader(snapBytes));
  }

  bind(
    address: Omit<UdpAddress, "transport">,
  ): DatagramSocket | Promise<DatagramSocket> {
    return this.#network.bind(address);
  }

  /** Writes down a datagram between a socket and somebody else. */
  #note(
    local: UdpAddress,
    remote: UdpAddress,
    isSent: boolean,
    payload: Uint8Array,
  ): void {
    if (this.#isEnded) {
      this.leftOut++;
      return;
    }
    try {
      const there = plain(remote);
      const here = this.#localFor(plain(local), familyOf(there.hostname));
      const record = pcapRecord({
        timeMs: this.#now(),
        from: isSent ? here : there,
        to: isSent ? there : here,
        payload,
      }, this.#snapBytes);
      if (record === null) {
        this.leftOut++;
      } else if (this.sizeBytes + record.length > this.#maxBytes) {
        this.leftOut++;
        this.#end(null);
      } else if (this.#append(record)) this.packets++;
      else this.leftOut++;
    } catch (error) {
      this.leftOut++;
      this.#end(error);
    }
  }

  /** The address of a socket, as one of the family of whom it talks to. */
  #localFor(local: UdpAddress, family: 4 | 16 | null): UdpAddress {
    if (family === null) return local;
    const isKnown = familyOf(local.hostname) === family &&
      !WILDCARDS.has(local.hostname);
    return isKnown ? local : { ...local, hostname: this.#local[family] };
  }

  /** Whether it could be written. */
  #append(bytes: Uint8Array<ArrayBuffer>): boolean {
    try {
      this.#write(bytes);
      this.sizeBytes += bytes.length;
      return true;
    } catch (error) {
      this.#end(error);
      return false;
    }
  }

  #end(error: unknown): void {
    this.#isEnded = true;
    try {
      this.#onEnd?.(error);
    } catch {
      // Whoever watches must not be able to stop a transfer.
    }
  }
}

const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function plain(address: UdpAddress): UdpAddress {
  const hostname = plainHostname(address.hostname);
  return hostname === address.hostname ? address : { ...address, hostname };
}

function familyOf(hostname: string): 4 | 16 | null {
  return (ipBytes(hostname)?.length ?? null) as 4 | 16 | null;
}
