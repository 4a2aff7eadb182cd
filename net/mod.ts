/**
 * The network under a transfer: UDP sockets, clocks, and the driver that joins a state machine with a socket and with the
 * place its bytes come from or go to. Sockets and clocks are interfaces, so that the same driver runs in tests and
 * simulations.
 *
 * ```ts
 * import { bytesSource } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bytesSource(new Uint8Array(7)).size, 7);
 * ```
 *
 * @module
 */

export {
  formatAddress,
  isSameAddress,
  plainHostname,
  TFTP_PORT,
  type UdpAddress,
} from "./address.ts";
export { isAnsweringPort } from "./answering_port.ts";
export { toSource, type TransferBody } from "./body.ts";
export { clientKey } from "./client_key.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
  type DatagramSocket,
  type Network,
  receiveEach,
} from "./datagram_socket.ts";
export { Driver, type DriverOptions } from "./driver.ts";
export {
  type Feeder,
  type FeederHost,
  SinkFeeder,
  SourceFeeder,
} from "./feeder.ts";
export { netasciiSink, netasciiSource } from "./netascii.ts";
export { RateLimiter, type RateLimiterOptions } from "./rate_limiter.ts";
export { SinglePort } from "./single_port.ts";
export type { Sink } from "./sink.ts";
export { bytesSource, fillFrom, type Source, streamSource } from "./source.ts";
export {
  type StreamSink,
  streamSink,
  type StreamSinkOptions,
} from "./stream_sink.ts";
export { Ticker, type Ticking } from "./ticker.ts";
export {
  type UdpImplementation,
  udpImplementation,
  udpNetwork,
} from "./udp_socket.ts";
export { type DatagramWatcher, watchNetwork } from "./watch_network.ts";
export { asTftpError, systemCode } from "./wire_error.ts";
