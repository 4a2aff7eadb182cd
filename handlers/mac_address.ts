// Which network card has an IP address, as the system knows it from ARP and neighbor discovery. There are two ways on
// Linux, both without asking the network:
// 1. /proc/net/arp, for IPv4. Deno lets nobody read in /proc without --allow-all.
// 2. `ip neigh show`, for IPv4 and IPv6, which takes --allow-run=ip. One process at a time is run: whoever asks while one
//    is at work gets the answer of the next, so that a flood of requests starts no flood of processes.

/** `aa:bb:cc:dd:ee:ff` or with dashes. */
const MAC_REGEXP = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** What an entry has whose address is not known yet. */
const UNKNOWN_MAC = "00:00:00:00:00:00";

/**
 * Finds the MAC address of a client.
 *
 * @param address Its IP address.
 * @returns The MAC address, six hexadecimal numbers with colons or dashes between them; `null` when it is not known, as for
 * a client behind a router.
 */
export type MacLookup = (
  address: string,
) => string | null | Promise<string | null>;

/** How the tables of the system are read; a test gives its own. */
export interface NeighborTables {
  /** The text of `/proc/net/arp`. */
  readArp(): Promise<string>;
  /** What `ip neigh show` prints. */
  runIp(): Promise<string>;
}

const SYSTEM: NeighborTables = {
  readArp: () => Deno.readTextFile("/proc/net/arp"),
  async runIp() {
    const command = new Deno.Command("ip", {
      args: ["neigh", "show"],
      stdin: "null",
      stderr: "null",
    });
    const { stdout } = await command.output();
    return new TextDecoder().decode(stdout);
  },
};

/**
 * Makes a lookup over the tables in which Linux keeps what it learned from ARP and neighbor discovery. It reads
 * `/proc/net/arp`, which Deno allows with `--allow-all` only; without that it runs `ip neigh show`, which needs
 * `--allow-run=ip`.
 *
 * @param tables How to read them.
 * @returns The lookup. It rejects with the error of the system where neither can be had.
 *
 * @example What the table has
 * ```ts
 * import { neighborLookup } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const lookup = neighborLookup({
 *   readArp: () => Promise.reject(new Deno.errors.NotCapable("No")),
 *   runIp: () => Promise.resolve("192.0.2.7 dev eth0 lladdr 02:00:00:00:00:07 REACHABLE\n"),
 * });
 * assertEquals(await lookup("192.0.2.7"), "02:00:00:00:00:07");
 * assertEquals(await lookup("192.0.2.8"), null);
 * ```
 */
export function neighborLookup(tables: NeighborTables = SYSTEM): MacLookup {
  const runIp = oneAtATime(() => tables.runIp());
  return async (address) => {
    if (!address.includes(":")) {
      try {
        return findInArp(await tables.readArp(), address);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotCapable)) throw error;
      }
    }
    return findInNeighbors(await runIp(), address);
  };
}

/** Runs an action for all who ask while the one before is at work. */
function oneAtATime<T>(action: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const start = (): Promise<T> => {
    next = null;
    const run = running = Promise.try(action).finally(() => {
      if (running === run) running = null;
    });
    return run;
  };
  return () => {
    if (next) return next;
    if (!running) return start();
    return next = running.then(start, start);
  };
}

/** Columns: address, type, flags, MAC address, mask, device. */
function findInArp(table: string, address: string): string | null {
  for (const line of table.split("\n")) {
    const [host, , , mac = ""] = line.trim().split(/\s+/);
    if (host === address) return known(mac);
  }
  return null;
}

/** Lines such as `192.0.2.7 dev eth0 lladdr 02:00:00:00:00:07 REACHABLE`. */
function findInNeighbors(table: string, address: string): string | null {
  for (const line of table.split("\n")) {
    const [host, ...words] = line.trim().split(/\s+/);
    const at = words.indexOf("lladdr");
    if (host === address && at >= 0) return known(words[at + 1] ?? "");
  }
  return null;
}

function known(mac: string): string | null {
  return MAC_REGEXP.test(mac) && mac !== UNKNOWN_MAC ? mac : null;
}

/**
 * A MAC address as names of files have it: in lower case, with dashes.
 *
 * @param mac The MAC address.
 * @throws {TypeError} When it is none.
 */
export function dashedMac(mac: string): string {
  if (MAC_REGEXP.test(mac)) return mac.toLowerCase().replaceAll(":", "-");
  throw new TypeError(
    `Cannot use MAC address as it must be six hexadecimal numbers: current value is ${
      JSON.stringify(mac)
    }`,
  );
}
