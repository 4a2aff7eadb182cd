import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DEFAULT_MAX_UPLOAD_BYTES,
  FileSink,
  type FileSinkOptions,
} from "../../handlers/mod.ts";
import { errorOf, rejectionOf, replace, Sandbox } from "./_sandbox.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Takes an upload of some pieces to the end. */
async function store(
  path: string,
  pieces: string[],
  options?: FileSinkOptions,
): Promise<void> {
  const sink = FileSink.open(path, options);
  try {
    for (const piece of pieces) sink.write(encode(piece));
    await sink.commit();
  } catch (error) {
    sink.abort(error);
    throw error;
  }
}

function failing(error: Error): () => never {
  return () => {
    throw error;
  };
}

Deno.test("FileSink stores all pieces in order", async () => {
  using sandbox = new Sandbox();
  await store(`${sandbox.path}/file`, ["one ", "", "two ", "three"]);
  assertEquals(sandbox.read("file"), "one two three");
  assertEquals(sandbox.list(), ["file"]);
});

Deno.test("FileSink stores an empty upload", async () => {
  using sandbox = new Sandbox();
  await store(`${sandbox.path}/file`, []);
  assertEquals(sandbox.read("file"), "");
});

Deno.test("FileSink shows nothing but a temporary file until commit()", async () => {
  using sandbox = new Sandbox({ file: "old" });
  const sink = FileSink.open(`${sandbox.path}/file`, { overwrite: true });
  sink.write(encode("new"));
  assertEquals(sandbox.read("file"), "old");
  assertEquals(sandbox.leftovers().length, 1);
  await sink.commit();
  assertEquals(sandbox.read("file"), "new");
  assertEquals(sandbox.list(), ["file"]);
});

Deno.test("FileSink writes all, though the system takes little at once", async () => {
  using sandbox = new Sandbox();
  const { writeSync } = Deno.FsFile.prototype;
  using _ = replace(Deno.FsFile.prototype, {
    writeSync(this: Deno.FsFile, bytes: Uint8Array) {
      return writeSync.call(this, bytes.subarray(0, 3));
    },
  });
  await store(`${sandbox.path}/file`, ["0123456789", "ab"]);
  assertEquals(sandbox.read("file"), "0123456789ab");
});

Deno.test("FileSink does not write for ever when the system takes nothing", () => {
  using sandbox = new Sandbox();
  const sink = FileSink.open(`${sandbox.path}/file`);
  using _ = replace(Deno.FsFile.prototype, { writeSync: () => 0 });
  assertEquals(errorOf(() => sink.write(encode("x"))).code, 0);
  sink.abort();
});

for (const overwrite of [false, true]) {
  Deno.test(`FileSink syncs file, name and directory in this order with overwrite ${overwrite}`, async () => {
    using sandbox = new Sandbox();
    const steps: string[] = [];
    const { sync } = Deno.FsFile.prototype;
    const { link, rename } = Deno;
    using _ = replace(Deno.FsFile.prototype, {
      async sync(this: Deno.FsFile) {
        steps.push(this.statSync().isFile ? "sync file" : "sync directory");
        await sync.call(this);
      },
    });
    using __ = replace(Deno, {
      async link(from: string, to: string) {
        steps.push("name");
        await link(from, to);
      },
      async rename(from: string | URL, to: string | URL) {
        steps.push("name");
        await rename(from, to);
      },
    });
    await store(`${sandbox.path}/file`, ["x"], { overwrite });
    assertEquals(steps, ["sync file", "name", "sync directory"]);
  });
}

Deno.test({
  name:
    "FileSink gives a new file mode 0644 less the umask, and keeps an old one's",
  ignore: Deno.build.os === "windows",
  async fn() {
    using sandbox = new Sandbox({ private: "old" });
    const mode = (name: string) =>
      Deno.statSync(`${sandbox.path}/${name}`).mode! & 0o777;
    Deno.openSync(`${sandbox.path}/sample`, {
      write: true,
      create: true,
      mode: 0o644,
    }).close();
    Deno.chmodSync(`${sandbox.path}/private`, 0o600);
    await store(`${sandbox.path}/file`, ["x"]);
    await store(`${sandbox.path}/private`, ["new"], { overwrite: true });
    assertEquals(mode("file"), mode("sample"));
    assertEquals([mode("private"), sandbox.read("private")], [0o600, "new"]);
  },
});

Deno.test("FileSink.open() refuses a file that exists, and creates nothing", () => {
  using sandbox = new Sandbox({ file: "old" });
  const error = errorOf(() => FileSink.open(`${sandbox.path}/file`));
  assertEquals([error.code, error.wireText], [6, "File already exists"]);
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);
});

Deno.test("FileSink.open() refuses what is no regular file", async () => {
  using sandbox = new Sandbox({ dir: null, file: "old" });
  sandbox.link("file", "link");
  sandbox.link("missing", "dangling");
  const names = ["dir", "link", "dangling"];
  if (Deno.build.os !== "windows") {
    await new Deno.Command("mkfifo", { args: [`${sandbox.path}/fifo`] })
      .output();
    names.push("fifo");
  }
  for (const name of names) {
    for (const overwrite of [false, true]) {
      const path = `${sandbox.path}/${name}`;
      const error = errorOf(() => FileSink.open(path, { overwrite }));
      assertEquals([error.code, error.wireText], [2, "Access violation"], name);
    }
  }
  assertEquals([sandbox.leftovers(), sandbox.read("file")], [[], "old"]);
});

Deno.test("FileSink with followSymlink replaces the file that a link leads to", async () => {
  using sandbox = new Sandbox({ "a/file": "old", b: null });
  sandbox.link("../a/file", "b/link");
  sandbox.link("missing", "b/dangling");
  const options = { overwrite: true, followSymlink: true };
  await store(`${sandbox.path}/b/link`, ["new"], options);
  assertEquals(sandbox.read("a/file"), "new");
  assert((await Deno.lstat(`${sandbox.path}/b/link`)).isSymlink);
  assertEquals([sandbox.list("a"), sandbox.leftovers("b")], [["file"], []]);
  const path = `${sandbox.path}/b/dangling`;
  assertEquals(errorOf(() => FileSink.open(path, options)).code, 1);
});

Deno.test("FileSink.open() finds no directory to put the upload into", () => {
  using sandbox = new Sandbox({ file: "" });
  for (const name of ["missing/x", "file/x", `${"a".repeat(256)}/x`]) {
    const error = errorOf(() => FileSink.open(`${sandbox.path}/${name}`));
    assertEquals([error.code, error.wireText], [1, "File not found"], name);
  }
});

Deno.test("FileSink.commit() leaves alone a file that has come into being meanwhile", async () => {
  using sandbox = new Sandbox();
  const sink = FileSink.open(`${sandbox.path}/file`);
  sink.write(encode("late"));
  await Deno.writeTextFile(`${sandbox.path}/file`, "first");
  const error = await rejectionOf(() => sink.commit());
  sink.abort(error);
  assertEquals([error.code, error.wireText], [6, "File already exists"]);
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "first"]);
});

Deno.test("FileSink lets one of two uploads of the same name win", async () => {
  using sandbox = new Sandbox();
  const results = await Promise.allSettled(
    ["one", "two"].map((text) => store(`${sandbox.path}/file`, [text])),
  );
  const winner = results.findIndex(({ status }) => status === "fulfilled");
  assertEquals(results.filter(({ status }) => status === "rejected").length, 1);
  assertEquals(sandbox.read("file"), ["one", "two"][winner]!);
  assertEquals(sandbox.list(), ["file"]);
});

Deno.test("FileSink.commit() does not try another way once it heard that the file exists", async () => {
  using sandbox = new Sandbox();
  const sink = FileSink.open(`${sandbox.path}/file`);
  // As if the other file were gone again a moment later.
  const error = new Deno.errors.AlreadyExists("File exists");
  using _ = replace(Deno, { link: failing(error) });
  assertEquals((await rejectionOf(() => sink.commit())).code, 6);
  sink.abort();
  assertEquals(sandbox.list(), []);
});

Deno.test("FileSink does without hard links where there are none", async () => {
  using sandbox = new Sandbox();
  const error = Object.assign(
    new Deno.errors.PermissionDenied("Operation not permitted"),
    { code: "EPERM" },
  );
  using _ = replace(Deno, { link: failing(error) });
  await store(`${sandbox.path}/file`, ["new"]);
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "new"]);

  const sink = FileSink.open(`${sandbox.path}/other`);
  await Deno.writeTextFile(`${sandbox.path}/other`, "first");
  assertEquals((await rejectionOf(() => sink.commit())).code, 6);
  sink.abort();
  assertEquals(sandbox.list(), ["file", "other"]);
  assertEquals(sandbox.read("other"), "first");
});

Deno.test("FileSink takes as much as maxSizeBytes, and not an octet more", async () => {
  using sandbox = new Sandbox({ file: "old" });
  const options = { maxSizeBytes: 6, overwrite: true };
  const path = `${sandbox.path}/file`;
  const error = await rejectionOf(() => store(path, ["abc", "defg"], options));
  assertEquals(
    [error.code, error.wireText],
    [3, "Disk full or allocation exceeded"],
  );
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);
  await store(path, ["abc", "def"], options);
  assertEquals(sandbox.read("file"), "abcdef");
  assertEquals(DEFAULT_MAX_UPLOAD_BYTES, 1024 ** 3);
});

Deno.test("FileSink.open() refuses at once what is announced as too large", () => {
  using sandbox = new Sandbox();
  const options = { maxSizeBytes: 6, announcedSize: 7 };
  const error = errorOf(() => FileSink.open(`${sandbox.path}/file`, options));
  assertEquals([error.code, sandbox.list()], [3, []]);
});

for (const pieces of [["abc"], ["abc", "def"], []]) {
  Deno.test(`FileSink refuses ${pieces.length} * 3 octets where 4 were announced`, async () => {
    using sandbox = new Sandbox({ file: "old" });
    const options = { overwrite: true, announcedSize: 4 };
    const path = `${sandbox.path}/file`;
    const error = await rejectionOf(() => store(path, pieces, options));
    assertEquals(
      [error.code, error.wireText],
      [0, "Size differs from announced"],
    );
    assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);
  });
}

for (const announcedSize of [null, 0, 3]) {
  Deno.test(`FileSink takes 3 octets where ${announcedSize} were announced`, async () => {
    using sandbox = new Sandbox();
    await store(`${sandbox.path}/file`, ["abc"], { announcedSize });
    assertEquals(sandbox.read("file"), "abc");
  });
}

for (const size of [-1, 1.5, NaN]) {
  Deno.test(`FileSink.open() refuses ${size} as a number of octets`, () => {
    for (const options of [{ maxSizeBytes: size }, { announcedSize: size }]) {
      assertThrows(
        () => FileSink.open("unused", options),
        RangeError,
        `${size}`,
      );
    }
  });
}

Deno.test("FileSink.abort() leaves nothing behind, whenever and however often", async () => {
  using sandbox = new Sandbox({ file: "old" });
  const path = `${sandbox.path}/file`;
  const open = () => FileSink.open(path, { overwrite: true });
  const [untouched, written, robbed] = [open(), open(), open()];
  written.write(encode("new"));
  for (const sink of [untouched, written]) sink.abort(new Error("Lost"));
  for (const name of sandbox.leftovers()) {
    await Deno.remove(`${sandbox.path}/${name}`);
  }
  robbed.abort();
  robbed.abort();
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);

  const stored = open();
  stored.write(encode("new"));
  await stored.commit();
  stored.abort();
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "new"]);
});

for (const overwrite of [false, true]) {
  Deno.test(`FileSink.abort() stops a commit() under way with overwrite ${overwrite}`, async () => {
    using sandbox = new Sandbox();
    const sink = FileSink.open(`${sandbox.path}/file`, { overwrite });
    sink.write(encode("new"));
    const committing = sink.commit();
    sink.abort();
    await rejectionOf(() => committing);
    assertEquals(sandbox.list(), []);
  });
}

const FAULTS: readonly [code: string, wireCode: number, wireText: string][] = [
  ["EIO", 0, "Internal error"],
  ["ENOSPC", 3, "Disk full or allocation exceeded"],
  ["EDQUOT", 3, "Disk full or allocation exceeded"],
  ["EFBIG", 3, "Disk full or allocation exceeded"],
];

for (const [code, wireCode, wireText] of FAULTS) {
  Deno.test(`FileSink keeps the old file when ${code} comes of write() or sync()`, async () => {
    using sandbox = new Sandbox({ file: "old" });
    const fail = failing(Object.assign(new Error("/secret"), { code }));
    for (const methods of [{ writeSync: fail }, { sync: fail }]) {
      using _ = replace(Deno.FsFile.prototype, methods);
      const error = await rejectionOf(() =>
        store(`${sandbox.path}/file`, ["new"], { overwrite: true })
      );
      assertEquals([error.code, error.wireText], [wireCode, wireText]);
      assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);
    }
  });
}

Deno.test("FileSink does not mind a directory that cannot be synced, unless bytes are lost", async () => {
  using sandbox = new Sandbox();
  const { sync } = Deno.FsFile.prototype;
  const failingAtDirectory = (code: string) => ({
    async sync(this: Deno.FsFile) {
      if (this.statSync().isFile) return await sync.call(this);
      throw Object.assign(new Error("Cannot sync"), { code });
    },
  });
  {
    using _ = replace(Deno.FsFile.prototype, failingAtDirectory("EINVAL"));
    await store(`${sandbox.path}/one`, ["x"]);
  }
  {
    using _ = replace(Deno.FsFile.prototype, failingAtDirectory("EIO"));
    const error = await rejectionOf(() => store(`${sandbox.path}/two`, ["x"]));
    assertEquals(error.code, 0);
  }
  {
    using _ = replace(Deno, { open: failing(new Error("No directories")) });
    await store(`${sandbox.path}/three`, ["x"]);
  }
  assertEquals(sandbox.leftovers(), []);
});

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args }).output()).success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "FileSink keeps the old file when the disk is full",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using sandbox = new Sandbox({ disk: null });
    const disk = `${sandbox.path}/disk`;
    if (!await run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk)) {
      console.log("skipped: mounting a small file system is not permitted");
      return;
    }
    try {
      Deno.writeTextFileSync(`${disk}/file`, "old");
      const sink = FileSink.open(`${disk}/file`, { overwrite: true });
      const error = errorOf(() => {
        for (let index = 0; index < 100; index++) {
          sink.write(new Uint8Array(1024));
        }
      });
      sink.abort(error);
      assertEquals(
        [error.code, error.wireText],
        [3, "Disk full or allocation exceeded"],
      );
      assertEquals(sandbox.list("disk"), ["file"]);
      assertEquals(sandbox.read("disk/file"), "old");
    } finally {
      await run("umount", disk);
    }
  },
});
