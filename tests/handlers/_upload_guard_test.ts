import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { guardUpload } from "../../handlers/_upload_guard.ts";
import { withFilename } from "../../handlers/mod.ts";
import { bytesOf } from "../conformance/_server_side.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";

const blob = (text: string) =>
  new Blob([text]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>;

Deno.test("guardUpload() has no use for a read", () => {
  const request = fakeRequest("x");
  assertStrictEquals(guardUpload(request).request, request);
});

Deno.test("guardUpload() tells a body that is read, also through another name", async () => {
  const body = blob("bytes");
  const guard = guardUpload(fakeUpload("x", { body }));
  const renamed = withFilename(guard.request, "y");
  assertEquals([guard.isTaken, body.locked], [false, false]);
  assertEquals((await bytesOf(renamed.body!)).length, 5);
  assertEquals(guard.isTaken, true);
});

Deno.test("guardUpload() hands on that a body breaks", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: () => Promise.reject(new Error("lost")),
  }, { highWaterMark: 0 });
  const { request } = guardUpload(fakeUpload("x", { body }));
  await assertRejects(() => bytesOf(request.body!), Error, "lost");
});

Deno.test("guardUpload() lets nobody begin who was passed by", async () => {
  const body = blob("bytes");
  const guard = guardUpload(fakeUpload("x", { body }));
  guard.revoke();
  await assertRejects(() => bytesOf(guard.request.body!), TypeError);
  assertEquals([guard.isTaken, body.locked], [false, false]);
  await body.cancel();
});

Deno.test("guardUpload() has no body where there is none", () => {
  assertEquals(guardUpload(fakeUpload("x")).request.body, null);
});
