import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { TftpResponse, type TftpResponseInit } from "../../handlers/mod.ts";
import { fillFrom } from "../../net/mod.ts";
import { replace, Sandbox } from "./_sandbox.ts";

const TEXT = "Grüße\n";
const BYTES = new TextEncoder().encode(TEXT);

const BODIES = {
  string: () => TEXT,
  Uint8Array: () => BYTES,
  ArrayBuffer: () => BYTES.slice().buffer,
  Blob: () => new Blob([TEXT]),
  ReadableStream: () => new Blob([TEXT]).stream(),
} as const;

for (const [kind, body] of Object.entries(BODIES)) {
  Deno.test(`new TftpResponse() sends a ${kind}`, async () => {
    const { source, sink } = new TftpResponse(body());
    assertEquals(sink, null);
    assertEquals(source!.size, kind === "ReadableStream" ? null : BYTES.length);
    const buffer = new Uint8Array(100);
    const count = await fillFrom(source!, buffer);
    assertEquals(buffer.subarray(0, count), BYTES);
    await source!.close();
  });
}

Deno.test("new TftpResponse() takes a source as it is", () => {
  const source = { size: null, read: () => null, close() {} };
  assertEquals(new TftpResponse(source).source, source);
});

Deno.test("new TftpResponse() tells the size of a stream that is said to have one", async () => {
  const body = new Blob([TEXT]).stream();
  const { source } = new TftpResponse(body, { size: BYTES.length });
  assertEquals(source!.size, BYTES.length);
  await source!.close();
});

Deno.test("new TftpResponse() sends an open file with its size, and closes it", async () => {
  using sandbox = new Sandbox({ file: TEXT });
  const file = await Deno.open(`${sandbox.path}/file`);
  const { source } = new TftpResponse(file);
  assertEquals(source!.size, BYTES.length);
  const buffer = new Uint8Array(100);
  const count = await fillFrom(source!, buffer);
  assertEquals(buffer.subarray(0, count), BYTES);
  await source!.close();
  assertThrows(() => file.statSync(), Deno.errors.BadResource);
});

Deno.test({
  name: "new TftpResponse() sends what comes out of an open pipe",
  ignore: Deno.build.os === "windows",
  async fn() {
    using sandbox = new Sandbox();
    const path = `${sandbox.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    // Opened both ways, as opening one end waits for the other.
    const file = await Deno.open(path, { read: true, write: true });
    await file.write(BYTES);
    const { source } = new TftpResponse(file);
    assertEquals(source!.size, null);
    const buffer = new Uint8Array(BYTES.length);
    assertEquals(await fillFrom(source!, buffer), BYTES.length);
    assertEquals(buffer, BYTES);
    await source!.close();
  },
});

Deno.test("new TftpResponse() closes a file that cannot be looked at", async () => {
  using sandbox = new Sandbox({ file: TEXT });
  const file = await Deno.open(`${sandbox.path}/file`);
  using _ = replace(Deno.FsFile.prototype, {
    statSync: () => {
      throw new Error("No");
    },
  });
  // The test's own check for leaks is what would fail.
  assertThrows(() => new TftpResponse(file), Error, "No");
});

Deno.test("new TftpResponse() refuses what cannot be sent", () => {
  for (
    const body of [undefined, null, 5, {}, [1], new Response("for the web"), {
      read() {},
      close() {},
    }]
  ) {
    assertThrows(
      () => new TftpResponse(body as never),
      TypeError,
      "Cannot send body as it must be",
    );
  }
});

for (const size of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
  Deno.test(`new TftpResponse() refuses ${size} as a size`, async () => {
    const init: TftpResponseInit = { size };
    const body = new ReadableStream<Uint8Array>();
    assertThrows(() => new TftpResponse(body, init), RangeError, `${size}`);
    await body.cancel();
  });
}

Deno.test("TftpResponse.upload() holds a sink and no source", () => {
  const sink = { write() {}, commit() {}, abort() {} };
  const response = TftpResponse.upload(sink);
  assertInstanceOf(response, TftpResponse);
  assertEquals([response.source, response.sink], [null, sink]);
});

const SINK = { write() {}, commit() {}, abort() {} };

Deno.test("a response holds answers to options, or none", () => {
  const options = { md5: "abc", "X-Lang": "" };
  assertEquals(new TftpResponse("").options, {});
  assertEquals(TftpResponse.upload(SINK).options, {});
  assertEquals(new TftpResponse("", { options }).options, options);
  assertEquals(TftpResponse.upload(SINK, { options }).options, options);
});

for (
  const options of [
    { blksize: "8" },
    { "": "x" },
    { md5: "a\0" },
    { md5: "x".repeat(510) },
    { md5: 5 as unknown as string },
  ]
) {
  Deno.test(`a response refuses ${JSON.stringify(options).slice(0, 30)} as answers, before it touches the body`, () => {
    const body = new ReadableStream<Uint8Array>();
    for (
      const make of [
        () => new TftpResponse(body, { options }),
        () => TftpResponse.upload(SINK, { options }),
      ]
    ) {
      assertThrows(make, Error, "Cannot use custom option");
    }
    assertEquals(body.locked, false);
  });
}
