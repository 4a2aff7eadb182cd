import type { Sink, Source } from "../net/mod.ts";
import type { Checksum } from "./checksum.ts";

/** Looks on while a file is read or written: counts its checksum, and notes whether it is the file that fails. */
export class FileWatch {
  /** The checksum that is made, if one is wanted. */
  readonly checksum: Checksum | null;
  #fault: unknown = null;

  /** @param checksum Makes a checksum, if one is wanted. */
  constructor(checksum: Checksum | null = null) {
    this.checksum = checksum;
  }

  /** Whether it is this that the file has failed with, or that was made of it. */
  isFault(error: unknown): boolean {
    return this.#fault !== null &&
      (error === this.#fault || (error as Error)?.cause === this.#fault);
  }

  /** Does something with the file. */
  async run<T>(action: () => T | Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw this.#note(error);
    }
  }

  /** A sink that is looked at. */
  sink(sink: Sink): Sink {
    return {
      write: (bytes) => {
        this.checksum?.update(bytes);
        return this.#now(() => sink.write(bytes));
      },
      commit: () => {
        this.checksum?.verify();
        return this.#now(() => sink.commit());
      },
      abort: (reason) => sink.abort(reason),
    };
  }

  /** A source that is looked at. */
  source(source: Source): Source {
    let total = 0;
    const see = (count: number | null, buffer: Uint8Array) => {
      if (count !== null) {
        total += count;
        this.checksum?.update(buffer.subarray(0, count));
      }
      // Where the size is known the last block may leave before the end is seen, and the server be content.
      if (count === null || total === source.size) this.checksum?.verify();
      return count;
    };
    return {
      size: source.size,
      read: (buffer) => {
        const count = this.#now(() => source.read(buffer));
        return count instanceof Promise
          ? count.then((it) => see(it, buffer))
          : see(count, buffer);
      },
      close: () => source.close(),
    };
  }

  /** Does something at once where it can be done at once: that is what makes files fast. */
  #now<T>(action: () => T | Promise<T>): T | Promise<T> {
    try {
      const result = action();
      return result instanceof Promise
        ? result.catch((error) => {
          throw this.#note(error);
        })
        : result;
    } catch (error) {
      throw this.#note(error);
    }
  }

  #note(error: unknown): unknown {
    this.#fault ??= error;
    return error;
  }
}
