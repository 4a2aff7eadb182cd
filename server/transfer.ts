// The transfer that a request leads to: what is negotiated, the machine, the socket, and the driver that joins them with
// where the bytes come from or go to.

import {
  type DatagramSocket,
  Driver,
  type Feeder,
  netasciiSink,
  netasciiSource,
  receiveEach,
  type Sink,
  SinkFeeder,
  type Source,
  SourceFeeder,
  type Ticker,
} from "../net/mod.ts";
import {
  encodePacket,
  ERROR_CODE,
  errorCodeText,
  negotiateOptions,
  type Negotiation,
  TftpError,
} from "../packet/mod.ts";
import {
  LAST_BLOCK_BEFORE_ROLLOVER,
  type MachineEvent,
  type MachineOptions,
  Receiver,
  Sender,
} from "../transfer/mod.ts";
import type { RequestInfo } from "./events.ts";
import type { ServerConfig } from "./options.ts";
import { bindTransferSocket } from "./transfer_socket.ts";

/** Octets that an ACK or ERROR can have; more are not looked at. */
const SENDER_BUFFER_BYTES = 1024;

/** What a transfer is made from. */
export interface TransferContext {
  /** The request that leads to it. */
  readonly request: RequestInfo;
  /** The socket that the request came in on. */
  readonly listening: DatagramSocket;
  /** The server's options. */
  readonly config: ServerConfig;
  /** What watches deadlines. */
  readonly ticker: Ticker;
  /** Ports of the range that this server uses. */
  readonly portsInUse: Set<number>;
  /** Puts together the answers to options that are not built in, by folded name. */
  readonly collectAnswers: () => Promise<ReadonlyMap<string, string>>;
  /** Ends the stay of a transfer that is done, so that its port is free; whether there was one. */
  readonly yieldPort: () => boolean;
  /** Whether the request still stands: opening a socket can take a moment. */
  readonly isWanted: () => boolean;
  /** The machine has something to tell. */
  readonly onEvent: (event: MachineEvent) => void;
  /** It is known how the transfer ended; `null` for well. */
  readonly onEnd: (failure: unknown) => void;
  /** Nothing is needed any more. */
  readonly onClose: () => void;
}

/** A transfer, ready to start. */
export interface Transfer {
  /** What was negotiated. */
  readonly negotiation: Negotiation;
  /** The state machine. */
  readonly machine: Sender | Receiver;
  /** What runs it. */
  readonly driver: Driver;
  /** Octets in all, as they go over the wire; `null` when that is not known. */
  readonly sizeBytes: number | null;
  /** Begins. */
  start(): void;
  /** Closes at once, without a word. */
  dismiss(): void;
}

/**
 * Makes the transfer that answers a read.
 *
 * @throws {TftpError} When the file does not fit, no port is free, or an answer refuses. The source is closed then.
 */
export async function openSending(
  context: TransferContext,
  source: Source,
): Promise<Transfer> {
  const { request, config } = context;
  const wire = request.mode === "netascii" ? netasciiSource(source) : source;
  try {
    const negotiation = await negotiate(context, wire.size);
    checkFits(negotiation, wire.size, config);
    const socket = await openSocket(context);
    const machine = new Sender({
      ...machineOptions(negotiation, config),
      opening: optionAck(negotiation),
      rollover: config.rollover,
      forgiveLastAck: true,
    });
    const feeder = new SourceFeeder(machine, wire);
    const sizeBytes = wire.size;
    const parts = { negotiation, machine, feeder, socket, sizeBytes };
    return assemble(context, parts, SENDER_BUFFER_BYTES);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/**
 * Makes the transfer that answers a write.
 *
 * @throws {TftpError} When no port is free, or an answer refuses. The sink is told then.
 */
export async function openReceiving(
  context: TransferContext,
  sink: Sink,
): Promise<Transfer> {
  const { request, config } = context;
  const wire = request.mode === "netascii" ? netasciiSink(sink) : sink;
  try {
    const negotiation = await negotiate(context, null);
    const { maxUploadBytes } = config.limits;
    checkUploadSize(negotiation.settings.transferSize ?? 0, maxUploadBytes);
    const socket = await openSocket(context);
    const machine = new Receiver({
      ...machineOptions(negotiation, config),
      opening: optionAck(negotiation) ??
        encodePacket({ type: "ACK", block: 0 }),
      rollover: config.rollover === 0 ? "auto" : config.rollover,
      dallyMs: config.dallyMs,
    });
    const capped: Sink = {
      write(bytes) {
        checkUploadSize(machine.statistics.bytes, maxUploadBytes);
        return wire.write(bytes);
      },
      commit: () => wire.commit(),
      abort: (reason) => wire.abort(reason),
    };
    const feeder = new SinkFeeder(machine, capped, config.clock);
    // Some say 0 when they do not know.
    const sizeBytes = negotiation.settings.transferSize || null;
    const parts = { negotiation, machine, feeder, socket, sizeBytes };
    // One octet more than a block has: a longer one is a fault, and must not look like a whole one.
    return assemble(context, parts, negotiation.settings.blockSize + 5);
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
}

function checkUploadSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new TftpError(
    ERROR_CODE.DiskFull,
    `Cannot take an upload of ${sizeBytes} octets or more as it must be ${maxBytes} at most: raise limits.maxUploadBytes`,
    { wireText: errorCodeText(ERROR_CODE.DiskFull) },
  );
}

async function negotiate(
  { request: { operation, options }, config, collectAnswers }: TransferContext,
  size: number | null,
): Promise<Negotiation> {
  const customAnswers = await collectAnswers();
  return negotiateOptions(options, config.policy, {
    operation,
    size,
    customAnswers,
  });
}

function optionAck({ accepted }: Negotiation): Uint8Array | null {
  return accepted.length > 0
    ? encodePacket({ type: "OACK", options: accepted })
    : null;
}

function checkFits(
  { settings }: Negotiation,
  size: number | null,
  config: ServerConfig,
): void {
  const rollover = settings.rollover ?? config.rollover;
  if (size === null || rollover !== "refuse") return;
  // A file of whole blocks has an empty one behind them.
  const blocks = Math.floor(size / settings.blockSize) + 1;
  if (blocks <= LAST_BLOCK_BEFORE_ROLLOVER) return;
  throw new TftpError(
    ERROR_CODE.NotDefined,
    `Cannot send ${size} octets in blocks of ${settings.blockSize} as the number of blocks must be ${LAST_BLOCK_BEFORE_ROLLOVER} at most: it is ${blocks}`,
    { wireText: "File too large for this block size" },
  );
}

async function openSocket(context: TransferContext): Promise<DatagramSocket> {
  const socket = await bindTransferSocket(context);
  if (context.isWanted()) return socket;
  closeOwn(context, socket);
  throw new TftpError(ERROR_CODE.NotDefined, "The request was given up");
}

function machineOptions(
  { settings }: Negotiation,
  { clock, random, retransmission, unproven }: ServerConfig,
): MachineOptions {
  return { settings, now: clock.now(), random, retransmission, unproven };
}

interface Parts {
  readonly negotiation: Negotiation;
  readonly machine: Sender | Receiver;
  readonly feeder: Feeder;
  readonly socket: DatagramSocket;
  readonly sizeBytes: number | null;
}

function assemble(
  context: TransferContext,
  { negotiation, machine, feeder, socket, sizeBytes }: Parts,
  bufferBytes: number,
): Transfer {
  const { config, request, ticker, onEvent, onEnd, onClose } = context;
  const isOwn = socket !== context.listening;
  const driver = new Driver({
    machine,
    feeder,
    socket,
    peer: request.remote,
    clock: config.clock,
    ticker,
    onEvent,
    onEnd,
    onClose: () => {
      closeOwn(context, socket);
      onClose();
    },
  });
  return {
    negotiation,
    machine,
    driver,
    sizeBytes,
    start() {
      // On the listener's socket it is the listener that receives.
      if (isOwn) {
        receiveEach(
          socket,
          new Uint8Array(bufferBytes),
          (bytes, from) => driver.handleDatagram(bytes, from),
          (error) => driver.handleUnreachable(error),
        ).catch((error) => driver.abandon(error));
      }
      driver.start();
    },
    dismiss() {
      closeOwn(context, socket);
      driver.dismiss();
    },
  };
}

/** Closes a transfer's socket, if it is not the one that requests come to. */
function closeOwn(
  { listening, portsInUse }: TransferContext,
  socket: DatagramSocket,
): void {
  if (socket === listening || socket.isClosed) return;
  socket.close();
  portsInUse.delete(socket.address.port);
}
