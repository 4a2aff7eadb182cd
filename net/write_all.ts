/** What bytes are written to; `Deno.FsFile` and standard output have it. */
export interface SyncWriter {
  /** Writes some of the bytes, and says how many. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes all of it. The system may take less at once than it is given, above all when the disk is about to be full.
 *
 * @param writer Where to.
 * @param bytes What.
 * @throws {Deno.errors.WriteZero} When nothing more is taken: asking again would take for ever.
 * @throws What the system says when it cannot write.
 */
export function writeAll(writer: SyncWriter, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) {
    const count = writer.writeSync(rest);
    if (count === 0) throw new Deno.errors.WriteZero("Nothing was written");
    rest = rest.subarray(count);
  }
}
