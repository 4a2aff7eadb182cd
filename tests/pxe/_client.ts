/**
 * Clients that speak DHCP as real ones do: field by field what was captured of iPXE, EDK2, udhcpc and dhclient.
 *
 * @module
 */

import type { UdpAddress } from "../../net/mod.ts";
import {
  addressValue,
  type BootChoice,
  decodeDhcpPacket,
  DHCP_OPTION,
  type DhcpArrival,
  type DhcpEvent,
  type DhcpPacket,
  type DhcpReply,
  type DhcpResponder,
  dhcpResponder,
  type DhcpResponderOptions,
  encodeDhcpPacket,
  MESSAGE_TYPE,
  messageType,
  parseMac,
  readAddress,
  textValue,
  u16Value,
  u8Value,
} from "../../pxe/mod.ts";

export const SERVER = "10.99.0.1";
export const EVERYBODY = { hostname: "255.255.255.255", port: 68 };
export const NOW = Date.UTC(2030, 0, 1);
export const NETWORK = {
  network: "10.99.0.0/24",
  ranges: [{ first: "10.99.0.50", last: "10.99.0.99" }],
  routers: ["10.99.0.254"],
  dnsServers: ["10.99.0.2", "10.99.0.3"],
  domain: "lab.example",
};

/** What a kind of client puts into each of its messages. */
export interface Firmware {
  readonly flags?: number;
  readonly vendorClass?: string;
  readonly architecture?: number;
  readonly userClass?: string;
  readonly hasClientId?: boolean;
  readonly uuid?: Uint8Array;
  readonly asks?: readonly number[];
  readonly hostname?: string;
}

const UUID = Uint8Array.from({ length: 17 }, (_, i) => i);

// deno-fmt-ignore
export const IPXE_BIOS: Firmware = {
  vendorClass: "PXEClient:Arch:00000:UNDI:002001",
  architecture: 0,
  userClass: "iPXE",
  hasClientId: true,
  uuid: UUID,
  asks: [1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203],
};

// deno-fmt-ignore
export const EDK2: Firmware = {
  flags: 0x8000,
  vendorClass: "PXEClient:Arch:00007:UNDI:003000",
  architecture: 7,
  uuid: UUID,
  asks: [1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135],
};

export const EDK2_HTTP: Firmware = {
  ...EDK2,
  vendorClass: "HTTPClient:Arch:00016:UNDI:003000",
  architecture: 16,
};

export const UDHCPC: Firmware = {
  vendorClass: "udhcp 1.35.0",
  hasClientId: true,
  asks: [1, 3, 6, 12, 15, 28, 40, 41, 42],
  hostname: "lab-3",
};

export const DHCLIENT: Firmware = {
  asks: [1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42],
  hostname: "lab-4",
};

/** A reply as a client reads it: through the octets of the wire. */
export interface Heard {
  readonly packet: DhcpPacket;
  readonly type: number | undefined;
  readonly to: { readonly hostname: string; readonly port: number };
  readonly from: number;
}

/** Options of a responder; `null` where there is no boot file at all. */
export type LabOptions = Partial<
  & Omit<DhcpResponderOptions, "boot">
  & { readonly boot: BootChoice | null }
>;

/** A responder with a clock, and what it told. */
export class Lab {
  readonly responder: DhcpResponder;
  readonly events: DhcpEvent[] = [];
  now = NOW;

  constructor(options: LabOptions) {
    const { boot = "boot.0", ...others } = options;
    this.responder = dhcpResponder({
      serverAddress: SERVER,
      ...boot !== null && { boot },
      onEvent: (event) => this.events.push(event),
      ...others,
    });
  }

  /** What was told since the last look, as words. */
  story(): string[] {
    return this.events.splice(0).map((event) => {
      const { type, message } = event;
      const what = "reason" in event ? event.reason : undefined;
      const address = "address" in event ? event.address : undefined;
      const renewed = type === "leased" && event.isRenewal ? "again" : null;
      const words = [message, type, address, renewed, what];
      return words.filter((word) => word != null).join(" ");
    });
  }

  async hear(
    packet: DhcpPacket,
    arrival: Partial<DhcpArrival> = {},
  ): Promise<Heard[]> {
    const replies = await this.responder.respond(
      decodeDhcpPacket(encodeDhcpPacket(packet, { maxMessageBytes: 1500 })),
      { now: this.now, remote: remote("0.0.0.0", 68), port: 67, ...arrival },
    );
    return replies.map(overTheWire);
  }
}

/** A DHCP server for one network that answers all. */
export function dhcpLab(options: LabOptions = {}): Lab {
  return new Lab({
    mode: "dhcp",
    networks: [NETWORK],
    answerAll: true,
    ...options,
  });
}

export function remote(hostname: string, port: number): UdpAddress {
  return { transport: "udp", hostname, port };
}

export function overTheWire(reply: DhcpReply): Heard {
  const { maxMessageBytes } = reply;
  const bytes = encodeDhcpPacket(reply.packet, { maxMessageBytes });
  const packet = decodeDhcpPacket(bytes);
  return { packet, type: messageType(packet), to: reply.to, from: reply.from };
}

/** One machine and its messages. */
export class Machine {
  readonly #lab: Lab;
  readonly #firmware: Firmware;
  readonly hardwareAddress: Uint8Array;
  relayAddress = "0.0.0.0";
  #transactionId = 1;
  /** What it has of the last OFFER or ACK. */
  address = "0.0.0.0";

  constructor(lab: Lab, firmware: Firmware, mac = "52:54:00:4c:41:42") {
    this.#lab = lab;
    this.#firmware = firmware;
    this.hardwareAddress = parseMac(mac)!;
  }

  /** Sends a message, with the options of its kind behind those given. */
  async send(
    type: number | undefined,
    options: Iterable<readonly [number, Uint8Array]> = [],
    more: Partial<DhcpPacket> = {},
    arrival: Partial<DhcpArrival> = {},
  ): Promise<Heard | undefined> {
    const packet: DhcpPacket = {
      op: "request",
      hardwareType: 1,
      hardwareAddress: this.hardwareAddress,
      hops: 0,
      transactionId: this.#transactionId,
      seconds: 0,
      flags: this.#firmware.flags ?? 0,
      clientAddress: "0.0.0.0",
      yourAddress: "0.0.0.0",
      serverAddress: "0.0.0.0",
      relayAddress: this.relayAddress,
      serverName: "",
      file: "",
      options: new Map([
        ...type === undefined ? [] : [
          [DHCP_OPTION.MessageType, u8Value(type)] as const,
        ],
        ...options,
        ...type === undefined ? [] : this.#ownOptions(),
      ]),
      ...more,
    };
    const [heard, ...others] = await this.#lab.hear(packet, arrival);
    if (others.length > 0) throw new Error("Heard more than one answer");
    return heard;
  }

  async discover(wished?: string): Promise<Heard | undefined> {
    this.#transactionId++;
    const heard = await this.send(MESSAGE_TYPE.Discover, address(50, wished));
    this.address = heard?.packet.yourAddress ?? this.address;
    return heard;
  }

  /** REQUEST in the state SELECTING. */
  select(asked = this.address, server = SERVER): Promise<Heard | undefined> {
    return this.send(MESSAGE_TYPE.Request, [
      ...address(54, server),
      ...address(50, asked),
    ]);
  }

  /** DISCOVER and REQUEST, until it has an address. */
  async boot(): Promise<string> {
    await this.discover();
    const ack = await this.select();
    return ack?.packet.yourAddress ?? "none";
  }

  /** REQUEST in the state INIT-REBOOT. */
  reboot(asked = this.address): Promise<Heard | undefined> {
    return this.send(MESSAGE_TYPE.Request, address(50, asked));
  }

  /** REQUEST in the states RENEWING and REBINDING. */
  renew(has = this.address): Promise<Heard | undefined> {
    const more = { clientAddress: has };
    const from = { remote: remote(has, 68) };
    return this.send(MESSAGE_TYPE.Request, [], more, from);
  }

  decline(has = this.address): Promise<Heard | undefined> {
    return this.send(MESSAGE_TYPE.Decline, [
      ...address(54, SERVER),
      ...address(50, has),
    ]);
  }

  release(has = this.address): Promise<Heard | undefined> {
    const more = { clientAddress: has };
    return this.send(MESSAGE_TYPE.Release, address(54, SERVER), more);
  }

  /** INFORM from an address of its own. */
  inform(has: string, from = has): Promise<Heard | undefined> {
    const more = { clientAddress: has };
    return this.send(MESSAGE_TYPE.Inform, [], more, {
      remote: remote(from, 68),
    });
  }

  /** What firmware asks the boot server. */
  ask4011(
    port: number,
    options: Iterable<readonly [number, Uint8Array]> = [],
    has = "10.99.0.77",
  ): Promise<Heard | undefined> {
    const more = { clientAddress: has };
    const arrival = { remote: remote(has, port), port: 4011 } as const;
    return this.send(MESSAGE_TYPE.Request, options, more, arrival);
  }

  *#ownOptions(): Generator<readonly [number, Uint8Array]> {
    const { vendorClass, architecture, userClass, uuid, asks, hostname } =
      this.#firmware;
    yield [DHCP_OPTION.MaxMessageSize, u16Value(1472)];
    if (vendorClass) yield [DHCP_OPTION.VendorClass, textValue(vendorClass)];
    if (architecture !== undefined) {
      yield [DHCP_OPTION.ClientArchitecture, u16Value(architecture)];
    }
    if (userClass) yield [DHCP_OPTION.UserClass, textValue(userClass)];
    if (uuid) yield [DHCP_OPTION.ClientMachineId, uuid];
    if (hostname) yield [DHCP_OPTION.HostName, textValue(hostname)];
    if (asks) yield [DHCP_OPTION.ParameterRequestList, Uint8Array.from(asks)];
    if (this.#firmware.hasClientId) {
      yield [DHCP_OPTION.ClientId, Uint8Array.of(1, ...this.hardwareAddress)];
    }
  }
}

function address(
  code: number,
  text: string | undefined,
): (readonly [number, Uint8Array])[] {
  return text === undefined ? [] : [[code, addressValue(text)]];
}

/** An address option of something heard. */
export function heardAddress(
  heard: Heard | undefined,
  code: number,
): string | undefined {
  return heard && readAddress(heard.packet.options, code);
}
