/**
 * Who talks to whom over a lossy link: our server with foreign clients, our client with foreign servers, ours with ours, and
 * foreign clients with foreign servers.
 *
 * @module
 */

import { ATFTP, BUSYBOX, CURL, TFTP_HPA } from "./_clients.ts";
import type { Pair } from "./_lossy_wire.ts";

/** In lock step, with blocks of 512: what everybody can do. */
const LOCK_STEP = { blksize: 512, windowsize: 1 } as const;

/** What our client asks for by default. Of the servers here, in.tftpd and dnsmasq grant the block size only. */
const WINDOWED = { blksize: 1428, windowsize: 16 } as const;

/** Pairs with at least one side of ours, in lock step. */
export const OUR_LOCK_STEP: readonly Pair[] = [
  { client: null, server: "our server", ...LOCK_STEP },
  { client: TFTP_HPA, server: "our server", ...LOCK_STEP },
  { client: ATFTP, server: "our server", ...LOCK_STEP },
  { client: BUSYBOX, server: "our server", ...LOCK_STEP },
  { client: CURL, server: "our server", ...LOCK_STEP },
  { client: CURL, server: "our server", isPlain: true, ...LOCK_STEP },
  { client: CURL, server: "our server, --refuse timeout", ...LOCK_STEP },
  { client: null, server: "in.tftpd", ...LOCK_STEP },
  { client: null, server: "atftpd", ...LOCK_STEP },
  { client: null, server: "dnsmasq", ...LOCK_STEP },
];

/** Pairs of other projects, in lock step. */
export const FOREIGN_LOCK_STEP: readonly Pair[] = [
  { client: TFTP_HPA, server: "in.tftpd", ...LOCK_STEP },
  { client: ATFTP, server: "in.tftpd", ...LOCK_STEP },
  { client: BUSYBOX, server: "in.tftpd", ...LOCK_STEP },
  { client: CURL, server: "in.tftpd", ...LOCK_STEP },
  { client: CURL, server: "in.tftpd", isPlain: true, ...LOCK_STEP },
  { client: ATFTP, server: "atftpd", ...LOCK_STEP },
  { client: TFTP_HPA, server: "dnsmasq", ...LOCK_STEP },
  { client: ATFTP, server: "dnsmasq", ...LOCK_STEP },
];

/** Pairs with at least one side of ours, with blocks of 1428 and, where both can, windows of 16. */
export const OUR_WINDOWED: readonly Pair[] = [
  { client: null, server: "our server", ...WINDOWED },
  { client: ATFTP, server: "our server", ...WINDOWED },
  { client: null, server: "atftpd", ...WINDOWED },
  { client: null, server: "in.tftpd", ...WINDOWED },
  { client: null, server: "dnsmasq", ...WINDOWED },
];

/** Pairs of other projects, likewise. */
export const FOREIGN_WINDOWED: readonly Pair[] = [
  { client: ATFTP, server: "atftpd", ...WINDOWED },
  { client: ATFTP, server: "in.tftpd", ...WINDOWED },
  { client: ATFTP, server: "dnsmasq", ...WINDOWED },
  { client: BUSYBOX, server: "in.tftpd", blksize: 1428, windowsize: 1 },
];

/** dnsmasq takes no uploads. */
export function canUpload({ server }: Pair): boolean {
  return server !== "dnsmasq";
}

/** The client of a pair, as it is called in tables and test names. */
export function clientName({ client, isPlain = false }: Pair): string {
  if (!client) return "our client";
  return isPlain ? `${client.name}, no options` : client.name;
}
