// What the main thread and its workers say to each other. Everything can be cloned; several messages cross as one, in an
// array, and arrive in the order in which they were said.

import type { UdpAddress } from "../../net/mod.ts";
import type { RequestPacket } from "../../packet/mod.ts";
import type { ServerEvent } from "../events.ts";
import type { ServeOptions } from "../options.ts";
import type { CarriedError, CarriedFault } from "./carried_error.ts";

/** Options of the server that count for a transfer, and can be cloned. */
export type TransferOptions = Pick<
  ServeOptions,
  | "blksize"
  | "windowsize"
  | "receiveBufferBytes"
  | "refuseOptions"
  | "rfc1350"
  | "rollover"
  | "retransmission"
  | "portRange"
  | "limits"
  | "unproven"
  | "dallyMs"
>;

/** An event without its request: that one the main thread has. An error in it is packed. */
export type CarriedEvent = ServerEvent extends infer Event
  ? Event extends { readonly type: "request" | "ignored" } ? never
  : Event extends { readonly error: unknown }
    ? Omit<Event, "request" | "error"> & { readonly error: CarriedError }
  : Omit<Event, "request">
  : never;

/** How far the client of a transfer is: not answered yet, answered, or it has answered in turn. */
export type Standing = "asked" | "answered" | "proven";

/** The main thread speaks. */
export type ToWorker =
  /** The first word: what to serve with. */
  | {
    readonly type: "start";
    readonly module: string;
    readonly data: unknown;
    readonly generation: number;
    readonly options: TransferOptions;
    /** Whether anybody wants to know events that the main thread does not need itself. */
    readonly isWatched: boolean;
  }
  /** Make a handler of other data, for requests to come. */
  | {
    readonly type: "prepare";
    readonly data: unknown;
    readonly generation: number;
  }
  /** Serve a request. */
  | {
    readonly type: "open";
    readonly id: number;
    readonly generation: number;
    readonly packet: RequestPacket;
    /** The name that handlers in the main thread have made of the one that was asked for. */
    readonly filename: string;
    readonly remote: UdpAddress;
    readonly local: UdpAddress;
  }
  /** From a transfer ID that has a transfer, another request has come. */
  | {
    readonly type: "repeat";
    readonly id: number;
    readonly packet: RequestPacket;
    readonly remote: UdpAddress;
    readonly local: UdpAddress;
  }
  /** End a transfer without a word. */
  | { readonly type: "abandon"; readonly id: number; readonly reason: string }
  /** End a transfer with an ERROR. */
  | {
    readonly type: "abort";
    readonly id: number;
    readonly error: CarriedError;
  }
  /** Close a transfer that only stays in case its last packet was lost. */
  | { readonly type: "dismiss"; readonly id: number };

/** A worker speaks. */
export type FromWorker =
  /** The handler is there; or why there is none. */
  | {
    readonly type: "prepared";
    readonly generation: number;
    readonly fault: CarriedFault | null;
  }
  /** Something happened in a transfer. */
  | {
    readonly type: "event";
    readonly id: number;
    readonly event: CarriedEvent;
  }
  /** How far the client of a transfer is, and how long ago it was heard. */
  | {
    readonly type: "standing";
    readonly id: number;
    readonly standing: Standing;
    readonly silenceMs: number;
  }
  /** Such a request is a new one: its client has started over. By now the transfer may be forgotten. */
  | {
    readonly type: "restart";
    readonly packet: RequestPacket;
    readonly remote: UdpAddress;
    readonly local: UdpAddress;
  }
  /** A transfer needs nothing any more. */
  | { readonly type: "closed"; readonly id: number }
  /** What a handler has thrown. */
  | { readonly type: "fault"; readonly fault: CarriedFault };
