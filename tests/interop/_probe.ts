/**
 * Asks a server everything, as the interoperability tests do it.
 *
 * @module
 */

import { probe, type ProbeReport } from "../../probe/mod.ts";

/** The file that the servers have. */
export const PROBED_FILE = "probed.txt";

/** The name that may be written. */
export const WRITTEN_FILE = "scratch.txt";

/** What is in the file: enough for windows of small blocks, with line ends of all kinds. */
export const PROBED_TEXT: string = "one\ntwo\r\nthree\rfour\n\n".repeat(300);

/** Everything but the wrap, patiently: the machine may be busy. */
export async function probeEverything(port: number): Promise<ProbeReport> {
  return await probe(
    { hostname: "127.0.0.1", port, filename: PROBED_FILE },
    { security: true, write: WRITTEN_FILE, waitMs: 5500, quietMs: 700 },
  );
}
