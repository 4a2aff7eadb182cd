/**
 * One client of the swarm, and what the server's handler makes of its request. Both look at what becomes of the file.
 *
 * @module
 */

import {
  type ClientOptions,
  get,
  put,
  TftpError,
  type TftpRequest,
  TftpResponse,
  type TransferSummary,
} from "../../mod.ts";
import type { SimulatedEdge, Simulation } from "../../simulator/mod.ts";
import {
  type BodyContext,
  type Complain,
  encodeText,
  fileOf,
  PlannedError,
  sleep,
  WatchedSink,
  WatchedSource,
  watchedStream,
} from "./_bodies.ts";
import { isRoomy, isSure } from "./_certainty.ts";
import { Mishaps } from "./_mishaps.ts";
import {
  type ClientPlan,
  type Failure,
  type Pace,
  pieces,
  type Plan,
} from "./_plan.ts";
import { type Count, type Expected, SERVER } from "./_wire.ts";

/** What a client is part of. */
export interface ClientContext {
  readonly plan: Plan;
  readonly simulation: Simulation;
  /** Sources and sinks that are in use. */
  readonly open: Set<object>;
  readonly complain: Complain;
}

/** One client. */
export class SwarmClient {
  readonly plan: ClientPlan;
  readonly host: string;
  readonly name: string;
  readonly expected: Expected;
  readonly mishaps: Mishaps;
  /** How it ended. */
  outcome = "not ended";
  /** How often either side has sent something again because it heard nothing. */
  retransmissions = 0;
  readonly #context: ClientContext;
  readonly #edge: SimulatedEdge;
  readonly #file: Uint8Array;
  readonly #isDamaged: boolean;
  #near: WatchedSink | null = null;
  /** Whether the server has the file of an upload. */
  #isStored = false;

  constructor(index: number, plan: ClientPlan, context: ClientContext) {
    this.plan = plan;
    this.mishaps = new Mishaps(plan);
    this.#context = context;
    this.host = `192.0.2.${10 + index}`;
    this.name = `file-${index}`;
    this.#edge = context.simulation.host(this.host);
    this.#file = fileOf(`${this.name} ${context.plan.seed}`, plan.sizeBytes);
    this.#isDamaged = (plan.link.corruptProbability ?? 0) > 0;
    const isRead = plan.operation === "read";
    const { server } = context.plan;
    const sides = [server.rollover, plan.rollover];
    const [sender] = isRead ? sides : sides.toReversed();
    this.expected = {
      name: this.name,
      isRead,
      wireFile: plan.mode === "netascii" ? encodeText(this.#file) : this.#file,
      rollover: sender === 1 ? 1 : 0,
      isVague: this.#isDamaged,
      isCommitted: () =>
        isRead
          ? plan.near.kind === "stream" || this.#near?.isCommitted === true
          : this.#isStored,
    };
  }

  /** How long its sources, sinks and sockets keep others waiting in all, in milliseconds. */
  get pausesMs(): number {
    const { near, far, sizeBytes, handlerMs, startMs } = this.plan;
    const sum = (pace: Pace) =>
      pace.delayMs * pieces(2 * sizeBytes, pace.pieceBytes);
    return startMs + handlerMs + sum(near) + sum(far) + this.#overflowMs();
  }

  /** Where a socket has less room than its window, each window loses its end, and waits for a timeout. */
  #overflowMs(): number {
    const { plan } = this.#context;
    if (isRoomy(plan)) return 0;
    const { sizeBytes, blksize, timeout } = this.plan;
    const blockSize = Math.min(blksize, plan.server.blksize);
    return pieces(2 * sizeBytes, 20 * blockSize) * 1000 * (timeout ?? 1);
  }

  /** Asks for its transfer, and sees it through. */
  async run(): Promise<void> {
    const { clock } = this.#edge;
    const { startMs, abortMs, operation } = this.plan;
    const controller = new AbortController();
    const cancel = abortMs === null ? () => {} : clock.schedule(
      startMs + abortMs,
      () => controller.abort(new PlannedError("Aborted")),
    );
    await sleep(clock, startMs);
    try {
      if (operation === "read") await this.#download(controller.signal);
      else await this.#upload(controller.signal);
      this.outcome = "done";
      this.checkWhole("the client was told that it is done");
    } catch (error) {
      this.outcome = this.#judge(error);
    } finally {
      cancel();
    }
  }

  /** The server's handler. */
  async handle(request: TftpRequest): Promise<TftpResponse | void> {
    const { clock } = this.#context.simulation.host(SERVER);
    const { handlerMs, failure, far, operation } = this.plan;
    if (handlerMs > 0) await sleep(clock, handlerMs);
    if (failure === "missing" || request.operation !== operation) return;
    if (failure === "refuses") throw new TftpError(2, "Not today");
    if (failure === "throws") throw new PlannedError("The handler is broken");
    const { open } = this.#context;
    const context = this.#body("server", far, failure, clock);
    if (operation === "read") {
      return new TftpResponse(
        far.kind === "stream"
          ? watchedStream(context, open)
          : new WatchedSource(context, open),
      );
    }
    const sink = new WatchedSink(context, open, () => this.#isStored = true);
    if (far.kind !== "stream") return TftpResponse.upload(sink);
    await drain(request.body!, sink, context);
  }

  /** The file must have got to where it goes. */
  checkWhole(why: string): void {
    if (this.#isDamaged) return;
    const { operation, near } = this.plan;
    const isWhole = operation === "write"
      ? this.#isStored
      : this.#near?.isCommitted || near.kind === "stream";
    if (!isWhole) {
      this.#context.complain(`${this.name}: ${why}, but the file is not there`);
    }
  }

  /** The server says that a transfer has ended well. */
  checkFinished({ statistics, isLastAckMissing }: TransferSummary): void {
    const { length } = this.expected.wireFile;
    if (!this.#isDamaged && statistics.bytes !== length) {
      this.#context.complain(
        `${this.name}: finished with ${statistics.bytes} of ${length} octets`,
      );
    }
    if (!isLastAckMissing) {
      this.checkWhole("the server says that it has finished");
    }
  }

  /** All is over: did it end as it had to, and without more datagrams than needed? */
  checkEnd({ datagrams, faults, blockSize, windowSize }: Count): void {
    const { plan, complain } = this.#context;
    const isDone = this.outcome === "done";
    if (!isDone && isSure(this.plan, plan)) {
      complain(`${this.name}: should be done, but: ${this.outcome}`);
    }
    const { failure, sizeBytes } = this.plan;
    // Nothing is written of an empty file.
    const mustFail = failure !== "none" &&
      (failure !== "breaks midway" || sizeBytes > 0);
    if (isDone && mustFail && !this.#isDamaged) {
      complain(`${this.name}: done, although the handler ${failure}`);
    }
    const blocks = Math.floor(this.expected.wireFile.length / blockSize) + 1;
    const causes = faults + this.retransmissions;
    const most = 2 * blocks + 12 + causes * 2 * (windowSize + 1);
    if (datagrams > most && !this.#isDamaged) {
      complain(
        `${this.name}: ${datagrams} datagrams for ${blocks} blocks, ${faults} faults and ${this.retransmissions} retransmissions`,
      );
    }
  }

  async #download(signal: AbortSignal): Promise<void> {
    const { near } = this.plan;
    const { open } = this.#context;
    const context = this.#body("client", near, "none", this.#edge.clock);
    const sink = this.#near = new WatchedSink(context, open);
    if (near.kind !== "stream") {
      const response = await get(this.#target, {
        ...this.#options(signal),
        sink,
      });
      await response.finished;
      return;
    }
    try {
      const response = await get(this.#target, this.#options(signal));
      await drain(response.body, sink, context);
      await response.finished;
    } finally {
      if (open.has(sink)) sink.abort();
    }
  }

  async #upload(signal: AbortSignal): Promise<void> {
    const { near } = this.plan;
    const { open } = this.#context;
    const context = this.#body("client", near, "none", this.#edge.clock);
    const options = this.#options(signal);
    if (near.kind !== "stream") {
      await put(this.#target, new WatchedSource(context, open), options);
      return;
    }
    const size = near.pieceBytes === 700 ? null : this.#file.length;
    const body = watchedStream(context, open);
    await put(this.#target, body, { ...options, size });
  }

  get #target() {
    return { hostname: SERVER, filename: this.name, mode: this.plan.mode };
  }

  #options(signal: AbortSignal): ClientOptions {
    const { plan } = this;
    return {
      ...this.#edge,
      signal,
      blksize: plan.blksize,
      windowsize: plan.windowsize,
      ...(plan.timeout === null ? {} : { timeout: plan.timeout }),
      ...(plan.rolloverOption === null
        ? {}
        : { rolloverOption: plan.rolloverOption }),
      rollover: plan.rollover,
      rfc1350: plan.rfc1350,
      fallback: plan.fallback,
      strict: plan.strict,
      retransmission: plan.retransmission,
      dallyMs: plan.dallyMs,
      onEvent: ({ type }) => {
        if (type === "retransmission") this.retransmissions++;
      },
    };
  }

  #body(
    side: string,
    pace: Pace,
    failure: Failure,
    clock: BodyContext["clock"],
  ): BodyContext {
    return {
      name: `${this.name} at the ${side}`,
      file: this.#file,
      pace,
      clock,
      failure,
      isDamaged: this.#isDamaged,
      complain: this.#context.complain,
    };
  }

  /** What went wrong, in a word; it must be something that can go wrong. */
  #judge(error: unknown): string {
    if (error instanceof TftpError || error instanceof PlannedError) {
      return `${error.name}: ${error.message}`;
    }
    this.#context.complain(`${this.name}: failed with ${describe(error)}`);
    return "fault";
  }
}

/** Takes all that a stream gives. */
async function drain(
  body: ReadableStream<Uint8Array>,
  sink: WatchedSink,
  { pace, clock }: BodyContext,
): Promise<void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      sink.take(value);
      if (pace.delayMs > 0) await sleep(clock, pace.delayMs);
    }
    sink.finish();
  } catch (error) {
    sink.abort();
    throw error;
  }
}

/** An error with its stack, for whoever has to find out. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
