/**
 * 100 MB each way: more than 65535 blocks three times over, and in large windows.
 *
 * @module
 */

import type { ClientOptions } from "../../client.ts";
import { assertEquals } from "@std/assert";
import { ATFTP, type PeerClient, TFTP_HPA } from "./_clients.ts";
import { becomes, digest, TempDir } from "./_files.ts";
import { Client, serveFolder } from "./_ours.ts";
import { ATFTPD, IN_TFTPD, type ServerProgram } from "./_servers.ts";
import { testWith } from "./_peers.ts";

const SIZE_BYTES = 100 * 1024 * 1024;

const PLAIN = { blksize: 512, windowsize: 1 } as const;
const WINDOWED = { blksize: 1428, windowsize: 16 } as const;

function testClient(
  client: PeerClient,
  options: { readonly blksize?: number; readonly windowsize?: number },
  how: string,
): void {
  const name = `100 MB from and to ${client.name} with our server, ${how}`;
  testWith(name, client.name, [client.path], async (path) => {
    using root = new TempDir();
    using local = new TempDir();
    await using server = serveFolder(root.path);
    const job = { ...options, port: server.addr.port };
    const wanted = digest(root.make("down", SIZE_BYTES));
    const copy = local.at("copy");
    // Both ways at once: most of the time is spent waiting for an ACK.
    const outcomes = await Promise.all([
      client.get(path, { ...job, remote: "down", local: copy }),
      client.put(path, { ...job, remote: "up", local: root.at("down") }),
    ]);
    for (const { code, text } of outcomes) assertEquals(code, 0, text);
    assertEquals(digest(copy), wanted);
    assertEquals(digest(root.at("up")), wanted);
  });
}

async function roundTrip(
  client: Client,
  root: TempDir,
  options: ClientOptions & { blksize: number; windowsize: number },
): Promise<void> {
  using local = new TempDir();
  const copy = local.at("copy");
  const wanted = digest(root.make("down", SIZE_BYTES));
  const [{ settings }, upload] = await Promise.all([
    client.get("down", copy, options),
    client.put(root.at("down"), "up", options),
  ]);
  assertEquals(digest(copy), wanted);
  await becomes(root.at("up"), wanted);
  for (const { blockSize, windowSize } of [settings, upload.settings]) {
    assertEquals([blockSize, windowSize], [
      options.blksize,
      options.windowsize,
    ]);
  }
}

function testServer(
  server: ServerProgram,
  options: { readonly blksize: number; readonly windowsize: number },
  how: string,
): void {
  const name = `100 MB from and to ${server.name} with our client, ${how}`;
  testWith(
    name,
    `${server.name}, or root for it,`,
    [server.path],
    async (path) => {
      using root = new TempDir();
      await using running = await server.start(path, root.path);
      using client = new Client(running.port);
      await roundTrip(client, root, options);
    },
  );
}

testClient(TFTP_HPA, {}, "in blocks of 512");
testClient(ATFTP, WINDOWED, "in windows of 16 x 1428");
testServer(IN_TFTPD, PLAIN, "in blocks of 512");
testServer(ATFTPD, WINDOWED, "in windows of 16 x 1428");

Deno.test("100 MB from and to our server with our client, in windows of 16 x 1428", async () => {
  using root = new TempDir();
  await using server = serveFolder(root.path);
  using client = new Client(server.addr.port);
  await roundTrip(client, root, WINDOWED);
});
