/** Handlers behind a real server: what clients see of routes, compositions, and files in memory. */
import { assertEquals } from "@std/assert";
import {
  compose,
  lowercase,
  memory,
  route,
  serveDir,
  serveDirs,
  serveFile,
  type TftpHandler,
  TftpResponse,
  withFilename,
} from "../../handlers/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import {
  ack,
  content,
  data,
  oack,
  raw,
  read,
  write,
} from "../conformance/_packets.ts";
import {
  bytesOf,
  type ServerSide,
  withServer,
} from "../conformance/_server_side.ts";
import { Sandbox } from "./_sandbox.ts";

const NOT_FOUND = 'ERROR 1 "File not found"';
const DENIED = 'ERROR 2 "Access violation"';
const EXISTS = 'ERROR 6 "File already exists"';

/** Reads a file of one block, and expects its text. */
async function get(side: ServerSide, name: string, text: string) {
  const client = await side.ask(read(name));
  const block = await client.expect(`DATA 1 (${text.length} octets)`);
  assertEquals(new TextDecoder().decode(block.subarray(4)), text);
  await client.send(ack(1));
}

/** Writes a file of one block, and expects that it is taken. */
async function put(side: ServerSide, name: string, text: string) {
  const client = await side.ask(write(name));
  await client.expect("ACK 0");
  await client.send(data(1, raw(text)));
  await client.expect("ACK 1");
}

/** Asks, and expects nothing but this answer. */
async function refused(
  side: ServerSide,
  packet: ReturnType<typeof read>,
  line: string,
) {
  await (await side.ask(packet)).expect(line);
}

Deno.test("files in memory are read and written as any others", () => {
  const handler = memory({ hello: "Hello", large: content(600) }, {
    write: true,
    maxSizeBytes: 600,
  });
  return withServer({ handler }, async (side) => {
    await get(side, "/hello", "Hello");
    await put(side, "\\dir\\new", "one");
    await get(side, "dir/new", "one");
    await refused(side, write("hello"), EXISTS);
    await refused(side, read("nothing"), NOT_FOUND);
    await refused(side, write("../new"), DENIED);

    const client = await side.ask(read("large", [["tsize", "0"]]));
    await client.expect("OACK tsize=600");
    await client.send(ack(0));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await client.expect("DATA 2 (88 octets)");
    await client.send(ack(2));
  });
});

Deno.test("an upload into memory that is too large, or breaks off, leaves nothing", () => {
  const handler = memory({}, { write: true, maxSizeBytes: 600 });
  return withServer({ handler }, async (side) => {
    await refused(
      side,
      write("a", [["tsize", "601"]]),
      'ERROR 3 "Disk full or allocation exceeded"',
    );
    const greedy = await side.ask(write("a"));
    await greedy.expect("ACK 0");
    await greedy.send(data(1, 512));
    await greedy.expect("ACK 1");
    await greedy.send(data(2, 100));
    await greedy.expect('ERROR 3 "Disk full or allocation exceeded"');
    const lost = await side.ask(write("b"));
    await lost.expect("ACK 0");
    await lost.send(data(1, 512));
    await lost.expect("ACK 1");
    await lost.send({ type: "ERROR", code: 0, message: "Enough" });
    assertEquals([...handler.files.keys()], []);
    assertEquals(side.ends, ["refused", "failed", "failed"]);
  });
});

Deno.test("routes send reads and writes on by name, and refuse the rest before a byte", () => {
  const backups = memory({}, { write: true, overwrite: true });
  const handler = route([
    {
      pattern: "/firmware/:model/*",
      operation: "read",
      handler: (_, { groups: { model }, captures: [rest] }) =>
        new TftpResponse(`${model}: ${rest}`),
    },
    {
      pattern: /^(?<host>[\w-]+)\.cfg$/gi,
      operation: "write",
      handler: (request, { groups }) =>
        backups(withFilename(request, `${groups.host}/latest`)),
    },
  ]);
  return withServer({ handler }, async (side) => {
    await get(side, "firmware/x 1/a%20b", "x 1: a%20b");
    await get(side, "\\firmware\\x2\\dir\\y", "x2: dir/y");
    await put(side, "switch-1.CFG", "one");
    await put(side, "switch-1.cfg", "two");
    const latest = backups.files.get("switch-1/latest");
    assertEquals(new TextDecoder().decode(latest), "two");
    await refused(side, read("switch-1.cfg"), NOT_FOUND);
    await refused(side, write("firmware/x/y"), DENIED);
    await refused(side, read("firmware/../firmware/x/y"), NOT_FOUND);
    assertEquals(
      side.ends.filter((type) => type === "refused").length,
      3,
    );
  });
});

Deno.test("a composition asks one after the other, and tells the most telling refusal", async () => {
  using sandbox = new Sandbox({ "srv/file": "from disk", "spare/spare": "s" });
  const bodies: Record<string, string> = {};
  const takeBody: TftpHandler = async ({ operation, filename, body }) => {
    if (operation === "read" || !filename.startsWith("body")) return;
    bodies[filename] = new TextDecoder().decode(await bytesOf(body!));
    if (filename === "body/bad") throw new TftpError(1, "Not like that");
  };
  const uploads = memory({}, { write: true });
  const handler = compose(
    memory({ motd: "from memory" }),
    (request) => serveDir(request, { root: `${sandbox.path}/srv` }),
    takeBody,
    route([{ pattern: "/new", handler: uploads }]),
    (request) =>
      serveDir(request, { root: `${sandbox.path}/spare`, write: true }),
  );
  await withServer({ handler }, async (side) => {
    await get(side, "motd", "from memory");
    await get(side, "file", "from disk");
    await get(side, "spare", "s");
    await put(side, "body/good", "streamed");
    await put(side, "new", "stored");
    await refused(side, read("missing"), NOT_FOUND);
    await refused(side, write("no/such/directory"), NOT_FOUND);
    await refused(side, write("spare"), EXISTS);
    // Who has read the body gives the answer.
    const client = await side.ask(write("body/bad"));
    await client.expect("ACK 0");
    await client.send(data(1, raw("read")));
    await client.expect('ERROR 1 "Not like that"');
  });
  assertEquals(bodies, { "body/good": "streamed", "body/bad": "read" });
  assertEquals([...uploads.files.keys()], ["new"]);
});

Deno.test("a composition streams a body of many blocks at the pace of its reader", () => {
  const sizes: number[] = [];
  const handler = compose(memory({}), async ({ body }) => {
    for await (const chunk of body!) sizes.push(chunk.length);
  }, () => {});
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("x"));
    await client.expect("ACK 0");
    for (const [block, size] of [[1, 512], [2, 512], [3, 0]] as const) {
      await client.send(data(block, size));
      await client.expect(`ACK ${block}`);
    }
    assertEquals(sizes.reduce((sum, size) => sum + size, 0), 1024);
    assertEquals(side.ends, ["finished"]);
  });
});

Deno.test("with no handler that answers, a read finds nothing and a write is not taken", () =>
  withServer({ handler: compose() }, async (side) => {
    await refused(side, read("x"), NOT_FOUND);
    await refused(side, write("x"), DENIED);
  }));

Deno.test("files, open files and several directories are answers, too", async () => {
  using sandbox = new Sandbox({ "a/x": "in a", "b/x": "in b", "b/y": "y" });
  const at = (name: string) => `${sandbox.path}/${name}`;
  const handler = route([
    {
      pattern: "/open",
      handler: () => new TftpResponse(Deno.openSync(at("b/y"))),
    },
    { pattern: "/one", handler: (request) => serveFile(request, at("b/x")) },
    {
      pattern: "/upper/*",
      handler: lowercase(
        route([{
          pattern: "/upper/:name",
          handler: (_, { groups }) => new TftpResponse(groups.name!),
        }]),
      ),
    },
  ], (request) => serveDirs(request, { roots: [at("a"), at("b")] }));
  await withServer({ handler }, async (side) => {
    await get(side, "open", "y");
    await get(side, "one", "in b");
    await get(side, "x", "in a");
    await get(side, "y", "y");
    await get(side, "upper/ABC", "abc");
    const client = await side.ask(read("open", [["tsize", "0"]]));
    const { options } = oack(["tsize", "1"]);
    await client.expect(`OACK ${options[0]!.join("=")}`);
    await client.send(ack(0));
    await client.expect("DATA 1 (1 octets)");
    await client.send(ack(1));
  });
});
