/**
 * TFTP packets as values: decoding, encoding, options and their negotiation, netascii. Pure functions over bytes, with no
 * socket, file or clock in sight; they run wherever JavaScript does.
 *
 * ```ts
 * import { decodePacket, encodePacket } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodePacket({ type: "DATA", block: 1, data: new Uint8Array([1, 2, 3]) });
 * assertEquals(decodePacket(bytes), { type: "DATA", block: 1, data: new Uint8Array([1, 2, 3]) });
 * ```
 *
 * @module
 */

export {
  acceptOptionAck,
  type OptionChecks,
  type OptionWishes,
  requestOptions,
} from "./ask.ts";
export {
  checkCustomOption,
  checkCustomOptionName,
  MAX_OPTION_ACK_BYTES,
  optionSizeBytes,
} from "./custom_option.ts";
export { decodePacket, peekBlock, peekOpcode } from "./decode.ts";
export {
  DATA_HEADER_BYTES,
  encodePacket,
  MAX_ERROR_TEXT_BYTES,
  writeHeader,
} from "./encode.ts";
export { ERROR_CODE, type ErrorCode, errorCodeText } from "./error_code.ts";
export {
  PacketSyntaxError,
  TftpError,
  type TftpErrorOptions,
  TransferTimeoutError,
} from "./errors.ts";
export { formatOptions, formatPacket, quoteText } from "./format.ts";
export {
  negotiateOptions,
  type Negotiation,
  type NegotiationContext,
  type NegotiationPolicy,
} from "./negotiate.ts";
export { encodeNetascii, NetasciiDecoder, netasciiLength } from "./netascii.ts";
export { OPCODE, type Opcode } from "./opcode.ts";
export {
  DEFAULT_BLOCK_SIZE,
  findOption,
  foldOptionName,
  MAX_BLOCK_SIZE,
  MAX_USABLE_WINDOW_SIZE,
  MAX_WINDOW_SIZE,
  MIN_BLOCK_SIZE,
  OPTION_NAMES,
  type OptionName,
  parseOptionNumber,
  TIMEOUT_RANGE_SECONDS,
  UTIMEOUT_RANGE_MICROSECONDS,
} from "./option.ts";
export type {
  AckPacket,
  DataPacket,
  ErrorPacket,
  Operation,
  OptionAckPacket,
  OptionList,
  Packet,
  RequestPacket,
  TransferMode,
} from "./packet.ts";
export {
  DEFAULT_RECEIVE_BUFFER_BYTES,
  receiveBufferBlocks,
} from "./receive_buffer.ts";
export {
  DEFAULT_SETTINGS,
  type Rollover,
  type TransferSettings,
} from "./settings.ts";
