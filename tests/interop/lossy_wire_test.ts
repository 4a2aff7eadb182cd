/**
 * Transfers over a link that loses packets: what arrives is what was sent, or the failure is one that is known of the other
 * side. How long they take is measured by `deno task lossy:table`, and told in docs/lossy_wire.md.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ATFTP, CURL, TFTP_HPA } from "./_clients.ts";
import { findLinkTools } from "./_lossy_link.ts";
import {
  canUpload,
  clientName,
  OUR_LOCK_STEP,
  OUR_WINDOWED,
} from "./_lossy_pairs.ts";
import {
  LossyWire,
  missingFor,
  type Pair,
  type Transfer,
  type TransferResult,
} from "./_lossy_wire.ts";
import { ARE_PEERS_REQUIRED, testWith } from "./_peers.ts";

/** How often a transfer is tried that fails for a known reason, and for how long it is tried again. */
const MAX_TRIES = 3;
const MAX_RETRY_MS = 30_000;

/** A transfer has this much time. */
const LIMIT_MS = 45_000;

type Action = Transfer["action"];

/** Octets to transfer: few where each loss costs seconds of the other side's timers. */
function sizeFor(pair: Pair, action: Action, lossPercent: number): number {
  // atftp answers what comes twice only once, and is silent for 5 s when that is lost.
  if (!pair.server.startsWith("our server") || pair.client === ATFTP) {
    return 60_000;
  }
  // tftp-hpa sends again after 5 s in which nothing comes; curl asks for a timeout of 6 s, and gets it.
  const isSlow = pair.client === TFTP_HPA && action === "put" ||
    pair.client === CURL && !pair.isPlain && pair.server === "our server";
  if (!isSlow) return 200_000;
  return lossPercent > 1 ? 10_000 : 40_000;
}

/** Why the other side may fail where packets are lost; `null` when it may not. */
function knownReason(
  { client, server }: Pair,
  action: Action,
  { failure, isEqual, isTooLong }: TransferResult,
): string | null {
  if (client === ATFTP && failure!.includes("unexpected OACK")) {
    return "atftp gives up when an OACK comes twice, as its ACK 0 was lost";
  }
  if (client === CURL && action === "put" && failure!.includes("code 71")) {
    return "curl leaves a block out when an OACK comes twice, and our server refuses what is too short";
  }
  if (action === "put" && isEqual && server === "atftpd") {
    return "atftpd does not stay after its last ACK, which was lost";
  }
  if (action === "put" && isEqual && client === CURL) {
    return "curl waits for 72 s when the last ACK is lost";
  }
  if (action === "put" && isEqual && client) {
    return `${client.name} waits for long each time that the last ACK is lost`;
  }
  const hasLongTimers = client === CURL || client === TFTP_HPA ||
    client === ATFTP || server === "atftpd";
  if (isTooLong && hasLongTimers) return "its timers are long";
  return null;
}

/** Transfers until it works, or fails for no known reason: then that is told, otherwise `null`. */
async function attempt(
  wire: LossyWire,
  pair: Pair,
  action: Action,
  lossPercent: number,
): Promise<string | null> {
  const start = performance.now();
  const name = `${clientName(pair)}, ${action}, ${pair.server}, ` +
    `${pair.windowsize} x ${pair.blksize}`;
  const missing = missingFor(pair);
  if (missing !== null) {
    if (ARE_PEERS_REQUIRED) return `${name}: ${missing} is not here`;
    console.log(`Skipped, as ${missing} is not here: ${name}`);
    return null;
  }
  for (let tries = 1;; tries++) {
    const result = await wire.transfer({
      ...pair,
      action,
      sizeBytes: sizeFor(pair, action, lossPercent),
      limitMs: LIMIT_MS,
    });
    if (result.failure === null) return null;
    const reason = knownReason(pair, action, result);
    if (reason === null) return `${name}: ${result.failure}`;
    console.log(`${name}: ${reason}`);
    if (tries === MAX_TRIES || performance.now() - start > MAX_RETRY_MS) {
      return null;
    }
  }
}

const tools = await findLinkTools();

for (const lossPercent of [1, 5]) {
  testWith(
    `over a link that loses ${lossPercent} % each way, files arrive as they were`,
    "root that may make network namespaces, or nft,",
    [tools],
    async (tools) => {
      await using wire = await LossyWire.make(tools, lossPercent * 10);
      const pairs = [...OUR_LOCK_STEP, ...OUR_WINDOWED];
      // All at once, as nearly all of the time is spent waiting.
      const failures = await Promise.all([
        ...pairs.map((pair) => attempt(wire, pair, "get", lossPercent)),
        ...pairs.filter(canUpload).map((pair) =>
          attempt(wire, pair, "put", lossPercent)
        ),
      ]);
      assertEquals(failures.filter((it) => it !== null), []);
    },
  );
}
