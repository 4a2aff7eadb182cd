import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { FileCache, type FileCacheOptions } from "../../handlers/file_cache.ts";
import { FileSource, serveDir } from "../../handlers/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import { content } from "../conformance/_packets.ts";
import { fakeRequest } from "./_request.ts";
import { Sandbox } from "./_sandbox.ts";

const CHUNK = 64 * 1024;

/** A directory, and a cache whose time is far enough from that of its files. */
class Ground implements Disposable {
  readonly sandbox = new Sandbox();
  readonly cache: FileCache;
  readonly reads: number[] = [];
  /** When files were changed last, in milliseconds; `null` for what the system says. */
  changedMs: number | null = null;
  #laterMs = 10_000;

  constructor(options: FileCacheOptions = {}) {
    const now = () => Date.now() + this.#laterMs;
    this.cache = new FileCache({ now, ...options });
  }

  write(name: string, bytes: Uint8Array, modifiedMs?: number): string {
    const path = `${this.sandbox.path}/${name}`;
    Deno.writeFileSync(path, bytes);
    if (modifiedMs !== undefined) {
      Deno.utimeSync(path, modifiedMs / 1000, modifiedMs / 1000);
    }
    return path;
  }

  /** Opens a file the way `serveDir` does; each read of the file itself is noted with its size. */
  open(name: string): FileSource {
    const file = Deno.openSync(`${this.sandbox.path}/${name}`);
    const readSync = file.readSync.bind(file);
    file.readSync = (buffer) => {
      this.reads.push(buffer.length);
      return readSync(buffer);
    };
    const statSync = file.statSync.bind(file);
    file.statSync = () => {
      const info = statSync();
      const { changedMs } = this;
      return changedMs === null
        ? info
        : { ...info, ctime: new Date(changedMs) };
    };
    const info = file.statSync();
    return new FileSource(this.cache.share(file, info), info);
  }

  /** A first reader, so that the next one has its bytes kept. */
  warm(name: string): void {
    this.open(name).close();
  }

  /** Reads to the end. */
  read(name: string): Uint8Array {
    const source = this.open(name);
    try {
      return readAll(source);
    } finally {
      source.close();
    }
  }

  [Symbol.dispose](): void {
    this.sandbox[Symbol.dispose]();
  }
}

function readAll(source: FileSource, bufferBytes = 50_000): Uint8Array {
  const parts: number[] = [];
  const buffer = new Uint8Array(bufferBytes);
  for (let count; (count = source.read(buffer)) !== null;) {
    for (let i = 0; i < count; i++) parts.push(buffer[i]!);
  }
  return Uint8Array.from(parts);
}

Deno.test("FileCache reads a file once for all readers but the first, who leaves it alone", () => {
  using ground = new Ground();
  const bytes = content(2 * CHUNK + 100);
  ground.write("f", bytes);
  assertEquals(ground.read("f"), bytes);
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [0, 0]);
  ground.reads.length = 0;
  assertEquals(ground.read("f"), bytes);
  assertEquals(ground.reads, [CHUNK, CHUNK, 100]);
  assertEquals(ground.cache.sizeBytes, bytes.length);
  for (let i = 0; i < 3; i++) assertEquals(ground.read("f"), bytes);
  assertEquals(ground.reads.length, 3);
});

Deno.test("FileCache lets readers follow each other, whoever is ahead, and with buffers of any size", () => {
  using ground = new Ground();
  const bytes = content(3 * CHUNK + 7);
  ground.write("f", bytes);
  ground.warm("f");
  const sources = [ground.open("f"), ground.open("f"), ground.open("f")];
  const sizes = [1000, CHUNK, 100_000];
  const got: number[][] = [[], [], []];
  for (let isReading = true; isReading;) {
    isReading = false;
    for (const [index, source] of sources.entries()) {
      const buffer = new Uint8Array(sizes[index]!);
      const count = source.read(buffer);
      if (count === null) continue;
      got[index]!.push(...buffer.subarray(0, count));
      isReading = true;
    }
  }
  for (const each of got) assertEquals(Uint8Array.from(each), bytes);
  for (const source of sources) source.close();
  assertEquals(ground.reads, [CHUNK, CHUNK, CHUNK, 7]);
});

for (
  const [what, change] of [
    ["written to", (path: string) => Deno.writeFileSync(path, content(999, 5))],
    ["replaced", (path: string) => {
      Deno.writeFileSync(`${path}.new`, content(999, 5));
      Deno.renameSync(`${path}.new`, path);
    }],
    ["written to, with its time set back", (path: string) => {
      const { mtime } = Deno.statSync(path);
      Deno.writeFileSync(path, content(999, 5));
      Deno.utimeSync(path, mtime!, mtime!);
    }],
    ["replaced, with its time set back", (path: string) => {
      const { mtime } = Deno.statSync(path);
      Deno.writeFileSync(`${path}.new`, content(999, 5));
      Deno.utimeSync(`${path}.new`, mtime!, mtime!);
      Deno.renameSync(`${path}.new`, path);
    }],
  ] as const
) {
  Deno.test(`FileCache serves no old bytes of a file of the same size that was ${what}`, () => {
    using ground = new Ground();
    const path = ground.write("f", content(999), 1e12);
    ground.changedMs = 1e12 + 1000;
    ground.warm("f");
    assertEquals(ground.read("f"), content(999));
    assertEquals(ground.cache.sizeBytes, 999);
    change(path);
    // The system would count seconds, which a test has no time for.
    ground.changedMs = 1e12 + 2000;
    for (let i = 0; i < 3; i++) assertEquals(ground.read("f"), content(999, 5));
  });
}

Deno.test("FileCache keeps nothing of a file that was changed a moment ago, whatever its time of modification says", () => {
  using ground = new Ground({ now: () => Date.now() + 1000 });
  ground.write("new", content(10));
  ground.write("set back", content(10), 1e12);
  for (let i = 0; i < 3; i++) {
    for (const name of ["new", "set back"]) {
      assertEquals(ground.read(name), content(10));
    }
  }
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [0, 0]);
});

Deno.test("FileCache keeps nothing of a file from the future", () => {
  using ground = new Ground();
  ground.write("f", content(10), Date.now() + 60_000);
  for (let i = 0; i < 3; i++) ground.read("f");
  assertEquals(ground.cache.entryCount, 0);
});

for (
  const [what, change] of [
    [
      "written to",
      (path: string) => Deno.writeFileSync(path, content(200_000, 5)),
    ],
    ["shortened", (path: string) => Deno.truncateSync(path, 100)],
    [
      "appended to",
      (path: string) => Deno.writeFileSync(path, content(1), { append: true }),
    ],
  ] as const
) {
  Deno.test(`a reader fails whose file is ${what} in mid-transfer, also when its bytes are kept`, () => {
    using ground = new Ground();
    const path = ground.write("f", content(200_000), 1e12);
    ground.warm("f");
    // One has read nothing yet, one is in the middle, and one has left all bytes behind.
    ground.read("f");
    const kept = ground.open("f");
    const filling = ground.open("f");
    kept.read(new Uint8Array(1000));
    filling.read(new Uint8Array(100_000));
    change(path);
    for (const source of [kept, filling]) {
      const error = assertThrows(() => readAll(source), TftpError, "changed");
      assertEquals(error.wireText, "File changed while it was sent");
      source.close();
    }
  });
}

Deno.test("FileCache drops what it has when the file changes while it is filled, and keeps nothing of the rest", () => {
  using ground = new Ground();
  const path = ground.write("f", content(200_000), 1e12);
  ground.warm("f");
  const source = ground.open("f");
  source.read(new Uint8Array(1000));
  assertEquals(ground.cache.sizeBytes, CHUNK);
  Deno.writeFileSync(path, content(200_000, 5));
  assertThrows(() => readAll(source), TftpError, "changed");
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [0, 0]);
  source.close();
  assertEquals(ground.read("f"), content(200_000, 5));
});

Deno.test("a reader ends well whose file is replaced, with the bytes of the file that it began with", () => {
  using ground = new Ground();
  const path = ground.write("f", content(200_000), 1e12);
  ground.warm("f");
  const source = ground.open("f");
  source.read(new Uint8Array(1000));
  ground.write("new", content(200_000, 5), 1e12);
  Deno.renameSync(`${ground.sandbox.path}/new`, path);
  assertEquals(readAll(source), content(200_000).subarray(1000));
  source.close();
  assertEquals(ground.read("f"), content(200_000, 5));
});

Deno.test("FileCache forgets the file first that was asked for longest ago", () => {
  using ground = new Ground({ maxBytes: 3 * CHUNK, maxFileBytes: 2 * CHUNK });
  for (const name of ["a", "b", "c"]) {
    ground.write(name, content(CHUNK));
    ground.warm(name);
    ground.read(name);
  }
  assertEquals(ground.cache.sizeBytes, 3 * CHUNK);
  ground.read("a");
  ground.write("d", content(2 * CHUNK));
  ground.warm("d");
  ground.read("d");
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [
    2,
    3 * CHUNK,
  ]);
  ground.reads.length = 0;
  ground.read("a");
  ground.read("d");
  assertEquals(ground.reads, []);
});

Deno.test("FileCache keeps so many files, and none that is too large", () => {
  using ground = new Ground({ maxEntries: 2, maxFileBytes: 10 });
  for (const name of ["a", "b", "c"]) {
    ground.write(name, content(10));
    ground.warm(name);
    ground.read(name);
  }
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [2, 20]);
  ground.write("large", content(11));
  ground.write("empty", content(0));
  for (const name of ["large", "empty"]) {
    ground.warm(name);
    using file = Deno.openSync(`${ground.sandbox.path}/${name}`);
    assertStrictEquals(ground.cache.share(file, file.statSync()), file);
  }
});

Deno.test("FileCache pushes out no file for others that are read once", () => {
  using ground = new Ground({ maxEntries: 2 });
  for (const name of ["hot", ...Array(10).keys()]) {
    ground.write(`${name}`, content(10));
  }
  ground.warm("hot");
  ground.read("hot");
  for (let i = 0; i < 10; i++) ground.read(`${i}`);
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [1, 10]);
  ground.reads.length = 0;
  ground.read("hot");
  assertEquals(ground.reads, []);
  // All of them are remembered: the second reader has its file kept.
  ground.read("0");
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [2, 20]);
});

Deno.test("FileCache remembers 4096 files that were read once, and forgets the first of more", () => {
  const cache = new FileCache({ now: () => 1e13 });
  const look = (ino: number) => {
    const info = {
      ...Deno.statSync(import.meta.url.slice("file://".length)),
      ino,
    };
    const file = { statSync: () => info } as unknown as Deno.FsFile;
    return cache.share(file, info) === file ? "noted" : "kept";
  };
  for (let ino = 1; ino <= 4096; ino++) assertEquals(look(ino), "noted");
  assertEquals([look(1), look(4097), look(4098)], ["kept", "noted", "noted"]);
  assertEquals([look(2), look(4098)], ["noted", "kept"]);
  cache.clear();
  assertEquals(look(4097), "noted");
});

Deno.test("FileCache can be cleared while it is read", () => {
  using ground = new Ground();
  ground.write("f", content(200_000));
  ground.warm("f");
  const source = ground.open("f");
  source.read(new Uint8Array(1000));
  ground.cache.clear();
  assertEquals(ground.cache.sizeBytes, 0);
  assertEquals(readAll(source), content(200_000).subarray(1000));
  assertEquals([ground.cache.entryCount, ground.cache.sizeBytes], [0, 0]);
  source.close();
});

Deno.test("FileCache leaves a file alone that is another one than was looked at", () => {
  using ground = new Ground();
  const other = Deno.statSync(ground.write("a", content(10), 1e12));
  using file = Deno.openSync(ground.write("b", content(10), 1e12));
  ground.warm("b");
  assertStrictEquals(ground.cache.share(file, other), file);
  assert(ground.cache.share(file, file.statSync()) !== file);
});

Deno.test("FileCache refuses limits that are none", () => {
  for (
    const options of [
      { maxBytes: 0 },
      { maxBytes: 1.5 },
      { maxEntries: 0 },
      { maxBytes: 10, maxFileBytes: 11 },
    ]
  ) assertThrows(() => new FileCache(options), RangeError);
});

Deno.test("serveDir() uses the cache it is given, and asks each time whether there is such a file", async () => {
  using ground = new Ground();
  const path = ground.write("f", content(1000));
  const { cache, sandbox: { path: root } } = ground;
  const ask = async () => {
    const { source } = await serveDir(fakeRequest("f"), { root, cache });
    const bytes = readAll(source as FileSource);
    source!.close();
    return bytes;
  };
  for (let i = 0; i < 3; i++) assertEquals(await ask(), content(1000));
  assertEquals(cache.sizeBytes, 1000);
  await Deno.remove(path);
  await ask().then(() => assert(false), (error) => assertEquals(error.code, 1));
});
