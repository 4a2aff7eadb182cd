/**
 * How long a file takes: ours on the simulated network, and what may be expected of others from their timers alone.
 *
 * @module
 */

import { get, serve, TftpResponse } from "../../mod.ts";
import { Simulation } from "../../simulator/mod.ts";
import { SERVER } from "./_wire.ts";

/** What a transfer is asked to be, and what it goes over. */
export interface Setting {
  readonly sizeBytes: number;
  readonly blksize: number;
  readonly windowsize: number;
  readonly loss: number;
  readonly roundTripMs: number;
}

/** Virtual seconds that a download takes, from its request to its last block. */
export async function measure(setting: Setting, seed: number): Promise<number> {
  const { sizeBytes, blksize, windowsize, loss, roundTripMs } = setting;
  const simulation = new Simulation({
    seed,
    hasTranscript: false,
    link: { delayMs: roundTripMs / 2, lossProbability: loss },
  });
  const body = new Uint8Array(sizeBytes);
  const server = serve(
    { ...simulation.host(SERVER), hostname: SERVER },
    () => new TftpResponse(body),
  );
  let length = 0;
  const { durationMs } = await simulation.run(async () => {
    const download = await get(`tftp://${SERVER}/file`, {
      ...simulation.host("192.0.2.9"),
      blksize,
      windowsize,
      sink: {
        write: (bytes) => void (length += bytes.length),
        commit() {},
        abort() {},
      },
    });
    return await download.finished;
  });
  if (length !== sizeBytes) throw new Error(`${length} octets came`);
  await simulation.run(() => server.shutdown());
  await simulation.advance(60_000);
  return durationMs / 1000;
}

/** The waits of a server that sends a block again and again, in seconds; the last one is for all that follow. */
export interface Peer {
  readonly name: string;
  readonly waits: readonly number[];
}

/** Their waits as they were observed, or are in their sources. */
export const PEERS: readonly Peer[] = [
  { name: "in.tftpd", waits: [1, 2, 4, 8, 16, 32] },
  { name: "atftpd", waits: [5] },
  { name: "dnsmasq", waits: [2, 2, 3, 3, 5, 5] },
];

/**
 * Virtual seconds that may be expected of a server in lock step: a round trip for each block, and for each exchange in which
 * the block or its acknowledgment is lost, one of the server's waits.
 */
export function expect({ waits }: Peer, setting: Setting): number {
  const { sizeBytes, blksize, loss, roundTripMs } = setting;
  const blocks = Math.floor(sizeBytes / blksize) + 1;
  const lost = 1 - (1 - loss) ** 2;
  let waiting = 0;
  for (let attempt = 1; attempt <= 20; attempt++) {
    waiting += lost ** attempt * (waits[attempt - 1] ?? waits.at(-1)!);
  }
  return blocks * (roundTripMs / 1000 + waiting);
}
