/**
 * Our server in front of nginx.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { get, put } from "../../client.ts";
import {
  diskCache,
  httpOrigin,
  type HttpOriginEvent,
  type HttpOriginOptions,
  memoryCache,
} from "../../handlers/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import { serve } from "../../server.ts";
import { TempDir } from "./_files.ts";
import { hasDav, NGINX, type Nginx, startNginx } from "./_nginx.ts";
import { testWith } from "./_peers.ts";

function test(
  what: string,
  run: (nginx: Nginx, path: string) => Promise<void>,
  needs: (string | null)[] = [],
): void {
  testWith(
    `our server in front of nginx: ${what}`,
    needs.length === 0 ? "nginx" : "nginx with its dav module",
    [NGINX, ...needs],
    async (path) => {
      await using nginx = await startNginx(path as string);
      await run(nginx, path as string);
    },
  );
}

/** A TFTP server before it, and its address as a URL. */
function front(nginx: Nginx, options: HttpOriginOptions = {}) {
  const server = serve(
    { hostname: "127.0.0.1", port: 0, limits: { maxTransfersPerClient: 100 } },
    httpOrigin(nginx.url, options),
  );
  return {
    url: `tftp://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function read(url: string): Promise<Uint8Array> {
  await using response = await get(url, { blksize: 8192, windowsize: 8 });
  return await response.bytes();
}

async function codeOf(action: () => Promise<unknown>): Promise<number> {
  return (await assertRejects(action, TftpError)).code;
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

test("files, names that need care, and what is not there", async (nginx) => {
  const bytes = randomBytes(100_000);
  for (const name of ["plain", "a b+c%20", "ü?x#y"]) {
    await Deno.writeFile(`${nginx.root}/${name}`, bytes);
  }
  await Deno.writeFile(`${nginx.root}/private/x`, bytes);
  await Deno.writeFile(`${nginx.root}/empty`, new Uint8Array());
  await using tftp = front(nginx);
  for (const name of ["plain", "a b+c%20", "ü?x#y"]) {
    const url = `${tftp.url}/${encodeURIComponent(name)}`;
    assertEquals(await read(url), bytes);
  }
  assertEquals(await read(`${tftp.url}/empty`), new Uint8Array());
  assertEquals(await codeOf(() => read(`${tftp.url}/none`)), 1);
  assertEquals(await codeOf(() => read(`${tftp.url}/dir`)), 1);
  assertEquals(await codeOf(() => read(`${tftp.url}/private/x`)), 2);
});

test("304, and a new file in place of the old one", async (nginx) => {
  using directory = new TempDir();
  for (
    const cache of [memoryCache(), diskCache({ directory: directory.at("c") })]
  ) {
    const path = `${nginx.root}/file`;
    const types: string[] = [];
    await using tftp = front(nginx, {
      cache,
      onEvent: ({ type }) => types.push(type),
    });
    for (const size of [50_000, 60_000]) {
      const bytes = randomBytes(size);
      await Deno.writeFile(path, bytes);
      assertEquals(await read(`${tftp.url}/file`), bytes);
      assertEquals(await read(`${tftp.url}/file`), bytes);
    }
    assertEquals(types, ["fetched", "revalidated", "fetched", "revalidated"]);
    await Deno.writeTextFile(`${nginx.root}/fresh/file`, "x");
    types.length = 0;
    await read(`${tftp.url}/fresh/file`);
    await read(`${tftp.url}/fresh/file`);
    assertEquals(types, ["fetched", "fresh"]);
  }
});

test("a connection that breaks is resumed with a range", async (nginx) => {
  const bytes = randomBytes(2_000_000);
  await Deno.writeFile(`${nginx.root}/file`, bytes);
  const events: HttpOriginEvent[] = [];
  let requests = 0;
  await using tftp = front(nginx, {
    onEvent: (event) => events.push(event),
    async fetch(url, init) {
      const response = await fetch(url, init);
      if (requests++ > 0) return response;
      // The first answer breaks off in the middle.
      let left = 700_000;
      const broken = response.body!.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            left -= chunk.length;
            if (left < 0) throw new TypeError("connection reset");
            controller.enqueue(chunk);
          },
        }),
      );
      return new Response(broken, response);
    },
  });
  assertEquals(await read(`${tftp.url}/file`), bytes);
  assertEquals(requests, 2);
  assert(events.some(({ type, offset }) => type === "resumed" && offset > 0));
  const lines = await nginx.stop();
  assert(lines.some((line) => line.includes('" 206 ')), lines.join("\n"));
});

test("twenty clients at once are one GET", async (nginx) => {
  const bytes = randomBytes(20 * 1024 * 1024);
  await Deno.writeFile(`${nginx.root}/file`, bytes);
  await using tftp = front(nginx, {
    cache: memoryCache({
      maxBytes: 64 * 1024 * 1024,
      maxEntryBytes: 32 * 1024 * 1024,
    }),
  });
  const copies = await Promise.all(
    Array.from({ length: 20 }, () => read(`${tftp.url}/file`)),
  );
  for (const copy of copies) {
    assertEquals(Buffer.compare(copy, bytes), 0);
  }
  const lines = await nginx.stop();
  assertEquals(lines.filter((it) => it.includes('"GET /file ')).length, 1);
});

test("uploads", async (nginx) => {
  await using tftp = front(nginx, { write: true });
  const bytes = randomBytes(300_000);
  await put(`${tftp.url}/up/new`, bytes);
  assertEquals(await Deno.readFile(`${nginx.root}/up/new`), bytes);
  assertEquals(await codeOf(() => put(`${tftp.url}/up/new`, bytes)), 6);
  assertEquals(
    await codeOf(() => put(`${tftp.url}/up/big`, randomBytes(2_000_000))),
    3,
  );
  assertEquals(await codeOf(() => put(`${tftp.url}/private/x`, bytes)), 2);
}, [NGINX !== null && hasDav(NGINX) ? "" : null]);
