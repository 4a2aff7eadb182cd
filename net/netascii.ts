import { encodeNetascii, NetasciiDecoder } from "../packet/mod.ts";
import type { Sink } from "./sink.ts";
import type { Source } from "./source.ts";

/** Octets of text that are encoded at once. */
const CHUNK_BYTES = 32 * 1024;

/**
 * A source whose text is encoded on its way out (RFC 1350 section 1). How long it will be is not known before it was read,
 * so it has no size.
 *
 * @param source The text as it is kept here.
 * @returns The source of what goes over the wire.
 *
 * @example A line end grows
 * ```ts
 * import { bytesSource, netasciiSource } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * const source = netasciiSource(bytesSource(new TextEncoder().encode("a\n")));
 * assertEquals(source.read(new Uint8Array(512)), 3);
 * ```
 */
export function netasciiSource(source: Source): Source {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let rest = new Uint8Array();
  const take = (buffer: Uint8Array): number => {
    const count = Math.min(buffer.length, rest.length);
    buffer.set(rest.subarray(0, count));
    rest = rest.subarray(count);
    return count;
  };
  const encode = (count: number | null, buffer: Uint8Array): number | null => {
    if (count === null) return null;
    rest = encodeNetascii(chunk.subarray(0, count)) as Uint8Array<ArrayBuffer>;
    return take(buffer);
  };
  return {
    size: null,
    read(buffer) {
      if (rest.length > 0) return take(buffer);
      const count = source.read(chunk);
      return count !== null && typeof count !== "number"
        ? count.then((later) => encode(later, buffer))
        : encode(count, buffer);
    },
    close: () => source.close(),
  };
}

/**
 * A sink whose text is decoded on its way in (RFC 1350 section 1).
 *
 * @param sink Where the text goes.
 * @returns The sink for what comes over the wire.
 *
 * @example A line end shrinks
 * ```ts
 * import { netasciiSink } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * const sink = netasciiSink({
 *   write: (bytes) => void (text += new TextDecoder().decode(bytes)),
 *   commit() {},
 *   abort() {},
 * });
 * sink.write(new TextEncoder().encode("a\r\n"));
 * assertEquals(text, "a\n");
 * ```
 */
export function netasciiSink(sink: Sink): Sink {
  const decoder = new NetasciiDecoder();
  return {
    write(bytes) {
      const text = decoder.decode(bytes);
      if (text.length > 0) return sink.write(text);
    },
    async commit() {
      const text = decoder.finish();
      if (text.length > 0) await sink.write(text);
      await sink.commit();
    },
    abort: (reason) => sink.abort(reason),
  };
}
