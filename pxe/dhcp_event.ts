import type { PxeClient } from "./client.ts";

/**
 * Why a message got no answer. Each is something that happens in a network that is well; they are told so that one can see
 * why a machine does not boot.
 */
export type IgnoreReason =
  /** It is a reply, and so not for servers. */
  | "not a request"
  /** Its type is none that a server is asked. */
  | "not a question"
  /** It is DHCP where BOOTP is served, or BOOTP where it is not. */
  | "not served in this mode"
  /** The client does not boot from the network, as far as it says. */
  | "no network boot"
  /** There is no file for the client, and without one there is nothing to say. */
  | "no boot file"
  /** The client boots by HTTP, and what it would boot is not a URL. */
  | "no URL for HTTP boot"
  /** The client took the offer of another server, or means another one. */
  | "another server chosen"
  /** In proxy mode, this is for the DHCP server to answer. */
  | "for the DHCP server"
  /** The client has no record here, and others may know it. */
  | "unknown client"
  /** It says neither a hardware address nor an identifier. */
  | "no identity"
  /** The client is in a network that is not served. */
  | "unknown network"
  /** The client has no such address here. */
  | "no such lease"
  /** It names no address, or none that an answer could go to. */
  | "no usable address"
  /** The client has no fixed address, and others are not for BOOTP. */
  | "no fixed address"
  /** Too many messages wait for the boot handler or the disk. */
  | "too many at once";

/** Why a client was told that it cannot have an address. */
export type RefusalReason =
  /** The address is of another network than the client is in. */
  | "wrong network"
  /** The client has another address. */
  | "another address"
  /** The address is somebody else's, or not one to be given. */
  | "address not available";

/** What all events have. */
export interface DhcpEventBase {
  /** Who asked. */
  readonly client: PxeClient;
  /** The message's type by name, as `DISCOVER`; `BOOTP` for one that has none. */
  readonly message: string;
}

/** Something that happened between a responder and a client. */
export type DhcpEvent =
  & DhcpEventBase
  & (
    /** The client was offered an address, or a boot file, or both. */
    | {
      /** What happened. */
      readonly type: "offered";
      /** The address; `null` in proxy mode. */
      readonly address: string | null;
      /** The boot file; `null` for none. */
      readonly file: string | null;
    }
    /** The client was given an address. */
    | {
      /** What happened. */
      readonly type: "leased";
      /** The address. */
      readonly address: string;
      /** For how long, in milliseconds; `Infinity` for ever. */
      readonly durationMs: number;
      /** Whether the client had it before and goes on with it. */
      readonly isRenewal: boolean;
      /** The boot file; `null` for none. */
      readonly file: string | null;
    }
    /** The client, which has an address, was told the rest. */
    | {
      /** What happened. */
      readonly type: "informed";
      /** The client's address. */
      readonly address: string;
      /** The boot file; `null` for none. */
      readonly file: string | null;
    }
    /** The client was told that it cannot have the address: a NAK. */
    | {
      /** What happened. */
      readonly type: "refused";
      /** The address. */
      readonly address: string;
      /** Why. */
      readonly reason: RefusalReason;
    }
    /** The client found somebody else with its address, which is now left alone for a while. */
    | {
      /** What happened. */
      readonly type: "declined";
      /** The address. */
      readonly address: string;
    }
    /** The client gave its address back. */
    | {
      /** What happened. */
      readonly type: "released";
      /** The address. */
      readonly address: string;
    }
    /** The client got nothing, as no address is free. */
    | {
      /** What happened. */
      readonly type: "exhausted";
      /** The network, as `192.0.2.0/24`. */
      readonly network: string;
    }
    /** The client got no answer, and that is as it should be. */
    | {
      /** What happened. */
      readonly type: "ignored";
      /** Why. */
      readonly reason: IgnoreReason;
    }
    /** The boot handler failed, which leaves the client without an answer; or a lease could not be saved. */
    | {
      /** What happened. */
      readonly type: "failed";
      /** What could not be done. */
      readonly action: "choose boot file" | "save lease";
      /** What was thrown. */
      readonly error: unknown;
    }
  );
