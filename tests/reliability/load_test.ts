// A small load, and what must hold under any: nothing fails, nothing is wrong, nothing is left. `deno task load` does the
// same for a minute and with more clients, and measures. Nothing here is decided by how long it takes.

import { assert, assertEquals } from "@std/assert";
import { measureAmplification } from "./_amplification.ts";
import { leaveHalfOpen, putLoad } from "./_load_run.ts";

// Other systems have no /proc, and but one loopback address.
const ignore = Deno.build.os !== "linux";

Deno.test({
  name:
    "serve: 200 downloads and 50 uploads at once all end well, and leave nothing behind",
  ignore,
  async fn() {
    const report = await putLoad({
      ...{ downloads: 200, uploads: 50, addresses: 20, rounds: 4, seconds: 0 },
    });
    const { downloads, uploads, honestUnderLoad } = report;
    assertEquals([downloads.failures, uploads.failures], [{}, {}]);
    assertEquals([downloads.transfers, uploads.transfers], [800, 200]);
    assertEquals(report.wrongUploads, 0);
    assertEquals(honestUnderLoad.failures, 0);
    assertEquals(report.after.files, report.before.files);
    // A tenth of what was transferred, as a bound for what may be kept of it, and room for what all programs need.
    const grown = report.after.rssBytes - report.before.rssBytes;
    assert(grown < 250 * 2 ** 20, `${grown} octets more memory`);
  },
});

Deno.test({
  name:
    "serve: 5,000 requests that are left half open keep no honest client out, at whatever address",
  ignore,
  async fn() {
    const report = await leaveHalfOpen(5000, 10, [
      ...["--timeout", "0.5", "--retries", "2"],
    ]);
    for (const honest of [report.honest, report.honestAtSameAddress]) {
      assertEquals([honest.transfers, honest.failures], [10, 0]);
    }
    assert(report.peak.files > report.before.files + 1000);
    assertEquals(report.after.files, report.before.files);
  },
});

Deno.test({
  name:
    "serve: whoever has not answered gets four packets, and none larger than a block of 512 octets",
  ignore,
  async fn() {
    const all = await measureAmplification();
    const repeated = all.find(({ packetsIn }) => packetsIn > 1)!;
    // The first answer, three retransmissions, and at most eight answers to repetitions.
    assert(repeated.packetsOut <= 12 && repeated.bytesOut <= 12 * 516);
    const outs = Object.fromEntries(
      all.filter((each) => each !== repeated).map((
        { request, packetsOut, bytesOut },
      ) => [request, [packetsOut, bytesOut]]),
    );
    assertEquals(outs, {
      "read, no options": [4, 2064],
      "read, all options": [4, 168],
      "write, no options": [4, 16],
      "write, blksize": [4, 64],
      "read, no such file": [1, 19],
      "request that is malformed": [1, 27],
      "ACK": [0, 0],
    });
  },
});
