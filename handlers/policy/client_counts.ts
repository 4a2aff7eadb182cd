import { RateLimiter } from "../../net/mod.ts";
import type { AccessRules } from "./policy.ts";

/** What one set of rules counts by client: requests and transfers. It outlives the rules, which may change. */
export class ClientCounts {
  readonly #transfers = new Map<string, number>();
  #limiter: RateLimiter | null = null;
  #limits = "";

  /** Whether a client may ask once more now; if so, it is counted. When the limits change, so do the counts. */
  allowRequest(rules: AccessRules, client: string, now: number): boolean {
    const { maxRequestsPerSecond, maxRequestBurst } = rules;
    if (maxRequestsPerSecond === undefined) return true;
    const limits = `${maxRequestsPerSecond}/${maxRequestBurst}`;
    if (this.#limiter === null || limits !== this.#limits) {
      this.#limits = limits;
      this.#limiter = new RateLimiter(
        maxRequestsPerSecond,
        maxRequestBurst === undefined ? {} : { burst: maxRequestBurst },
      );
    }
    return this.#limiter.allow(client, now);
  }

  /** Whether one more transfer with a client may begin. */
  hasRoom({ maxTransfersPerClient }: AccessRules, client: string): boolean {
    return (this.#transfers.get(client) ?? 0) <
      (maxTransfersPerClient ?? Infinity);
  }

  /**
   * A transfer begins.
   *
   * @returns What to call when it ends; only the first call counts.
   */
  enter(client: string): () => void {
    this.#transfers.set(client, (this.#transfers.get(client) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = this.#transfers.get(client)! - 1;
      if (left === 0) this.#transfers.delete(client);
      else this.#transfers.set(client, left);
    };
  }
}
