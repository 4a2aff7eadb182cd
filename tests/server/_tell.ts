import type { ServerEvent } from "../../server.ts";
import { formatAddress } from "../../net/mod.ts";
import type { ServerSide } from "../conformance/_server_side.ts";

/** An event in a few words. */
export function tell(event: ServerEvent): string {
  if (event.type === "ignored") {
    return `ignored ${formatAddress(event.remote)} ${event.packet}`;
  }
  const { id, operation, filename } = event.request;
  switch (event.type) {
    case "request":
      return `request ${id} ${operation} ${filename}`;
    case "negotiated": {
      const options = event.acknowledged.map((pair) => ` ${pair.join("=")}`);
      return `negotiated ${id}${options.join("")}`;
    }
    case "progress":
      return `progress ${id} ${event.bytes} of ${event.size ?? "?"} octets`;
    case "finished":
      return `finished ${id} ${event.transfer.statistics.bytes} octets`;
    case "probed":
      return `probed ${id}`;
    case "failed":
      return `failed ${id} ${messageOf(event.error)}`;
    case "refused":
      return `refused ${id} code ${event.code} ${messageOf(event.error)}`;
    case "dropped":
      return `dropped ${id} ${event.reason}`;
    case "retransmission":
      return `retransmission ${id} block ${event.block}`;
    case "gap":
      return `gap ${id} block ${event.block}`;
    case "unexpected":
      return `unexpected ${id} ${event.packet}`;
  }
}

/** Takes all events that have been told, in a few words each. */
export function takeEvents(side: ServerSide): string[] {
  return side.events.splice(0).map(tell);
}

/** What an error says; anything can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `(${typeof error})`;
}

/** Takes what handlers have thrown besides `TftpError`. */
export function takeFaults(side: ServerSide): string[] {
  return side.faults.splice(0).map(messageOf);
}

/** A promise, and what settles it: how a test holds a handler up. */
export class Gate<T = void> {
  open!: (value: T) => void;
  break!: (error: unknown) => void;
  readonly opened: Promise<T> = new Promise<T>((resolve, reject) => {
    this.open = resolve;
    this.break = reject;
  });
}

/** A source that notes whether it was closed. */
export class NotingSource {
  closed = 0;
  #left: number;

  constructor(readonly size: number | null, length = size ?? 0) {
    this.#left = length;
  }

  read(buffer: Uint8Array): number | null {
    const count = Math.min(this.#left, buffer.length);
    this.#left -= count;
    return count === 0 ? null : count;
  }

  close(): void {
    this.closed++;
  }
}

/** A sink that notes what happens to it. */
export class NotingSink {
  readonly log: string[] = [];

  write(bytes: Uint8Array): void {
    this.log.push(`write ${bytes.length}`);
  }

  commit(): void {
    this.log.push("commit");
  }

  abort(reason: unknown): void {
    this.log.push(`abort ${messageOf(reason)}`);
  }
}
