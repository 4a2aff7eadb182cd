/** Workers of a server; see `ServeOptions.workers`. */
export interface WorkerOptions {
  /**
   * The module that has the handler: its default export; or, where it exports `createHandler`, what that returns for `data`.
   * Each worker loads it for itself, and nothing in it is shared: neither variables nor open files.
   */
  readonly module: string | URL;
  /**
   * How many workers.
   *
   * @default {one less than the machine has processors, and one at least}
   */
  readonly count?: number;
  /**
   * What `createHandler` is called with: anything that `structuredClone` takes.
   *
   * @default {null}
   */
  readonly data?: unknown;
}

/** Options of workers with every default filled in. */
export type WorkerConfig = Required<WorkerOptions> & {
  readonly module: string;
};

/** More threads than this help nobody. */
const MAX_WORKERS = 64;

/**
 * Fills in the defaults, and checks what was given.
 *
 * @throws {RangeError} When the count is out of its range.
 * @throws {TypeError} When the module is no URL.
 */
export function resolveWorkers(
  { module, count = defaultWorkerCount(), data = null }: WorkerOptions,
): WorkerConfig {
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKERS) {
    throw new RangeError(
      `Cannot use workers.count as it must be a whole number from 1 to ${MAX_WORKERS}: current value is ${count}`,
    );
  }
  const url = URL.parse(module);
  if (url === null) {
    throw new TypeError(
      `Cannot use workers.module as it must be a URL, such as new URL("./handler.ts", import.meta.url): current value is ${module}`,
    );
  }
  return { module: url.href, count, data };
}

/** One processor is for the main thread, which hears all requests. */
function defaultWorkerCount(): number {
  return Math.min(
    MAX_WORKERS,
    Math.max(1, navigator.hardwareConcurrency - 1),
  );
}
