import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Checksum, ChecksumError } from "../../cli/checksum.ts";
import { FileWatch } from "../../cli/file_watch.ts";
import { bytesSource, type Source, streamSource } from "../../net/mod.ts";

const NOTHING =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Deno.test("FileWatch knows what a sink has thrown, at once and later", async () => {
  for (
    const fail of [
      (error: Error) => {
        throw error;
      },
      (error: Error) => Promise.reject(error),
    ]
  ) {
    const watch = new FileWatch();
    const fault = new Error("full");
    const sink = watch.sink({
      write: () => fail(fault),
      commit() {},
      abort() {},
    });
    await assertRejects(
      async () => await sink.write(new Uint8Array(1)),
      Error,
      "full",
    );
    assert(watch.isFault(fault));
    assert(watch.isFault(new Error("told", { cause: fault })));
    assert(!watch.isFault(new Error("other")));
  }
});

Deno.test("FileWatch takes nothing for a fault when there was none", () => {
  assert(!new FileWatch().isFault(null));
});

Deno.test("FileWatch.run() notes what opening has thrown", async () => {
  const watch = new FileWatch();
  const fault = new Error("absent");
  await assertRejects(() => watch.run(() => Promise.reject(fault)), Error);
  assert(watch.isFault(fault));
  assertEquals(await new FileWatch().run(() => 7), 7);
});

Deno.test("FileWatch verifies a checksum before a sink commits, which is no fault of the file", () => {
  const watch = new FileWatch(new Checksum(NOTHING));
  let isCommitted = false;
  const sink = watch.sink({
    write() {},
    commit: () => void (isCommitted = true),
    abort() {},
  });
  sink.write(new Uint8Array(1));
  const error = assertThrows(() => sink.commit(), ChecksumError);
  assertEquals([isCommitted, watch.isFault(error)], [false, false]);
});

Deno.test("FileWatch verifies a source with the read that takes its last octet", () => {
  const watch = new FileWatch(new Checksum(NOTHING));
  const source = watch.source(bytesSource(new Uint8Array(3)));
  assertEquals([source.size, source.read(new Uint8Array(2))], [3, 2]);
  assertThrows(() => source.read(new Uint8Array(2)), ChecksumError);
});

Deno.test("FileWatch verifies a source of unknown size at its end", async () => {
  const watch = new FileWatch(new Checksum(NOTHING));
  const stream = ReadableStream.from([new Uint8Array(3)]);
  const source = watch.source(streamSource(stream));
  const buffer = new Uint8Array(8);
  assertEquals(await source.read(buffer), 3);
  await assertRejects(async () => await source.read(buffer), ChecksumError);
});

Deno.test("FileWatch knows what a source has thrown", () => {
  const watch = new FileWatch();
  const fault = new Error("unreadable");
  const broken: Source = {
    size: null,
    read() {
      throw fault;
    },
    close() {},
  };
  const buffer = new Uint8Array(1);
  assertThrows(() => watch.source(broken).read(buffer), Error, "unreadable");
  assert(watch.isFault(fault));
});
