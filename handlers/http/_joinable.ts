import type { Source } from "../../net/mod.ts";
import type { CacheEntry } from "./http_cache.ts";
import type { OriginBody } from "./_origin_body.ts";
import { originUnavailable } from "./_origin_error.ts";

/** More than a server takes from a source before the client has answered: the first block, and what is read with it. */
export const PROOF_BYTES: number = 64 * 1024;

/** Octets that several may want. Whoever makes one holds it, until it is released. */
export interface Joinable {
  /** A source from the beginning; `null` when there is none for one more. */
  join(): Source | null;
  /** The one who made it needs it no more. */
  release(): void;
}

/** A body for the first one who wants it. */
export function directBody(body: OriginBody): Joinable {
  let isTaken = false;
  return {
    join() {
      if (isTaken) return null;
      isTaken = true;
      return bodySource(body);
    },
    release() {
      if (!isTaken) body.cancel();
    },
  };
}

/** What is stored, for all. */
export function storedBody(
  entry: CacheEntry,
  onDamage: (error: unknown) => void,
): Joinable {
  let users = 1;
  const release = () => {
    if (--users === 0) entry.close();
  };
  return {
    join() {
      if (users === 0) return null;
      users++;
      return storedSource(entry, onDamage, release);
    },
    release,
  };
}

/** A body as a source, for one reader, who has come as far as `position`. Its connection is given up while nobody reads. */
export function bodySource(
  body: OriginBody,
  first: Uint8Array = new Uint8Array(),
  position = 0,
): Source {
  let rest = first;
  let given = position;
  let isOpen = true;
  let unwatch = body.watch(given <= PROOF_BYTES);
  const watch = () => {
    unwatch();
    if (isOpen) unwatch = body.watch(given <= PROOF_BYTES);
  };
  const take = (buffer: Uint8Array): number => {
    const part = rest.subarray(0, buffer.length);
    buffer.set(part);
    rest = rest.subarray(part.length);
    given += part.length;
    watch();
    return part.length;
  };
  const pull = async (buffer: Uint8Array): Promise<number | null> => {
    unwatch();
    const chunk = await body.next();
    if (chunk === null) return null;
    rest = chunk;
    return take(buffer);
  };
  return {
    size: body.size,
    read: (buffer) => rest.length > 0 ? take(buffer) : pull(buffer),
    close() {
      isOpen = false;
      unwatch();
      return body.cancel();
    },
  };
}

function storedSource(
  entry: CacheEntry,
  onDamage: (error: unknown) => void,
  release: () => void,
): Source {
  let position = 0;
  let isOpen = true;
  return {
    size: entry.sizeBytes,
    read(buffer) {
      try {
        const left = entry.sizeBytes - position;
        if (left === 0) return null;
        const count = entry.read(
          position,
          left < buffer.length ? buffer.subarray(0, left) : buffer,
        );
        if (count === 0) throw new Error("It is shorter than it was");
        position += count;
        return count;
      } catch (error) {
        onDamage(error);
        throw originUnavailable(
          `Cannot read what was stored: ${(error as Error).message}`,
          error,
        );
      }
    },
    close() {
      if (isOpen) release();
      isOpen = false;
    },
  };
}
