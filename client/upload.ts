import {
  netasciiSource,
  type Source,
  SourceFeeder,
  toSource,
  type TransferBody,
  type UdpAddress,
} from "../net/mod.ts";
import { encodeNetascii } from "../packet/mod.ts";
import { type OpeningResult, Sender } from "../transfer/mod.ts";
import { customAnswers } from "./custom_options.ts";
import { type ClientTransferSummary, exchange } from "./exchange.ts";
import type { ClientConfig } from "./options.ts";
import { resolveServer } from "./resolve_host.ts";
import type { TftpTarget } from "./target.ts";

/** An upload that a server has acknowledged. */
export interface TftpUpload extends ClientTransferSummary {
  /** Where it went. */
  readonly target: Required<TftpTarget>;
  /** The server's side of the transfer: its address, and the port it had chosen. */
  readonly remote: UdpAddress;
  /** What the server has answered to `customOptions`, by the names that they were asked for with. */
  readonly customOptions: Readonly<Record<string, string>>;
}

/** Uploads a body; done when the server has acknowledged the last block. */
export async function upload(
  target: Required<TftpTarget>,
  body: TransferBody,
  config: ClientConfig,
  size: number | null,
): Promise<TftpUpload> {
  const { filename, mode } = target;
  const source = wireSource(body, mode === "netascii", size);
  let isBegun = false;
  try {
    const server = await resolveServer(target);
    const { remote, finished } = await exchange(
      { type: "WRQ", filename, mode, options: config.ask(source.size) },
      server,
      config,
      (result) => {
        isBegun = true;
        return makeSender(result, config, source);
      },
    );
    const summary = await finished;
    return {
      ...summary,
      target,
      remote,
      customOptions: customAnswers(config.customOptions, summary.acknowledged),
    };
  } finally {
    // From its beginning on, the transfer closes its source itself.
    if (!isBegun) await source.close();
  }
}

/** What goes over the wire. A text that is at hand is encoded at once, so that its size can be told. */
function wireSource(
  body: TransferBody,
  isNetascii: boolean,
  size: number | null,
): Source {
  if (!isNetascii) return toSource(body, size);
  if (typeof body === "string") body = new TextEncoder().encode(body);
  return body instanceof Uint8Array
    ? toSource(encodeNetascii(body))
    : netasciiSource(toSource(body, size));
}

function makeSender(
  result: OpeningResult,
  config: ClientConfig,
  source: Source,
): { machine: Sender; feeder: SourceFeeder } {
  const machine = new Sender({
    settings: result.settings,
    now: config.clock.now(),
    random: config.random,
    retransmission: config.retransmission,
    rollover: config.rollover,
    roundTripMs: result.roundTripMs,
  });
  return { machine, feeder: new SourceFeeder(machine, source) };
}
