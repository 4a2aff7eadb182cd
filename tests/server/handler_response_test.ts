import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { TftpResponse } from "../../handlers/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import {
  checkSink,
  checkSource,
  checkTakenOnce,
  discard,
} from "../../server/handler_response.ts";
import { NotingSink, NotingSource } from "./_tell.ts";

Deno.test("a read needs a source: nothing is a file that is not there, a sink is a fault, and is let go of", async () => {
  const source = new NotingSource(3);
  assertStrictEquals(await checkSource(new TftpResponse(source)), source);
  const missing = await assertRejects(() => checkSource(undefined), TftpError);
  assertEquals(missing.code, 1);
  const sink = new NotingSink();
  await assertRejects(() => checkSource(TftpResponse.upload(sink)), TypeError);
  assertEquals(sink.log.length, 1);
});

Deno.test("a write needs a sink: nothing is a refusal, a source is a fault, and is let go of", async () => {
  const sink = new NotingSink();
  assertStrictEquals(await checkSink(TftpResponse.upload(sink)), sink);
  const refused = await assertRejects(() => checkSink(undefined), TftpError);
  assertEquals([refused.code, refused.wireText], [2, "Access violation"]);
  const source = new NotingSource(3);
  await assertRejects(() => checkSink(new TftpResponse(source)), TypeError);
  assertEquals(source.closed, 1);
});

Deno.test("what was read as a body cannot go into a sink as well", async () => {
  await checkTakenOnce(undefined);
  const sink = new NotingSink();
  await assertRejects(
    () => checkTakenOnce(TftpResponse.upload(sink)),
    TypeError,
  );
  assertEquals(sink.log.length, 1);
});

Deno.test("a response that is of no use is let go of, and nothing needs no care", async () => {
  await discard(undefined);
  const source = new NotingSource(3);
  await discard(new TftpResponse(source));
  assertEquals(source.closed, 1);
});
