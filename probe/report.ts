/**
 * What a check says of a server: `ok`, as the RFC has it; `differs`, which no RFC rules out but clients may stumble over;
 * `fault`, against an RFC or against the safety of others; `unknown`, when it could not be told.
 */
export type Verdict = "ok" | "differs" | "fault" | "unknown";

/** One datagram of a check. */
export interface ProbePacket {
  /** Milliseconds since the check began. */
  readonly atMs: number;
  /** Whether it went to the server or came from it. */
  readonly direction: "sent" | "received";
  /** The port of one's own: a check may have several. */
  readonly localPort: number;
  /** The port of the server. */
  readonly serverPort: number;
  /** Its length in octets, without the headers of IP and UDP. */
  readonly sizeBytes: number;
  /** The packet in one line, see `formatPacket`. */
  readonly packet: string;
}

/** What a check found. */
export interface Finding {
  /** What it means. */
  readonly verdict: Verdict;
  /** What the server did, in a few words. */
  readonly finding: string;
  /**
   * Whether the server was asked for an option and went on without it.
   *
   * @default {false}
   */
  readonly isUnsupported?: boolean;
  /** What can be counted, for machines. */
  readonly values?: Readonly<
    Record<string, number | string | boolean | null>
  >;
}

/** A check with what it found. */
export interface ProbeResult extends Finding {
  /** The name of the check, the same in every version. */
  readonly id: string;
  /** Its name for people. */
  readonly name: string;
  /** What it belongs to: "RFC 1350", or "No RFC". */
  readonly group: string;
  /** The section that says how it should be, or where an option comes from. */
  readonly section: string;
  /** What it asks, in one sentence. */
  readonly asks: string;
  /** Its datagrams, the first 200 of them. */
  readonly packets: readonly ProbePacket[];
}

/** What is to be said of one RFC as a whole. */
export interface GroupVerdict {
  /** The RFC. */
  readonly group: string;
  /** The worst of its checks, or `unsupported` when the server takes none of its options and does nothing wrong. */
  readonly verdict: Verdict | "unsupported";
}

/** What a server is, as far as asking tells. */
export interface ProbeReport {
  /** The server's address and request port. */
  readonly server: string;
  /** The file that was asked for. */
  readonly filename: string;
  /** What became of the first request: without a file, much cannot be asked. */
  readonly file: "present" | "refused" | "silent";
  /** What the server said to the first request. */
  readonly answer: string;
  /** The size of the file in octets, where the server told. */
  readonly sizeBytes: number | null;
  /** The round trip of the first request, in milliseconds. */
  readonly roundTripMs: number | null;
  /** How long all of it took, in milliseconds. */
  readonly durationMs: number;
  /** Datagrams that were sent, and octets in them. */
  readonly sent: { readonly packets: number; readonly bytes: number };
  /** Datagrams that came, and octets in them. */
  readonly received: { readonly packets: number; readonly bytes: number };
  /** Every check, in the order of the groups. */
  readonly results: readonly ProbeResult[];
  /** What is to be said of each RFC. */
  readonly verdicts: readonly GroupVerdict[];
}
