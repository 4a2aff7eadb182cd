import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  jsonLine,
  recorder,
  type RecorderOptions,
  UnexpectedRequestsError,
} from "../../observe/mod.ts";
import type { RequestInfo, ServerEvent } from "../../server.ts";
import { emptyStatistics } from "../../transfer/mod.ts";
import { ack, data, error, read, write } from "../conformance/_packets.ts";
import { type ServerSide, withServer } from "../conformance/_server_side.ts";
import { IGNORED, REQUEST, TRANSFER } from "./_events.ts";

const TIME = new Date("2026-11-20T03:00:00Z");

function make(options: RecorderOptions = {}) {
  return recorder({ now: () => TIME, ...options });
}

/** The events of a read of 5 octets. */
function download(
  id: number,
  overrides: Partial<RequestInfo> = {},
): ServerEvent[] {
  const request = { ...REQUEST, id, options: [], ...overrides };
  const statistics = { ...emptyStatistics(), bytes: 5, retransmissions: 1 };
  const transfer = { ...TRANSFER, acknowledged: [], statistics };
  return [
    { type: "request", request },
    {
      type: "negotiated",
      request,
      settings: TRANSFER.settings,
      acknowledged: [],
    },
    { type: "finished", request, transfer },
  ];
}

Deno.test("recorder() keeps what was asked for, with options, and how it ended", async () => {
  const record = make();
  const files = { "boot.img": "12345" };
  const { onEvent } = record;
  const options = { upload: "sink" as const, files, onEvent };
  await withServer(options, async (side: ServerSide) => {
    const ask = side.ask.bind(side);
    const probing = await ask(read("boot.img", [["TSize", "0"]]));
    await probing.expect("OACK TSize=5");
    await probing.send(error(0));
    const reading = await ask(read("boot.img", [["blksize", "1468"]]));
    await reading.expect("OACK blksize=1468");
    assertEquals(record.requests.at(-1)!.outcome, "pending");
    await reading.send(ack(0));
    await reading.expect("DATA 1 (5 octets)");
    await reading.send(ack(1));
    const missing = await ask(read("menu.cfg"));
    await missing.expect('ERROR 1 "File not found"');
    const writing = await ask(write("up", [], "netascii"));
    await writing.expect("ACK 0");
    await writing.send(data(1, 3));
    await writing.expect("ACK 1");
  });
  const requests = record.requests.map(
    ({ client: _client, seconds: _seconds, ...rest }) => rest,
  );
  const head = { time: TIME.toISOString(), device: "127.0.0.1", mode: "octet" };
  const ended = { ...head, operation: "read" as const, retransmissions: 0 };
  assertEquals(requests, [
    {
      ...ended,
      id: 1,
      filename: "boot.img",
      options: { tsize: "0" },
      accepted: { tsize: "5" },
      outcome: "probed",
      bytes: 0,
    },
    {
      ...ended,
      id: 2,
      filename: "boot.img",
      options: { blksize: "1468" },
      accepted: { blksize: "1468" },
      outcome: "finished",
      bytes: 5,
    },
    {
      ...head,
      id: 3,
      operation: "read",
      filename: "menu.cfg",
      options: {},
      outcome: "refused",
      bytes: 0,
      code: 1,
      reason: "File not found",
    },
    {
      ...ended,
      id: 4,
      operation: "write",
      mode: "netascii",
      filename: "up",
      options: {},
      accepted: {},
      outcome: "finished",
      bytes: 3,
    },
  ]);
  record.assertAsked(["boot.img", "menu.cfg", { operation: "write" }]);
  assertThrows(() => record.assertAsked(["boot.img"]), UnexpectedRequestsError);
});

Deno.test("recorder() tells devices apart, in JSON as well", () => {
  const record = make();
  const other = { ...REQUEST.remote, hostname: "2001:db8::7" };
  const events = [
    ...download(1, { filename: "a" }),
    ...download(2, { filename: "b", remote: other }),
    ...download(3, { filename: "c" }),
    IGNORED,
  ];
  for (const event of events) record.onEvent(event);
  const { devices, forgotten } = JSON.parse(JSON.stringify(record));
  assertEquals(forgotten, 0);
  assertEquals(
    Object.entries<{ filename: string }[]>(devices).map((
      [name, requests],
    ) => [name, ...requests.map(({ filename }) => filename)]),
    [["192.0.2.7", "a", "c"], ["2001:db8::7", "b"]],
  );
  record.assertAsked(["b"], { device: "2001:db8::7" });
});

Deno.test("recorder() calls devices as it is told", () => {
  const record = make({ device: ({ filename }) => filename.split("/")[0]! });
  const names = ["lab-1/a", "lab-2/a", "lab-1/b", "__proto__/a"];
  for (const [id, filename] of names.entries()) {
    for (const event of download(id, { filename })) record.onEvent(event);
  }
  const { devices } = record.toJSON();
  assertEquals(Object.keys(devices), ["lab-1", "lab-2", "__proto__"]);
  record.assertAsked([/a$/, /b$/], { device: "lab-1" });
});

Deno.test("recorder() knows how far a transfer is that goes on", () => {
  const record = make();
  const [request, negotiated] = download(1);
  record.onEvent(request!);
  record.onEvent(negotiated!);
  record.onEvent({
    type: "progress",
    request: { ...REQUEST, id: 1 },
    bytes: 77,
    size: null,
    durationMs: 1000,
  });
  const [{ outcome, bytes } = { outcome: "", bytes: 0 }] = record.requests;
  assertEquals([outcome, bytes], ["pending", 77]);
});

Deno.test("recorder() does not wait for ever for what never ends", () => {
  const ended: number[] = [];
  const record = make({ onEnd: ({ id }) => ended.push(id) });
  for (let id = 0; id <= 10_000; id++) {
    record.onEvent({ type: "request", request: { ...REQUEST, id } });
  }
  for (const id of [0, 1, 10_000]) {
    const request = { ...REQUEST, id };
    record.onEvent({ type: "dropped", request, reason: "Too much" });
  }
  assertEquals(ended, [1, 10_000]);
});

Deno.test("recorder() takes nothing more for a request that has ended", () => {
  const record = make();
  for (const event of download(1)) record.onEvent(event);
  const request = { ...REQUEST, id: 1 };
  record.onEvent({ type: "dropped", request, reason: "Too late" });
  assertEquals(record.requests[0]!.outcome, "finished");
});

Deno.test("recorder() keeps the newest requests, and counts the others", () => {
  const ended: string[] = [];
  const record = make({
    maxRequests: 2,
    onEnd: ({ filename }) => ended.push(filename),
  });
  const [request, ...rest] = download(1, { filename: "slow" });
  record.onEvent(request!);
  for (const id of [2, 3, 4]) {
    for (const event of download(id, { filename: `n${id}` })) {
      record.onEvent(event);
    }
  }
  for (const event of rest) record.onEvent(event);
  assertEquals(record.requests.map(({ filename }) => filename), ["n3", "n4"]);
  assertEquals(record.forgotten, 2);
  assertEquals(ended, ["n2", "n3", "n4", "slow"]);
});

Deno.test("recorder() tells of each request that ended what JSON Lines can hold", () => {
  const lines: string[] = [];
  const record = make({ onEnd: (request) => lines.push(jsonLine(request)) });
  for (const event of download(1)) record.onEvent(event);
  const [line] = lines;
  assertEquals(
    line,
    '{"id":1,"time":"2026-11-20T03:00:00.000Z","device":"192.0.2.7","client":"192.0.2.7:50000","operation":"read","filename":"boot.img","mode":"octet","options":{},"outcome":"finished","bytes":5,"accepted":{},"seconds":1.500123,"retransmissions":1}',
  );
});

Deno.test("recorder() forgets everything when it is told to", () => {
  const ended: number[] = [];
  const record = make({ onEnd: ({ id }) => ended.push(id) });
  const [request, ...rest] = download(1);
  record.onEvent(request!);
  record.clear();
  for (const event of [...rest, ...download(2)]) record.onEvent(event);
  assertEquals(record.requests.map(({ id }) => id), [2]);
  assertEquals(ended, [2]);
});

Deno.test("waitFor() waits until a request has ended that is as expected", async () => {
  const record = make();
  const waiting = record.waitFor("b");
  for (const event of download(1, { filename: "a" })) record.onEvent(event);
  const [request, ...rest] = download(2, { filename: "b" });
  record.onEvent(request!);
  assertEquals(
    await Promise.race([waiting, Promise.resolve("pending")]),
    "pending",
  );
  for (const event of rest) record.onEvent(event);
  assertEquals((await waiting).outcome, "finished");
  // It has ended already.
  assertStrictEquals(await record.waitFor(/b/), await waiting);
});

Deno.test("waitFor() takes a size probe only where it is asked for by outcome", async () => {
  const record = make();
  const request = { ...REQUEST, id: 1 };
  const waiting = record.waitFor("boot.img");
  record.onEvent({ type: "request", request });
  record.onEvent({ type: "probed", request, transfer: TRANSFER });
  const probe = { filename: "boot.img", outcome: "probed" } as const;
  assertEquals((await record.waitFor(probe)).id, 1);
  for (const event of download(2)) record.onEvent(event);
  assertEquals((await waiting).id, 2);
});

Deno.test("waitFor() gives up with its signal", async () => {
  const record = make();
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = record.waitFor("a", { signal });
  controller.abort(new Error("Enough"));
  await assertRejects(() => waiting, Error, "Enough");
  await assertRejects(() => record.waitFor("a", { signal }), Error, "Enough");
});

for (const maxRequests of [0, 1.5, NaN]) {
  Deno.test(`recorder() refuses to keep ${maxRequests} requests`, () => {
    const error = assertThrows(() => recorder({ maxRequests }), RangeError);
    assertEquals(
      error.message,
      `Cannot record requests as maxRequests must be a whole number from 1 on: current value is ${maxRequests}`,
    );
  });
}
