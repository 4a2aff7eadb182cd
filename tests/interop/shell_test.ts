/**
 * A script of our shell with the servers of other projects.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { run } from "../cli/_context.ts";
import { closeSockets } from "../cli/_server.ts";
import { becomes, digest, TempDir } from "./_files.ts";
import { testWith } from "./_peers.ts";
import { ATFTPD, IN_TFTPD } from "./_servers.ts";

for (const server of [IN_TFTPD, ATFTPD]) {
  const { name, path } = server;
  testWith(`our shell and ${name}`, name, [path], async (path) => {
    await using _ = closeSockets();
    using root = new TempDir();
    using local = new TempDir();
    const wanted = digest(root.make("down", 100_000));
    const small = digest(local.make("small", 5));
    await using running = await server.start(path, root.path);
    const script = [
      `connect 127.0.0.1 ${running.port}`,
      `get down ${local.at("a")}`,
      `option timeout 2`,
      `blksize 1024`,
      `get -f down ${local.at("a")}`,
      `put ${local.at("a")} up`,
      `rfc1350 on`,
      `mput ${local.at("small")}`,
      `get 127.0.0.1:missing ${local.at("b")}`,
    ];
    const { status, stderr } = await run(["shell"], {
      stdin: [new TextEncoder().encode(script.join("\n"))],
    });
    assertEquals(status, 8);
    const lines = stderr.split("\n");
    assertMatch(
      lines[1]!,
      /100\.0 kB in .*blksize=1024.*timeout=2|timeout=2.*blksize=1024/,
    );
    assertMatch(lines[4]!, /^Cannot get "missing" .* refused with code 1: /);
    assertEquals(lines.length, 6);
    assertEquals(digest(local.at("a")), wanted);
    await becomes(root.at("up"), wanted);
    await becomes(root.at("small"), small);
  });
}
