import type { UdpAddress } from "../net/mod.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";

/** How a message came in. */
export interface DhcpArrival {
  /** The time, in milliseconds since 1970. */
  readonly now: number;
  /** Where it came from. */
  readonly remote: UdpAddress;
  /** The port that it came to. */
  readonly port: 67 | 4011;
}

/** An answer, and where it goes. */
export interface DhcpReply {
  /** The message. */
  readonly packet: DhcpPacket;
  /** Where to: everybody, a relay agent, a client that has an address, or whoever asked port 4011. */
  readonly to: {
    /** The IPv4 address. */
    readonly hostname: string;
    /** The port. */
    readonly port: number;
  };
  /** The port to send it from; clients take nothing from others. */
  readonly from: 67 | 4011;
  /** What the client takes, in octets with the headers of IP and UDP: the limit for `encodeDhcpPacket`. */
  readonly maxMessageBytes: number;
}
