import {
  ERROR_CODE,
  type ErrorCode,
  errorCodeText,
  TftpError,
} from "../../packet/mod.ts";
import type { TftpRequest } from "../request.ts";
import type { WriteRules } from "./policy.ts";
import type { Quota, QuotaShare } from "./quota.ts";

/** Octets between two looks at what is free on the disk. */
const LOOK_EVERY_BYTES = 1024 * 1024;

/** What an upload is measured against. */
export interface UploadMeasure {
  /** The rules for writes. */
  readonly rules: WriteRules;
  /** Who uploads. */
  readonly client: string;
  /** What all uploads are counted in. */
  readonly quota: Quota;
  /** Octets that are free in the file system of a path. */
  readonly freeBytes: (path: string) => number | Promise<number>;
}

/** Measures one upload while it comes: against the quotas, and against what is free on the disk. */
export class UploadMeter {
  readonly #measure: UploadMeasure;
  readonly #share: QuotaShare;
  #sinceLook = 0;
  #failure: unknown = null;

  private constructor(measure: UploadMeasure, share: QuotaShare) {
    this.#measure = measure;
    this.#share = share;
  }

  /**
   * Begins an upload.
   *
   * @throws {TftpError} With code 3 when there is no room for what the client announces, or for anything; with code 2 when
   * it cannot be told what is free.
   */
  static async open(
    request: TftpRequest,
    measure: UploadMeasure,
  ): Promise<UploadMeter> {
    // In netascii a line end or a carriage return takes two octets on the wire, and may be one where it is stored.
    const announced = Math.ceil(
      (request.size ?? 0) / (request.mode === "octet" ? 1 : 2),
    );
    const share = measure.quota.open(measure.rules, measure.client, announced);
    const meter = new UploadMeter(measure, share);
    await meter.#look(announced);
    return meter;
  }

  /** Whether there are rules to measure against. */
  static isNeeded(rules: WriteRules): boolean {
    return rules.maxBytes !== undefined ||
      rules.maxBytesPerClient !== undefined || rules.minFreeBytes !== undefined;
  }

  /**
   * Octets have come.
   *
   * @throws {TftpError} With code 3 when there is no room for them.
   */
  take(sizeBytes: number): void | Promise<void> {
    try {
      this.#share.take(sizeBytes);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
    this.#sinceLook += sizeBytes;
    if (this.#sinceLook < LOOK_EVERY_BYTES) return;
    this.#sinceLook = 0;
    return this.#look(0);
  }

  /**
   * All is stored.
   *
   * @throws What `take` has thrown, in case nobody has looked at that.
   */
  settle(): void {
    if (this.#failure !== null) throw this.#failure;
    this.#share.settle();
  }

  /** Nothing is stored. Does nothing after `settle`. */
  giveBack(): void {
    this.#share.giveBack();
  }

  async #look(announced: number): Promise<void> {
    const { rules: { minFreeBytes, freeSpacePath }, freeBytes } = this.#measure;
    if (minFreeBytes === undefined || freeSpacePath === undefined) return;
    let free: number;
    try {
      free = await freeBytes(freeSpacePath);
    } catch (error) {
      throw this.#failure ??= refusal(
        ERROR_CODE.AccessViolation,
        `Cannot take upload as it must be known what is free for writes.minFreeBytes: ${
          (error as Error).message
        }`,
        error,
      );
    }
    if (free - announced >= minFreeBytes) return;
    throw this.#failure ??= refusal(
      ERROR_CODE.DiskFull,
      `Cannot take upload as writes.minFreeBytes, ${minFreeBytes} octets, must stay free: ${free} are free, and ${announced} are announced`,
    );
  }
}

function refusal(code: ErrorCode, message: string, cause?: unknown): TftpError {
  return new TftpError(code, message, {
    cause,
    wireText: errorCodeText(code),
  });
}
