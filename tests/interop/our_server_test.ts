/**
 * Our server with the clients of other projects.
 *
 * @module
 */

import { type Network, udpNetwork } from "../../net/mod.ts";
import { serve } from "../../server.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ATFTP, CLIENTS, CURL, type PeerClient, TFTP_HPA } from "./_clients.ts";
import { digest, TempDir } from "./_files.ts";
import { Events, serveFolder } from "./_ours.ts";
import { testWith } from "./_peers.ts";

/** A text with every kind of line end, so that line ends lie on the border of two blocks. */
const TEXT = "one\ntwo\r\nthree\rfour\n\n\r\r\n".repeat(100) + "end\r";

function test(
  client: PeerClient,
  what: string,
  run: (path: string) => Promise<void>,
): void {
  const name = `${client.name} with our server: ${what}`;
  testWith(name, client.name, [client.path], run);
}

/** One file there and back again. */
async function roundTrip(
  client: PeerClient,
  path: string,
  sizeBytes: number,
  options: { blksize?: number; windowsize?: number; singlePort?: boolean },
): Promise<string> {
  const { singlePort = false, ...asked } = options;
  using root = new TempDir();
  using local = new TempDir();
  const events = new Events();
  let sockets = 0;
  const bind: Network["bind"] = (address) => {
    sockets++;
    return udpNetwork().bind(address);
  };
  await using server = serveFolder(root.path, {
    singlePort,
    onEvent: events.note,
    network: { bind },
  });
  const { port } = server.addr;
  const original = root.make("down", sizeBytes);
  const wanted = digest(original);

  const copy = local.at("copy");
  const got = await client.get(path, {
    ...asked,
    port,
    remote: "down",
    local: copy,
  });
  assertEquals(got.code, 0, got.text);
  assertEquals(digest(copy), wanted);
  const { negotiated } = events;

  const sent = await client.put(path, {
    ...asked,
    port,
    remote: "up",
    local: copy,
  });
  assertEquals(sent.code, 0, sent.text);
  assertEquals(digest(root.at("up")), wanted);
  assertEquals(events.endings, ["finished", "finished"]);
  assertEquals(sockets, singlePort ? 1 : 3);
  return negotiated;
}

for (const client of CLIENTS) {
  for (const singlePort of [false, true]) {
    const how = singlePort ? ", all on one port" : "";
    test(client, `files of all lengths${how}`, async (path) => {
      for (const sizeBytes of [0, 1, 511, 512, 513, 1024, 100_000]) {
        await roundTrip(client, path, sizeBytes, { singlePort });
      }
    });
  }

  if (client.options.includes("blksize")) {
    test(client, "block sizes", async (path) => {
      for (const blksize of [client.minBlksize, 1428, 8192, 65464]) {
        for (const sizeBytes of [blksize - 1, blksize, 3 * blksize + 1]) {
          const negotiated = await roundTrip(client, path, sizeBytes, {
            blksize,
          });
          assertStringIncludes(negotiated, `blksize=${blksize}`);
        }
      }
    });

    test(client, "more than 65535 blocks", async (path) => {
      const blksize = client.minBlksize;
      await roundTrip(client, path, blksize * 65536 + 5, {
        blksize,
        ...client === ATFTP ? { windowsize: 16 } : {},
      });
    });
  }

  test(client, "a file that is not there", async (path) => {
    using root = new TempDir();
    using local = new TempDir();
    await using server = serveFolder(root.path);
    const { code, text } = await client.get(path, {
      port: server.addr.port,
      remote: "missing",
      local: local.at("missing"),
    });
    assertEquals(code, client.missingFile.code);
    assertStringIncludes(text, client.missingFile.text);
  });

  test(client, "an upload that is refused", async (path) => {
    using local = new TempDir();
    await using server = serve({ hostname: "127.0.0.1", port: 0 }, () => {});
    const { code, text } = await client.put(path, {
      port: server.addr.port,
      remote: "up",
      local: local.make("file", 600),
    });
    // curl has a code of its own for an access violation.
    assertEquals(
      code,
      client === CURL ? 69 : client.missingFile.code,
      text,
    );
    if (client !== CURL) assertStringIncludes(text, "Access violation");
  });
}

test(ATFTP, "windows", async (path) => {
  for (
    const [blksize, windowsize] of [[512, 4], [1428, 16], [1428, 64], [8192, 8]]
  ) {
    const options = { blksize: blksize!, windowsize: windowsize! };
    for (const blocks of [1, windowsize! - 1, windowsize!, windowsize! + 1]) {
      for (const sizeBytes of [blocks * blksize! - 1, blocks * blksize!]) {
        assertEquals(
          await roundTrip(ATFTP, path, sizeBytes, options),
          `blksize=${blksize} windowsize=${windowsize}`,
        );
      }
    }
  }
});

test(ATFTP, "timeout and size", async (path) => {
  using root = new TempDir();
  using local = new TempDir();
  const events = new Events();
  await using server = serveFolder(root.path, { onEvent: events.note });
  const job = { port: server.addr.port, timeout: 3, tsize: true } as const;
  const original = root.make("down", 5000);
  const copy = local.at("copy");
  const got = await ATFTP.get(path, { ...job, remote: "down", local: copy });
  assertEquals(got.code, 0, got.text);
  // What it asks for is "enable", which is no size, so it is not told one.
  assertEquals(events.negotiated, "timeout=3");
  const sent = await ATFTP.put(path, { ...job, remote: "up", local: copy });
  assertEquals(sent.code, 0, sent.text);
  assertEquals(events.negotiated, "tsize=5000 timeout=3");
  assertEquals(digest(root.at("up")), digest(original));
});

test(CURL, "its own options", async (path) => {
  using root = new TempDir();
  using local = new TempDir();
  const events = new Events();
  await using server = serveFolder(root.path, { onEvent: events.note });
  root.make("down", 5000);
  const job = {
    port: server.addr.port,
    remote: "down",
    local: local.at("copy"),
  };
  assertEquals((await CURL.get(path, job)).code, 0);
  assertEquals(events.negotiated, "tsize=5000 blksize=512 timeout=6");
});

for (const client of [TFTP_HPA, ATFTP]) {
  test(client, "texts in mode netascii", async (path) => {
    using root = new TempDir();
    using local = new TempDir();
    await using server = serveFolder(root.path);
    const job = { port: server.addr.port, isNetascii: true } as const;
    root.write("down", TEXT);
    const copy = local.at("copy");
    const got = await client.get(path, { ...job, remote: "down", local: copy });
    assertEquals(got.code, 0, got.text);
    assertEquals(await Deno.readTextFile(copy), TEXT);
    const sent = await client.put(path, { ...job, remote: "up", local: copy });
    assertEquals(sent.code, 0, sent.text);
    assertEquals(await Deno.readTextFile(root.at("up")), TEXT);
  });
}

test(
  CURL,
  "texts in mode netascii, which it leaves as they come",
  async (path) => {
    using root = new TempDir();
    using local = new TempDir();
    await using server = serveFolder(root.path);
    root.write("down", "one\ntwo\r");
    const copy = local.at("copy");
    const got = await CURL.get(path, {
      port: server.addr.port,
      isNetascii: true,
      remote: "down",
      local: copy,
    });
    assertEquals(got.code, 0, got.text);
    assertEquals(await Deno.readTextFile(copy), "one\r\ntwo\r\0");
  },
);

test(TFTP_HPA, "many clients at once", async (path) => {
  using root = new TempDir();
  using local = new TempDir();
  const events = new Events();
  await using server = serveFolder(root.path, { onEvent: events.note });
  const wanted = digest(root.make("down", 200_000));
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, (_, i) =>
      TFTP_HPA.get(path, {
        port: server.addr.port,
        remote: "down",
        local: local.at(String(i)),
      })),
  );
  assert(outcomes.every(({ code }) => code === 0));
  for (let i = 0; i < 16; i++) {
    assertEquals(digest(local.at(String(i))), wanted);
  }
  assertEquals(events.endings, Array(16).fill("finished"));
});
