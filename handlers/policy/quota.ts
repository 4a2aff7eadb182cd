// How much has been stored, by whom. Rules:
// 1. What counts is what was stored. Until an upload has ended its octets are reserved; then they are used, or given back.
// 2. Reserved is what was announced, or what has come where that is more, and only from the first octet on: a request alone,
//    whose address may be forged, takes no room from anybody.
// 3. Windows follow each other without a gap. A new one forgets what was used; what is reserved stays so, and is used in the
//    window in which its upload ends.

import { ERROR_CODE, errorCodeText, TftpError } from "../../packet/mod.ts";

/** How much may be stored. */
export interface QuotaLimits {
  /** Octets of one client. */
  readonly maxBytesPerClient?: number;
  /** Octets of all clients. */
  readonly maxBytes?: number;
  /** How long a window is, in milliseconds. */
  readonly quotaWindowMs?: number;
}

/** One upload, as a quota sees it. */
export interface QuotaShare {
  /**
   * Octets have come.
   *
   * @throws {TftpError} With code 3 when there is no room for them.
   */
  take(sizeBytes: number): void;
  /** They are stored. */
  settle(): void;
  /** They are not: gives back what was reserved. Does nothing after `settle`. */
  giveBack(): void;
}

interface Account {
  used: number;
  reserved: number;
}

/** What is not limited is not counted: nothing has to be kept about its clients. */
const UNLIMITED: QuotaShare = { take() {}, settle() {}, giveBack() {} };

/** Counts the octets of uploads, in all and by client. */
export class Quota {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #total: Account = { used: 0, reserved: 0 };
  readonly #clients = new Map<string, Account>();
  #window = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  /** Clients that something is kept about. */
  get clientCount(): number {
    return this.#clients.size;
  }

  /**
   * Begins an upload.
   *
   * @param limits What holds for it until it ends.
   * @param client Who uploads.
   * @param announced Octets that will be stored, or fewer than will be; 0 when nothing is known.
   * @returns The upload's share.
   * @throws {TftpError} With code 3 when there is no room for what is announced.
   */
  open(limits: QuotaLimits, client: string, announced: number): QuotaShare {
    const { maxBytes, maxBytesPerClient } = limits;
    if (maxBytes === undefined && maxBytesPerClient === undefined) {
      return UNLIMITED;
    }
    // An empty file needs no room, but where all is used up, why not say so before the first octet?
    this.#check(limits, client, Math.max(announced, 1));
    let taken = 0;
    let reserved = 0;
    let isOver = false;
    const end = () => {
      isOver = true;
      this.#reserve(client, -reserved);
    };
    return {
      take: (sizeBytes) => {
        taken += sizeBytes;
        const missing = Math.max(taken, announced) - reserved;
        if (isOver || sizeBytes === 0 || missing <= 0) return;
        this.#check(limits, client, missing);
        this.#reserve(client, missing);
        reserved += missing;
      },
      settle: () => {
        if (!isOver) end();
        this.#roll(limits);
        this.#use(client, taken);
        taken = 0;
      },
      giveBack: () => {
        if (!isOver) end();
      },
    };
  }

  #check(limits: QuotaLimits, client: string, wanted: number): void {
    this.#roll(limits);
    const { maxBytes = Infinity, maxBytesPerClient = Infinity } = limits;
    const own = this.#clients.get(client) ?? { used: 0, reserved: 0 };
    for (
      const [name, { used, reserved }, limit] of [
        ["maxBytesPerClient", own, maxBytesPerClient],
        ["maxBytes", this.#total, maxBytes],
      ] as const
    ) {
      if (used + reserved + wanted <= limit) continue;
      throw new TftpError(
        ERROR_CODE.DiskFull,
        `Cannot take upload as writes.${name} must be ${limit} octets at most: ${used} are used, ${reserved} reserved, and ${wanted} or more are wanted`,
        { wireText: errorCodeText(ERROR_CODE.DiskFull) },
      );
    }
  }

  #reserve(client: string, sizeBytes: number): void {
    if (sizeBytes === 0) return;
    this.#total.reserved += sizeBytes;
    this.#change(client, (account) => account.reserved += sizeBytes);
  }

  #use(client: string, sizeBytes: number): void {
    if (sizeBytes === 0) return;
    this.#total.used += sizeBytes;
    this.#change(client, (account) => account.used += sizeBytes);
  }

  #change(client: string, change: (account: Account) => void): void {
    const account = this.#clients.get(client) ?? { used: 0, reserved: 0 };
    change(account);
    if (account.used + account.reserved === 0) this.#clients.delete(client);
    else this.#clients.set(client, account);
  }

  #roll({ quotaWindowMs = Infinity }: QuotaLimits): void {
    const window = Math.floor((this.#now() - this.#startedAt) / quotaWindowMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#total.used = 0;
    for (const client of [...this.#clients.keys()]) {
      this.#change(client, (account) => account.used = 0);
    }
  }
}
