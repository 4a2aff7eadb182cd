import { assertEquals } from "@std/assert";
import { parseCommand } from "../../cli/parse.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import { planServe } from "../../cli/serve_plan.ts";
import {
  LiveState,
  oneAtATime,
  restartOptions,
  type ServeState,
} from "../../cli/serve_reload.ts";
import type { ServerEvent } from "../../server.ts";
import { fakeRequest } from "../handlers/_request.ts";

function parse(line: string) {
  const words = line.split(" ").filter(Boolean);
  return parseCommand({ name: "serve", options: SERVE_OPTIONS }, words);
}

Deno.test("LiveState hands requests and events to what is in force", async () => {
  const told: string[] = [];
  const state = (name: string): ServeState => {
    const args = parse("");
    const plan = planServe(args);
    const onEvent = ({ type }: ServerEvent) =>
      void told.push(`${name} ${type}`);
    return {
      args,
      plan,
      onEvent,
      handler: ({ filename }) => void told.push(`${name} ${filename}`),
      close: () => void told.push(`${name} closed`),
    };
  };
  const [a, b] = [state("a"), state("b")];
  const live = new LiveState(a);
  const { handler, onEvent } = live;
  const request = fakeRequest("file");
  const event = { type: "request", request: { ...request, id: 1 } } as const;
  await handler(request);
  onEvent(event);
  assertEquals(live.current, a);
  live.replace(b);
  assertEquals(live.current, b);
  await handler(request);
  onEvent(event);
  live.close();
  assertEquals(told, [
    ...["a file", "a request", "a closed"],
    ...["b file", "b request", "b closed"],
  ]);
});

const RESTARTS: readonly [before: string, after: string, names: string[]][] = [
  ["", "", []],
  ["-p 69", "-p 69", []],
  ["/a", "-wqv /b --max-size 1 --json --config x", []],
  ["", "-p 69", ["port"]],
  ["--host a --host b", "--host b --host a", ["host"]],
  [
    "--single-port --blksize 8",
    "--windowsize 1 --refuse tsize --drain 1 -r 1 -t 1 --rfc1350",
    [
      ...["single-port", "blksize", "windowsize", "refuse"],
      ...["rfc1350", "timeout", "retries", "drain"],
    ],
  ],
];

for (const [before, after, names] of RESTARTS) {
  Deno.test(`restartOptions() from "${before}" to "${after}" are ${names}`, () => {
    assertEquals(
      restartOptions(SERVE_OPTIONS, parse(before), parse(after)),
      names,
    );
  });
}

Deno.test("oneAtATime() makes one of all that is asked for meanwhile", async () => {
  const runs: PromiseWithResolvers<void>[] = [];
  const ask = oneAtATime(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  });
  ask();
  assertEquals(runs.length, 1);
  ask();
  ask();
  assertEquals(runs.length, 1);
  runs[0]!.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(runs.length, 2);
  runs[1]!.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(runs.length, 2);
  ask();
  assertEquals(runs.length, 3);
  runs[2]!.resolve();
});
