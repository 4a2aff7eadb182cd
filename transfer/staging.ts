/** Smallest staging area, in octets: files are written in chunks of at least this much, where there is as much. */
const MIN_STAGING_BYTES = 64 * 1024;

/** What a staging area starts with at most, in octets: a small file needs no more. */
const MAX_FIRST_BYTES = 4096;

/**
 * Where the bytes of a receiver wait for their sink: two arrays, one being filled while the other is being written. The
 * second is only made when a sink takes its time.
 *
 * @example Fill, take, release
 * ```ts
 * import { Staging } from "@tftpkit/tftp/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * const staging = new Staging(512);
 * staging.append(new Uint8Array([1, 2]));
 * assertEquals(staging.take(), new Uint8Array([1, 2]));
 * assertEquals(staging.take(), null);
 * staging.release();
 * ```
 */
export class Staging {
  readonly #windowBytes: number;
  readonly #capacity: number;
  #filling: Uint8Array | null = null;
  #spare: Uint8Array | null = null;
  #taken: Uint8Array | null = null;
  #length = 0;

  /**
   * Makes an empty staging area.
   *
   * @param windowBytes Octets in a window: room for that much must be there before a window is asked for.
   */
  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
    this.#capacity = Math.max(MIN_STAGING_BYTES, 2 * windowBytes);
  }

  /** Octets that wait. */
  get length(): number {
    return this.#length;
  }

  /** Whether bytes were taken and not released. */
  get isTaken(): boolean {
    return this.#taken !== null;
  }

  /** Whether another window fits. */
  get hasRoomForWindow(): boolean {
    return this.#length + this.#windowBytes <= this.#capacity;
  }

  /**
   * Adds bytes, by copying them.
   *
   * @param bytes The bytes.
   * @returns Whether there was room for them.
   */
  append(bytes: Uint8Array): boolean {
    if (this.#length + bytes.length > this.#capacity) return false;
    const length = this.#length + bytes.length;
    this.#filling ??= this.#takeSpare();
    if (length > this.#filling.length) this.#grow(this.#filling, length);
    this.#filling.set(bytes, this.#length);
    this.#length = length;
    return true;
  }

  /**
   * Takes all bytes that wait.
   *
   * @returns The bytes; `null` when there are none, or some are taken and not released.
   */
  take(): Uint8Array | null {
    if (this.#length === 0 || this.#taken || !this.#filling) return null;
    const bytes = this.#filling.subarray(0, this.#length);
    this.#taken = this.#filling;
    this.#filling = null;
    this.#length = 0;
    return bytes;
  }

  /** Gives back the array that was taken. */
  release(): void {
    if (this.#filling) this.#spare = this.#taken ?? this.#spare;
    else this.#filling = this.#taken;
    this.#taken = null;
  }

  /** Lets go of the memory: no more bytes will come. */
  dispose(): void {
    this.#filling = this.#spare = null;
  }

  #takeSpare(): Uint8Array {
    const firstBytes = Math.min(2 * this.#windowBytes, MAX_FIRST_BYTES);
    const spare = this.#spare ?? new Uint8Array(firstBytes);
    this.#spare = null;
    return spare;
  }

  #grow(filling: Uint8Array, length: number): void {
    const doubled = Math.max(length, 2 * filling.length);
    this.#filling = new Uint8Array(Math.min(doubled, this.#capacity));
    this.#filling.set(filling.subarray(0, this.#length));
  }
}
