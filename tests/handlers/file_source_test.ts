import { assertEquals, assertThrows } from "@std/assert";
import { FileSource } from "../../handlers/mod.ts";
import { errorOf, replace, Sandbox } from "./_sandbox.ts";

const CHANGED = "File changed while it was sent";

/** Moves the time of modification as another writer would, without waiting for the clock. */
function touch(path: string): void {
  Deno.utimeSync(path, 1, 1);
}

function readAll(source: FileSource, bufferBytes: number): number[] {
  const counts: number[] = [];
  const buffer = new Uint8Array(bufferBytes);
  for (;;) {
    const count = source.read(buffer);
    if (count === null) return counts;
    counts.push(count);
  }
}

Deno.test("FileSource knows its size and gives all octets in order", () => {
  using sandbox = new Sandbox({ file: "0123456789" });
  const source = new FileSource(Deno.openSync(`${sandbox.path}/file`));
  assertEquals(source.size, 10);
  const buffer = new Uint8Array(4);
  let text = "";
  for (let count = source.read(buffer); count !== null;) {
    text += new TextDecoder().decode(buffer.subarray(0, count));
    count = source.read(buffer);
  }
  source.close();
  assertEquals(text, "0123456789");
});

for (
  const [bufferBytes, counts] of [[512, [10]], [10, [10]], [4, [4, 4, 2]], [
    5,
    [5, 5],
  ]] as const
) {
  Deno.test(`FileSource fills a buffer of ${bufferBytes} octets`, () => {
    using sandbox = new Sandbox({ file: "0123456789" });
    const source = new FileSource(Deno.openSync(`${sandbox.path}/file`));
    assertEquals(readAll(source, bufferBytes), [...counts]);
    assertEquals(source.read(new Uint8Array(9)), null);
    source.close();
  });
}

Deno.test("FileSource ends at once for an empty file", () => {
  using sandbox = new Sandbox({ file: "" });
  const source = new FileSource(Deno.openSync(`${sandbox.path}/file`));
  assertEquals([source.size, source.read(new Uint8Array(8))], [0, null]);
  source.close();
});

const CHANGES: Readonly<Record<string, (path: string) => void>> = {
  "has grown": (path) => Deno.writeTextFileSync(path, "more", { append: true }),
  "was cut": (path) => Deno.truncateSync(path, 7),
  "was emptied": (path) => Deno.truncateSync(path, 0),
  "was rewritten in the same size": touch,
};

for (const [what, change] of Object.entries(CHANGES)) {
  Deno.test(`FileSource fails before its last octet when the file ${what}`, () => {
    using sandbox = new Sandbox({ file: "0123456789" });
    const path = `${sandbox.path}/file`;
    const source = new FileSource(Deno.openSync(path));
    assertEquals(source.read(new Uint8Array(4)), 4);
    change(path);
    const counts: (number | null)[] = [];
    const error = errorOf(() => {
      while (counts.length < 10) counts.push(source.read(new Uint8Array(3)));
    });
    source.close();
    assertEquals([error.code, error.wireText], [0, CHANGED]);
    const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 4);
    assertEquals([total < 10, counts.includes(null)], [true, false]);
  });
}

Deno.test("FileSource reads no further than it said, and notices that there is more", () => {
  using sandbox = new Sandbox({ file: "0123456789" });
  const path = `${sandbox.path}/file`;
  const source = new FileSource(Deno.openSync(path));
  Deno.writeTextFileSync(path, "more", { append: true });
  const buffer = new Uint8Array(100);
  assertEquals(errorOf(() => source.read(buffer)).wireText, CHANGED);
  assertEquals(buffer[10], 0);
  source.close();
});

Deno.test("FileSource notices that an empty file has grown", () => {
  using sandbox = new Sandbox({ file: "" });
  const source = new FileSource(Deno.openSync(`${sandbox.path}/file`));
  Deno.writeTextFileSync(`${sandbox.path}/file`, "late");
  assertEquals(errorOf(() => source.read(new Uint8Array(8))).wireText, CHANGED);
  source.close();
});

Deno.test("FileSource gives the old file whole when another takes its name", () => {
  using sandbox = new Sandbox({ file: "old old old", other: "new" });
  const source = new FileSource(Deno.openSync(`${sandbox.path}/file`));
  Deno.renameSync(`${sandbox.path}/other`, `${sandbox.path}/file`);
  assertEquals(readAll(source, 4), [4, 4, 3]);
  source.close();
});

Deno.test("FileSource looks at the end of the file where it may not ask for more", () => {
  using sandbox = new Sandbox({ same: "0123456789", cut: "0123456789" });
  const [same, cut] = ["same", "cut"].map((name) =>
    new FileSource(Deno.openSync(`${sandbox.path}/${name}`))
  );
  using _ = replace(Deno.FsFile.prototype, {
    statSync: () => {
      throw new Deno.errors.NotCapable("Requires read access");
    },
  });
  assertEquals(readAll(same!, 10), [10]);
  Deno.writeTextFileSync(`${sandbox.path}/cut`, "more", { append: true });
  assertEquals(errorOf(() => readAll(cut!, 10)).wireText, CHANGED);
  same!.close();
  cut!.close();
});

Deno.test("FileSource says nothing of the system's words to the other side", () => {
  using sandbox = new Sandbox({ file: "0123456789" });
  const source = new FileSource(Deno.openSync(`${sandbox.path}/file`));
  using _ = replace(Deno.FsFile.prototype, {
    readSync: () => {
      throw Object.assign(new Error("Bad sector of /dev/sda"), { code: "EIO" });
    },
  });
  const error = errorOf(() => source.read(new Uint8Array(8)));
  source.close();
  assertEquals([error.code, error.wireText], [0, "Internal error"]);
  assertEquals(error.message, "Cannot read file: Bad sector of /dev/sda");
});

Deno.test("FileSource.close() closes the file, once", () => {
  using sandbox = new Sandbox({ file: "x" });
  const file = Deno.openSync(`${sandbox.path}/file`);
  const source = new FileSource(file);
  source.close();
  source.close();
  assertThrows(() => file.statSync(), Deno.errors.BadResource);
});
