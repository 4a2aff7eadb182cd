/** Something that happened between `httpOrigin` and its origin. */
export interface HttpOriginEvent {
  /**
   * What happened: `fetched`, a body began to come; `fresh`, what is stored was used without asking; `revalidated`, it was
   * used as the origin said that it is current; `joined`, a client takes part in a fetch that another has begun; `resumed`, a
   * body had broken off and is asked for again; `stale`, the origin failed and what is stored was used all the same, as
   * `staleIfErrorMs` allows; `store-failed`, the cache failed, or held something damaged; `uploaded`, an upload was stored.
   */
  readonly type:
    | "fetched"
    | "fresh"
    | "revalidated"
    | "joined"
    | "resumed"
    | "stale"
    | "store-failed"
    | "uploaded";
  /** The URL, without user name, password and query. */
  readonly url: string;
  /** Where a body is resumed, in octets; otherwise 0. */
  readonly offset: number;
  /** What went wrong, for `resumed`, `stale` and `store-failed`; otherwise `null`. */
  readonly error: unknown;
}
