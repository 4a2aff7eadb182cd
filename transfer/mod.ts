/**
 * The transfer as state machines: opening, sender, receiver. They take datagrams and times and say what to send; they know
 * no socket, no clock and no file, so that the same code runs on a network, in a simulator and in a test that counts every
 * packet.
 *
 * ```ts
 * import { Receiver, Sender } from "@tftpkit/tftp/transfer";
 * import { DEFAULT_SETTINGS } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { settings: DEFAULT_SETTINGS, now: 0, random: Math.random };
 * const sender = new Sender(options);
 * const receiver = new Receiver(options);
 * sender.payload.set([1, 2, 3]);
 * sender.fill(3);
 * receiver.handleDatagram(sender.pollTransmit(0)!, 0);
 * assertEquals(receiver.takeBytes(), new Uint8Array([1, 2, 3]));
 * receiver.stored();
 * receiver.complete(0);
 * sender.handleDatagram(receiver.pollTransmit(0)!, 0);
 * assertEquals(sender.state, "finished");
 * ```
 *
 * @module
 */

export {
  blockFromWire,
  blockToWire,
  LAST_BLOCK_BEFORE_ROLLOVER,
} from "./block_number.ts";
export {
  BaseMachine,
  type Machine,
  type MachineEvent,
  type MachineState,
} from "./machine.ts";
export { Opening, type OpeningOptions, type OpeningResult } from "./opening.ts";
export type {
  MachineOptions,
  ReceiverOptions,
  SenderOptions,
} from "./options.ts";
export { Receiver } from "./receiver.ts";
export {
  type RetransmissionContext,
  type RetransmissionOptions,
  RetransmissionTimer,
} from "./retransmission.ts";
export { Sender } from "./sender.ts";
export { TransferSide } from "./side.ts";
export { Staging } from "./staging.ts";
export { emptyStatistics, type TransferStatistics } from "./statistics.ts";
export { UnprovenAccount, type UnprovenBudget } from "./unproven.ts";
