import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { memory, type TftpRequest } from "../../handlers/mod.ts";
import { outcomeOf, uploadTo } from "./_read.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";
import { errorOf } from "./_sandbox.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content?: Uint8Array) => new TextDecoder().decode(content);

Deno.test("memory() serves bytes and texts under any spelling of their names", async () => {
  const handler = memory({
    hello: "Hello World!\n",
    "/boot/x": bytes("bytes"),
    "con:1": "odd",
    empty: "",
  });
  for (
    const [name, expected] of [
      ["hello", "Hello World!\n"],
      ["/hello", "Hello World!\n"],
      ["boot/x", "bytes"],
      ["\\boot\\x", "bytes"],
      ["//boot/./x", "bytes"],
      ["con:1", "odd"],
      ["empty", ""],
      ["Hello", 1],
      ["boot", 1],
      ["", 1],
      ["../hello", 2],
      ["toString", 1],
      ["__proto__", 1],
    ] as const
  ) {
    const outcome = await outcomeOf(handler, fakeRequest(name));
    assertEquals(outcome, expected, name);
  }
});

Deno.test("memory() uses a map itself, and shows it", async () => {
  const files = new Map([["a", bytes("1")]]);
  const handler = memory(files);
  assertStrictEquals(handler.files, files);
  handler.files.set("b", bytes("2")).delete("a");
  assertEquals(await outcomeOf(handler, fakeRequest("b")), "2");
  assertEquals(await outcomeOf(handler, fakeRequest("a")), 1);
});

Deno.test("memory() gives a read that has begun the bytes of its beginning", () => {
  const handler = memory({ a: "old" });
  const { source } = handler(fakeRequest("a"));
  handler.files.set("a", bytes("other"));
  const buffer = new Uint8Array(9);
  assertEquals(source!.read(buffer), 3);
  assertEquals(text(buffer.subarray(0, 3)), "old");
});

Deno.test("memory() takes no uploads by default", async () => {
  const handler = memory({ a: "old" }, { overwrite: true });
  for (const name of ["a", "b"]) {
    assertEquals(await uploadTo(handler, fakeUpload(name)), "2 at request");
  }
  assertEquals(text(handler.files.get("a")), "old");
});

Deno.test("memory() shows an upload when all of it has come, and not before", async () => {
  const handler = memory({}, { write: true });
  const { sink } = handler(fakeUpload("\\dir\\new"));
  const buffer = bytes("one ");
  sink!.write(buffer);
  buffer.set(bytes("two "));
  sink!.write(buffer);
  assertEquals(handler.files.size, 0);
  await sink!.commit();
  assertEquals(text(handler.files.get("dir/new")), "one two ");
  assertEquals(await outcomeOf(handler, fakeRequest("/dir/new")), "one two ");
});

Deno.test("memory() leaves nothing of an upload that failed", async () => {
  const handler = memory({ a: "old" }, { write: true, overwrite: true });
  const { sink } = handler(fakeUpload("a"));
  sink!.write(bytes("half"));
  await sink!.abort(new Error("lost"));
  assertEquals(text(handler.files.get("a")), "old");
});

Deno.test("memory() replaces a file only with overwrite, under the name that it has", async () => {
  const closed = memory({ "/a": "old" }, { write: true });
  assertEquals(await uploadTo(closed, fakeUpload("a")), "6 at request");
  const open = memory({ "/a": "old" }, { write: true, overwrite: true });
  assertEquals(await uploadTo(open, fakeUpload("a")), "stored");
  assertEquals([...open.files].map(([key, it]) => [key, text(it)]), [
    ["/a", "new"],
  ]);
});

Deno.test("memory() lets the first of two uploads win, unless they may replace", async () => {
  for (const overwrite of [false, true]) {
    const handler = memory({}, { write: true, overwrite });
    const { sink: first } = handler(fakeUpload("a"));
    const { sink: second } = handler(fakeUpload("a"));
    first!.write(bytes("first"));
    second!.write(bytes("second"));
    await first!.commit();
    if (overwrite) await second!.commit();
    else assertEquals(errorOf(() => second!.commit()).code, 6);
    const winner = overwrite ? "second" : "first";
    assertEquals(text(handler.files.get("a")), winner);
  }
});

Deno.test("memory() refuses names of uploads that lead out, or to nothing", async () => {
  const handler = memory({}, { write: true });
  for (const [name, code] of [["../x", 2], ["nul", 2], ["/", 1]] as const) {
    const outcome = await uploadTo(handler, fakeUpload(name));
    assertEquals(outcome, `${code} at request`);
  }
});

const SIZES: readonly [TftpRequest["mode"], number | null, string][] = [
  ["octet", null, "stored"],
  ["octet", 0, "stored"],
  ["octet", 3, "stored"],
  ["octet", 2, "0 at write"],
  ["octet", 4, "0 at commit"],
  ["octet", 5, "3 at request"],
  ["netascii", 8, "stored"],
  ["netascii", 9, "3 at request"],
];

for (const [mode, size, outcome] of SIZES) {
  Deno.test(`memory() with 4 octets at most and ${size} announced in ${mode} ends 3 octets: ${outcome}`, async () => {
    const handler = memory({}, { write: true, maxSizeBytes: 4 });
    const request = fakeUpload("x", { mode, size });
    assertEquals(await uploadTo(handler, request), outcome);
    assertEquals(handler.files.size, outcome === "stored" ? 1 : 0);
  });
}

Deno.test("memory() counts what was not announced", async () => {
  const handler = memory({}, { write: true, maxSizeBytes: 4 });
  assertEquals(await uploadTo(handler, fakeUpload("x"), "12345"), "3 at write");
});

Deno.test("memory() bounds what all files have together, with uploads on their way and empty ones", async () => {
  const handler = memory({}, { write: true, maxTotalBytes: 2 * 1024 + 10 });
  const { sink } = handler(fakeUpload("a", { size: 6 }));
  assertEquals(
    await uploadTo(handler, fakeUpload("b", { size: 5 }), "12345"),
    "3 at request",
  );
  assertEquals(await uploadTo(handler, fakeUpload("b"), "12345"), "3 at write");
  assertEquals(await uploadTo(handler, fakeUpload("b"), "1234"), "stored");
  await sink!.abort(null);
  assertEquals(await uploadTo(handler, fakeUpload("c"), "123456"), "stored");
  assertEquals(await uploadTo(handler, fakeUpload("e"), ""), "3 at request");
  handler.files.delete("b");
  assertEquals(await uploadTo(handler, fakeUpload("e"), ""), "stored");
});

Deno.test("memory() refuses options and contents that make no sense", () => {
  for (const name of ["maxSizeBytes", "maxTotalBytes"]) {
    assertThrows(() => memory({}, { [name]: -1 }), RangeError, name);
  }
  const wrong = { a: 5 } as unknown as Record<string, string>;
  assertThrows(() => memory(wrong), TypeError, '"a"');
});
