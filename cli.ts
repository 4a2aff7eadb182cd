#!/usr/bin/env -S deno run --unstable-net --allow-net --allow-read
/**
 * The program `tftpkit`: a TFTP server and client for the command line.
 *
 * ```sh
 * deno run --allow-net --allow-read=./srv cli.ts serve
 * ```
 *
 * @module
 */

import { denoContext } from "./cli/context.ts";
import { main } from "./cli/main.ts";

export { type CliContext, type Output } from "./cli/context.ts";
export { main } from "./cli/main.ts";
export { type Terminal } from "./cli/terminal.ts";

if (import.meta.main) {
  // Set, and not called with: what is still to be written and closed gets its time.
  Deno.exitCode = await main(denoContext());
}
