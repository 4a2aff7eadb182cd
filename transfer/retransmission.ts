// When to send again, and when to give up. Rules:
// 1. Until a round trip was measured, the first wait is `timeoutMs`. Then it is SRTT + 4 RTTVAR (RFC 6298 section 2, which
//    RFC 1123 section 4.2.3.2 asks TFTP for), never below `floorMs`: a peer may be busy for a moment.
// 2. Each time nothing comes, the wait doubles, up to `capMs`. A little jitter keeps a hundred machines that were switched
//    on together from staying in step.
// 3. Karn's rule (RFC 6298 section 3): an answer to something sent twice measures nothing, and the doubled wait stays until
//    a clean measurement was made. With large windows and much loss there may be none for long, as each repair sends the
//    window's end once more; so the wait is also halved, towards the measured one, each time that the transfer moves on
//    and there was no timeout since it last did.
// 4. How long silence is borne does not depend on how fast the network is: as long as `retries` retransmissions would
//    take that start at `timeoutMs`. A boot loader that erases flash for ten seconds is slow, not gone. Where that time
//    ends, the last wait ends, too.
// 5. A negotiated timeout (RFC 2349) is a contract: that wait each time, no more, no less, no jitter. It does not make us
//    less patient than rule 4, and it cannot make us wait for ever, nor longer than rule 4 for who has not proved to be
//    there: a stranger must not hold a place for minutes by a word. One below a second, which only tftp-hpa's `utimeout`
//    can ask for, doubles up to a second when `retries` retransmissions were in vain: whoever vanished, or never was
//    there, must not have a window thrown at it every ten milliseconds for half a minute.

/** How retransmissions are timed. */
export interface RetransmissionOptions {
  /**
   * Milliseconds until the first retransmission, as long as no round trip was measured.
   *
   * @default {1000}
   */
  readonly timeoutMs?: number;
  /**
   * Retransmissions that may go unanswered, if each waits twice as long as the one before, starting at `timeoutMs`. What
   * counts is the time this makes: 31 seconds of silence by default.
   *
   * @default {5}
   */
  readonly retries?: number;
  /**
   * Shortest wait, in milliseconds.
   *
   * @default {50}
   */
  readonly floorMs?: number;
  /**
   * Longest wait, in milliseconds.
   *
   * @default {8000}
   */
  readonly capMs?: number;
  /**
   * How much a wait may be prolonged at random, as a fraction of it.
   *
   * @default {0.1}
   */
  readonly jitter?: number;
}

/** What the timer of one transfer needs besides {@linkcode RetransmissionOptions}. */
export interface RetransmissionContext {
  /** A number from 0 up to, not including, 1: where the jitter comes from. */
  readonly random: () => number;
  /** The negotiated timeout in milliseconds, if there is one. */
  readonly negotiatedMs?: number | null;
  /** The time now, in milliseconds: silence counts from here. */
  readonly now: number;
  /** A round trip that was measured before, in milliseconds. */
  readonly roundTripMs?: number | null;
  /**
   * How many times longer than its partner this side waits: a receiver lets the sender go first.
   *
   * @default {1}
   */
  readonly patience?: number;
}

/**
 * The retransmission timer of one side of a transfer.
 *
 * @example A wait that doubles
 * ```ts
 * import { RetransmissionTimer } from "@tftpkit/tftp/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * const timer = new RetransmissionTimer({ jitter: 0 }, { random: Math.random, now: 0 });
 * timer.arm(0);
 * assertEquals(timer.deadline, 1000);
 * timer.backOff();
 * timer.arm(1000);
 * assertEquals(timer.deadline, 3000);
 * ```
 */
export class RetransmissionTimer {
  /** When to send again, in milliseconds; `Infinity` when nothing is awaited. */
  deadline: number = Infinity;

  /** Whether the other side has proved to be there; where not, a negotiated timeout earns it no patience. */
  isTrusted: boolean = true;

  readonly #negotiatedMs: number | null;
  readonly #floorMs: number;
  readonly #capMs: number;
  readonly #jitter: number;
  readonly #patience: number;
  readonly #random: () => number;
  readonly #ownLimitMs: number;
  readonly #silenceLimitMs: number;
  readonly #retries: number;

  #silentSince: number;
  #smoothedMs = -1;
  #variationMs = 0;
  /** The wait without jitter. */
  #baseMs: number;
  /** The wait that the last measurement asked for; the first wait as long as there was none. */
  #calmMs: number;
  #hasBackedOff = false;
  /** Timeouts since something was heard, where one was negotiated. */
  #timeoutsInSilence = 0;
  /** The wait as it is used; computed when the base changes, not for each packet. */
  #waitMs: number;

  /**
   * Makes a timer that is not armed.
   *
   * @param options How to time retransmissions.
   * @param context What this transfer brings along.
   * @throws {RangeError} When an option is not a number that makes sense.
   */
  constructor(options: RetransmissionOptions, context: RetransmissionContext) {
    const {
      timeoutMs = 1000,
      retries = 5,
      floorMs = 50,
      capMs = 8000,
      jitter = 0.1,
    } = options;
    check("timeoutMs", timeoutMs, timeoutMs >= 1, "at least 1");
    check("retries", retries, retries >= 0, "0 or more");
    check("floorMs", floorMs, floorMs >= 1, "at least 1");
    check("capMs", capMs, capMs >= floorMs, `at least floorMs, ${floorMs}`);
    check("jitter", jitter, jitter >= 0 && jitter <= 1, "from 0 to 1");
    const { random, negotiatedMs = null, now, roundTripMs, patience = 1 } =
      context;

    this.#negotiatedMs = negotiatedMs;
    this.#floorMs = floorMs;
    this.#capMs = Math.max(capMs, timeoutMs);
    this.#jitter = negotiatedMs === null ? jitter : 0;
    this.#patience = patience;
    this.#random = random;
    this.#silentSince = now;
    this.#retries = retries;
    this.#ownLimitMs = silenceLimit(timeoutMs, this.#capMs, retries);
    this.#silenceLimitMs = Math.max(
      this.#ownLimitMs,
      Math.min((negotiatedMs ?? 0) * (retries + 1), MAX_NEGOTIATED_SILENCE_MS),
      2 * (negotiatedMs ?? 0),
    );
    this.#baseMs = this.#waitMs = 0;
    this.#calmMs = negotiatedMs ?? timeoutMs * patience;
    this.#setWait(this.#calmMs);
    if (roundTripMs !== null && roundTripMs !== undefined) {
      this.measure(roundTripMs);
    }
  }

  /** How long this side waits now, in milliseconds, jitter included. */
  get waitMs(): number {
    return this.#waitMs;
  }

  /** The smoothed round trip time in milliseconds, or -1 when none was measured yet. */
  get roundTripMs(): number {
    return this.#smoothedMs;
  }

  /** Starts the wait anew: something was sent that wants an answer. */
  arm(now: number): void {
    this.deadline = Math.min(now + this.#waitMs, this.#hopelessAt);
  }

  /** Ends the wait: nothing is awaited from the other side. */
  disarm(): void {
    this.deadline = Infinity;
  }

  /** Whether it is time to send again. */
  isExpired(now: number): boolean {
    return now >= this.deadline;
  }

  /** Whether the other side was silent for as long as is borne. */
  isHopeless(now: number): boolean {
    return now >= this.#hopelessAt;
  }

  /** How long nothing was heard, in milliseconds. */
  silenceMs(now: number): number {
    return now - this.#silentSince;
  }

  /**
   * Something was heard that moves the transfer on. When that has happened twice without a timeout in between, the wait is
   * long enough, and one that was doubled before comes down again.
   */
  progress(now: number): void {
    this.#silentSince = now;
    this.#timeoutsInSilence = 0;
    if (this.#negotiatedMs !== null) {
      if (this.#baseMs !== this.#calmMs) this.#setWait(this.#calmMs);
    } else if (this.#hasBackedOff) this.#hasBackedOff = false;
    else if (this.#baseMs > this.#calmMs) {
      this.#setWait(Math.max(this.#baseMs / 2, this.#calmMs));
    }
  }

  /** Something new was sent: silence counts from here. Before that we may have waited for our own source. */
  restartSilence(now: number): void {
    this.#silentSince = now;
  }

  /**
   * Takes note that the deadline is over. If that is so for long, it was not the other side that was asleep: this process
   * was stopped, or the machine suspended, and answers may be waiting to be read.
   */
  wake(now: number): void {
    const overdueMs = now - this.deadline;
    if (overdueMs > ASLEEP_MS) this.#silentSince += overdueMs;
  }

  /** Doubles the wait, up to its cap: the last one brought nothing. */
  backOff(): void {
    if (this.#negotiatedMs !== null) return this.#backOffFromNegotiated();
    this.#hasBackedOff = true;
    this.#setWait(Math.min(this.#baseMs * 2, this.#capMs * this.#patience));
  }

  /**
   * Takes in a round trip that was measured on something sent once.
   *
   * @param roundTripMs The time from sending to the answer, in milliseconds.
   */
  measure(roundTripMs: number): void {
    if (this.#smoothedMs < 0) {
      this.#smoothedMs = roundTripMs;
      this.#variationMs = roundTripMs / 2;
    } else {
      const error = Math.abs(this.#smoothedMs - roundTripMs);
      this.#variationMs += (error - this.#variationMs) / 4;
      this.#smoothedMs += (roundTripMs - this.#smoothedMs) / 8;
    }
    if (this.#negotiatedMs !== null) return;
    const adapted = this.#smoothedMs + 4 * this.#variationMs;
    const base = this.#patience *
      Math.min(Math.max(adapted, this.#floorMs), this.#capMs);
    // On a fast network the floor decides each time: then there is nothing to compute.
    this.#calmMs = base;
    if (base !== this.#baseMs) this.#setWait(base);
  }

  /** When silence will have lasted for as long as is borne; computed in one way only, or rounding might tell two times. */
  get #hopelessAt(): number {
    const limitMs = this.isTrusted ? this.#silenceLimitMs : this.#ownLimitMs;
    return this.#silentSince + limitMs;
  }

  /** See rule 5. */
  #backOffFromNegotiated(): void {
    if (this.#baseMs >= LONG_TIMEOUT_MS) return;
    if (++this.#timeoutsInSilence < this.#retries) return;
    this.#setWait(Math.min(this.#baseMs * 2, LONG_TIMEOUT_MS));
  }

  #setWait(baseMs: number): void {
    this.#baseMs = baseMs;
    this.#waitMs = baseMs * (1 + this.#jitter * this.#random());
  }
}

/** The longest silence that a negotiated timeout can ask us to bear, unless that is less than two of its waits. */
const MAX_NEGOTIATED_SILENCE_MS = 300_000;

/** The shortest timeout that RFC 2349 knows, in milliseconds: one below it comes from `utimeout`. */
const LONG_TIMEOUT_MS = 1000;

/** A deadline is found overdue by this many milliseconds only by a process that did not run. */
const ASLEEP_MS = 1000;

function silenceLimit(
  timeoutMs: number,
  capMs: number,
  retries: number,
): number {
  let limit = 0;
  let wait = timeoutMs;
  for (let i = 0; i <= retries; i++, wait *= 2) {
    if (wait >= capMs) return limit + (retries + 1 - i) * capMs;
    limit += wait;
  }
  return limit;
}

function check(name: string, value: number, ok: boolean, wish: string): void {
  if (ok && Number.isFinite(value)) return;
  throw new RangeError(
    `Cannot use ${name} as it must be ${wish}: current value is ${value}`,
  );
}
