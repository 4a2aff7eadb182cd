import { BaseMachine } from "./machine.ts";
import type { MachineOptions } from "./options.ts";
import { RetransmissionTimer } from "./retransmission.ts";
import { UnprovenAccount } from "./unproven.ts";

/** What the two sides of a transfer share: their timer, and what they know of each other. */
export abstract class TransferSide extends BaseMachine {
  /** When to send again, and when to give up. */
  protected readonly timer: RetransmissionTimer;
  /** What may be sent to an address that is not proved; `null` once it is, or needs no proof. */
  protected unproven: UnprovenAccount | null;

  /**
   * Takes from the options what both sides need.
   *
   * @param options What to start from.
   * @param patience How many times longer than the other side this one waits.
   */
  constructor(options: MachineOptions, patience: number) {
    super();
    const { settings, now, random } = options;
    const { retransmission = {}, unproven = null, roundTripMs = null } =
      options;
    this.unproven = unproven && new UnprovenAccount(unproven);
    this.timer = new RetransmissionTimer(retransmission, {
      random,
      now,
      negotiatedMs: settings.timeoutMs,
      roundTripMs,
      patience,
    });
    this.timer.isTrusted = this.unproven === null;
  }

  /** Whether the other side has answered, so that its address is its own. */
  get isProven(): boolean {
    return this.unproven === null;
  }

  /** The smoothed round trip time in milliseconds, or -1 when none was measured. */
  get roundTripMs(): number {
    return this.timer.roundTripMs;
  }

  /** The other side has said something that only it can say. */
  protected noteHeard(now: number): void {
    this.unproven = null;
    this.timer.isTrusted = true;
    this.timer.progress(now);
  }
}
