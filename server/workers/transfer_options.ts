import type { ServeOptions } from "../options.ts";
import type { TransferOptions } from "./messages.ts";

const NAMES = [
  "blksize",
  "windowsize",
  "receiveBufferBytes",
  "refuseOptions",
  "rfc1350",
  "rollover",
  "retransmission",
  "portRange",
  "limits",
  "unproven",
  "dallyMs",
] as const satisfies readonly (keyof TransferOptions)[];

/** The options of a server that its workers need. */
export function transferOptions(options: ServeOptions): TransferOptions {
  return Object.fromEntries(
    NAMES.filter((name) => options[name] !== undefined)
      .map((name) => [name, options[name]]),
  );
}
