/** What a request wants to do. */
export type Operation = "read" | "write";

/**
 * The transfer modes that are spoken: `octet` sends the bytes as they are, `netascii` text with CR LF line ends
 * (RFC 1350 section 1). `mail` is obsolete and refused.
 */
export type TransferMode = "octet" | "netascii";

/**
 * Options as they stand in a request or an OACK: name and value in the order of the wire, spelled as on the wire
 * (RFC 2347). Names are compared without regard to case.
 */
export type OptionList = ReadonlyArray<readonly [name: string, value: string]>;

/** A read or write request (RFC 1350 figure 5-1, with the options of RFC 2347). */
export interface RequestPacket {
  /** RRQ asks for a file, WRQ brings one. */
  readonly type: "RRQ" | "WRQ";
  /** The name of the file, as asked: not a path, and not to be trusted. */
  readonly filename: string;
  /** The mode in lower case; any word can stand here, see {@linkcode TransferMode}. */
  readonly mode: string;
  /** The options that were asked for. */
  readonly options: OptionList;
}

/** One block of the file (RFC 1350 figure 5-2). */
export interface DataPacket {
  /** DATA: a block. */
  readonly type: "DATA";
  /** The block number, 0 to 65535; the first is 1. */
  readonly block: number;
  /** The bytes; less than a whole block ends the transfer. */
  readonly data: Uint8Array;
}

/** The acknowledgment of a block (RFC 1350 figure 5-3), and of all before it (RFC 7440). */
export interface AckPacket {
  /** ACK: an acknowledgment. */
  readonly type: "ACK";
  /** The block number, 0 to 65535; 0 answers a write request. */
  readonly block: number;
}

/** The end of a transfer that failed (RFC 1350 figure 5-4). It is never acknowledged and never answered. */
export interface ErrorPacket {
  /** ERROR: an end. */
  readonly type: "ERROR";
  /** The error code, 0 to 65535; see `ERROR_CODE`. */
  readonly code: number;
  /** A text for people. */
  readonly message: string;
}

/** The options of a request that are accepted, and with which values (RFC 2347). */
export interface OptionAckPacket {
  /** OACK: an acknowledgment of options. */
  readonly type: "OACK";
  /** The accepted options. */
  readonly options: OptionList;
}

/** Any TFTP packet; `type` tells which. */
export type Packet =
  | RequestPacket
  | DataPacket
  | AckPacket
  | ErrorPacket
  | OptionAckPacket;
