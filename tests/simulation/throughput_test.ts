/**
 * How long 256 KiB take, over window, loss, round trip and block size, as tables that are compared to the digit: whoever
 * makes transfers slower, or faster, sees it as a difference. Refresh the file with
 * `UPDATE_GOLDEN=1 deno task test tests/simulation/throughput_test.ts`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { expect, measure, PEERS, type Setting } from "./_throughput.ts";

const GOLDEN = new URL("throughput.txt", import.meta.url);

const SIZE_BYTES = 256 * 1024;
const WINDOWS = [1, 4, 16, 64];
const LOSSES = [0, 0.001, 0.01, 0.05];
const ROUND_TRIPS_MS = [0.2, 1, 20, 100];
const BLOCK_SIZES = [512, 1428, 8192];

/** Losses are a matter of luck: the mean of so many runs. */
const RUNS = 4;

const HEADER = `Seconds for a download of 256 KiB, on the simulated network.

Windows of 1, 4, 16 and 64 blocks: this server and this client, virtual time, the mean of ${RUNS} runs where there are losses.
A window that does not fit into a receive buffer of 208 KiB is lowered, so with blocks of 8192 octets 64 becomes 12.

in.tftpd, atftpd, dnsmasq: not measured, but computed from their timers, for their server in lock step over the same losses.
Each block takes a round trip; each exchange that loses its block or its acknowledgment takes one wait more: 1 s doubling
(in.tftpd), 5 s (atftpd), 2 2 3 3 5 5 s (dnsmasq). That an ACK repeated by the client could be quicker is left out.
`;

async function mean(setting: Setting): Promise<number> {
  const runs = setting.loss === 0 ? 1 : RUNS;
  let sum = 0;
  for (let seed = 1; seed <= runs; seed++) sum += await measure(setting, seed);
  return sum / runs;
}

async function table(blksize: number): Promise<string> {
  const columns = [
    "loss",
    "rtt ms",
    ...WINDOWS.map((each) => `window ${each}`),
    ...PEERS.map(({ name }) => name),
  ];
  const rows = [columns];
  for (const loss of LOSSES) {
    for (const roundTripMs of ROUND_TRIPS_MS) {
      const setting = { sizeBytes: SIZE_BYTES, blksize, loss, roundTripMs };
      const cells = [`${loss * 100} %`, String(roundTripMs)];
      for (const windowsize of WINDOWS) {
        cells.push((await mean({ ...setting, windowsize })).toFixed(3));
      }
      for (const peer of PEERS) {
        cells.push(expect(peer, { ...setting, windowsize: 1 }).toFixed(3));
      }
      rows.push(cells);
    }
  }
  const lines = rows.map((row) =>
    row.map((cell) => cell.padStart(10)).join("")
  );
  return `\nBlocks of ${blksize} octets\n\n${lines.join("\n")}\n`;
}

Deno.test("transfers take as long as throughput.txt says", async () => {
  const tables = [];
  for (const blksize of BLOCK_SIZES) tables.push(await table(blksize));
  const actual = HEADER + tables.join("");
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    await Deno.writeTextFile(GOLDEN, actual);
  }
  const expected = await Deno.readTextFile(GOLDEN);
  assertEquals(actual, expected.replaceAll("\r\n", "\n"));
});
