import type { Clock } from "../../net/mod.ts";

/** How long a message that nobody waits for may lie, in milliseconds. */
const LAZY_MS = 5;

/** More messages than this do not wait for others. */
const FULL = 256;

/**
 * Messages to another thread, posted together: each post costs as much as sending several datagrams. What is urgent goes out
 * when the code that runs now has had its say, with all that lies there, so that the order is kept.
 */
export class Outbox<Message> {
  readonly #post: (messages: readonly Message[]) => void;
  readonly #clock: Clock;
  #messages: Message[] = [];
  #isUrgent = false;
  #cancel: (() => void) | null = null;

  /**
   * Makes an empty outbox.
   *
   * @param post Posts messages.
   * @param clock What waits.
   */
  constructor(post: (messages: readonly Message[]) => void, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  /** Adds a message that somebody waits for. */
  addUrgent(message: Message): void {
    this.#messages.push(message);
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    queueMicrotask(() => this.flush());
  }

  /** Adds a message that can wait for others. */
  add(message: Message): void {
    this.#messages.push(message);
    if (this.#messages.length >= FULL) return this.flush();
    this.#cancel ??= this.#clock.schedule(LAZY_MS, () => this.flush());
  }

  /** Posts all there is. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#isUrgent = false;
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    this.#post(messages);
  }
}
