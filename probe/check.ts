import type { OptionList, RequestPacket } from "../packet/mod.ts";
import type { Conversation } from "./conversation.ts";
import type { Finding } from "./report.ts";

/** What a check must have to be asked at all. */
export type CheckNeed = "nothing" | "file" | "security" | "write" | "wrap";

/** One question to a server. */
export interface Check {
  /** Its name, the same in every version. */
  readonly id: string;
  /** Its name for people, at most 22 characters. */
  readonly name: string;
  /** The RFC it belongs to. */
  readonly group: string;
  /** The section. */
  readonly section: string;
  /** What it asks, in one sentence. */
  readonly asks: string;
  /** What it must have; a file, unless told otherwise. */
  readonly needs?: CheckNeed;
  /** Whether it asks for an option of its RFC, which a server may do without. */
  readonly isAboutSupport?: boolean;
  /** Asks, and concludes. */
  run(context: CheckContext): Promise<Finding>;
}

/** What a check works with. */
export interface CheckContext {
  /** The file that the server has. */
  readonly filename: string;
  /** Its size in octets, where the server told. */
  readonly fileSizeBytes: number | null;
  /** A name that no server has. */
  readonly absentName: string;
  /** The name that may be written; empty when none may. */
  readonly writeName: string;
  /** How long nothing must come for it to be silence, in milliseconds. */
  readonly quietMs: number;
  /** How long to wait for retransmissions, in milliseconds. */
  readonly waitMs: number;
  /** Opens a socket, which is closed when the check is done. */
  open(): Promise<Conversation>;
}

/**
 * A read request.
 *
 * @param filename The name.
 * @param options The options.
 * @param mode The mode.
 * @returns The packet.
 */
export function readRequest(
  filename: string,
  options: OptionList = [],
  mode = "octet",
): RequestPacket {
  return { type: "RRQ", filename, mode, options };
}
