import type { Rollover, TransferSettings } from "../packet/mod.ts";
import type { RetransmissionOptions } from "./retransmission.ts";
import type { UnprovenBudget } from "./unproven.ts";

/** What both sides of a transfer start from. */
export interface MachineOptions {
  /** What was negotiated. */
  readonly settings: TransferSettings;
  /** The time now, in milliseconds. */
  readonly now: number;
  /** A number from 0 up to, not including, 1; for jitter. */
  readonly random: () => number;
  /**
   * What to send first, until the other side answers it. A sender: a server's OACK. A receiver: a server's OACK or ACK 0,
   * a client's ACK 0 to an OACK. `null` when the transfer goes straight to DATA.
   *
   * @default {null}
   */
  readonly opening?: Uint8Array | null;
  /**
   * How retransmissions are timed, unless a timeout was negotiated.
   *
   * @default {{}}
   */
  readonly retransmission?: RetransmissionOptions;
  /**
   * What may be sent before the other side has proved its address; `null` when it has, as towards a server.
   *
   * @default {null}
   */
  readonly unproven?: UnprovenBudget | null;
  /**
   * A round trip that was measured before, in milliseconds.
   *
   * @default {null}
   */
  readonly roundTripMs?: number | null;
}

/** What a `Sender` starts from. */
export interface SenderOptions extends MachineOptions {
  /**
   * What follows block 65535, unless it was negotiated.
   *
   * @default {0}
   */
  readonly rollover?: Rollover;
  /**
   * Whether a transfer whose last block was never acknowledged counts as done: many boot ROMs leave without that ACK.
   *
   * @default {false}
   */
  readonly forgiveLastAck?: boolean;
}

/** What a `Receiver` starts from. */
export interface ReceiverOptions extends MachineOptions {
  /**
   * What follows block 65535, unless it was negotiated: 0, 1, nothing, or what the sender makes of it, which can only be
   * told apart without a window.
   *
   * @default {"auto"}
   */
  readonly rollover?: Rollover | "auto";
  /**
   * How long to stay after the last ACK, in milliseconds; three times as long as a wait for a retransmission, if that is
   * more, but then 30 seconds at most.
   *
   * @default {6000}
   */
  readonly dallyMs?: number;
}
