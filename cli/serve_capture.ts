import { type Network, udpNetwork } from "../net/mod.ts";
import { capture } from "../observe/mod.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";

/** A network that writes what it sends and receives to a file. */
export interface OpenCapture extends Disposable {
  /** The network. */
  readonly network: Network;
}

/**
 * Opens a capture, for Wireshark and the like.
 *
 * @param path The file; one that is there is replaced.
 * @param context The process.
 * @returns The network to serve on.
 * @throws {Error} When the file cannot be opened.
 */
export function openCapture(
  path: string,
  { stderr }: Pick<CliContext, "stderr">,
): OpenCapture {
  const file = Deno.openSync(path, {
    write: true,
    create: true,
    truncate: true,
  });
  const write = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length;) {
      done += file.writeSync(bytes.subarray(done));
    }
  };
  const network = capture(udpNetwork(), write, {
    onEnd: (error) => {
      const reason = error === null ? "it is full" : explain(error);
      stderr.write(`WARNING: No more is written to ${path}: ${reason}\n`);
    },
  });
  return { network, [Symbol.dispose]: () => file.close() };
}
