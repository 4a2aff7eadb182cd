// One socket that requests come to. Rules:
// 1. Only RRQ and WRQ get an answer here. An ERROR, an ACK, DATA, an OACK or junk gets none, so that two servers can never
//    be set on each other (CVE-2024-2169); nor does anything from the port of a service that answers whatever it gets, or
//    in the name of this socket itself.
// 2. A request from a transfer ID that has a transfer is looked at by `isNewRequest`, in the thread that has the transfer.
// 3. In single-port mode everything else goes to the transfer with the address it came from.
// 4. Requests that have come are all received before the first of them is begun: the system keeps 256, and a room full of
//    machines that are switched on together sends more than that while one file is opened. They are begun in their order,
//    and never so many in a row that the next ones are lost meanwhile.

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
import { isNewRequest } from "./repeated_request.ts";
import { Session } from "./session.ts";
import type { SessionHost } from "./session_host.ts";

/** Longest request that is looked at, in octets; RFC 2347 says 512, the field sends more. */
const MAX_REQUEST_BYTES = 2048;

/** Octets of a datagram that is no request that are kept to tell about it. */
const MAX_TOLD_BYTES = 512;

/** Requests that wait to be begun; while there are more, the system's buffer has to hold them. */
const MAX_WAITING = 2048;

/** How long requests are begun in a row, in milliseconds: in this time less comes than the system keeps. */
const BEGIN_MS = 1;

/** Turns of the microtask queue in which a datagram that is at hand is received. */
const RECEIVE_TURNS = 12;

/** As many at once are a burst: there is another look whether more have come, before any is begun. */
const BURST = 32;

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
  /** Requests that were received, and not begun. */
  readonly #waiting: (readonly [Uint8Array, UdpAddress])[] = [];
  #beginning: Promise<void> | null = null;
  /** Ends the pause between two requests. */
  #endPause: (() => void) | null = null;
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
    this.#waiting.length = 0;
    this.#endPause?.();
    if (!this.#host.config.singlePort) this.socket.close();
  }

  #handle(bytes: Uint8Array, from: UdpAddress): void | Promise<void> {
    const opcode = peekOpcode(bytes);
    if (opcode === OPCODE.RRQ || opcode === OPCODE.WRQ) {
      if (this.#isDraining) return;
      // What is longer is refused for that, whatever follows.
      this.#waiting.push([bytes.slice(0, MAX_REQUEST_BYTES + 1), from]);
      this.#beginning ??= this.#beginWaiting();
      return this.#waiting.length < MAX_WAITING ? undefined : this.#beginning;
    }
    if (this.#host.config.singlePort) {
      const session = this.#sessions.get(from);
      if (session) return session.handleDatagram(bytes, from);
    }
    this.#tellIgnored(bytes, from);
  }

  /** Never rejects: what goes wrong with one request must not keep out the next ones. */
  async #beginWaiting(): Promise<void> {
    try {
      await this.#receiveBurst();
      await this.#beginInTurn();
    } catch (error) {
      this.#beginning = null;
      this.#host.reportFault(error);
    }
  }

  /** Waits until no more requests come at once. */
  async #receiveBurst(): Promise<void> {
    await this.#receiveAtHand();
    for (let seen = 0; this.#waiting.length - seen >= BURST;) {
      seen = this.#waiting.length;
      await this.#pause();
      await this.#receiveAtHand();
    }
  }

  /** Begins all requests, with a pause for others now and then. */
  async #beginInTurn(): Promise<void> {
    const { clock } = this.#host.config;
    let begunAt = clock.now();
    while (this.#waiting.length > 0) {
      if (clock.now() - begunAt >= BEGIN_MS) {
        await this.#pause();
        begunAt = clock.now();
      }
      const request = this.#waiting.shift();
      if (request) this.#handleRequest(...request);
    }
    // At once: what comes from here on begins anew.
    this.#beginning = null;
  }

  /** Lets the event loop turn once; a listener that drains has nothing to wait for. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#host.config.clock.schedule(0, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Waits until what the socket has at hand is received. */
  async #receiveAtHand(): Promise<void> {
    for (let seen = -1; this.#waiting.length !== seen;) {
      seen = this.#waiting.length;
      for (let i = 0; i < RECEIVE_TURNS; i++) await null;
    }
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
    this.begin(packet, from);
  }

  /**
   * Begins what a client has asked for.
   *
   * @param packet The request.
   * @param from The client.
   */
  begin(packet: RequestPacket, from: UdpAddress): void {
    if (this.#isDraining) return;
    const earlier = this.#sessions.get(from);
    if (earlier?.repeatElsewhere(packet)) return;
    if (earlier && !isNewRequest(earlier, packet, this.#host.config)) return;

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
