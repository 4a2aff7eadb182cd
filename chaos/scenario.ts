// What a scenario is: data, which a file can hold as well as a program. Rules:
// 1. A rule says when, and what then. Every rule that fits a packet does its part, in the order of the scenario.
// 2. What is counted is counted for one transfer: block numbers, how often a rule has fitted, how often a packet was sent.
// 3. An action changes the packet itself, or adds others before or behind it; what comes later in the list sees what
//    earlier actions have made of the packet.

import type { Operation } from "../packet/mod.ts";

/** A type of packet, or one that is none. */
export type ChaosPacketType =
  | "RRQ"
  | "WRQ"
  | "DATA"
  | "ACK"
  | "ERROR"
  | "OACK";

/** A number, or all numbers from the first to the second. */
export type ChaosRange = number | readonly [first: number, last: number];

/** A number, or one that is so much more or less than what the packet has: `"+1"`. */
export type ChaosNumber = number | string;

/** When a rule fits a packet: all of what is said must hold. */
export interface ChaosCondition {
  /**
   * Types of packets.
   *
   * @default {all}
   */
  readonly packet?: ChaosPacketType | readonly ChaosPacketType[];
  /**
   * Which way the packet goes.
   *
   * @default {"to-client", and "from-client" where only requests are meant}
   */
  readonly direction?: "to-client" | "from-client" | "both";
  /** Only in downloads, or only in uploads. */
  readonly operation?: Operation;
  /** Block numbers of DATA and ACK, as on the wire; `"last"` is the block that ends the file. */
  readonly block?: ChaosRange | "last";
  /** Which of the packets that fit otherwise: the first is 1. */
  readonly nth?: ChaosRange;
  /** How often this very packet, by type and block, has been sent in this transfer: 1 is the first time. */
  readonly transmission?: ChaosRange;
  /** Only where the client has asked for options, or only where it has not. */
  readonly hasOptions?: boolean;
  /**
   * How probable it is, from 0 to 1, drawn from the seed.
   *
   * @default {1}
   */
  readonly probability?: number;
}

/** A packet that is made up. */
export type ChaosPacket =
  /** A block. */
  | {
    /** DATA. */
    readonly type: "DATA";
    /** The block number; `"+1"` is one more than the packet at hand has. */
    readonly block: ChaosNumber;
    /** How many octets, all of them 0x58 ("X"). */
    readonly sizeBytes: number;
  }
  /** An acknowledgment. */
  | {
    /** ACK. */
    readonly type: "ACK";
    /** The block number; `"+1"` is one more than the packet at hand has. */
    readonly block: ChaosNumber;
  }
  /** An error. */
  | {
    /** ERROR. */
    readonly type: "ERROR";
    /** The code. */
    readonly code: number;
    /** The text. */
    readonly text: string;
  }
  /** An acknowledgment of options. */
  | {
    /** OACK. */
    readonly type: "OACK";
    /** Names and values. */
    readonly options: Readonly<Record<string, string>>;
  }
  /** Anything. */
  | {
    /** Octets as they are. */
    readonly type: "raw";
    /** The octets in hexadecimal, blanks allowed. */
    readonly hex: string;
  };

/** What is done with a packet. */
export type ChaosAction =
  /** It does not arrive. */
  | {
    /** Drops it. */
    readonly action: "drop";
  }
  /** It arrives later. */
  | {
    /** Delays it. */
    readonly action: "delay";
    /** By so much, in milliseconds. */
    readonly ms: number;
    /** And by up to so much more, drawn from the seed. */
    readonly jitterMs?: number;
  }
  /** It arrives more than once. */
  | {
    /** Duplicates it. */
    readonly action: "duplicate";
    /**
     * How many more there are.
     *
     * @default {1}
     */
    readonly copies?: number;
    /**
     * How much later they come, in milliseconds.
     *
     * @default {0}
     */
    readonly afterMs?: number;
  }
  /** It arrives behind the next packet that goes the same way, or after a second when there is none. */
  | {
    /** Swaps it with the next. */
    readonly action: "swap";
  }
  /** The server is told that the client has acknowledged this DATA, so that it sends the next. */
  | {
    /** Acknowledges it in the client's name. */
    readonly action: "acknowledge";
  }
  /** Bits are flipped. */
  | {
    /** Corrupts it. */
    readonly action: "corrupt";
    /**
     * How many octets.
     *
     * @default {1}
     */
    readonly count?: number;
    /** Which octet of the datagram; drawn from the seed, behind the header, unless told otherwise. */
    readonly offset?: number;
  }
  /** Fields of the header are others. */
  | {
    /** Rewrites fields. */
    readonly action: "rewrite";
    /** The opcode. */
    readonly opcode?: number;
    /** The block number, or the code of an ERROR; `"+1"` is one more than it was. */
    readonly block?: ChaosNumber;
  }
  /** Options of an OACK are others. */
  | {
    /** Rewrites options. */
    readonly action: "options";
    /** Values by name; `"+1"` is one more than was there, and is left out where there was none. */
    readonly set?: Readonly<Record<string, string>>;
    /** Names that are taken out. */
    readonly remove?: readonly string[];
  }
  /** It has so many octets behind its header, cut or filled up with 0x58 ("X"). */
  | {
    /** Resizes it. */
    readonly action: "resize";
    /** How many; `"+10"` is ten more than there were. */
    readonly sizeBytes: ChaosNumber;
  }
  /** The datagram is cut: its header, too. */
  | {
    /** Cuts it. */
    readonly action: "truncate";
    /** How many octets of it are left. */
    readonly sizeBytes: number;
  }
  /** The client gets a packet that is made up. */
  | {
    /** Sends a packet. */
    readonly action: "send";
    /** The packet. */
    readonly packet: ChaosPacket;
    /**
     * Where it stands to the packet at hand.
     *
     * @default {"instead"}
     */
    readonly place?: "instead" | "before" | "after";
    /**
     * Which port it comes from: the right one, or another (RFC 1350 section 4).
     *
     * @default {"server"}
     */
    readonly from?: "server" | "stranger";
  }
  /** It comes from another port than the transfer's (RFC 1350 section 4). */
  | {
    /** Sends it from another port. */
    readonly action: "stranger";
  }
  /** The client gets an ERROR instead, and nothing else any more. */
  | {
    /** Ends the transfer with an ERROR. */
    readonly action: "error";
    /** The code. */
    readonly code: number;
    /** The text. */
    readonly text: string;
  }
  /** Nothing behind this packet arrives any more, either way. */
  | {
    /** Falls silent. */
    readonly action: "stop";
  };

/** What happens, and when. */
export interface ChaosRule {
  /** Which packets. */
  readonly when: ChaosCondition;
  /** What is done with them, in this order. */
  readonly then: readonly ChaosAction[];
}

/** What becomes of a correct client: it finishes, it must not, or either is right. */
export type ChaosExpectation = "finish" | "fail" | "any";

/** A way to misbehave. */
export interface ChaosScenario {
  /** What it is called: letters, digits and hyphens. */
  readonly name: string;
  /** What the client meets, in one line. */
  readonly description: string;
  /**
   * What a correct client makes of it.
   *
   * @default {"any"}
   */
  readonly expect?: ChaosExpectation;
  /** What happens, and when. */
  readonly rules: readonly ChaosRule[];
}
