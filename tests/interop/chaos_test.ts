/**
 * What the clients of other projects make of a server that misbehaves.
 *
 * @module
 */

import { Chaos, type ChaosEvent, type ChaosReport } from "../../chaos/mod.ts";
import { udpNetwork } from "../../net/mod.ts";
import { assertEquals } from "@std/assert";
import {
  ATFTP,
  BUSYBOX,
  CURL,
  type Job,
  type PeerClient,
  TFTP_HPA,
} from "./_clients.ts";
import { digest, TempDir } from "./_files.ts";
import { serveFolder } from "./_ours.ts";
import { testWith } from "./_peers.ts";

interface Expected {
  /** The exit status. */
  readonly code: number;
  /** Whether it has the file as it is. */
  readonly isWhole: boolean;
  readonly outcome: ChaosReport["outcome"];
  readonly isDeceived?: boolean;
  readonly isAsExpected?: boolean | null;
}

type Row = readonly [
  client: PeerClient,
  scenario: string,
  expected: Expected,
  asked?: Partial<Job>,
];

const SURVIVED: Expected = {
  code: 0,
  isWhole: true,
  outcome: "finished",
};

/** It cuts off what is too much, and takes it for a block. */
const CUT: Expected = {
  code: 0,
  isWhole: true,
  outcome: "finished",
  isAsExpected: false,
};

/** It stores what a stranger sends, and ends as if all were well. */
const DECEIVED: Expected = { ...CUT, isWhole: false, isDeceived: true };

const STOPPED: Expected = { code: 0, isWhole: false, outcome: "stopped" };

const ROWS: readonly Row[] = [
  [CURL, "drop-data", SURVIVED],
  [TFTP_HPA, "drop-data", SURVIVED],
  [ATFTP, "drop-data", SURVIVED],
  [BUSYBOX, "drop-data", SURVIVED],
  [CURL, "stranger-data", DECEIVED],
  [TFTP_HPA, "stranger-data", DECEIVED],
  [ATFTP, "stranger-data", SURVIVED],
  [BUSYBOX, "stranger-data", SURVIVED],
  [CURL, "oversized-data", CUT],
  [TFTP_HPA, "oversized-data", CUT],
  [ATFTP, "oversized-data", CUT],
  [BUSYBOX, "oversized-data", CUT],
  [CURL, "oack-wrong-tsize", { ...SURVIVED, isAsExpected: null }],
  [ATFTP, "oack-wrong-tsize", { ...SURVIVED, isAsExpected: null }, {
    blksize: 512,
  }],
  [BUSYBOX, "oack-wrong-tsize", { ...SURVIVED, isAsExpected: null }, {
    blksize: 512,
  }],
  [CURL, "duplicate-oack", SURVIVED],
  [
    ATFTP,
    "duplicate-oack",
    { code: 255, isWhole: false, outcome: "refused", isAsExpected: false },
    { blksize: 512 },
  ],
  [BUSYBOX, "duplicate-oack", SURVIVED, { blksize: 512 }],
  [CURL, "read-error", { ...STOPPED, code: 71 }],
  [TFTP_HPA, "read-error", STOPPED],
  [ATFTP, "read-error", { ...STOPPED, code: 255 }],
  [BUSYBOX, "read-error", { ...STOPPED, code: 1 }],
];

for (const [client, scenario, expected, asked = {}] of ROWS) {
  const name = `${client.name} meets ${scenario}`;
  testWith(name, client.name, [client.path], async (path) => {
    using root = new TempDir();
    using local = new TempDir();
    const { promise, resolve } = Promise.withResolvers<ChaosReport>();
    const onEvent = (event: ChaosEvent) => {
      if (event.type === "ended") resolve(event.report);
    };
    using chaos = new Chaos({
      network: udpNetwork(),
      scenario,
      settleMs: 10,
      onEvent,
    });
    await using server = serveFolder(root.path, {
      network: chaos.network,
      shutdownTimeoutMs: 0,
    });
    const wanted = digest(root.make("file", 3000));
    const copy = local.at("copy");
    const { code, text } = await client.get(path, {
      ...asked,
      port: server.addr.port,
      remote: "file",
      local: copy,
    });
    const report = await promise;
    assertEquals(
      {
        code,
        isWhole: hasDigest(copy, wanted),
        outcome: report.outcome,
        isDeceived: report.isDeceived,
        isAsExpected: report.isAsExpected,
      },
      { isDeceived: false, isAsExpected: true, ...expected },
      text,
    );
  });
}

function hasDigest(path: string, wanted: string): boolean {
  try {
    return digest(path) === wanted;
  } catch {
    return false;
  }
}
