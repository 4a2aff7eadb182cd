/**
 * What a probe says of servers that are known. Each has faults that were seen on the wire by other means; here they must show.
 *
 * @module
 */

import type { ProbeReport } from "../../probe/mod.ts";
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { TempDir } from "./_files.ts";
import { serveFolder } from "./_ours.ts";
import { findProgram, runProgram, testWith } from "./_peers.ts";
import {
  PROBED_FILE,
  PROBED_TEXT,
  probeEverything,
  WRITTEN_FILE,
} from "./_probe.ts";
import { ATFTPD, IN_TFTPD } from "./_servers.ts";

/** A check, its verdict, and what its finding must be like. */
type Expected = Readonly<Record<string, readonly [string, RegExp]>>;

function assertFound({ results }: ProbeReport, expected: Expected): void {
  const found = Object.entries(expected).map(([id, [, regexp]]) => {
    const result = results.find((each) => each.id === id);
    const { verdict, finding } = result ?? { verdict: "?", finding: "?" };
    // The finding is only told where it is another than expected.
    return [id, verdict, regexp.test(finding) ? `${regexp}` : finding];
  });
  const wanted = Object.entries(expected).map((
    [id, [verdict, regexp]],
  ) => [id, verdict, `${regexp}`]);
  assertEquals(found, wanted);
}

const IN_TFTPD_FINDINGS: Expected = {
  "duplicate": ["differs", /^a second transfer from another port$/],
  "stranger": ["differs", /^no ERROR 5 to the stranger; goes on$/],
  "future-ack": ["ok", /^ignored$/],
  "apprentice": ["ok", /^3 ACK 1 bring one DATA 2$/],
  "timer": ["ok", /^DATA 1 again after \d\.\d\d s, \d\.\d\d s$/],
  "name-absent": ["ok", /^ERROR 1 /],
  "name-directory": ["differs", /^ERROR 0 /],
  "name-long": ["differs", /^ERROR 0 /],
  "stray-error": ["ok", /^no answer$/],
  "option-case": ["ok", /any case/],
  "option-twice": ["fault", /^twice in one OACK/],
  "blksize-65464": ["ok", /^agreed/],
  "blksize-7": ["differs", /^ERROR 8 /],
  "blksize-65465": ["ok", /^OACK blksize=65464$/],
  "tsize-echo": ["fault", /^echoes tsize=\d+, which is not the size$/],
  "tsize-netascii": ["differs", /^ERROR 8 /],
  "timeout-0": ["differs", /^ERROR 8 /],
  "timeout-256": ["differs", /^ERROR 8 /],
  "window": ["differs", /^not supported$/],
  "extension-blksize2": ["ok", /^supported: blksize2=1024$/],
  "extension-utimeout": ["ok", /^supported/],
  "extension-rollover": ["ok", /^supported/],
  "netascii": ["ok", /translated/],
  "value-blksize--1": ["differs", /^OACK blksize=65464 for -1$/],
  "write-existing": ["fault", /destroys the old file$/],
};

const ATFTPD_FINDINGS: Expected = {
  "mail": ["differs", /^served as if it were octet$/],
  "stranger": ["differs", /^no ERROR 5 to the stranger; goes on$/],
  "future-ack": ["fault", /DATA 10 follows DATA 1$/],
  "apprentice": ["fault", /^3 ACK 1 bring 3 DATA 2$/],
  "timer": ["fault", /^3 octets come instead of DATA 1 again$/],
  "stray-ack": ["differs", /^answered with ERROR 4 /],
  "stray-error": ["fault", /^answers ERROR with ERROR 4 /],
  "name-absent": ["ok", /^ERROR 1 /],
  "name-directory": ["fault", /^served: DATA 1 of 0 octets$/],
  "name-empty": ["fault", /^served: DATA 1 of 0 octets$/],
  "blksize-7": ["differs", /^ERROR 8 /],
  "blksize-65465": ["differs", /^ERROR 8 /],
  "tsize-echo": ["ok", /^real size/],
  "tsize-netascii": ["fault", /^tsize=0 is less than there is$/],
  "window": ["ok", /^DATA 1-4; after ACK 2, DATA 3-6$/],
  "window-0": ["differs", /^ERROR 8 /],
  "extension-multicast": ["ok", /^supported: multicast=239\./],
  "malformed-no-nul": ["fault", /^served as an empty file$/],
  "value-blksize--1": ["fault", /^OACK blksize=-1 for -1$/],
  "write-new": ["differs", /no dally$/],
  "write-existing": ["fault", /destroys the old file$/],
  "write-huge": ["fault", /^OACK tsize=276447231 for 99999999999999$/],
};

const DNSMASQ_FINDINGS: Expected = {
  "netascii": ["fault", /^translated wrongly, such as CR without NUL$/],
  "stranger": ["ok", /^ERROR 5 to the stranger; goes on$/],
  "future-ack": ["ok", /^ignored$/],
  "apprentice": ["ok", /^3 ACK 1 bring one DATA 2$/],
  "timer": ["ok", /^DATA 1 again after /],
  "stray-ack": ["differs", /^answered with ERROR 4 /],
  "stray-error": ["fault", /^answers ERROR with ERROR 4 /],
  "name-absent": ["fault", /^gives away a path: ERROR 1 /],
  "name-directory": ["fault", /^gives away a path: ERROR 0 /],
  "name-backslash": ["ok", /^\\ is taken for \/$/],
  "blksize-65464": ["differs", /^clamped: \d+ where 65464 was asked$/],
  "blksize-7": ["fault", /^OACK blksize=7$/],
  "tsize-netascii": ["ok", /^left out$/],
  "timeout-1": ["differs", /^not supported$/],
  "window": ["differs", /^not supported$/],
  "traversal-dots": ["fault", /^gives away a path: ERROR 2 /],
  "value-blksize-abc": ["fault", /^OACK blksize=1 for abc$/],
  "write-new": ["ok", /^refused: ERROR 4 /],
};

for (
  const [server, findings] of [
    [IN_TFTPD, IN_TFTPD_FINDINGS],
    [ATFTPD, ATFTPD_FINDINGS],
  ] as const
) {
  testWith(
    `a probe of ${server.name} shows what it is known for`,
    `${server.name}, or root for it,`,
    [server.path],
    async (path) => {
      using root = new TempDir();
      root.write(PROBED_FILE, PROBED_TEXT);
      await using running = await server.start(path, root.path);
      assertFound(await probeEverything(running.port), findings);
    },
  );
}

/** What makes a network namespace, where that is permitted. */
const UNSHARE = findUnshare();

function findUnshare(): readonly string[] | null {
  const path = findProgram("unshare");
  if (path === null || findProgram("ip") === null) return null;
  return [["--net"], ["--net", "--map-root-user"]].map((flags) => [
    path,
    ...flags,
  ]).find(([command, ...flags]) =>
    new Deno.Command(command!, {
      args: [...flags, "ip", "link", "set", "lo", "up"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success
  ) ?? null;
}

testWith(
  "a probe of dnsmasq shows what it is known for",
  "dnsmasq, or a network namespace for it,",
  [findProgram("dnsmasq"), UNSHARE],
  async (dnsmasq, [unshare, ...flags]) => {
    using root = new TempDir();
    root.write(PROBED_FILE, PROBED_TEXT);
    const { code, text } = await runProgram(unshare!, [
      ...[...flags, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"],
      ...[Deno.execPath(), "run", "--quiet", "--allow-all"],
      ...["--config", fromFileUrl(new URL("../../deno.json", import.meta.url))],
      fromFileUrl(new URL("_dnsmasq_probe.ts", import.meta.url)),
      ...[dnsmasq, root.path],
    ]);
    assertEquals(code, 0, text);
    assertFound(JSON.parse(text), DNSMASQ_FINDINGS);
  },
);

Deno.test("a probe of our own server finds no fault, over real sockets", async () => {
  using root = new TempDir();
  root.write(PROBED_FILE, PROBED_TEXT);
  const server = serveFolder(root.path);
  const report = await probeEverything(server.addr.port);
  await server.shutdown();
  assertEquals(
    report.results.filter(({ verdict }) =>
      verdict === "fault" || verdict === "unknown"
    ).map(({ id, finding }) => `${id}: ${finding}`),
    ["wrap: not asked without --wrap: takes 65536 blocks"],
  );
  // How punctual the timer is on a busy machine, is not for this test to say.
  assertEquals(
    report.results.filter(({ id, verdict }) =>
      verdict === "differs" && id !== "timeout-kept"
    ).map(({ id }) => id),
    ["extension-multicast"],
  );
  assertEquals(await Deno.readTextFile(root.at(PROBED_FILE)), PROBED_TEXT);
  assertEquals(
    await Deno.readTextFile(root.at(WRITTEN_FILE)),
    "Written by a probe\n",
  );
});
