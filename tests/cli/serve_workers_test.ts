import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { get } from "../../client.ts";
import { parseCommand } from "../../cli/parse.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import { planServe } from "../../cli/serve_plan.ts";
import {
  defaultWorkerCount,
  handOver,
  planWorkers,
  workerPlan,
} from "../../cli/serve_workers.ts";
import { type TftpHandler, TftpResponse } from "../../server.ts";
import { requestToHandOver, WORKERS } from "../../server/workers/in_worker.ts";
import { fakeRequest } from "../handlers/_request.ts";
import { FakeContext } from "./_context.ts";
import { startServing } from "./_serving.ts";

function plan(line: string) {
  const command = { name: "serve", options: SERVE_OPTIONS };
  return planServe(parseCommand(command, line.split(" ").filter(Boolean)));
}

Deno.test("defaultWorkerCount() leaves a small machine to one thread", () => {
  assertEquals([1, 2, 3, 4, 6, 64].map(defaultWorkerCount), [0, 0, 0, 2, 4, 4]);
});

Deno.test("planWorkers() counts what was asked for, or the processors", async () => {
  const context = new FakeContext([]);
  const count = async (line: string, processors: number) =>
    (await planWorkers(plan(line), context, processors))?.count ?? 0;
  assertEquals(await count("--workers 3", 2), 3);
  assertEquals(await count("--workers 0", 8), 0);
  assertEquals(await count("", 2), 0);
  assertEquals(await count("", 5), 3);
  assertEquals(context.stderr.text, "");
});

const OBSTACLES: readonly [line: string, reason: string][] = [
  ["--single-port", "--single-port has but one socket"],
  ["--pcap x", "--pcap has to see all datagrams"],
  ["--origin http://example.com/", "what comes from an origin is shared"],
];

for (const [line, reason] of OBSTACLES) {
  Deno.test(`planWorkers() does without them for ${line}, and says so to who has asked`, async () => {
    const context = new FakeContext([]);
    assertEquals(await planWorkers(plan(line), context, 8), null);
    assertEquals(context.stderr.text, "");
    assertEquals(await planWorkers(plan(`${line} --workers 2`), context), null);
    assert(context.stderr.text.startsWith("WARNING: One thread does all"));
    assert(context.stderr.text.includes(reason));
  });
}

Deno.test("planWorkers() does without them where they may not read their code, unless that comes from elsewhere", async () => {
  const isGranted = ({ name }: Deno.PermissionDescriptor) => name !== "read";
  const context = new FakeContext([], { isGranted });
  assertEquals(await planWorkers(plan("--workers 2"), context), null);
  assert(context.stderr.text.includes("add --allow-read="));
  const far = new URL("https://example.com/");
  const workers = await planWorkers(plan("--workers 2"), context, 8, far);
  assertEquals(workers?.count, 2);
});

Deno.test("workerPlan() can be cloned, and divides what may be kept", () => {
  const { fileCacheBytes } = structuredClone(
    workerPlan(plan("--file-cache 1000 --write"), 3),
  );
  assertEquals(fileCacheBytes, 333);
});

Deno.test("handOver() keeps uploads whose octets are counted", () => {
  const kept = new TftpResponse("");
  const local: TftpHandler = () => kept;
  const way = { [WORKERS]: { isReady: true } };
  const answer = (line: string, operation: "read" | "write") =>
    handOver(() => plan(line), local)(
      Object.assign(fakeRequest("file", { operation }), way),
    ) as TftpResponse;
  assertStrictEquals(answer("--write --upload-quota 1M", "write"), kept);
  assertStrictEquals(answer("--origin http://example.com/", "read"), kept);
  for (const operation of ["read", "write"] as const) {
    assert(requestToHandOver(answer("--write", operation)));
  }
  assert(requestToHandOver(answer("--write --upload-quota 1M", "read")));
});

Deno.test("serve --workers serves a directory, and reloads what it is told", async () => {
  const root = await Deno.makeTempDir();
  const config = `${root}/tftpkit.toml`;
  await Deno.mkdir(`${root}/a`);
  await Deno.mkdir(`${root}/b`);
  await Deno.writeTextFile(`${root}/a/file`, "from a");
  await Deno.writeTextFile(`${root}/b/file`, "from b");
  await Deno.writeTextFile(config, `root = "${root}/a"`);
  {
    await using serving = await startServing([
      ...["--workers", "1", "--config", config],
    ]);
    const read = async () => {
      const url = `tftp://127.0.0.1:${serving.port}/file`;
      await using response = await get(url);
      return await response.text();
    };
    assertEquals(await read(), "from a");
    await Deno.writeTextFile(config, `root = "${root}/b"`);
    serving.context.reload();
    await serving.context.stderr.until(/Reloaded|WARNING/);
    assertEquals(await read(), "from b");
  }
  await Deno.remove(root, { recursive: true });
});
