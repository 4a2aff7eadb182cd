import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  followBody,
  followSink,
  followSource,
} from "../../../handlers/policy/follow.ts";
import { Quota } from "../../../handlers/policy/quota.ts";
import { UploadMeter } from "../../../handlers/policy/upload_meter.ts";
import { TftpResponse } from "../../../handlers/mod.ts";
import type { Sink } from "../../../net/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import { bytesOf } from "../../conformance/_server_side.ts";
import { fakeUpload } from "../_request.ts";

function count(): { calls: number; call: () => void } {
  const counter = { calls: 0, call: () => void counter.calls++ };
  return counter;
}

/** A meter for ten octets, and what is left of them. */
async function tenOctets() {
  const quota = new Quota(() => 0);
  const rules = { maxBytes: 10 };
  const measure = { rules, client: "a", quota, freeBytes: () => 0 };
  const meter = await UploadMeter.open(fakeUpload("x"), measure);
  const left = () => {
    for (let size = 10; size > 0; size--) {
      try {
        quota.open(rules, "b", size);
        return size;
      } catch {
        // Fewer, then.
      }
    }
    return 0;
  };
  return { meter, left };
}

Deno.test("followSource() reads as before, and tells of the end", async () => {
  const end = count();
  const response = new TftpResponse("hello");
  const followed = followSource(response, response.source!, end.call);
  assertInstanceOf(followed, TftpResponse);
  assertEquals(followed.sink, null);
  const { source } = followed;
  assertEquals(source!.size, 5);
  assertEquals(await source!.read(new Uint8Array(9)), 5);
  assertEquals(await source!.read(new Uint8Array(9)), null);
  assertEquals(end.calls, 0);
  await source!.close();
  assertEquals(end.calls, 1);
});

Deno.test("followSource() tells of the end also when closing fails", () => {
  const end = count();
  const response = new TftpResponse({
    size: null,
    read: () => null,
    close() {
      throw new Error("No");
    },
  });
  const { source } = followSource(response, response.source!, end.call);
  try {
    source!.close();
  } catch {
    // As it was.
  }
  assertEquals(end.calls, 1);
});

for (const isAsync of [false, true]) {
  const how = isAsync ? "in its own time" : "at once";

  Deno.test(`followSink() counts what is committed ${how}`, async () => {
    const { meter, left } = await tenOctets();
    const end = count();
    const seen: string[] = [];
    const note = (text: string) => {
      seen.push(text);
      if (isAsync) return Promise.resolve();
    };
    const response = TftpResponse.upload({
      write: (bytes) => note(`${bytes.length}`),
      commit: () => note("commit"),
      abort: () => note("abort"),
    });
    const { sink } = followSink(response, response.sink!, meter, end.call);
    await sink!.write(new Uint8Array(4));
    await sink!.write(new Uint8Array(2));
    const committing = sink!.commit();
    assertEquals(end.calls, isAsync ? 0 : 1);
    await committing;
    assertEquals(seen, ["4", "2", "commit"]);
    assertEquals([end.calls, left()], [1, 4]);
  });
}

Deno.test("followSink() gives back what is not stored", async () => {
  const { meter, left } = await tenOctets();
  const end = count();
  const reasons: unknown[] = [];
  const response = TftpResponse.upload({
    write() {},
    commit: () => Promise.reject(new Error("The disk is gone")),
    abort: (reason) => void reasons.push(reason),
  });
  const { sink } = followSink(response, response.sink!, meter, end.call);
  await sink!.write(new Uint8Array(6));
  assertEquals(left(), 4);
  await assertRejects(async () => await sink!.commit(), Error, "gone");
  assertEquals(end.calls, 0);
  await sink!.abort("why");
  assertEquals([end.calls, left()], [1, 10]);
  assertEquals(reasons, ["why"]);
});

Deno.test("followSink() does not pass on what there is no room for", async () => {
  const { meter } = await tenOctets();
  const written: number[] = [];
  const inner: Sink = {
    write: (bytes) => void written.push(bytes.length),
    commit() {},
    abort() {},
  };
  const response = TftpResponse.upload(inner);
  const { sink } = followSink(response, inner, meter, () => {});
  await sink!.write(new Uint8Array(10));
  await assertRejects(
    async () => await sink!.write(new Uint8Array(1)),
    TftpError,
  );
  assertEquals(written, [10]);
});

/** An upload's body of chunks, and whether it was asked for anything. */
function bodyOf(chunks: number[]) {
  const state = { pulls: 0, cancelled: undefined as unknown };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      state.pulls++;
      const size = chunks.shift();
      if (size === undefined) controller.close();
      else controller.enqueue(new Uint8Array(size));
    },
    cancel: (reason) => void (state.cancelled = reason),
  }, { highWaterMark: 0 });
  return { body, state };
}

Deno.test("followBody() accepts an upload when it is read, and not before", async () => {
  const { meter, left } = await tenOctets();
  const { body, state } = bodyOf([4, 5]);
  const request = followBody(fakeUpload("x", { body }), meter);
  assertEquals(request.filename, "x");
  assert(request.body === request.body);
  await Promise.resolve();
  assertEquals(state.pulls, 0);
  assertEquals((await bytesOf(request.body!)).length, 9);
  assertEquals(left(), 1);
});

Deno.test("followBody() fails its reader when there is no room", async () => {
  const { meter } = await tenOctets();
  const { body } = bodyOf([4, 7]);
  const request = followBody(fakeUpload("x", { body }), meter);
  await assertRejects(() => bytesOf(request.body!), TftpError, "maxBytes");
});

Deno.test("followBody() passes on that nobody reads any more", async () => {
  const { meter } = await tenOctets();
  const { body, state } = bodyOf([4, 7]);
  const request = followBody(fakeUpload("x", { body }), meter);
  await request.body!.cancel("enough");
  assertEquals(state, { pulls: 0, cancelled: "enough" });
});
