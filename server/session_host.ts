import type { Ticker } from "../net/mod.ts";
import type { TftpError } from "../packet/mod.ts";
import type { ServerEvent } from "./events.ts";
import type { ServerConfig } from "./options.ts";
import type { Session } from "./session.ts";
import type { WorkerPool } from "./workers/pool.ts";

/** What a session needs of its server. */
export interface SessionHost {
  /** The server's options. */
  readonly config: ServerConfig;
  /** What watches deadlines. */
  readonly ticker: Ticker;
  /** Whether anybody wants to know events. */
  readonly isWatched: boolean;
  /** What requests are handed over to; `null` where there is nothing. */
  readonly workers: Pick<WorkerPool, "open" | "isReady"> | null;
  /** A number for the next request. */
  nextId(): number;
  /** Tells an event. */
  emit(event: ServerEvent): void;
  /** Ports of the range for transfers that this server uses. */
  readonly portsInUse: Set<number>;
  /** Ends the stay of a transfer that is done, so that its port is free; whether there was one. */
  yieldPort(): boolean;
  /** Ends what has nothing to lose, so that there is a socket or a file for the next request. */
  makeRoom(): void;
  /** Tells what a handler has thrown. */
  reportFault(error: unknown): void;
  /** A session has ended; it may stay a while. */
  release(session: Session): void;
  /** A session needs nothing any more. */
  forget(session: Session): void;
}

/** What a session tells its listener. */
export interface SessionCallbacks {
  /** Sends an ERROR from the request port. */
  readonly onRefuse: (error: TftpError) => void;
  /** The session's address is free for another. */
  readonly onClose: () => void;
}
