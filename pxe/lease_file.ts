// Leases as text, one line each, so that they outlive the process. Rules:
// 1. A line says all of one address; a later line of the same address replaces it. So a lease is saved by appending one
//    line, and a reader needs no more than the lines in their order.
// 2. A line counts when its end is there. The end of the process can tear the last line, and a torn one could pass for
//    another address; so what follows the last line end is never read.
// 3. A line is saved when the storage says that it is on the disk. Whoever waits for it waits for all lines that were
//    saved in the meantime, which are written in one go.
// 4. When most of the file is out of date it is written anew, whole, in place of the old one. Lines that were not
//    understood are dropped then; until then they are passed over and counted.
// 5. A save that fails is told to who asked for it, and whatever was saved later still is. The file is then in doubt, and
//    is written anew before anything is appended.
//
// The columns are those of dnsmasq's leases: end in seconds since 1970 (0: never), hardware address, IP address, host
// name, client identifier, with `*` for what is not known. An end that is past is a lease that is over, and its client
// remembered. A sixth column, `declined`, marks an address that is left alone.

import { isHostAddress } from "./_addresses.ts";
import type { Lease, LeaseClient } from "./leases.ts";

/** Where the text of a lease file is kept: a file (`leaseStorage`), or whatever else holds a text. */
export interface LeaseStorage {
  /**
   * The text that is there, or the empty text.
   *
   * @returns The text.
   */
  read(): Promise<string>;
  /**
   * Appends a text. It is called again only when the call before has ended, as are the others.
   *
   * @param text One or more lines, with their ends.
   * @returns When the text would survive a failure of the machine.
   */
  append(text: string): Promise<void>;
  /**
   * Puts a text in place of the one that is there, so that either the old one or the new one is found, whatever happens.
   *
   * @param text The new text.
   * @returns When the text would survive a failure of the machine.
   */
  replace(text: string): Promise<void>;
  /** Lets go of what is open. */
  close(): void;
}

/** Lines that say nothing new are let be up to this number, and up to as many as there are that do. */
const MAX_STALE_LINES = 1000;

const HEADER =
  "# Leases: end (seconds since 1970, 0: never), hardware address, IP address, name, client identifier\n";
const UNKNOWN = "*";
const HOSTNAME_REGEXP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const OCTETS_REGEXP = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){0,254}$/;
const SECONDS_REGEXP = /^\d{1,12}$/;

/**
 * A lease as a line of a lease file.
 *
 * @param lease The lease.
 * @returns The line, with its end.
 *
 * @example A lease that ends at the first second of 2030
 * ```ts
 * import { formatLease } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const line = formatLease({
 *   address: "192.0.2.50",
 *   mac: "52:54:00:12:34:56",
 *   hostname: "lab-3",
 *   state: "leased",
 *   expiresAt: Date.UTC(2030, 0, 1),
 * });
 * assertEquals(line, "1893456000 52:54:00:12:34:56 192.0.2.50 lab-3 *\n");
 * ```
 */
export function formatLease(lease: Lease): string {
  const { address, mac, clientId, hostname = "", state, expiresAt } = lease;
  const columns = [
    // Never 0, which means never; rounded up, so that no client has it for longer than the file says.
    expiresAt === Infinity ? 0 : Math.max(1, Math.ceil(expiresAt / 1000)),
    mac || UNKNOWN,
    address,
    HOSTNAME_REGEXP.test(hostname) ? hostname : UNKNOWN,
    clientId ?? UNKNOWN,
  ];
  if (state === "declined") columns.push(state);
  return `${columns.join(" ")}\n`;
}

/**
 * Reads a line of a lease file, also of one that dnsmasq wrote.
 *
 * @param line The line, with or without its end.
 * @returns The lease, or `undefined` when the line is none.
 *
 * @example A lease for ever
 * ```ts
 * import { parseLease } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseLease("0 52:54:00:12:34:56 192.0.2.50 * *"), {
 *   address: "192.0.2.50",
 *   mac: "52:54:00:12:34:56",
 *   state: "leased",
 *   expiresAt: Infinity,
 * });
 * ```
 */
export function parseLease(line: string): Lease | undefined {
  const columns = line.trimEnd().split(" ");
  const [end = "", mac = "", address = "", hostname = "", id = "", mark] =
    columns;
  const isLease = columns.length === (mark === undefined ? 5 : 6) &&
    (mark === undefined || mark === "declined") && SECONDS_REGEXP.test(end) &&
    isHostAddress(address) &&
    [mac, id].every((each) => each === UNKNOWN || OCTETS_REGEXP.test(each)) &&
    (mac !== UNKNOWN || id !== UNKNOWN) &&
    (hostname === UNKNOWN || HOSTNAME_REGEXP.test(hostname));
  if (!isLease) return undefined;
  const client: LeaseClient = {
    mac: mac === UNKNOWN ? "" : mac,
    ...(id === UNKNOWN || id === `01:${mac}` ? {} : { clientId: id }),
    ...(hostname === UNKNOWN ? {} : { hostname }),
  };
  return {
    ...client,
    address,
    state: mark ?? "leased",
    expiresAt: Number(end) === 0 ? Infinity : Number(end) * 1000,
  };
}

interface Waiting {
  readonly line: string;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * A lease file that is open.
 *
 * @example Saved, and found again
 * ```ts
 * import { LeaseFile, leaseStorage } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * const first = await LeaseFile.open(leaseStorage(path));
 * await first.save({
 *   address: "192.0.2.50",
 *   mac: "52:54:00:12:34:56",
 *   state: "leased",
 *   expiresAt: Date.UTC(2030, 0, 1),
 * });
 * await first.close();
 *
 * const second = await LeaseFile.open(leaseStorage(path));
 * assertEquals([...second.leases].map((lease) => lease.address), ["192.0.2.50"]);
 * await second.close();
 * await Deno.remove(path);
 * ```
 */
export class LeaseFile {
  readonly #storage: LeaseStorage;
  /** The newest line of each address. */
  readonly #lines = new Map<string, string>();
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #linesInFile: number;
  #isInDoubt: boolean;
  /** Lines that were found and not understood. */
  readonly skippedLines: number;

  private constructor(storage: LeaseStorage, text: string) {
    this.#storage = storage;
    const lines = text.split("\n");
    this.#isInDoubt = lines.pop() !== "" || text === "";
    this.#linesInFile = lines.length;
    let skipped = 0;
    for (const line of lines) {
      const lease = parseLease(line);
      if (lease) this.#lines.set(lease.address, formatLease(lease));
      else if (!/^\s*(#|$)/.test(line)) skipped++;
    }
    this.skippedLines = skipped;
  }

  /**
   * Reads what is there. Nothing is written before the first lease is saved.
   *
   * @param storage Where the text is kept.
   * @returns The file.
   * @throws What the storage says when it cannot be read.
   */
  static async open(storage: LeaseStorage): Promise<LeaseFile> {
    return new LeaseFile(storage, await storage.read());
  }

  /** The newest of each address, also leases that have ended. */
  get leases(): Lease[] {
    return [...this.#lines.values()].map((line) => parseLease(line)!);
  }

  /**
   * Saves a lease.
   *
   * @param lease The lease.
   * @returns When it would survive a failure of the machine.
   * @throws What the storage says when that fails.
   */
  save(lease: Lease): Promise<void> {
    const line = formatLease(lease);
    this.#lines.set(lease.address, line);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Waits for what is being saved, and lets go of the storage. */
  async close(): Promise<void> {
    await this.#writing;
    this.#storage.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.map(({ line }) => line));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.#isInDoubt = true;
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = null;
  }

  async #write(lines: readonly string[]): Promise<void> {
    const stale = this.#linesInFile - this.#lines.size;
    const isFull = stale > Math.max(MAX_STALE_LINES, this.#lines.size);
    if (!this.#isInDoubt && !isFull) {
      await this.#storage.append(lines.join(""));
      this.#linesInFile += lines.length;
      return;
    }
    const all = [...this.#lines.values()];
    await this.#storage.replace(HEADER + all.join(""));
    this.#linesInFile = all.length + 1;
    this.#isInDoubt = false;
  }
}
