/**
 * Where the bytes of a transfer come from. A file opened with `Deno.open` nearly is one already; reading at once, without
 * a promise, is what makes sending fast.
 *
 * @example A source of a thousand zeros
 * ```ts
 * import type { Source } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * let left = 1000;
 * const source: Source = {
 *   size: 1000,
 *   read(buffer) {
 *     const count = Math.min(left, buffer.length);
 *     buffer.fill(0, 0, count);
 *     left -= count;
 *     return count === 0 ? null : count;
 *   },
 *   close() {},
 * };
 * assertEquals(source.read(new Uint8Array(512)), 512);
 * ```
 */
export interface Source {
  /** Octets in all, if that is known; `null` if not. */
  readonly size: number | null;
  /**
   * Reads the next bytes.
   *
   * @param buffer Where to put them.
   * @returns How many there were, at least one; `null` at the end. A number, where they are at hand, or a promise of one.
   */
  read(buffer: Uint8Array): number | null | Promise<number | null>;
  /** Lets go of what the source holds. Called once, however the transfer ended. */
  close(): void | Promise<void>;
}

/** How many empty reads in a row are taken for a source that is broken. */
const MAX_EMPTY_READS = 1000;

/**
 * Fills a buffer from a source, which may give its bytes in small pieces.
 *
 * @param source The source.
 * @param buffer The buffer.
 * @returns How many octets were read: fewer than fit only at the end. A number, where the source never kept us waiting.
 *
 * @example A buffer filled in two reads
 * ```ts
 * import { bytesSource, fillFrom } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fillFrom(bytesSource(new Uint8Array(3)), new Uint8Array(8)), 3);
 * ```
 */
export function fillFrom(
  source: Source,
  buffer: Uint8Array,
): number | Promise<number> {
  let filled = 0;
  for (let emptyReads = 0; filled < buffer.length;) {
    const count = source.read(filled === 0 ? buffer : buffer.subarray(filled));
    if (count === null) return filled;
    if (typeof count !== "number") {
      return fillSlowly(source, buffer, filled, count);
    }
    emptyReads = checkReadCount(count, buffer.length - filled, emptyReads);
    filled += count;
  }
  return filled;
}

async function fillSlowly(
  source: Source,
  buffer: Uint8Array,
  filled: number,
  pending: Promise<number | null>,
): Promise<number> {
  let count = await pending;
  for (let emptyReads = 0; count !== null;) {
    emptyReads = checkReadCount(count, buffer.length - filled, emptyReads);
    filled += count;
    if (filled === buffer.length) break;
    count = await source.read(buffer.subarray(filled));
  }
  return filled;
}

/**
 * Looks at what a source says it has read: a handler's own source may have faults, and they must become errors instead of
 * endless loops or stray bytes.
 *
 * @param count What the source said.
 * @param room How much it may have read at most, in octets.
 * @param emptyReads How many reads before gave nothing.
 * @returns How many reads now gave nothing.
 * @throws {RangeError} When the count is no count, or nothing came too often.
 */
export function checkReadCount(
  count: number,
  room: number,
  emptyReads: number,
): number {
  if (!Number.isInteger(count) || count < 0 || count > room) {
    throw new RangeError(
      `Cannot use what a source has read as it must be 0 to ${room} octets: current value is ${count}`,
    );
  }
  if (count > 0) return 0;
  if (emptyReads + 1 >= MAX_EMPTY_READS) {
    throw new RangeError(
      `Cannot read from a source that gave 0 octets ${MAX_EMPTY_READS} times: return null at the end`,
    );
  }
  return emptyReads + 1;
}

/**
 * A source over bytes in memory.
 *
 * @param bytes The bytes; they are not copied.
 * @returns The source.
 *
 * @example Bytes as a source
 * ```ts
 * import { bytesSource } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bytesSource(new Uint8Array(7)).size, 7);
 * ```
 */
export function bytesSource(bytes: Uint8Array): Source {
  let offset = 0;
  return {
    size: bytes.length,
    read(buffer) {
      if (offset >= bytes.length) return null;
      const count = Math.min(buffer.length, bytes.length - offset);
      buffer.set(bytes.subarray(offset, offset + count));
      offset += count;
      return count;
    },
    close() {},
  };
}

/**
 * A source over a stream.
 *
 * @param stream The stream; it is locked, and cancelled when the transfer ends early.
 * @param size Octets in all, if known.
 * @returns The source.
 *
 * @example A stream as a source
 * ```ts
 * import { streamSource } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * const source = streamSource(new Blob(["hello"]).stream(), 5);
 * assertEquals(await source.read(new Uint8Array(512)), 5);
 * await source.close();
 * ```
 */
export function streamSource(
  stream: ReadableStream<Uint8Array>,
  size: number | null = null,
): Source {
  const reader = stream.getReader();
  let rest = new Uint8Array();
  let isDone = false;
  const take = (buffer: Uint8Array): number => {
    const count = Math.min(buffer.length, rest.length);
    buffer.set(rest.subarray(0, count));
    rest = rest.subarray(count);
    return count;
  };
  const pull = async (buffer: Uint8Array): Promise<number | null> => {
    while (rest.length === 0) {
      const { done, value } = await reader.read();
      if (done) {
        isDone = true;
        return null;
      }
      if (!(value instanceof Uint8Array)) {
        throw new TypeError(
          "Cannot send a stream as its chunks must be of type Uint8Array: use TextEncoderStream for text",
        );
      }
      rest = value as Uint8Array<ArrayBuffer>;
    }
    return take(buffer);
  };
  return {
    size,
    read: (buffer) => {
      if (rest.length > 0) return take(buffer);
      return isDone ? null : pull(buffer);
    },
    async close() {
      // What the stream has to say about being cancelled is nobody's business any more.
      if (!isDone) await reader.cancel().catch(() => {});
      reader.releaseLock();
    },
  };
}
