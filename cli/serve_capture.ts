import { type Network, udpNetwork } from "../net/mod.ts";
import { writeAll } from "../net/write_all.ts";
import { capture } from "../observe/mod.ts";
import type { CliContext } from "./context.ts";
import { explain, openToWrite } from "./explain.ts";

/** A network that writes what it sends and receives to a file. */
export interface OpenCapture extends Disposable {
  /** The network. */
  readonly network: Network;
  /** Begins to write, over what was there: when it is sure that the server runs, and no other has this file. */
  begin(): void;
}

/**
 * Opens a capture, for Wireshark and the like.
 *
 * @param path The file; one that is there is replaced, once the capture begins.
 * @param context The process.
 * @returns The network to serve on.
 * @throws {Error} When the file cannot be opened.
 */
export function openCapture(
  path: string,
  { stderr }: Pick<CliContext, "stderr">,
): OpenCapture {
  const file = openToWrite(path, { write: true, create: true });
  const write = (bytes: Uint8Array) => writeAll(file, bytes);
  let waiting: Uint8Array[] | null = [];
  const network = capture(udpNetwork(), (bytes) => {
    if (waiting) waiting.push(bytes.slice());
    else write(bytes);
  }, {
    onEnd: (error) => {
      const reason = error === null ? "it is full" : explain(error);
      stderr.write(`WARNING: No more is written to ${path}: ${reason}\n`);
    },
  });
  return {
    network,
    begin() {
      file.truncateSync();
      waiting?.forEach(write);
      waiting = null;
    },
    [Symbol.dispose]: () => file.close(),
  };
}
