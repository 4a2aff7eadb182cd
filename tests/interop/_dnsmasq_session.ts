/**
 * Runs dnsmasq and our client, both on the loopback of a network namespace, because dnsmasq serves TFTP on port 69 and on no
 * other. Arguments: dnsmasq, its root, a directory for copies, and more arguments for dnsmasq. Prints what was seen, as JSON.
 *
 * @module
 */

import type { ClientOptions } from "../../client.ts";
import { TFTP_PORT } from "../../net/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import { digest } from "./_files.ts";
import { Client } from "./_ours.ts";
import { startServer } from "./_peers.ts";
import { DNSMASQ } from "./_servers.ts";

/** What was seen. */
export interface Report {
  /** The copies of files, by name and by the options that were used. */
  readonly copies: Readonly<Record<string, string>>;
  /** The options that were acknowledged. */
  readonly acknowledged: Readonly<Record<string, string>>;
  readonly text: string;
  /** The codes of refusals. */
  readonly missing: number | null;
  readonly upload: number | null;
}

/** How files are asked for. */
export const WAYS: Readonly<Record<string, ClientOptions>> = {
  "as in RFC 1350": { rfc1350: true },
  "with its size": { blksize: 512, windowsize: 1 },
  "with defaults": {},
  "in blocks of 8192": { blksize: 8192, windowsize: 4 },
};

async function codeOf(transfer: Promise<unknown>): Promise<number | null> {
  try {
    await transfer;
    return null;
  } catch (error) {
    if (error instanceof TftpError && error.origin === "remote") {
      return error.code;
    }
    throw error;
  }
}

async function run(
  [path, root, folder, ...more]: readonly string[],
): Promise<Report> {
  await using _server = await startServer(path!, (port) => [
    ...DNSMASQ.args("127.0.0.1", port, root!),
    ...more,
  ], TFTP_PORT);
  using client = new Client(TFTP_PORT);
  const copies: Record<string, string> = {};
  const acknowledged: Record<string, string> = {};
  const copy = `${folder}/copy`;
  for await (const { name } of Deno.readDir(root!)) {
    if (name === "text") continue;
    for (const [way, options] of Object.entries(WAYS)) {
      const download = await client.get(name, copy, options);
      copies[`${name} ${way}`] = digest(copy);
      acknowledged[way] = download.acknowledged?.map((pair) =>
        pair.join("=")
      ).join(" ") ?? "";
    }
  }
  await client.get("many", copy, { blksize: 8, windowsize: 1 });
  copies["many small blocks"] = digest(copy);
  await client.get("text", copy, { mode: "netascii" });
  return {
    copies,
    acknowledged,
    text: await Deno.readTextFile(copy),
    missing: await codeOf(client.get("missing", copy)),
    upload: await codeOf(client.put(copy, "up")),
  };
}

if (import.meta.main) console.log(JSON.stringify(await run(Deno.args)));
