import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import {
  type FetchFunction,
  OriginClient,
  type OriginClientOptions,
} from "../../../handlers/http/_origin_client.ts";
import { NoAnswerError } from "../../../handlers/mod.ts";
import { VirtualClock } from "../../_virtual.ts";
import { rejectionOf } from "../_sandbox.ts";
import { wireOf } from "./_origin.ts";

const URL_X = "https://h.example/x?token=secret";

function setUp(
  fetch: FetchFunction,
  options: Partial<OriginClientOptions> = {},
) {
  const clock = new VirtualClock();
  const client = new OriginClient({
    fetch,
    clock,
    headers: new Headers({ authorization: "Basic abc" }),
    redirect: "same-origin",
    connectTimeoutMs: 5000,
    silenceTimeoutMs: 10_000,
    ...options,
  });
  const controller = new AbortController();
  const ask = () => client.send(URL_X, { method: "GET", controller });
  return { clock, client, controller, ask };
}

/** Redirects to each of some places, then answers. */
function redirecting(...places: string[]) {
  const seen: string[] = [];
  const fetch: FetchFunction = (url, { headers }) => {
    seen.push(`${url} ${headers.get("authorization")}`);
    const location = places.shift();
    return Promise.resolve(
      location === undefined
        ? new Response("here")
        : new Response("moved", { status: 302, headers: { location } }),
    );
  };
  return { seen, fetch };
}

Deno.test("redirects are followed within the origin", async () => {
  const { seen, fetch } = redirecting("/y", "https://u:p@h.example/z");
  const response = await setUp(fetch).ask();
  assertEquals(await response.text(), "here");
  assertEquals(seen, [
    `${URL_X} Basic abc`,
    "https://h.example/y Basic abc",
    "https://h.example/z Basic abc",
  ]);
});

Deno.test("redirects that the policy forbids are not followed", async () => {
  const cases: [string, OriginClientOptions["redirect"]][] = [
    ["https://other.example/", "same-origin"],
    ["https://h.example:8443/", "same-origin"],
    ["http://h.example/", "any"],
    ["ftp://h.example/", "any"],
    ["https://", "any"],
    ["/y", "never"],
  ];
  for (const [place, redirect] of cases) {
    const { seen, fetch } = redirecting(place);
    const error = await rejectionOf(() => setUp(fetch, { redirect }).ask());
    assertEquals(wireOf(error), "0 Origin is not available", place);
    assertEquals(error.message.includes("secret"), false);
    assertEquals(seen.length, 1);
  }
});

Deno.test("what is secret does not go to another origin", async () => {
  const { seen, fetch } = redirecting("https://other.example/y");
  await (await setUp(fetch, { redirect: "any" }).ask()).body?.cancel();
  assertEquals(seen[1], "https://other.example/y null");
});

Deno.test("redirects come to an end", async () => {
  const { seen, fetch } = redirecting(...Array<string>(50).fill("/x"));
  await rejectionOf(() => setUp(fetch).ask());
  assertEquals(seen.length, 6);
});

Deno.test("an upload is never redirected", async () => {
  const { fetch } = redirecting("/y");
  const { client, controller } = setUp(fetch);
  const body = new Uint8Array(1);
  const { status } = await client.send(URL_X, {
    method: "PUT",
    controller,
    body,
  });
  assertEquals(status, 302);
});

Deno.test("an origin that does not answer is given up", async () => {
  let signal: AbortSignal | null | undefined;
  const { ask, clock } = setUp((_url, init) => {
    signal = init.signal;
    return new Promise(() => {});
  });
  const asking = rejectionOf(ask);
  await clock.advance(5000);
  const error = await asking;
  assertStringIncludes(error.message, "no answer within 5000 ms");
  assertEquals(wireOf(error), "0 Origin is not available");
  assert(signal!.aborted);
  assertEquals(clock.pending, 0);
});

Deno.test("what the network says is for the log, without the query", async () => {
  const { ask, clock } = setUp((url) =>
    Promise.reject(new TypeError(`error sending request for url (${url})`))
  );
  const error = await rejectionOf(ask);
  assertEquals(wireOf(error), "0 Origin is not available");
  assertStringIncludes(error.message, "https://h.example/x");
  assertEquals(error.message.includes("secret"), false);
  assertEquals(clock.pending, 0);
});

Deno.test("too many requests at once are left without an answer, and what has begun goes on", async () => {
  const client = setUp(() => Promise.resolve(new Response("x")), {
    maxRequests: 2,
  }).client;
  const ask = (isRefusable: boolean, method: "GET" | "PUT" = "GET") => {
    const controller = new AbortController();
    const answer = client.send(URL_X, { method, controller, isRefusable });
    return answer.then(() => controller);
  };
  const first = await ask(true);
  const second = await ask(true);
  const error = await rejectionOf(() => ask(true));
  assertInstanceOf(error, NoAnswerError);
  assertStringIncludes(error.message, "maxRequests");
  assertFalse(error.message.includes("secret"));
  // A body that is resumed, and an upload.
  const third = await ask(false);
  await ask(false, "PUT");
  client.done(first);
  await rejectionOf(() => ask(true));
  second.abort();
  await ask(true);
  await rejectionOf(() => ask(true));
  client.done(third);
  await ask(true);
});

Deno.test("a request that fails is under way no more", async () => {
  const answers = [
    () => Promise.reject(new TypeError("connection refused")),
    () => Promise.resolve(new Response("x")),
    () => {
      const headers = { location: "ftp://h.example/" };
      return Promise.resolve(new Response(null, { status: 302, headers }));
    },
  ];
  for (const fetch of answers) {
    const { client } = setUp(fetch, { maxRequests: 1 });
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const isRefusable = true;
      await client.send(URL_X, { method: "GET", controller, isRefusable })
        .catch((error) => assertFalse(error instanceof NoAnswerError));
      // Also where it was aborted before it began.
      controller.abort();
      await client.send(URL_X, { method: "GET", controller, isRefusable })
        .catch((error) => assertFalse(error instanceof NoAnswerError));
      client.done(controller);
    }
  }
});
