import type { UdpAddress } from "../net/mod.ts";
import type { ServerEvent } from "../server.ts";
import type { DhcpEvent } from "./dhcp_event.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";
import type { HttpExchange } from "./http_exchange.ts";
import type { DhcpPort } from "./sockets.ts";

/** Something that happened in a network boot service. */
export type PxeEvent =
  /** A DHCP or BOOTP message came in. */
  | {
    /** What happened. */
    readonly type: "received";
    /** The message. */
    readonly packet: DhcpPacket;
    /** Where it came from. */
    readonly remote: UdpAddress;
    /** The port it came to. */
    readonly port: DhcpPort;
  }
  /** What the responder made of a message. */
  | {
    /** What happened. */
    readonly type: "dhcp";
    /** What it was. */
    readonly event: DhcpEvent;
  }
  /** An answer went out. */
  | {
    /** What happened. */
    readonly type: "sent";
    /** The answer. */
    readonly packet: DhcpPacket;
    /** Where to. */
    readonly to: Omit<UdpAddress, "transport">;
  }
  /** A datagram came to a port of DHCP that is no such message, and was ignored. */
  | {
    /** What happened. */
    readonly type: "malformed";
    /** Where it came from. */
    readonly remote: UdpAddress;
    /** What is wrong with it. */
    readonly error: unknown;
  }
  /** Something happened in the TFTP server. */
  | {
    /** What happened. */
    readonly type: "tftp";
    /** What it was. */
    readonly event: ServerEvent;
  }
  /** A request over HTTP has ended. */
  | {
    /** What happened. */
    readonly type: "http";
    /** The request, and what became of it. */
    readonly exchange: HttpExchange;
  }
  /** Something does not work as it should, and the service goes on: an answer that could not be sent, for one. */
  | {
    /** What happened. */
    readonly type: "failed";
    /** What could not be done. */
    readonly action:
      | "answer over DHCP"
      | "answer over HTTP"
      | "answer over TFTP";
    /** Why. */
    readonly error: unknown;
  };
