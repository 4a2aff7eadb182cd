/**
 * One machine with its driver on the virtual network, and the other side played by the test.
 *
 * @module
 */

import {
  bytesSource,
  Driver,
  type DriverOptions,
  receiveEach,
  type Sink,
  SinkFeeder,
  type Source,
  SourceFeeder,
  Ticker,
  type UdpAddress,
} from "../../net/mod.ts";
import {
  DEFAULT_SETTINGS,
  encodePacket,
  type Packet,
  type TransferSettings,
} from "../../packet/mod.ts";
import { type Machine, Receiver, Sender } from "../../transfer/mod.ts";
import {
  Peer,
  settle,
  VirtualNetwork,
  type VirtualSocket,
} from "../_virtual.ts";

/** What a run starts from; the rest is RFC 1350's. */
export interface RunOptions extends Partial<TransferSettings> {
  /** A server's answer to a request. */
  readonly opening?: Packet;
  /** Whether the other side may answer from any port. */
  readonly isPortOpen?: boolean;
  /** Where the driver thinks the other side is; where the peer is, unless told otherwise. */
  readonly peerAddress?: UdpAddress;
  /** What happens when it is known how the transfer ended. */
  readonly onEnd?: (failure: unknown) => void;
  /** Put around the socket on its way to the driver. */
  readonly wrap?: (socket: VirtualSocket) => DriverOptions["socket"];
}

/** A driver at work. */
export class Run<M extends Machine> {
  readonly network = new VirtualNetwork();
  readonly clock = this.network.clock;
  readonly ticker = new Ticker(this.clock);
  readonly socket: VirtualSocket = this.network.bind({
    hostname: "127.0.0.1",
    port: 69,
  });
  readonly peer: Peer = new Peer(this.network, { port: 5000 });
  /** How it ended: `end ok` or `end` and what went wrong, `close`. */
  readonly log: string[] = [];
  readonly events: string[] = [];
  /** What went wrong, as it was told. */
  failure: unknown;
  readonly machine: M;
  readonly driver: Driver;

  constructor(
    machine: M,
    makeFeeder: (run: Run<M>) => SourceFeeder | SinkFeeder | null,
    options: RunOptions = {},
  ) {
    const {
      isPortOpen = false,
      peerAddress = this.peer.address,
      onEnd = () => {},
      wrap = (socket: VirtualSocket) => socket,
    } = options;
    this.machine = machine;
    this.driver = new Driver({
      machine,
      socket: wrap(this.socket),
      peer: peerAddress,
      isPortOpen,
      clock: this.clock,
      ticker: this.ticker,
      feeder: makeFeeder(this),
      onEvent: (event) => this.events.push(event.type),
      onEnd: (failure) => {
        this.failure = failure;
        this.log.push(
          failure === null
            ? "end ok"
            : `end ${failure instanceof Error ? failure.message : failure}`,
        );
        onEnd(failure);
      },
      onClose: () => this.log.push("close"),
    });
    receiveEach(
      this.socket,
      new Uint8Array(65536),
      (bytes, from) => this.driver.handleDatagram(bytes, from),
    );
  }

  /** Begins, and hears what is there to be heard at once. */
  async start(): Promise<this> {
    this.driver.start();
    await settle();
    return this;
  }
}

function machineOptions(options: RunOptions) {
  const { opening, blockSize, windowSize, timeoutMs } = options;
  return {
    settings: {
      ...DEFAULT_SETTINGS,
      ...(blockSize === undefined ? {} : { blockSize }),
      ...(windowSize === undefined ? {} : { windowSize }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
    now: 0,
    random: () => 0,
    opening: opening ? encodePacket(opening) : null,
  };
}

/** Sends so many octets, or what a source gives. */
export function runSender(
  source: number | Source,
  options: RunOptions = {},
): Promise<Run<Sender>> {
  const sender = new Sender(machineOptions(options));
  const feeder = new SourceFeeder(
    sender,
    typeof source === "number" ? bytesSource(pattern(source)) : source,
  );
  return new Run(sender, () => feeder, options).start();
}

/** Receives into a sink. */
export function runReceiver(
  sink: Sink,
  options: RunOptions = {},
): Promise<Run<Receiver>> {
  const receiver = new Receiver(machineOptions(options));
  return new Run(
    receiver,
    ({ clock }) => new SinkFeeder(receiver, sink, clock),
    options,
  ).start();
}

/** Octets that differ from block to block, and tell a shift of any length. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, i) => (i * 31 + (i >> 8) * 17 + (i >> 16)) & 0xff,
  );
}

export function ack(block: number): Packet {
  return { type: "ACK", block };
}

export function data(block: number, bytes: Uint8Array | number): Packet {
  return {
    type: "DATA",
    block,
    data: typeof bytes === "number" ? pattern(bytes) : bytes,
  };
}

export function error(code: number, message: string): Packet {
  return { type: "ERROR", code, message };
}

/** A sink that notes what happens to it; each step may fail or take its time. */
export class NotingSink implements Sink {
  readonly log: string[] = [];
  /** What was written, in all. */
  bytes: Uint8Array = new Uint8Array();
  /** What a step does besides: throw, or wait. */
  onWrite: () => void | Promise<void> = () => {};
  onCommit: () => void | Promise<void> = () => {};
  onAbort: () => void | Promise<void> = () => {};

  write(bytes: Uint8Array): void | Promise<void> {
    this.log.push(`write ${bytes.length}`);
    const all = new Uint8Array(this.bytes.length + bytes.length);
    all.set(this.bytes);
    all.set(bytes, this.bytes.length);
    this.bytes = all;
    return this.onWrite();
  }

  commit(): void | Promise<void> {
    this.log.push("commit");
    return this.onCommit();
  }

  abort(reason: unknown): void | Promise<void> {
    this.log.push(
      `abort ${reason instanceof Error ? reason.message : reason}`,
    );
    return this.onAbort();
  }
}
