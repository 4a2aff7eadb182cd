import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  compose,
  memory,
  NoAnswerError,
  type TftpHandler,
  type TftpRequest,
  TftpResponse,
} from "../../handlers/mod.ts";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { bytesOf } from "../conformance/_server_side.ts";
import { outcomeOf } from "./_read.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";
import { rejectionOf } from "./_sandbox.ts";

const nothing: TftpHandler = () => {};
const text = (it: string): TftpHandler => () => new TftpResponse(it);
const refuse = (code: number, message?: string): TftpHandler => () => {
  throw new TftpError(code, message);
};
const refuseLater = (code: number): TftpHandler => () =>
  Promise.reject(new TftpError(code));

/** An upload with a body that tells whether it was read, as that of a server. */
function upload(content: string = "bytes") {
  const state = { reads: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (state.reads++ === 0) {
        controller.enqueue(new TextEncoder().encode(content));
      } else controller.close();
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return { request: fakeUpload("x", { body }), state };
}

const readAll: TftpHandler = async ({ body }) => {
  await bytesOf(body!);
};

Deno.test("compose() passes a read on until somebody has an answer", async () => {
  for (
    const [handlers, expected] of [
      [[], 1],
      [[nothing], 1],
      [[nothing, nothing], 1],
      [[refuse(1)], 1],
      [[text("a"), text("b")], "a"],
      [[nothing, text("b")], "b"],
      [[refuse(1), refuseLater(1), text("c"), refuse(2)], "c"],
      // Anything but "not here" is an answer.
      [[refuse(2), text("b")], 2],
      [[refuseLater(2), text("b")], 2],
      [[nothing, refuse(3), text("b")], 3],
      [[refuse(1), refuse(2)], 2],
      [[refuse(1), nothing], 1],
    ] as const
  ) {
    const handler = compose(...handlers);
    assertEquals(await outcomeOf(handler, fakeRequest("x")), expected);
  }
});

Deno.test("compose() passes a write on that nobody has taken, also when it was refused with AccessViolation", async () => {
  const accept = () =>
    TftpResponse.upload({ write() {}, commit() {}, abort() {} });
  for (
    const [handlers, expected] of [
      [[], 2],
      [[nothing], 2],
      [[refuse(1)], 1],
      [[refuse(2)], 2],
      [[accept, refuse(2)], "accepted"],
      [[nothing, refuse(2), refuseLater(1), accept], "accepted"],
      [[memory({}), memory({}, { write: true })], "accepted"],
      // Anything but "not here" and "not allowed" is an answer.
      [[refuse(6), accept], 6],
      [[refuse(3), accept], 3],
      // What is told says most: who looked for a place knows more than who takes nothing.
      [[refuse(1), refuse(2)], 1],
      [[refuse(2), refuse(1)], 1],
      [[refuse(2), nothing], 2],
    ] as const
  ) {
    const handler = compose(...handlers);
    assertEquals(await outcomeOf(handler, fakeUpload("x")), expected);
  }
});

Deno.test("compose() tells the reasons of all that declined, and the client one fixed text", async () => {
  const error = await rejectionOf(async () =>
    await compose(
      refuse(1, "a is not there"),
      nothing,
      () => {
        throw new TftpError(1, "root /b is missing", { wireText: "Gone" });
      },
    )(fakeRequest("x"))
  );
  assertEquals(error.message, "a is not there; root /b is missing");
  assertEquals(error.wireText, "Gone");
  const none = await rejectionOf(async () =>
    await compose(nothing)(fakeRequest("x"))
  );
  assertEquals(none.message, 'Cannot read "x" as no handler took it');
  assertEquals(none.wireText, "File not found");
});

Deno.test("compose() passes on no error that is none of TFTP", async () => {
  const fault = new TypeError("fault");
  const handler = compose(() => {
    throw fault;
  }, text("b"));
  const thrown = await assertRejects(async () =>
    await handler(fakeRequest("x"))
  );
  assertStrictEquals(thrown, fault);
});

Deno.test("compose() gives the answer of who has read the body, whatever it is", async () => {
  const last: TftpHandler = () => {
    throw new Error("asked");
  };
  const taken = upload();
  assertEquals(await compose(readAll, last)(taken.request), undefined);
  assertEquals(taken.state.reads, 2);
  for (const code of [ERROR_CODE.FileNotFound, ERROR_CODE.AccessViolation]) {
    const { request } = upload();
    const error = await rejectionOf(async () =>
      await compose(async (it) => {
        await readAll(it);
        throw new TftpError(code, "too late");
      }, last)(request)
    );
    assertEquals([error.code, error.message], [code, "too late"]);
  }
});

Deno.test("compose() sees who begins to read and returns at once", async () => {
  const { request, state } = upload();
  const begin: TftpHandler = ({ body }) => void body!.getReader().read();
  await compose(begin, refuse(3))(request);
  assertEquals(state.reads, 1);
});

Deno.test("compose() leaves the body untouched by who only looks at it, locks it, or cancels it unread", async () => {
  const { request, state } = upload();
  let seen = "";
  await compose(
    ({ body }) => void body!.locked,
    ({ body }) => void body!.getReader(),
    async ({ body }) => {
      await body!.cancel();
      throw new TftpError(1);
    },
    async (it) => {
      assertStrictEquals(it.body, it.body);
      seen = new TextDecoder().decode(await bytesOf(it.body!));
    },
    refuse(3),
  )(request);
  assertEquals([seen, state.cancelled], ["bytes", false]);
});

Deno.test("compose() hands on that a body which was begun is cancelled", async () => {
  const { request, state } = upload();
  await compose(async ({ body }) => {
    for await (const _ of body!) break;
  }, refuse(3))(request);
  assertEquals(state.cancelled, true);
});

Deno.test("compose() breaks the body that somebody kept who has declined", async () => {
  const { request, state } = upload();
  let kept: TftpRequest["body"] = null;
  await compose(({ body }) => {
    kept = body;
  }, readAll)(request);
  const reading = bytesOf(kept!);
  const error = await assertRejects(() => reading, TypeError, "passed on");
  assertInstanceOf(error, TypeError);
  assertEquals(state.reads, 2);
});

Deno.test("compose() can be composed", async () => {
  const inner = compose(nothing, refuse(2), readAll);
  const { request, state } = upload();
  await compose(nothing, compose(), inner, refuse(3))(request);
  assertEquals(state.reads, 2);
  const read = compose(compose(refuse(1)), compose(nothing, text("deep")));
  assertEquals(await outcomeOf(read, fakeRequest("x")), "deep");
});

Deno.test("compose() does not look at the signal, which is made on demand", async () => {
  const request = upload().request;
  Object.defineProperty(request, "signal", {
    get: () => {
      throw new Error("looked");
    },
  });
  await compose(nothing, readAll)(request);
});

Deno.test("compose() takes functions, and says so", () => {
  assertThrows(
    () => compose(nothing, {} as TftpHandler),
    TypeError,
    "each must be a function",
  );
});

Deno.test("compose() asks nobody else when one wants no answer given, for writes either", async () => {
  const silent = () => {
    throw new NoAnswerError("not at night");
  };
  const other = memory({ file: "text" }, { write: true });
  for (const request of [fakeRequest("file"), fakeUpload("new")]) {
    await assertRejects(
      async () => await compose(silent, other)(request),
      NoAnswerError,
    );
  }
  assertEquals([...other.files.keys()], ["file"]);
});
