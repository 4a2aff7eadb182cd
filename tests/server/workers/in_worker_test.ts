import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { restrict, TftpResponse } from "../../../handlers/mod.ts";
import {
  inWorker,
  requestToHandOver,
  WORKERS,
} from "../../../server/workers/in_worker.ts";
import { fakeRequest } from "../../handlers/_request.ts";

const response = new TftpResponse("here");
const local = () => response;

function requestOf(way: { isReady: boolean } | null) {
  return Object.assign(fakeRequest("file"), { [WORKERS]: way });
}

Deno.test("inWorker() hands over when a worker is ready, and answers here until then", () => {
  assertStrictEquals(inWorker(requestOf({ isReady: false }), local), response);
  const request = requestOf({ isReady: true });
  const handed = inWorker(request, local) as TftpResponse;
  assertStrictEquals(requestToHandOver(handed), request);
});

Deno.test("inWorker() waits for a worker where nobody answers here", () => {
  const request = requestOf({ isReady: false });
  assertStrictEquals(
    requestToHandOver(inWorker(request) as TftpResponse),
    request,
  );
});

Deno.test("inWorker() on a server without workers answers here, or says what is missing", () => {
  assertStrictEquals(inWorker(requestOf(null), local), response);
  assertStrictEquals(inWorker(fakeRequest("file"), local), response);
  assertThrows(() => inWorker(fakeRequest("file")), TypeError, "workers");
});

Deno.test("a policy around a handed-over request hears of its end", async () => {
  const handler = restrict(
    { maxTransfersPerClient: 1 },
    (request) => inWorker(request),
  );
  const first = await handler(requestOf({ isReady: true })) as TftpResponse;
  assertEquals(requestToHandOver(first)?.filename, "file");
  const refused = await Promise.try(handler, requestOf({ isReady: true }))
    .catch((error) => error.code);
  assertEquals(refused, 2);
  await first.source!.close();
  await handler(requestOf({ isReady: true }));
});

Deno.test("an answer is nothing to hand over, and the bytes of what is are out of reach", () => {
  assertEquals(requestToHandOver(response), undefined);
  assertEquals(requestToHandOver(undefined), undefined);
  const handed = inWorker(requestOf({ isReady: true })) as TftpResponse;
  assertThrows(() => handed.source!.read(new Uint8Array(1)), TypeError);
});
