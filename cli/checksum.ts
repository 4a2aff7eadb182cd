// The checksum of what a transfer brings or takes. Rules:
// 1. It is that of the file on this machine: in mode netascii not of what goes over the wire.
// 2. One that differs ends the transfer before it counts: no file gets its name, and the server gets an ERROR instead of the
//    last packet.

import { createHash } from "node:crypto";
import { TftpError } from "../packet/mod.ts";
import type { OptionSpec, ParsedArguments } from "./command.ts";

/** `--checksum`. */
export const CHECKSUM_OPTION: OptionSpec = {
  name: "checksum",
  value: "sha256[=HEX]",
  type: {
    kind: "text",
    pattern: "sha256(=[0-9a-fA-F]{64})?",
    wish: "sha256, or sha256= and 64 hexadecimal digits",
  },
  suggests: ["sha256"],
  description:
    "Tell the SHA-256 checksum of each file; with HEX, fail unless it is this",
};

/** A file is not what it should be. */
export class ChecksumError extends TftpError {
  override readonly name: string = "ChecksumError";

  /**
   * @param expected What was asked for.
   * @param actual What it is.
   */
  constructor(expected: string, actual: string) {
    super(
      0,
      `the checksum differs: sha256 should be ${expected} and is ${actual}`,
      { wireText: "Checksum differs" },
    );
  }
}

/** A SHA-256 checksum in the making. */
export class Checksum {
  readonly #hash = createHash("sha256");
  readonly #expected: string | null;
  #hex: string | null = null;

  /** @param expected What it must be, in hexadecimal digits; `null` for anything. */
  constructor(expected: string | null) {
    this.#expected = expected?.toLowerCase() ?? null;
  }

  /** The checksum in hexadecimal digits, once it was verified; `null` before. */
  get hex(): string | null {
    return this.#hex;
  }

  /** Takes the next octets. */
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /**
   * All octets were there.
   *
   * @throws {ChecksumError} When the checksum is not what it must be.
   */
  verify(): void {
    this.#hex ??= this.#hash.digest("hex");
    if (this.#expected !== null && this.#hex !== this.#expected) {
      throw new ChecksumError(this.#expected, this.#hex);
    }
  }
}

/**
 * What `--checksum` says.
 *
 * @param args The arguments.
 * @returns What makes a checksum for each transfer; `null` when none is wanted.
 */
export function checksumMaker(
  args: ParsedArguments,
): { readonly isExact: boolean; make(): Checksum } | null {
  const text = args.text("checksum");
  if (text === undefined) return null;
  const expected = text.split("=")[1] ?? null;
  return {
    isExact: expected !== null,
    make: () => new Checksum(expected),
  };
}
