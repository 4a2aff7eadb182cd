import type { UdpAddress } from "../net/mod.ts";
import type { Operation, OptionList, TransferSettings } from "../packet/mod.ts";
import type { TransferStatistics } from "../transfer/mod.ts";

/** A request, as events tell it. */
export interface RequestInfo {
  /** A number that is this request's alone, as long as the server runs. */
  readonly id: number;
  /** Whether the client reads or writes. */
  readonly operation: Operation;
  /** The name, as asked: for logs, use `quoteText`. */
  readonly filename: string;
  /** The mode, as asked, in lower case. */
  readonly mode: string;
  /** The options, as asked. */
  readonly options: OptionList;
  /** The client. */
  readonly remote: UdpAddress;
  /** The socket that the request came in on. */
  readonly local: UdpAddress;
}

/** A transfer that has ended, or got as far as it got. */
export interface TransferSummary {
  /** What was negotiated. */
  readonly settings: TransferSettings;
  /** The options of the OACK; empty when none was sent. */
  readonly acknowledged: OptionList;
  /** What happened, in numbers. */
  readonly statistics: Readonly<TransferStatistics>;
  /** From the request to the end, in milliseconds. */
  readonly durationMs: number;
  /** The smoothed round trip time in milliseconds, or -1 when none was measured. */
  readonly roundTripMs: number;
  /** Whether the client left without acknowledging the last block, as some boot ROMs do. */
  readonly isLastAckMissing: boolean;
}

/** Something that happened in a server. */
export type ServerEvent =
  /** A request came in. */
  | {
    /** What happened. */
    readonly type: "request";
    /** The request. */
    readonly request: RequestInfo;
  }
  /** A transfer begins: this was agreed on. */
  | {
    /** What happened. */
    readonly type: "negotiated";
    /** The request. */
    readonly request: RequestInfo;
    /** What now holds. */
    readonly settings: TransferSettings;
    /** The options of the OACK; empty when none is sent. */
    readonly acknowledged: OptionList;
  }
  /** A transfer goes on: told once a second while bytes move, and so never of transfers that are done sooner. */
  | {
    /** What happened. */
    readonly type: "progress";
    /** The request. */
    readonly request: RequestInfo;
    /** Octets so far, as they go over the wire. */
    readonly bytes: number;
    /** Octets in all: of the file, or as announced by the client that uploads it; `null` when that is not known. */
    readonly size: number | null;
    /** Since the request, in milliseconds. */
    readonly durationMs: number;
  }
  /** A transfer has ended well. */
  | {
    /** What happened. */
    readonly type: "finished";
    /** The request. */
    readonly request: RequestInfo;
    /** The transfer. */
    readonly transfer: TransferSummary;
  }
  /** A client only wanted to know the size: it took the OACK and said it was done. That is how PXE asks. */
  | {
    /** What happened. */
    readonly type: "probed";
    /** The request. */
    readonly request: RequestInfo;
    /** The transfer, of which nothing took place. */
    readonly transfer: TransferSummary;
  }
  /** A transfer has broken off. */
  | {
    /** What happened. */
    readonly type: "failed";
    /** The request. */
    readonly request: RequestInfo;
    /** How far it got. */
    readonly transfer: TransferSummary;
    /** Why. */
    readonly error: unknown;
  }
  /** A request was refused before anything was transferred. */
  | {
    /** What happened. */
    readonly type: "refused";
    /** The request. */
    readonly request: RequestInfo;
    /** The code of the ERROR packet. */
    readonly code: number;
    /** Why. */
    readonly error: unknown;
  }
  /** A request was left without an answer. */
  | {
    /** What happened. */
    readonly type: "dropped";
    /** The request. */
    readonly request: RequestInfo;
    /** Why. */
    readonly reason: string;
  }
  /** Nothing was heard, so something was sent again. */
  | {
    /** What happened. */
    readonly type: "retransmission";
    /** The request. */
    readonly request: RequestInfo;
    /** The block that the client has not confirmed, or not sent; 0 is the answer to the request. */
    readonly block: number;
    /** How long nothing that helps was heard, in milliseconds. */
    readonly silenceMs: number;
  }
  /** A block was lost in the middle of a window. */
  | {
    /** What happened. */
    readonly type: "gap";
    /** The request. */
    readonly request: RequestInfo;
    /** The block that was lost. */
    readonly block: number;
  }
  /** A packet of the transfer's client had no place in it, and was ignored. */
  | {
    /** What happened. */
    readonly type: "unexpected";
    /** The request. */
    readonly request: RequestInfo;
    /** The packet, in one line. */
    readonly packet: string;
  }
  /** A datagram came to the request port that is no request, and was ignored or, if it tried to be one, refused. */
  | {
    /** What happened. */
    readonly type: "ignored";
    /** Where it came from. */
    readonly remote: UdpAddress;
    /** The datagram, in one line. */
    readonly packet: string;
  };
