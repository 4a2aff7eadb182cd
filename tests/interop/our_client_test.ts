/**
 * Our client with the servers of other projects. dnsmasq has a file of its own.
 *
 * @module
 */

import type { ClientOptions } from "../../client.ts";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { becomes, digest, TempDir } from "./_files.ts";
import { Client } from "./_ours.ts";
import { testWith } from "./_peers.ts";
import { ATFTPD, IN_TFTPD, type ServerProgram } from "./_servers.ts";

/** A server of another project, and what it makes of requests. */
interface Server extends ServerProgram {
  /** What it makes of options: asked for, and acknowledged. */
  readonly options: readonly (readonly [ClientOptions, string | null])[];
  /** The code of its refusal to send what is not there. */
  readonly missingFile: number;
  /** The largest window to ask it for; 1 where it knows of none. */
  readonly maxWindowsize: number;
  /** The smallest block size that it accepts; atftpd wants its OACK to fit into a block. */
  readonly minBlksize: number;
}

const IN_TFTPD_SERVER: Server = {
  ...IN_TFTPD,
  options: [
    [{ blksize: 512, windowsize: 1 }, "tsize=5000"],
    [{ blksize: 1428, windowsize: 16 }, "blksize=1428 tsize=5000"],
    [{ blksize: 65464, windowsize: 1 }, "blksize=65464 tsize=5000"],
    [
      { blksize: 1024, windowsize: 1, timeout: 3 },
      "blksize=1024 timeout=3 tsize=5000",
    ],
    [
      { blksize: 1024, windowsize: 1, rolloverOption: 1 },
      "blksize=1024 tsize=5000 rollover=1",
    ],
    [
      { blksize: 512, windowsize: 1, options: [["utimeout", "500000"]] },
      "tsize=5000 utimeout=500000",
    ],
    [{ rfc1350: true }, null],
  ],
  missingFile: ERROR_CODE.FileNotFound,
  maxWindowsize: 1,
  minBlksize: 8,
};

const ATFTPD_SERVER: Server = {
  ...ATFTPD,
  options: [
    [{ blksize: 512, windowsize: 1 }, "tsize=5000"],
    [
      { blksize: 1428, windowsize: 16 },
      "tsize=5000 blksize=1428 windowsize=16",
    ],
    [{ blksize: 65464, windowsize: 1 }, "tsize=5000 blksize=65464"],
    [
      { blksize: 1024, windowsize: 4, timeout: 3 },
      "tsize=5000 timeout=3 blksize=1024 windowsize=4",
    ],
    [{ rfc1350: true }, null],
  ],
  missingFile: ERROR_CODE.FileNotFound,
  maxWindowsize: 64,
  minBlksize: 64,
};

const SERVERS: readonly Server[] = [IN_TFTPD_SERVER, ATFTPD_SERVER];

/** A text with every kind of line end, so that line ends lie on the border of two blocks. */
const TEXT = "one\ntwo\r\nthree\rfour\n\n\r\r\n".repeat(100) + "end\n";

interface Bench {
  readonly root: TempDir;
  readonly local: TempDir;
  readonly client: Client;
}

function test(
  server: Server,
  what: string,
  run: (bench: Bench) => Promise<void>,
): void {
  const name = `our client with ${server.name}: ${what}`;
  testWith(
    name,
    `${server.name}, or root for it,`,
    [server.path],
    async (path) => {
      using root = new TempDir();
      using local = new TempDir();
      await using running = await server.start(path, root.path);
      using client = new Client(running.port);
      await run({ root, local, client });
    },
  );
}

/** A file there and back again; tells the block size and window that were agreed on. */
async function roundTrip(
  { root, local, client }: Bench,
  sizeBytes: number,
  options: ClientOptions = {},
): Promise<[blockSize: number, windowSize: number]> {
  const wanted = digest(root.make("down", sizeBytes));
  const copy = local.at("copy");
  const { settings } = await client.get("down", copy, options);
  assertEquals(digest(copy), wanted);
  const upload = await client.put(copy, "up", options);
  assertEquals(upload.statistics.bytes, sizeBytes);
  assertEquals(upload.settings.blockSize, settings.blockSize);
  assertEquals(upload.settings.windowSize, settings.windowSize);
  await becomes(root.at("up"), wanted);
  return [settings.blockSize, settings.windowSize];
}

for (const server of SERVERS) {
  test(server, "files of all lengths", async (bench) => {
    for (const sizeBytes of [0, 1, 511, 512, 513, 1024, 100_000]) {
      await roundTrip(bench, sizeBytes, { rfc1350: true });
      await roundTrip(bench, sizeBytes, { blksize: 512, windowsize: 1 });
    }
    for (const sizeBytes of [0, 1, 1427, 1428, 1429, 16 * 1428, 100_000]) {
      await roundTrip(bench, sizeBytes);
    }
  });

  test(server, "block sizes and windows", async (bench) => {
    for (const blksize of [server.minBlksize, 1024, 8192]) {
      for (const windowsize of [1, 8]) {
        for (const sizeBytes of [blksize, 50 * blksize - 1]) {
          assertEquals(
            await roundTrip(bench, sizeBytes, { blksize, windowsize }),
            [blksize, Math.min(windowsize, server.maxWindowsize)],
          );
        }
      }
    }
  });

  test(server, "more than 65535 blocks", async (bench) => {
    const blksize = server.minBlksize;
    assertEquals(
      await roundTrip(bench, blksize * 65536 + 5, { blksize }),
      [blksize, Math.min(16, server.maxWindowsize)],
    );
  });

  test(server, "options", async ({ root, local, client }) => {
    root.make("down", 5000);
    for (const [options, expected] of server.options) {
      const { acknowledged, size } = await client.get(
        "down",
        local.at("copy"),
        options,
      );
      const told = acknowledged?.map((pair) => pair.join("=")).join(" ");
      assertEquals(told ?? null, expected);
      assertEquals(size, expected === null ? null : 5000);
    }
  });

  test(server, "a file that is not there", async ({ local, client }) => {
    const error = await assertRejects(
      () => client.get("missing", local.at("copy")),
      TftpError,
    );
    assertEquals(error.code, server.missingFile);
    assertEquals(error.origin, "remote");
  });

  test(server, "an upload that is refused", async ({ local, client }) => {
    const error = await assertRejects(
      () => client.put(local.make("file", 600), "no-such-folder/file"),
      TftpError,
    );
    assertEquals(error.origin, "remote");
  });

  test(server, "texts in mode netascii", async ({ root, local, client }) => {
    const copy = local.at("copy");
    for (const options of [{}, { rfc1350: true }, { blksize: 64 }]) {
      root.write("down", TEXT);
      await client.get("down", copy, { ...options, mode: "netascii" });
      assertEquals(await Deno.readTextFile(copy), TEXT);
      await client.put(copy, "up", { ...options, mode: "netascii" });
      await becomes(root.at("up"), digest(root.at("down")));
    }
  });

  test(server, "a stream of unknown length", async (bench) => {
    const { root, local, client } = bench;
    const path = local.make("file", 50_000);
    const file = await Deno.open(path);
    const { acknowledged } = await client.send(file.readable, "up");
    const names = acknowledged?.map(([name]) => name) ?? [];
    assertEquals(names.includes("tsize"), false);
    await becomes(root.at("up"), digest(path));
  });
}

test(
  ATFTPD_SERVER,
  "options that it refuses are not asked for again",
  async (bench) => {
    // ERROR 8, as its OACK would not fit into a block.
    assertEquals(await roundTrip(bench, 5000, { blksize: 8 }), [512, 1]);
    const error = await assertRejects(
      () =>
        bench.client.get("down", bench.local.at("copy"), {
          blksize: 8,
          fallback: false,
        }),
      TftpError,
    );
    assertEquals(error.code, ERROR_CODE.OptionNegotiation);
  },
);
