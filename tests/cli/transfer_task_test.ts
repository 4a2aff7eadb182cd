import { assertEquals, assertRejects } from "@std/assert";
import { FileWatch } from "../../cli/file_watch.ts";
import { downloadTask, uploadTask } from "../../cli/transfer_task.ts";
import { get, put } from "../../client.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext } from "./_context.ts";
import { closeSockets, TestServer } from "./_server.ts";

function place(stdin: readonly string[] = []) {
  const encoder = new TextEncoder();
  return {
    context: new FakeContext([], {
      stdin: stdin.map((text) => encoder.encode(text)),
    }),
    client: { get, put },
  };
}

const target = ({ port }: TestServer, filename: string) => ({
  hostname: "127.0.0.1",
  port,
  filename,
  mode: "octet" as const,
});

Deno.test("downloadTask() says what was kept of a file that broke off", async () => {
  using sandbox = new Sandbox();
  const partialPath = `${sandbox.path}/a.part`;
  const task = downloadTask(
    { hostname: "h", port: 69, filename: "a", mode: "octet" },
    `${sandbox.path}/a`,
    { partialPath },
    {
      ...place(),
      client: {
        put,
        get: async (_target, { sink } = {}) => {
          await sink!.write(new Uint8Array(5));
          await sink!.abort(new Error("gone"));
          throw new Error("gone");
        },
      },
    },
  );
  assertEquals(task.complaint, 'Cannot get "a" from h');
  assertEquals(task.afterword?.(), null);
  await assertRejects(() => task.perform({}, new FileWatch()), Error, "gone");
  assertEquals(task.afterword?.(), `5 B are kept in "${partialPath}"`);
});

Deno.test("uploadTask() tells sizes that the server does not", async () => {
  await using _ = closeSockets();
  await using server = new TestServer();
  using sandbox = new Sandbox({ a: "text" });
  const sizes = new Set<number | null>();
  const task = uploadTask(`${sandbox.path}/a`, target(server, "b"), place());
  await task.perform({
    rfc1350: true,
    onProgress: ({ size }) => void sizes.add(size),
  }, new FileWatch());
  assertEquals([server.files.get("b"), [...sizes]], ["text", [4]]);
});

Deno.test("uploadTask() reads standard input, which is called -", async () => {
  await using _ = closeSockets();
  await using server = new TestServer();
  const task = uploadTask(null, target(server, "b"), place(["ab", "c"]));
  assertEquals(task.complaint, 'Cannot put "-" to 127.0.0.1 as "b"');
  await task.perform({}, new FileWatch());
  assertEquals(server.files.get("b"), "abc");
});

Deno.test("uploadTask() takes no directory, which is the file's fault", async () => {
  using sandbox = new Sandbox();
  const watch = new FileWatch();
  const there = { hostname: "h", port: 69, filename: "b", mode: "octet" };
  const task = uploadTask(
    sandbox.path,
    there as Parameters<typeof uploadTask>[1],
    place(),
  );
  const error = await assertRejects(() => task.perform({}, watch));
  assertEquals(watch.isFault(error), true);
});
