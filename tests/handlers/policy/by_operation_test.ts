import { assertEquals, assertThrows } from "@std/assert";
import { byOperation } from "../../../handlers/policy/by_operation.ts";
import type { TftpRequest } from "../../../handlers/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import { fakeRequest, fakeUpload } from "../_request.ts";

Deno.test("byOperation() asks the handler of the operation, with the request as it is", async () => {
  const asked: [string, TftpRequest][] = [];
  const handler = byOperation({
    read: (request) => void asked.push(["read", request]),
    write: (request) => void asked.push(["write", request]),
  });
  const requests = [fakeRequest("a"), fakeUpload("b")] as const;
  for (const request of requests) await handler(request);
  assertEquals(asked[0]![0], "read");
  assertEquals(asked[1]![0], "write");
  assertEquals(asked.map(([, request]) => request), [...requests]);
});

Deno.test("byOperation() refuses what there is no handler for", () => {
  for (
    const [handlers, request] of [
      [{ read() {} }, fakeUpload("a")],
      [{ write() {} }, fakeRequest("a")],
    ] as const
  ) {
    const error = assertThrows(
      () => byOperation(handlers)(request),
      TftpError,
      `Cannot answer ${request.operation}`,
    );
    assertEquals([error.code, error.wireText], [2, "Access violation"]);
  }
});

Deno.test("byOperation() refuses a handler that is none", () => {
  assertThrows(() => byOperation({ read: "x" as never }), TypeError, "read");
});
