/**
 * Files to transfer, and what became of them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "@std/path";

/** A directory that goes away. */
export class TempDir implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "tftpkit-" });

  constructor() {
    // Servers want files to be readable for all.
    Deno.chmodSync(this.path, 0o777);
  }

  /** The path of a name in it. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Makes a file of so many octets that nobody can foresee, no two blocks of them alike. */
  make(name: string, sizeBytes: number): string {
    const path = this.at(name);
    using file = Deno.openSync(path, {
      write: true,
      create: true,
      truncate: true,
    });
    const chunk = crypto.getRandomValues(new Uint8Array(CHUNK_BYTES));
    const words = new DataView(chunk.buffer);
    for (let start = 0; start < sizeBytes; start += CHUNK_BYTES) {
      // Every 512 octets say where they belong.
      for (let i = 0; i < CHUNK_BYTES; i += 512) words.setUint32(i, start + i);
      writeAll(file, chunk.subarray(0, sizeBytes - start));
    }
    Deno.chmodSync(path, 0o666);
    return path;
  }

  /** Makes a file with a text. */
  write(name: string, text: string): string {
    const path = this.at(name);
    Deno.writeTextFileSync(path, text);
    Deno.chmodSync(path, 0o666);
    return path;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

const CHUNK_BYTES = 65536;

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += file.writeSync(bytes.subarray(done));
  }
}

/** The SHA-256 of a file, and its size: what two files must have in common. */
export function digest(path: string): string {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const chunk = new Uint8Array(1 << 20);
  let size = 0;
  for (;;) {
    const count = file.readSync(chunk);
    if (count === null) return `${size} octets, ${hash.digest("hex")}`;
    hash.update(chunk.subarray(0, count));
    size += count;
  }
}

/** Waits until a file is what it should be: atftpd acknowledges the last block before it has written it. */
export async function becomes(path: string, wanted: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (digest(path) === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(digest(path), wanted);
}
