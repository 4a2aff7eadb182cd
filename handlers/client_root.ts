// A directory for each client, below the root that all share. Rules:
// 1. A client's own directory counts only where it exists; who has none gets the shared root. So does `--tftp-unique-root`
//    of dnsmasq.
// 2. What is below is the client's whole world: a name cannot lead from there to another client's files. Who has none can
//    ask for the files of all, by the names of their directories.
// 3. Its name is made from an address and nothing that a client can write. A symbolic link of that name is under the same
//    policy as any other below the root.

import { asTftpError } from "../net/mod.ts";
import { ERROR_CODE, quoteText } from "../packet/mod.ts";
import { locate, makeJail, type SymlinkPolicy } from "./_jail.ts";
import { refusal } from "./_refusal.ts";
import { dashedMac, type MacLookup, neighborLookup } from "./mac_address.ts";
import type { TftpRequest } from "./request.ts";

/** An IP address, and nothing that could be a path. */
const ADDRESS_REGEXP = /^[0-9A-Fa-f][0-9A-Fa-f.:]*$|^::[0-9A-Fa-f.:]*$/;

const systemLookup = neighborLookup();

/** Options of {@linkcode clientRoot}. */
export interface ClientRootOptions {
  /** The directory that all clients share, and that has the others. */
  readonly root: string | URL;
  /**
   * What a client's own directory is called by: its IP address, such as `192.0.2.7` or `2001:db8::7` (also with dashes for
   * colons); or its MAC address, such as `02-00-00-00-00-07`.
   *
   * @default {"address"}
   */
  readonly by?: "address" | "mac";
  /**
   * Finds the MAC address of a client, for `by: "mac"`.
   *
   * @default {neighborLookup()}
   */
  readonly lookUpMac?: MacLookup;
  /**
   * What becomes of symbolic links, as in `serveDir`: whether a client's own directory may be one.
   *
   * @default {"inside"}
   */
  readonly symlinks?: SymlinkPolicy;
}

/**
 * The root for a client: a directory of its own below the shared root, if there is one of that name, or else the shared root.
 *
 * @param request The request.
 * @param options The shared root, and what a client's directory is called by.
 * @returns The path of the directory, for `serveDir`.
 * @throws {TftpError} With code 1 when the MAC address cannot be looked up, or the root cannot be looked at; with code 2 when
 * the client's own directory leads out of the root.
 * @throws {RangeError} When an option has no value of its own.
 *
 * @example Each client's own files, and for what they lack, those of all
 * ```ts
 * import { clientRoot, serveDirs, type TftpHandler } from "@tftpkit/tftp/handlers";
 *
 * const root = "./srv";
 * const handler: TftpHandler = async (request) =>
 *   serveDirs(request, { roots: [await clientRoot(request, { root }), root] });
 * ```
 */
export async function clientRoot(
  request: TftpRequest,
  options: ClientRootOptions,
): Promise<string> {
  const { by = "address", lookUpMac = systemLookup, symlinks = "inside" } =
    options;
  if (by !== "address" && by !== "mac") {
    throw new RangeError(
      `Cannot use by as it must be "address" or "mac": current value is "${by}"`,
    );
  }
  const jail = makeJail(options.root, symlinks);
  const address = request.remote.hostname;
  const names = by === "mac"
    ? await macNames(address, lookUpMac)
    : addressNames(address);
  for (const name of names) {
    try {
      const path = locate([name], jail);
      if ((await Deno.stat(path)).isDirectory) return path;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw asTftpError(error, `Cannot look for the directory of ${address}`);
    }
  }
  return jail.root;
}

function addressNames(address: string): string[] {
  // A zone names a network of this machine, and is no part of the address.
  const plain = address.replace(/%.*$/, "");
  if (!ADDRESS_REGEXP.test(plain)) return [];
  if (!plain.includes(":")) return [plain];
  const dashed = plain.replaceAll(":", "-");
  // On Windows a colon would name a stream.
  return Deno.build.os === "windows" ? [dashed] : [plain, dashed];
}

async function macNames(
  address: string,
  lookUpMac: MacLookup,
): Promise<string[]> {
  let mac: string | null;
  try {
    mac = await lookUpMac(address.replace(/%.*$/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(
      ERROR_CODE.FileNotFound,
      `Cannot look up the MAC address of ${quoteText(address)}: ${reason}`,
      { cause: error },
    );
  }
  return mac === null ? [] : [dashedMac(mac)];
}
