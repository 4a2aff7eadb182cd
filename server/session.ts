// One request, from the handler to the end of its transfer:
//
//   asking the handler ──throws, or declines──▶ refused (one ERROR from the request port)
//          │ source, sink or body
//          ├──is to be served by a worker──▶ handed over ──▶ ended, closed: when the worker says so
//          ▼
//   transferring, on a socket of its own or on the listener's ──▶ ended ──▶ closed (some seconds later, for uploads)
//
// An upload whose handler reads `body` begins when it first looks at it, while the handler still runs; the handler's
// return then is what the last acknowledgment waits for.

import {
  NoAnswerError,
  type TftpRequest,
  type TftpResponse,
} from "../handlers/mod.ts";
import {
  asTftpError,
  type DatagramSocket,
  plainHostname,
  type Sink,
  type Source,
  type UdpAddress,
} from "../net/mod.ts";
import { ERROR_CODE, type RequestPacket, TftpError } from "../packet/mod.ts";
import { makeRequest } from "./handler_request.ts";
import {
  checkSink,
  checkSource,
  checkTakenOnce,
  discard,
} from "./handler_response.ts";
import { OptionAnswers } from "./custom_options.ts";
import type { RequestInfo, ServerEvent } from "./events.ts";
import type { SessionCallbacks, SessionHost } from "./session_host.ts";
import { ProgressTeller } from "./progress.ts";
import { isSameRequest } from "./repeated_request.ts";
import { isShortage } from "./shortage.ts";
import { isSizeProbe, summarize } from "./summary.ts";
import {
  openReceiving,
  openSending,
  type Transfer,
  type TransferContext,
} from "./transfer.ts";
import { makeUploadBody, type UploadBody } from "./upload_body.ts";
import { requestToHandOver } from "./workers/in_worker.ts";
import type { EndEvent, RemoteTransfer } from "./workers/remote_transfer.ts";

/** What a response answers to custom options. */
type Answers = TftpResponse["options"];

/** One request and its transfer. */
export class Session {
  readonly info: RequestInfo;
  readonly #host: SessionHost;
  readonly #listening: DatagramSocket;
  readonly #callbacks: SessionCallbacks;
  /** When the request came, in milliseconds. */
  readonly startedAt: number;
  #abortController: AbortController | null = null;
  #failure: { error: unknown } | null = null;
  #heardAt: number;
  #transfer: Transfer | null = null;
  #remote: RemoteTransfer | null = null;
  #progress: ProgressTeller | null = null;
  // Not a closure over both: kept in a field, it would keep the session until a full collection.
  #answers: OptionAnswers | null = null;
  #request: TftpRequest | null = null;
  #isAccepted = false;
  #isEnded = false;

  constructor(
    host: SessionHost,
    listening: DatagramSocket,
    packet: RequestPacket,
    remote: UdpAddress,
    callbacks: SessionCallbacks,
  ) {
    this.#host = host;
    this.#listening = listening;
    this.#callbacks = callbacks;
    this.startedAt = this.#heardAt = host.config.clock.now();
    this.info = {
      id: host.nextId(),
      operation: packet.type === "RRQ" ? "read" : "write",
      filename: packet.filename,
      mode: packet.mode,
      options: packet.options,
      remote,
      local: listening.address,
    };
  }

  /** The client, without its port. */
  get client(): string {
    return plainHostname(this.info.remote.hostname);
  }

  /** Whether it is decided how this ends. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether the client has answered, so that its address is its own. */
  get isProven(): boolean {
    if (this.#remote) return this.#remote.standing === "proven";
    return this.#transfer?.machine.isProven ?? false;
  }

  /** Whether the client was answered, and has not said a word since. */
  get isHalfOpen(): boolean {
    if (this.#remote) return this.#remote.standing === "answered";
    return this.#transfer !== null && !this.isProven;
  }

  /** The smoothed round trip time in milliseconds, or -1 when none was measured. */
  get roundTripMs(): number {
    return this.#transfer?.machine.roundTripMs ?? -1;
  }

  /** When the client was last heard, in milliseconds. */
  get heardAt(): number {
    return this.#remote?.heardAt ??
      Math.max(this.#heardAt, this.#transfer?.driver.heardAt ?? -1);
  }

  /** Whether a request is this one again; see `isSameRequest`. */
  isFor(packet: RequestPacket): boolean {
    const { info } = this;
    const accepted = this.#transfer?.negotiation.accepted ?? info.options;
    return isSameRequest(packet, info, accepted);
  }

  /** Has the worker that serves it look at another request of its client; whether there is one. */
  repeatElsewhere(packet: RequestPacket): boolean {
    if (!this.#remote || this.#isEnded) return false;
    this.#remote.repeat(packet);
    return true;
  }

  /** The request came again: the first answer is sent once more, if there is one yet. */
  repeat(): void {
    this.#noteHeard();
    this.#transfer?.machine.handleRepeatedRequest();
    this.#transfer?.driver.pump();
  }

  /** In single-port mode: a datagram from the client. */
  handleDatagram(bytes: Uint8Array, from: UdpAddress): void {
    this.#transfer?.driver.handleDatagram(bytes, from);
  }

  /** Ends it without a word to the client. */
  abandon(reason: string): void {
    if (this.#remote) {
      this.#remote.abandon(reason);
      // Its place is wanted now, not when the worker has answered.
      return this.#host.release(this);
    }
    const error = new TftpError(ERROR_CODE.NotDefined, reason);
    if (this.#transfer) this.#transfer.driver.abandon(error);
    else this.#end(error);
  }

  /** Ends it with an ERROR. */
  abort(error: TftpError): void {
    if (this.#remote) this.#remote.abort(error);
    else if (this.#transfer) this.#transfer.driver.fail(error);
    else this.#refuse(error);
  }

  /** Closes it, if it only stays in case its last packet was lost. */
  dismiss(): void {
    (this.#remote ?? this.#transfer)?.dismiss();
  }

  /** Asks the handler, and does what it says. Never rejects. */
  async run(): Promise<void> {
    const upload = this.info.operation === "write" ? this.#makeUpload() : null;
    try {
      const response = await this.#host.config.handler(
        this.#makeRequest(upload),
      );
      if (this.#isEnded) return await discard(response);
      const options = response?.options;
      const handedOver = requestToHandOver(response);
      if (handedOver && !this.#isAccepted) {
        this.#handOver(handedOver.filename, response!);
      } else if (!upload) {
        await this.#transferFrom(await checkSource(response), options);
      } else if (this.#isAccepted) {
        await checkTakenOnce(response);
        upload.finish();
      } else await this.#transferTo(await checkSink(response), options);
    } catch (error) {
      upload?.fail(error);
      if (
        !this.#transfer && (error instanceof NoAnswerError || isShortage(error))
      ) return this.#drop(error);
      // A file that is missing is an answer; what has no code of its own is a fault.
      if (!(error instanceof TftpError) && asTftpError(error).code === 0) {
        this.#host.reportFault(error);
      }
      if (this.#transfer) this.#transfer.driver.fail(error);
      else this.#refuse(error);
    }
  }

  /** Has a worker serve it; from then on this only counts it, and tells what the worker tells. */
  #handOver(filename: string, response: TftpResponse): void {
    const { info } = this;
    const order = { info, filename, response };
    // The worker measures from here on.
    const waitedMs = this.#host.config.clock.now() - this.startedAt;
    this.#remote = this.#host.workers!.open(order, {
      onTold: (event) =>
        this.#host.emit({ ...event, request: info } as ServerEvent),
      onEnd: (event) => this.#endElsewhere(event, waitedMs),
      onRefuse: (error) => this.#refuse(error),
      onDrop: (reason) => this.#drop(new NoAnswerError(reason)),
      onClose: () => this.#close(),
    });
  }

  #makeRequest(upload: UploadBody | null): TftpRequest {
    const { config } = this.#host;
    const answers = new OptionAnswers(this.info, {
      customOptions: config.customOptions,
      policy: config.policy,
      onFault: (error) => this.#host.reportFault(error),
    });
    const request = makeRequest(this.info, {
      body: upload?.stream ?? null,
      answers,
      getSignal: () => this.#abortSignal(),
      workers: this.#host.workers,
    });
    this.#answers = answers;
    this.#request = request;
    return request;
  }

  /** Made when a handler asks for it: most never do. */
  #abortSignal(): AbortSignal {
    this.#abortController ??= new AbortController();
    if (this.#failure) this.#abortController.abort(this.#failure.error);
    return this.#abortController.signal;
  }

  /** The upload as a stream: looking at it accepts it. */
  #makeUpload(): UploadBody {
    return makeUploadBody((sink) => {
      if (this.#isEnded) sink.abort(this.#failure?.error);
      else {
        this.#transferTo(sink).catch((error) =>
          isShortage(error) ? this.#drop(error) : this.#refuse(error)
        );
      }
    });
  }

  async #transferFrom(source: Source, options?: Answers): Promise<void> {
    this.#begin(await openSending(this.#transferContext(options), source));
  }

  async #transferTo(sink: Sink, options?: Answers): Promise<void> {
    this.#isAccepted = true;
    this.#begin(await openReceiving(this.#transferContext(options), sink));
  }

  #transferContext(options: Answers = {}): TransferContext {
    const { config, ticker } = this.#host;
    return {
      request: this.info,
      listening: this.#listening,
      config,
      ticker,
      portsInUse: this.#host.portsInUse,
      collectAnswers: () => {
        this.#answers!.acknowledgeAll(options);
        return this.#answers!.collect(this.#request!);
      },
      yieldPort: () => this.#host.yieldPort(),
      isWanted: () => !this.#isEnded,
      onEvent: (event) => this.#host.emit({ ...event, request: this.info }),
      onEnd: (failure) => this.#end(failure),
      onClose: () => this.#close(),
    };
  }

  #begin(transfer: Transfer): void {
    // Given up in the last moment: nothing was sent yet.
    if (this.#isEnded) return transfer.dismiss();
    this.#transfer = transfer;
    if (this.#host.isWatched) {
      this.#progress = new ProgressTeller(this.#host, transfer, this);
    }
    const { settings, accepted } = transfer.negotiation;
    this.#host.emit({
      type: "negotiated",
      request: this.info,
      settings,
      acknowledged: accepted,
    });
    transfer.start();
  }

  #noteHeard(): void {
    this.#heardAt = this.#host.config.clock.now();
  }

  #refuse(error: unknown): void {
    if (this.#isEnded) return;
    const refusal = asTftpError(error);
    this.#isEnded = true;
    this.#failure = { error };
    this.#abortController?.abort(error);
    this.#host.emit({
      type: "refused",
      request: this.info,
      code: refusal.code,
      error,
    });
    this.#callbacks.onRefuse(refusal);
    this.#host.release(this);
    this.#close();
  }

  /** Leaves the request without an answer: the handler wants it so, or there is no socket or file to be had right now. */
  #drop(error: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failure = { error };
    this.#abortController?.abort(error);
    const { message: reason } = error;
    this.#host.emit({ type: "dropped", request: this.info, reason });
    this.#host.release(this);
    this.#close();
    if (isShortage(error)) this.#host.makeRoom();
  }

  #end(error: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#progress?.stop();
    const request = this.info;
    const durationMs = this.#host.config.clock.now() - this.startedAt;
    const transfer = summarize(this.#transfer, durationMs);
    if (error === null) {
      this.#host.emit({ type: "finished", request, transfer });
    } else {
      this.#failure = { error };
      this.#abortController?.abort(error);
      if (isSizeProbe(error, request, this.#transfer)) {
        this.#host.emit({ type: "probed", request, transfer });
      } else {
        this.#host.emit({ type: "failed", request, transfer, error });
      }
    }
    this.#host.release(this);
    if (!this.#transfer) this.#close();
  }

  #endElsewhere(event: EndEvent, waitedMs: number): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const durationMs = waitedMs + event.transfer.durationMs;
    const transfer = { ...event.transfer, durationMs };
    this.#host.emit({ ...event, transfer, request: this.info });
    if (event.type === "failed") this.#abortController?.abort(event.error);
    this.#host.release(this);
  }

  #close(): void {
    this.#callbacks.onClose();
    this.#host.forget(this);
  }
}
