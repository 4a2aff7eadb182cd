import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../cli/config.ts";
import { parseCommand } from "../../cli/parse.ts";
import { makeHandler } from "../../cli/serve_handler.ts";
import type { OriginResources } from "../../cli/serve_origin.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import { planServe } from "../../cli/serve_plan.ts";
import { TftpError } from "../../packet/mod.ts";
import { rejectionOf, Sandbox } from "../handlers/_sandbox.ts";
import { fakeRequest, fakeUpload } from "../handlers/_request.ts";

const RESOURCES: OriginResources = {
  caches: new Map(),
  env: () => undefined,
  warn: () => {},
};

Deno.test("makeHandler() answers by the plan", async () => {
  using sandbox = new Sandbox({ file: "text" });
  const args = parseCommand({ name: "serve", options: SERVE_OPTIONS }, [
    sandbox.path,
  ]);
  const handler = await makeHandler(planServe(args), RESOURCES);
  const response = await handler(fakeRequest("file"));
  assertEquals(response?.source?.size, 4);
  response?.source?.close();
  const error = await assertRejects(
    async () => await handler(fakeRequest("missing")),
    TftpError,
  );
  assertEquals(error.code, 1);
});

async function handlerFor(...args: string[]) {
  const command = { name: "serve", options: SERVE_OPTIONS };
  return await makeHandler(planServe(parseCommand(command, args)), RESOURCES);
}

async function sizeOf(
  handler: Awaited<ReturnType<typeof handlerFor>>,
  name: string,
): Promise<number | null | undefined> {
  const response = await handler(fakeRequest(name));
  await response?.source?.close();
  return response?.source?.size;
}

Deno.test("makeHandler() looks into several directories, in order", async () => {
  using first = new Sandbox({ file: "1" });
  using second = new Sandbox({ file: "22", other: "333" });
  const handler = await handlerFor(first.path, second.path);
  assertEquals(await sizeOf(handler, "file"), 1);
  assertEquals(await sizeOf(handler, "other"), 3);
});

Deno.test("makeHandler() puts uploads into a directory of their own, from which nothing is read", async () => {
  using root = new Sandbox({ file: "1" });
  using uploads = new Sandbox({ secret: "22" });
  const handler = await handlerFor(root.path, "--upload-dir", uploads.path);
  assertEquals(await sizeOf(handler, "file"), 1);
  await assertRejects(async () => await sizeOf(handler, "secret"), TftpError);
  const { sink } = (await handler(fakeUpload("new")))!;
  await sink!.write(new Uint8Array([65]));
  await sink!.commit();
  assertEquals(await Deno.readTextFile(`${uploads.path}/new`), "A");
});

Deno.test("makeHandler() serves each client its own directory, and names in lower case", async () => {
  using root = new Sandbox({ "192.0.2.7/file": "own", file: "shared" });
  const handler = await handlerFor(
    ...[root.path, "--client-root", "address", "--lowercase"],
  );
  const remote = { transport: "udp", hostname: "192.0.2.7", port: 5 } as const;
  const response = await handler(fakeRequest("FILE", { remote }));
  assertEquals(response?.source?.size, 3);
  await response?.source?.close();
  assertEquals(await sizeOf(handler, "File"), 6);
});

Deno.test("makeHandler() rewrites names by a map file, and looks for others by a pattern file", async () => {
  using root = new Sandbox({ "boot/a": "1", "default.cfg": "22" });
  using rules = new Sandbox({
    map: "ri ^c: boot/\na \\.pvt$ Not_here\nE ^none$ absent\n",
    pcre: "^(.*)[.]cfg$ default.cfg\n",
  });
  const handler = await handlerFor(
    ...[root.path, "--map-file", `${rules.path}/map`],
    ...["--pcre-file", `${rules.path}/pcre`],
  );
  assertEquals(await sizeOf(handler, "C:a"), 1);
  assertEquals(await sizeOf(handler, "r1.cfg"), 2);
  const error = await assertRejects(
    async () => await sizeOf(handler, "key.pvt"),
    TftpError,
    "Cannot remap",
  );
  assertEquals([error.code, error.wireText], [2, "Not_here"]);
});

Deno.test("makeHandler() looks at a name for the policy when a map file and all others are done with it", async () => {
  using root = new Sandbox({ "site.key": "1", "r1.cfg": "22" });
  using rules = new Sandbox({ map: "r \\?.*$\n", pcre: "^none$ site.key\n" });
  const args = [
    ...[root.path, "--map-file", `${rules.path}/map`, "--lowercase"],
    ...["--pcre-file", `${rules.path}/pcre`, "--write"],
  ];
  const plan = planServe(
    parseCommand({ name: "serve", options: SERVE_OPTIONS }, args),
  );
  const policy = {
    denyExtensions: ["key"],
    writes: { allowExtensions: ["cfg"] },
  };
  const handler = await makeHandler({ ...plan, policy }, RESOURCES);
  assertEquals(await sizeOf(handler, "r1.cfg?.key"), 2);
  for (
    const request of [
      fakeRequest("site.key?.cfg"),
      fakeRequest("SITE.KEY"),
      fakeRequest("none"),
      fakeUpload("new.txt?.cfg"),
    ]
  ) {
    const error = await rejectionOf(async () => await handler(request));
    assertEquals(error.code, 2, request.filename);
  }
  assertEquals(root.list(), ["r1.cfg", "site.key"]);
});

Deno.test("makeHandler() looks for files for E where the handler behind it finds them", async () => {
  using root = new Sandbox({
    "192.0.2.7/own": "1",
    "own": "22",
    "Shared": "333",
    "x/Boot": "4444",
    "outside": "55555",
  });
  root.link("../outside", "x/link");
  using rules = new Sandbox({
    map: "rE ^try/(.*) \\1\nr ^try/.* 192.0.2.7/own\n",
  });
  const map = ["--map-file", `${rules.path}/map`];
  const remote = { transport: "udp", hostname: "192.0.2.7", port: 5 } as const;
  const size = async (name: string, ...args: string[]) => {
    const handler = await handlerFor(...args, ...map);
    const response = await handler(fakeRequest(name, { remote }));
    await response?.source?.close();
    return response?.source?.size;
  };
  const client = [root.path, "--client-root", "address"];
  assertEquals(await size("try/own", ...client), 1);
  // What only the shared root has is not there for this client.
  await rejectionOf(() => size("try/Shared", ...client));
  assertEquals(await size("try/shared", root.path, "--ignore-case"), 3);
  assertEquals(await size("try/shared", root.path), 1);
  assertEquals(await size("try/OWN", root.path, "--lowercase"), 2);
  const x = `${root.path}/x`;
  assertEquals(await size("try/link", x, "--symlinks", "follow"), 5);
  await rejectionOf(() => size("try/link", x));
});

Deno.test("makeHandler() looks for room for an upload for E where uploads of the client go", async () => {
  using root = new Sandbox({ "192.0.2.7/d": null });
  using uploads = new Sandbox({ "192.0.2.7/u": null });
  using rules = new Sandbox({
    map: "rE ^try/(.*) \\1\na ^try/ no\n",
  });
  const remote = { transport: "udp", hostname: "192.0.2.7", port: 5 } as const;
  const take = async (name: string, ...args: string[]) => {
    const handler = await handlerFor(
      ...[root.path, "--client-root", "address", ...args],
      ...["--map-file", `${rules.path}/map`],
    );
    const response = await handler(fakeUpload(name, { remote }));
    await response?.sink?.abort(null);
  };
  await take("try/d/new", "--write");
  await rejectionOf(() => take("try/u/new", "--write"));
  await take("try/u/new", "--upload-dir", uploads.path);
  await rejectionOf(() => take("try/d/new", "--upload-dir", uploads.path));
});

Deno.test("makeHandler() says what is wrong with a map file, line by line", async () => {
  using rules = new Sandbox({ map: "q a b\nr [ c\n" });
  const path = `${rules.path}/map`;
  const error = await assertRejects(
    () => handlerFor("--map-file", path),
    ConfigError,
  );
  assertEquals(
    error.problems.map((problem) => problem.startsWith(`${path}:`)),
    [true, true],
  );
  await assertRejects(
    () => handlerFor("--map-file", `${path}.absent`),
    Error,
    "Cannot read",
  );
});

Deno.test("makeHandler() serves what an origin has", async () => {
  await using origin = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      new URL(request.url).pathname === "/tftp/file"
        ? new Response("four")
        : new Response(null, { status: 404 }),
  );
  const url = `http://127.0.0.1:${origin.addr.port}/tftp/`;
  const handler = await handlerFor(
    "--origin",
    url,
    "--origin-cache-size",
    "1M",
  );
  assertEquals(await sizeOf(handler, "file"), 4);
  assertEquals(await sizeOf(handler, "/file"), 4);
  await assertRejects(async () => await sizeOf(handler, "none"), TftpError);
});
