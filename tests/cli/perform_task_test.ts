import { assertEquals, assertMatch } from "@std/assert";
import {
  canShowBoard,
  failureLine,
  performTask,
  type TaskSurroundings,
} from "../../cli/perform_task.ts";
import { downloadTask } from "../../cli/transfer_task.ts";
import { get, put } from "../../client.ts";
import { TransferTimeoutError } from "../../packet/mod.ts";
import { FakeContext } from "./_context.ts";
import { closeSockets, TestServer } from "./_server.ts";

function surroundings(more: Partial<TaskSurroundings> = {}) {
  const lines: string[] = [];
  const all: TaskSurroundings = {
    options: {},
    signal: new AbortController().signal,
    tell: (line) => void lines.push(line),
    board: null,
    isVerbose: false,
    isQuiet: false,
    style: "option",
    ...more,
  };
  return { all, lines };
}

function task(server: TestServer, client: Parameters<typeof downloadTask>[3]) {
  const { port } = server;
  const target = { hostname: "127.0.0.1", port, filename: "a" };
  return downloadTask({ ...target, mode: "octet" }, null, {}, client);
}

Deno.test("performTask() tells one line when all is well, and none when quiet", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "text" });
  const place = { context: new FakeContext([]), client: { get, put } };
  for (const isQuiet of [false, true]) {
    const { all, lines } = surroundings({ isQuiet });
    const outcome = await performTask(task(server, place), all);
    assertEquals(outcome.transfer?.statistics.bytes, 4);
    assertEquals(lines.length, isQuiet ? 0 : 1);
    if (!isQuiet) assertMatch(lines[0]!, /^"a": 4 B in /);
  }
});

for (const [style, setting] of [["option", "--"], ["command", ""]] as const) {
  Deno.test(`performTask() tells what fails, and names settings as ${style}s`, async () => {
    await using server = new TestServer();
    const { all, lines } = surroundings({ style });
    const place = {
      context: new FakeContext([]),
      client: {
        put,
        get: (...[, options]: Parameters<typeof get>) => {
          options?.onProgress?.({ bytes: 1, size: null });
          return Promise.reject(new TransferTimeoutError("It fell silent"));
        },
      },
    };
    const { failure } = await performTask(task(server, place), all);
    assertEquals([failure?.reason, failure?.status], ["silence", 7]);
    assertEquals(lines, [
      `Cannot get "a" from 127.0.0.1: It fell silent (try again, with more ${setting}retries or a smaller ${setting}windowsize and ${setting}blksize)`,
    ]);
  });
}

Deno.test("failureLine() ends in the afterword", () => {
  const failure = { reason: "other", status: 1, text: "odd", code: null };
  assertEquals(
    failureLine(
      { complaint: "Cannot get it", afterword: () => "sorry" },
      failure as Parameters<typeof failureLine>[1],
    ),
    "Cannot get it: odd; sorry",
  );
});

Deno.test("canShowBoard() wants a terminal that nothing else is written to", () => {
  const none = { isQuiet: false, isTracing: false, isWriting: false };
  const context = new FakeContext([], { isTerminal: true });
  assertEquals(canShowBoard(context, none), true);
  assertEquals(canShowBoard(context, { ...none, isWriting: true }), true);
  assertEquals(canShowBoard(context, { ...none, isQuiet: true }), false);
  assertEquals(canShowBoard(context, { ...none, isTracing: true }), false);
  assertEquals(canShowBoard(new FakeContext([]), none), false);
  context.variables.set("TERM", "dumb");
  assertEquals(canShowBoard(context, none), false);
});
