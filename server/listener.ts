// One socket that requests come to. Rules:
// 1. Only RRQ and WRQ get an answer here. An ERROR, an ACK, DATA, an OACK or junk gets none, so that two servers can never
//    be set on each other (CVE-2024-2169); nor does anything from the port of a service that answers whatever it gets, or
//    in the name of this socket itself.
// 2. The same request from the same transfer ID is a retransmission: its first answer is sent once more. If the transfer has
//    moved on, the repeated request was delayed on the way and is ignored, unless the client fell silent for longer than a
//    few round trips: then it has started over. Another request from that transfer ID always means that. On a single port
//    this also holds for an upload that has ended and stays in case its last ACK is lost: whatever a late request is
//    answered with would be taken for the answer to the last block.
// 3. In single-port mode everything else goes to the transfer with the address it came from.

import {
  clientKey,
  type DatagramSocket,
  isAnsweringPort,
  isSameAddress,
  plainHostname,
  RateLimiter,
  receiveEach,
  SinglePort,
  type UdpAddress,
} from "../net/mod.ts";
import {
  decodePacket,
  encodePacket,
  ERROR_CODE,
  formatPacket,
  OPCODE,
  PacketSyntaxError,
  peekOpcode,
  type RequestPacket,
  TftpError,
} from "../packet/mod.ts";
import { Session, type SessionHost } from "./session.ts";

/** Longest request that is looked at, in octets; RFC 2347 says 512, the field sends more. */
const MAX_REQUEST_BYTES = 2048;

/** Octets of a datagram that is no request that are kept to tell about it. */
const MAX_TOLD_BYTES = 512;

/** Silence after which a repeated request means that the client has started over, in milliseconds. */
const RESTART_SILENCE_MS = 1000;

/** The same in round trips, where these are long. */
const RESTART_ROUND_TRIPS = 4;

/** The same where nothing could be measured, because the first answer was sent again: that is a slow network, or a bad one. */
const UNMEASURED_RESTART_SILENCE_MS = 3000;

/** What a listener needs of its server. */
export interface ListenerHost extends SessionHost {
  /** Whether a new transfer with this client may begin; if not, why. Makes room where it can. */
  admit(hostname: string): string | null;
  /** Notes a session. */
  register(session: Session): void;
}

/** One socket that requests come to. */
export class Listener {
  readonly socket: DatagramSocket;
  readonly #host: ListenerHost;
  readonly #sessions = new SinglePort<Session>();
  readonly #errors: RateLimiter;
  #isDraining = false;

  constructor(socket: DatagramSocket, host: ListenerHost) {
    this.socket = socket;
    this.#host = host;
    this.#errors = new RateLimiter(host.config.limits.maxErrorsPerSecond);
  }

  /** Takes requests until the socket is closed. */
  run(): Promise<void> {
    // Room for any datagram: where one is too long for the buffer, Windows throws it away, and it could not be refused.
    return receiveEach(
      this.socket,
      new Uint8Array(65536),
      (bytes, from) => this.#handle(bytes, from),
    );
  }

  /** Takes no more requests. The socket stays open where transfers use it. */
  drain(): void {
    this.#isDraining = true;
    if (!this.#host.config.singlePort) this.socket.close();
  }

  #handle(bytes: Uint8Array, from: UdpAddress): void {
    const opcode = peekOpcode(bytes);
    if (opcode === OPCODE.RRQ || opcode === OPCODE.WRQ) {
      if (!this.#isDraining) this.#handleRequest(bytes, from);
      return;
    }
    if (this.#host.config.singlePort) {
      const session = this.#sessions.get(from);
      if (session) return session.handleDatagram(bytes, from);
    }
    this.#tellIgnored(bytes, from);
  }

  #handleRequest(bytes: Uint8Array, from: UdpAddress): void {
    const packet = parseRequest(bytes);
    const mayAnswer = !isAnsweringPort(from.port) &&
      !isSameAddress(from, this.socket.address);
    if (packet === null || !mayAnswer) {
      this.#tellIgnored(bytes, from);
      if (mayAnswer) this.#sendError(MALFORMED, from);
      return;
    }
    const earlier = this.#sessions.get(from);
    if (earlier && !this.#isNewRequest(earlier, packet)) return;

    const session = new Session(this.#host, this.socket, packet, from, {
      onRefuse: (error) => this.#sendError(error, from),
      onClose: () => this.#sessions.delete(from, session),
    });
    this.#host.emit({ type: "request", request: session.info });
    const obstacle = this.#host.admit(plainHostname(from.hostname));
    if (obstacle !== null) {
      this.#host.emit({
        type: "dropped",
        request: session.info,
        reason: obstacle,
      });
      return;
    }
    this.#sessions.set(from, session);
    this.#host.register(session);
    session.run().catch((error) => this.#host.reportFault(error));
  }

  /** What to do when a request comes from a transfer ID that has a transfer: see rule 2. */
  #isNewRequest(earlier: Session, packet: RequestPacket): boolean {
    const { clock, singlePort } = this.#host.config;
    if (earlier.isEnded && !singlePort) return true;
    if (earlier.isFor(packet)) {
      if (!earlier.isEnded && !earlier.isProven) {
        earlier.repeat();
        return false;
      }
      const silenceMs = clock.now() - earlier.heardAt;
      if (silenceMs < restartSilenceMs(earlier.roundTripMs)) return false;
    }
    if (!earlier.isEnded) earlier.abandon("The client has started over");
    return true;
  }

  #sendError(error: TftpError, to: UdpAddress): void {
    const now = this.#host.config.clock.now();
    if (!this.#errors.allow(clientKey(to.hostname), now)) return;
    const packet = encodePacket({
      type: "ERROR",
      code: error.code,
      message: error.wireText,
    });
    // If it does not go out, the client will ask again.
    this.#send(packet, to).catch(() => {});
  }

  /** Sends from the request port; when that is closed because the server ends, from any. */
  async #send(packet: Uint8Array, to: UdpAddress): Promise<void> {
    if (!this.socket.isClosed) return void await this.socket.send(packet, to);
    const { hostname } = this.socket.address;
    const socket = await this.#host.config.network.bind({ hostname, port: 0 });
    try {
      await socket.send(packet, to);
    } finally {
      socket.close();
    }
  }

  #tellIgnored(bytes: Uint8Array, remote: UdpAddress): void {
    if (!this.#host.isWatched) return;
    const copy = bytes.slice(0, MAX_TOLD_BYTES);
    this.#host.emit({
      type: "ignored",
      remote,
      // Put into words only if somebody asks: junk may come by the hundred thousand.
      get packet() {
        return formatPacket(copy);
      },
    });
  }
}

function restartSilenceMs(roundTripMs: number): number {
  return roundTripMs < 0
    ? UNMEASURED_RESTART_SILENCE_MS
    : Math.max(RESTART_SILENCE_MS, RESTART_ROUND_TRIPS * roundTripMs);
}

const MALFORMED = new TftpError(ERROR_CODE.IllegalOperation);

function parseRequest(bytes: Uint8Array): RequestPacket | null {
  if (bytes.length > MAX_REQUEST_BYTES) return null;
  try {
    const packet = decodePacket(bytes);
    return packet.type === "RRQ" || packet.type === "WRQ" ? packet : null;
  } catch (error) {
    if (error instanceof PacketSyntaxError) return null;
    throw error;
  }
}
