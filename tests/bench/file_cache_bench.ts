/**
 * What reading costs with a cache and without, when the system has the file in memory. Run with
 * `deno task bench tests/bench/file_cache_bench.ts`, and compare with what a transfer costs in `transfer_bench.ts`: on Linux
 * reading is so small a part of it that a cache saves next to nothing.
 *
 * @module
 */

import { FileCache, FileSource } from "../../handlers/mod.ts";

const SIZE_BYTES = 16 * 1024 * 1024;

const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(SIZE_BYTES).fill(7));
globalThis.addEventListener("unload", () => Deno.removeSync(path));

/** A cache that has the file, or none. */
function caches(): Record<string, FileCache | null> {
  const cache = new FileCache({ now: () => Date.now() + 10_000 });
  read(1, cache);
  read(1, cache);
  return { "without a cache": null, "with a cache": cache };
}

/** Reads the file with so many readers, chunk by chunk in turn. */
function read(readers: number, cache: FileCache | null): void {
  const sources = Array.from({ length: readers }, () => {
    const file = Deno.openSync(path);
    const info = file.statSync();
    return new FileSource(cache?.share(file, info) ?? file, info);
  });
  const buffer = new Uint8Array(64 * 1024);
  for (let isReading = true; isReading;) {
    isReading = false;
    for (const source of sources) {
      if (source.read(buffer) !== null) isReading = true;
    }
  }
  for (const source of sources) source.close();
}

for (const readers of [1, 200]) {
  for (const [name, cache] of Object.entries(caches())) {
    Deno.bench({
      name: `${readers} x 16 MiB, ${name}`,
      group: `${readers} readers`,
      baseline: cache === null,
      fn: () => read(readers, cache),
    });
  }
}
