// What a network boot server answers, without a network: a message and the time in, answers out. Rules:
// 1. Whatever comes in, nothing is thrown; what was not answered and why is an event.
// 2. A reply is never answered, so that two servers can not keep each other busy.
// 3. The boot handler is somebody else's code, and a disk has its moods: there is a limit to how many messages wait for
//    them at once. What comes beyond it is not answered; its sender will try again. What has waited for longer than a
//    client does no longer counts, so that a handler that never comes back stops nobody for good.
// 4. What a handler says is checked before it goes into a message: it is the handler that failed, not the network.

import { isHostAddress } from "./_addresses.ts";
import { checkAnswer } from "./_boot_answer.ts";
import { BOOT_SERVER_PORT } from "./_reply.ts";
import { identify } from "./_identify.ts";
import { ignore, type Surroundings, type Turn } from "./_turn.ts";
import { type BootAnswer, type BootHandler, bootHandler } from "./boot.ts";
import { answerAsBootpServer } from "./bootp.ts";
import { describeClient, type PxeClient } from "./client.ts";
import type { DhcpEvent } from "./dhcp_event.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";
import type { DhcpArrival, DhcpReply } from "./dhcp_reply.ts";
import { answerAsDhcpServer } from "./dhcp_server.ts";
import type { Lease } from "./leases.ts";
import { messageType, messageTypeName } from "./message_type.ts";
import { answerAsBootServer, answerAsProxy } from "./proxy.ts";
import {
  checkPresence,
  checkSettings,
  type DhcpMode,
  type DhcpResponderOptions,
  type LeaseStore,
} from "./responder_options.ts";

/** What a network boot server answers. */
export interface DhcpResponder {
  /**
   * Answers a message. It does not reject, whatever the message.
   *
   * @param packet The message.
   * @param arrival When and how it came in.
   * @returns The answers; none for most that is not for this server.
   */
  respond(packet: DhcpPacket, arrival: DhcpArrival): Promise<DhcpReply[]>;
  /**
   * The addresses that are offered, leased or declined.
   *
   * @param now The time, in milliseconds since 1970.
   * @returns The leases.
   */
  leases(now: number): Lease[];
}

/** Messages that wait for the boot handler or the disk at once. */
const MAX_WAITING = 1024;
/** UEFI gives up after a minute, and others earlier. */
const MAX_WAIT_MS = 60_000;

/**
 * Makes a responder: what a DHCP, BOOTP or proxyDHCP server says, without sockets and clock. `servePxe` puts it on a
 * network.
 *
 * @param options What it is, and what it knows.
 * @returns The responder.
 * @throws {TypeError} When an address or a network is none, or one that is needed is missing.
 * @throws {RangeError} When a number or a range is not possible.
 *
 * @example A UEFI machine finds its boot file, beside a DHCP server
 * ```ts
 * import { DHCP_OPTION, dhcpResponder, MESSAGE_TYPE, textValue, u8Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const responder = dhcpResponder({ serverAddress: "192.0.2.1", boot: "grubx64.efi" });
 * const [offer] = await responder.respond({
 *   op: "request",
 *   hardwareType: 1,
 *   hardwareAddress: new Uint8Array([0x52, 0x54, 0, 0, 0, 1]),
 *   hops: 0,
 *   transactionId: 7,
 *   seconds: 0,
 *   flags: 0x8000,
 *   clientAddress: "0.0.0.0",
 *   yourAddress: "0.0.0.0",
 *   serverAddress: "0.0.0.0",
 *   relayAddress: "0.0.0.0",
 *   serverName: "",
 *   file: "",
 *   options: new Map([
 *     [DHCP_OPTION.MessageType, u8Value(MESSAGE_TYPE.Discover)],
 *     [DHCP_OPTION.VendorClass, textValue("PXEClient:Arch:00007:UNDI:003000")],
 *   ]),
 * }, {
 *   now: Date.now(),
 *   remote: { transport: "udp", hostname: "0.0.0.0", port: 68 },
 *   port: 67,
 * });
 * assertEquals(offer?.packet.file, "grubx64.efi");
 * assertEquals(offer?.packet.yourAddress, "0.0.0.0");
 * assertEquals(offer?.to, { hostname: "255.255.255.255", port: 68 });
 * ```
 */
export function dhcpResponder(options: DhcpResponderOptions): DhcpResponder {
  return new Responder(options);
}

class Responder implements DhcpResponder {
  readonly #mode: DhcpMode;
  readonly #answersBootp: boolean;
  readonly #handler: BootHandler | null;
  readonly #store: LeaseStore | null;
  readonly #tell: (event: DhcpEvent) => void;
  readonly #around: Surroundings;
  /** What waits, the longest first. */
  readonly #waiting = new Set<Turn>();

  constructor(options: DhcpResponderOptions) {
    const {
      mode = "proxy",
      boot,
      bootpAddresses = "fixed",
      leaseStore,
      onEvent = () => {},
    } = options;
    checkPresence(mode, options);
    if (boot !== undefined && typeof boot !== "function") {
      checkAnswer(
        typeof boot === "string" ? { file: boot } : boot,
        mode === "bootp",
      );
    }
    this.#mode = mode;
    this.#answersBootp = mode === "bootp" ||
      mode === "dhcp" && bootpAddresses !== "none";
    this.#handler = boot === undefined ? null : bootHandler(boot);
    this.#store = leaseStore ?? null;
    this.#tell = (event) => {
      try {
        onEvent(event);
      } catch {
        // Whoever watches must not be able to stop an answer.
      }
    };
    this.#around = {
      ...checkSettings(options),
      bootpAddresses: bootpAddresses === "range" ? "range" : "fixed",
      boot: (turn) => this.#boot(turn),
      save: (turn, lease) => this.#save(turn, lease),
    };
    const before = [...leaseStore?.leases ?? []];
    for (const { pool } of this.#around.networks) {
      for (const lease of before) pool.restore(lease);
    }
  }

  leases(now: number): Lease[] {
    return this.#around.networks.flatMap(({ pool }) => [...pool.inForce(now)]);
  }

  async respond(
    packet: DhcpPacket,
    arrival: DhcpArrival,
  ): Promise<DhcpReply[]> {
    const client = describeClient(packet);
    const message = messageTypeName(messageType(packet));
    const turn: Turn = {
      packet,
      arrival,
      client,
      who: identify(packet, client),
      tell: (event) => this.#tell({ client, message, ...event }),
    };
    if (!this.#hasRoom(arrival.now)) return ignore(turn, "too many at once");
    this.#waiting.add(turn);
    try {
      return await this.#answer(turn);
    } finally {
      this.#waiting.delete(turn);
    }
  }

  #hasRoom(now: number): boolean {
    if (this.#waiting.size < MAX_WAITING) return true;
    for (const turn of this.#waiting) {
      // A clock that was set back counts as time as well.
      if (Math.abs(now - turn.arrival.now) < MAX_WAIT_MS) break;
      this.#waiting.delete(turn);
    }
    return this.#waiting.size < MAX_WAITING;
  }

  #answer(turn: Turn): DhcpReply[] | Promise<DhcpReply[]> {
    const { packet, client, who, arrival } = turn;
    if (packet.op !== "request") return ignore(turn, "not a request");
    if (who.mac === "" && who.clientId === undefined) {
      return ignore(turn, "no identity");
    }
    if (
      client.relayAddress !== undefined && !isHostAddress(client.relayAddress)
    ) return ignore(turn, "no usable address");
    const isBootp = messageType(packet) === undefined;
    if (isBootp ? !this.#answersBootp : this.#mode === "bootp") {
      return ignore(turn, "not served in this mode");
    }
    if (arrival.port === BOOT_SERVER_PORT) {
      return answerAsBootServer(turn, this.#around);
    }
    if (isBootp) return answerAsBootpServer(turn, this.#around);
    return this.#mode === "proxy"
      ? answerAsProxy(turn, this.#around)
      : answerAsDhcpServer(turn, this.#around);
  }

  async #boot(turn: Turn): Promise<BootAnswer | null | undefined> {
    if (this.#handler === null) return null;
    try {
      const answer = await this.#handler(turn.client);
      if (answer === undefined) return null;
      checkAnswer(answer, messageType(turn.packet) === undefined);
      return isUseful(turn.client, answer) ? answer : null;
    } catch (error) {
      turn.tell({ type: "failed", action: "choose boot file", error });
      return undefined;
    }
  }

  async #save(turn: Turn, lease: Lease): Promise<void> {
    try {
      await this.#store?.save(lease);
    } catch (error) {
      turn.tell({ type: "failed", action: "save lease", error });
    }
  }
}

/** A client of HTTP boot cannot do anything with the name of a file, unless it is iPXE. */
function isUseful(client: PxeClient, { file }: BootAnswer): boolean {
  return !client.isHttpBoot || client.isIpxe || /^https?:\/\//i.test(file);
}
