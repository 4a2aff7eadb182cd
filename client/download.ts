import {
  netasciiSink,
  type Sink,
  SinkFeeder,
  streamSink,
  type UdpAddress,
} from "../net/mod.ts";
import {
  encodePacket,
  ERROR_CODE,
  type OptionList,
  TftpError,
  type TransferSettings,
} from "../packet/mod.ts";
import { type OpeningResult, Receiver } from "../transfer/mod.ts";
import { customAnswers } from "./custom_options.ts";
import {
  type ClientTransferSummary,
  type Exchange,
  exchange,
} from "./exchange.ts";
import type { ClientConfig } from "./options.ts";
import { resolveServer } from "./resolve_host.ts";
import type { TftpTarget } from "./target.ts";

/**
 * A download that a server has begun to send. When all has come its socket stays for some seconds, in case the last
 * acknowledgment was lost, without keeping the program running; `await using` ends that, and a download that still runs.
 */
export interface TftpDownload extends AsyncDisposable {
  /** What was asked for. */
  readonly target: Required<TftpTarget>;
  /** The server's side of the transfer: its address, and the port it has chosen. */
  readonly remote: UdpAddress;
  /** Octets in the file, if the server said so (RFC 2349). */
  readonly size: number | null;
  /** What was negotiated. */
  readonly settings: TransferSettings;
  /** The options of the server's OACK; `null` when it sent none. */
  readonly acknowledged: OptionList | null;
  /** What the server has answered to `customOptions`, by the names that they were asked for with. */
  readonly customOptions: Readonly<Record<string, string>>;
  /**
   * The bytes, as they come: the server waits for who reads, and `finished` does too, unless the file is small. In mode netascii line ends are LF here. Empty, when the bytes
   * go to a sink.
   */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Fulfilled when the download has ended well, with its numbers; rejected when it has not. */
  readonly finished: Promise<ClientTransferSummary>;
  /**
   * All bytes.
   *
   * @returns The bytes.
   * @throws {TftpError} When the transfer breaks off.
   */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * All bytes as text, in UTF-8.
   *
   * @returns The text.
   * @throws {TftpError} When the transfer breaks off.
   */
  text(): Promise<string>;
}

/** Downloads a file into a stream, or into a sink, which is told when there will be no download. */
export async function download(
  target: Required<TftpTarget>,
  config: ClientConfig,
  sink: Sink | null,
): Promise<TftpDownload> {
  const stream = sink ? null : streamSink();
  const { result, remote, finished, close } = await open(
    target,
    config,
    sink ?? stream!,
  );
  const body = stream?.readable ?? new Blob([]).stream();
  const bytes = async () => {
    const all = await new Response(body).bytes();
    await finished;
    return all;
  };
  return {
    target,
    remote,
    size: result.settings.transferSize,
    settings: result.settings,
    acknowledged: result.acknowledged,
    customOptions: customAnswers(config.customOptions, result.acknowledged),
    body,
    finished,
    bytes,
    text: async () => new TextDecoder().decode(await bytes()),
    [Symbol.asyncDispose]() {
      close();
      return Promise.resolve();
    },
  };
}

async function open(
  target: Required<TftpTarget>,
  config: ClientConfig,
  sink: Sink,
): Promise<Exchange> {
  const { filename, mode } = target;
  let isBegun = false;
  try {
    const server = await resolveServer(target);
    return await exchange(
      { type: "RRQ", filename, mode, options: config.ask(0) },
      server,
      config,
      (result) => {
        isBegun = true;
        return makeReceiver(result, target, config, sink);
      },
    );
  } catch (error) {
    // From its beginning on, the transfer tells its sink itself.
    if (!isBegun) await sink.abort(error);
    throw error;
  }
}

function makeReceiver(
  result: OpeningResult,
  target: Required<TftpTarget>,
  config: ClientConfig,
  sink: Sink,
): { machine: Receiver; feeder: SinkFeeder } {
  const { rollover } = config;
  const machine = new Receiver({
    settings: result.settings,
    now: config.clock.now(),
    random: config.random,
    retransmission: config.retransmission,
    rollover: rollover === 0 ? "auto" : rollover,
    roundTripMs: result.roundTripMs,
    dallyMs: config.dallyMs,
    opening: result.data ? null : encodePacket({ type: "ACK", block: 0 }),
  });
  const checked = config.strict && target.mode === "octet"
    ? strictSink(sink, machine, result.settings.transferSize)
    : sink;
  const wire = target.mode === "netascii" ? netasciiSink(checked) : checked;
  return { machine, feeder: new SinkFeeder(machine, wire, config.clock) };
}

/** Refuses a file that has another size than the server said. */
function strictSink(
  sink: Sink,
  machine: Receiver,
  size: number | null,
): Sink {
  return {
    write: (bytes) => sink.write(bytes),
    commit() {
      const { bytes } = machine.statistics;
      if (size !== null && bytes !== size) {
        throw new TftpError(
          ERROR_CODE.NotDefined,
          `Server announced ${size} octets and sent ${bytes}`,
          { wireText: "Size differs from tsize" },
        );
      }
      return sink.commit();
    },
    abort: (reason) => sink.abort(reason),
  };
}
