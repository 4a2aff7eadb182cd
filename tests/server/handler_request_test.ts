import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { OptionAnswers, tableOfOptions } from "../../server/custom_options.ts";
import type { RequestInfo } from "../../server/events.ts";
import { makeRequest } from "../../server/handler_request.ts";

const INFO: RequestInfo = {
  id: 7,
  operation: "read",
  filename: "file",
  mode: "octet",
  options: [],
  remote: { transport: "udp", hostname: "::ffff:192.0.2.7", port: 50000 },
  local: { transport: "udp", hostname: "::", port: 69 },
};

function make(info: Partial<RequestInfo>, getSignal = () => noSignal()) {
  const full = { ...INFO, ...info };
  const answers = new OptionAnswers(full, {
    customOptions: tableOfOptions({ md5: { parse: (text) => text } }),
    policy: {},
    onFault: () => {},
  });
  return {
    answers,
    request: makeRequest(full, {
      body: null,
      answers,
      getSignal,
      workers: null,
    }),
  };
}

function noSignal(): AbortSignal {
  throw new Error("Nobody has asked for the signal");
}

Deno.test("makeRequest() tells a handler what the packet says, and the client's address as people write it", () => {
  const { request } = make({ options: [["blksize", "8"], ["MD5", "x"]] });
  assertEquals(request.operation, "read");
  assertEquals(request.filename, "file");
  assertEquals(request.mode, "octet");
  assertEquals(request.options, [["blksize", "8"], ["MD5", "x"]]);
  assertEquals(request.customOptions.md5, "x");
  assertEquals(request.remote.hostname, "192.0.2.7");
  assertEquals(request.local, INFO.local);
  assertEquals([request.size, request.body], [null, null]);
});

Deno.test("makeRequest() makes the signal when it is looked at", () => {
  const { signal } = new AbortController();
  const { request } = make({}, () => signal);
  assertStrictEquals(request.signal, signal);
  make({});
});

Deno.test("makeRequest() takes the size of an upload from tsize, unless it is 0 or none", () => {
  for (const [text, size] of [["7", 7], ["0", null], ["x", null]] as const) {
    const options = [["TSIZE", text]] as const;
    assertEquals(make({ operation: "write", options }).request.size, size);
    assertEquals(make({ options }).request.size, null);
  }
});

Deno.test("makeRequest() refuses a mode that is not served", () => {
  make({ mode: "netascii" });
  for (const mode of ["mail", "", "octet "]) {
    const error = assertThrows(() => make({ mode }), TftpError);
    assertEquals(error.code, ERROR_CODE.IllegalOperation);
    assertEquals(error.wireText, "Unknown transfer mode");
  }
});

Deno.test("makeRequest() passes answers on, also from a method that was taken out of the request", async () => {
  const { request, answers } = make({});
  const { acknowledgeOption } = request;
  acknowledgeOption("md5", "abc");
  assertEquals(await answers.collect(request), new Map([["md5", "abc"]]));
});
