// A transfer that a worker serves, as the main thread sees it: what is told of it, and what it can be told. Its session here
// counts it, and ends when the worker says so. Rules:
// 1. Whatever the handlers in the main thread have wrapped around the request hears of the end, once.
// 2. How far the client is, the worker tells a few times a second: the limits of the server need no more.

import type { TftpResponse } from "../../handlers/mod.ts";
import type { Clock } from "../../net/mod.ts";
import type { RequestPacket, TftpError } from "../../packet/mod.ts";
import { discard } from "../handler_response.ts";
import type { RequestInfo, ServerEvent } from "../events.ts";
import { type CarriedError, packError, unpackError } from "./carried_error.ts";
import type {
  CarriedEvent,
  FromWorker,
  Standing,
  ToWorker,
} from "./messages.ts";

/** An event, before it is said of which request. */
export type ToldEvent = ServerEvent extends infer Event
  ? Event extends { readonly type: "request" | "ignored" } ? never
  : Omit<Event, "request">
  : never;

/** An event that tells how a transfer ended. */
export type EndEvent = Extract<
  ToldEvent,
  { type: "finished" | "probed" | "failed" }
>;

/** What a session wants to know of its transfer in a worker. */
export interface RemoteCallbacks {
  /** Something happened, and goes on. */
  readonly onTold: (event: ToldEvent) => void;
  /** It is over. */
  readonly onEnd: (event: EndEvent) => void;
  /** The worker's handler refuses the request. */
  readonly onRefuse: (error: TftpError) => void;
  /** The worker leaves the request without an answer. */
  readonly onDrop: (reason: string) => void;
  /** Nothing is needed any more. */
  readonly onClose: () => void;
}

/** What it is made from. */
export interface RemoteTransferOptions extends RemoteCallbacks {
  /** Its request. */
  readonly info: RequestInfo;
  /** What the handlers in the main thread have returned for it. */
  readonly response: TftpResponse;
  /** Says something to its worker. */
  readonly send: (message: ToWorker) => void;
  /** Where the time comes from. */
  readonly clock: Clock;
}

/** A transfer in a worker. */
export class RemoteTransfer {
  readonly #options: RemoteTransferOptions;
  #standing: Standing = "asked";
  #isOver = false;
  #heardAt: number;

  constructor(options: RemoteTransferOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  /** How far the client is. */
  get standing(): Standing {
    return this.#standing;
  }

  /** When the client was last heard, in milliseconds. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** The client asks again, in whatever words. */
  repeat(packet: RequestPacket): void {
    const { id, remote, local } = this.#options.info;
    this.#send({ type: "repeat", id, packet, remote, local });
  }

  /** Ends it without a word. */
  abandon(reason: string): void {
    this.#send({ type: "abandon", id: this.#options.info.id, reason });
  }

  /** Ends it with an ERROR. */
  abort(error: TftpError): void {
    const { id } = this.#options.info;
    this.#send({ type: "abort", id, error: packError(error) });
  }

  /** Closes it, if it only stays in case its last packet was lost. */
  dismiss(): void {
    this.#send({ type: "dismiss", id: this.#options.info.id });
  }

  /** Takes what the worker says of it. */
  handle(message: Extract<FromWorker, { id: number }>): void {
    switch (message.type) {
      case "standing":
        this.#standing = message.standing;
        this.#heardAt = this.#options.clock.now() - message.silenceMs;
        return;
      case "closed":
        return this.#options.onClose();
      case "event":
        return this.#handleEvent(message.event);
    }
  }

  #handleEvent(event: CarriedEvent): void {
    const { onTold, onEnd, onRefuse, onDrop } = this.#options;
    switch (event.type) {
      case "refused":
        this.#settle(event.error);
        return onRefuse(unpackError(event.error));
      case "dropped":
        this.#settle(packError(new Error(event.reason)));
        return onDrop(event.reason);
      case "failed":
        this.#settle(event.error);
        return onEnd({ ...event, error: unpackError(event.error) });
      case "finished":
      case "probed":
        this.#settle(null);
        return onEnd(event);
      default:
        return onTold(event);
    }
  }

  /** Lets go of what stands for it in the main thread. */
  #settle(failure: CarriedError | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { response } = this.#options;
    // How it ended is decided; complaints come too late.
    Promise.try(async () => {
      if (failure === null && response.sink) await response.sink.commit();
      else await discard(response);
    }).catch(() => {});
  }

  #send(message: ToWorker): void {
    this.#options.send(message);
  }
}
