// One transfer that is measured. Rules:
// 1. What comes is counted and thrown away, what goes is made from a pattern: no file, no stream, nothing that could be
//    slower than the network.
// 2. A transfer lasts from the request to the moment at which the last byte is there, or at which the server has
//    acknowledged the last of what it was sent.
// 3. A transfer that fails is a result, not an error.

import {
  type ClientOptions,
  type ClientTransferSummary,
  get,
  put,
  type TftpTarget,
} from "../../client.ts";
import {
  type Clock,
  type Network,
  type Sink,
  type Source,
  systemCode,
} from "../../net/mod.ts";
import {
  errorCodeText,
  TftpError,
  TransferTimeoutError,
} from "../../packet/mod.ts";
import { failureOf } from "../transfer_failure.ts";
import { Stopwatch } from "./stopwatch.ts";

/** What a transfer needs of the world. */
export interface BenchEdge {
  /** Where its sockets come from. */
  readonly network: Network;
  /** Where its time comes from. */
  readonly clock: Clock;
  /** Where its chance comes from. */
  readonly random: () => number;
}

/** A transfer to measure. */
export interface BenchTransfer {
  /** The file. */
  readonly target: TftpTarget;
  /** Octets to upload; `null` to download. */
  readonly uploadBytes: number | null;
}

/** What one transfer came to. */
export type Sample =
  | {
    readonly isOk: true;
    /** From the request to the end, in milliseconds. */
    readonly totalMs: number;
    /** From the request to the first of the file, or to the answer to an upload, in milliseconds. */
    readonly firstByteMs: number;
    /** What the client has counted. */
    readonly statistics: ClientTransferSummary["statistics"];
    /** What was negotiated. */
    readonly settings: ClientTransferSummary["settings"];
  }
  | {
    readonly isOk: false;
    /** What kind of failure it was. */
    readonly kind: string;
    /** What happened, for somebody who reads it once. */
    readonly message: string;
    /** The exit status for it. */
    readonly status: number;
  };

/**
 * Does one transfer.
 *
 * @param transfer What to transfer.
 * @param options What to ask for.
 * @param edge Sockets, time and chance.
 * @returns What it came to.
 */
export async function measure(
  { target, uploadBytes }: BenchTransfer,
  options: ClientOptions,
  { network, clock, random }: BenchEdge,
): Promise<Sample> {
  const now = () => clock.now();
  const isUpload = uploadBytes !== null;
  const stopwatch = new Stopwatch(network, now, isUpload);
  const { signal } = options;
  const all = { ...options, network: stopwatch, clock, random };
  const startedAt = now();
  try {
    const summary = isUpload
      ? await put(target, patternSource(uploadBytes), all)
      : await (await get(target, { ...all, sink: NOWHERE })).finished;
    const totalMs = now() - startedAt;
    const { statistics, settings } = summary;
    const firstByteMs = (stopwatch.firstAt ?? now()) - startedAt;
    return { isOk: true, totalMs, firstByteMs, statistics, settings };
  } catch (error) {
    const { text, status } = failureOf(error, {
      operation: isUpload ? "put" : "get",
      isBegun: stopwatch.firstAt !== null,
      isFileFault: false,
      isInterrupted: signal?.aborted === true && error === signal.reason,
    });
    return { isOk: false, kind: failureKind(error), message: text, status };
  }
}

/** What a failure is counted as: no name, address or number of octets is in it, which would make each a kind of its own. */
export function failureKind(error: unknown): string {
  if (error instanceof TransferTimeoutError) return "timeout";
  if (error instanceof TftpError) {
    return error.origin === "remote"
      ? `refused with code ${error.code} (${errorCodeText(error.code)})`
      : `broken off with code ${error.code}`;
  }
  const code = systemCode(error);
  return code ?? (error instanceof Error ? error.name : "unknown");
}

const NOWHERE: Sink = { write() {}, commit() {}, abort() {} };

/** Octets of the pattern that uploads are made of: no block size divides it, so that each block looks different. */
const PATTERN_BYTES = 65_521;

const pattern = Uint8Array.from(
  { length: PATTERN_BYTES },
  (_, index) => (index * 167 + (index >> 8) * 13) & 0xff,
);

/** A file of any size that needs no memory. */
export function patternSource(size: number): Source {
  let position = 0;
  return {
    size,
    read(buffer) {
      const offset = position % PATTERN_BYTES;
      const count = Math.min(
        buffer.length,
        size - position,
        PATTERN_BYTES - offset,
      );
      if (count === 0) return null;
      buffer.set(pattern.subarray(offset, offset + count));
      position += count;
      return count;
    },
    close() {},
  };
}
