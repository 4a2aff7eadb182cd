// Runs checks, each with sockets of its own. Rules:
// 1. The first request is for the file, and more patient than the checks, which go by what it has learned.
// 2. When a check is done, or has failed, its conversations are ended.
// 3. What a check found is all that comes of it; only an abortion, or a socket that breaks, goes further up.

import { dataOf, describe, unknown } from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import {
  Conversation,
  type ConversationSettings,
  type Heard,
  OutOfTimeError,
} from "./conversation.ts";
import type {
  Finding,
  ProbePacket,
  ProbeReport,
  ProbeResult,
} from "./report.ts";

/** Datagrams of one check that the report has; the wrap alone takes a hundred thousand. */
const MAX_PACKETS = 200;

/** What the first request may take, and what is learned by the way, in times of silence. */
const FIRST_SILENCES = 12;

/** Round trips without an answer that are silence at least. */
const SILENT_ROUND_TRIPS = 4;

/** What became of the first request. */
export interface First {
  readonly file: ProbeReport["file"];
  readonly answer: string;
  readonly roundTripMs: number | null;
}

/** What all conversations share. */
export type RunnerSettings = Omit<
  ConversationSettings,
  "startMs" | "deadlineMs" | "onPacket"
>;

/** What all checks work with. */
export type FixedContext = Omit<CheckContext, "open">;

/** Runs checks, each with sockets of its own, and counts what goes over the wire. */
export class Runner {
  #context: FixedContext;
  #settings: RunnerSettings;
  readonly #traffic = {
    sent: { packets: 0, bytes: 0 },
    received: { packets: 0, bytes: 0 },
  };

  constructor(
    settings: RunnerSettings,
    context: FixedContext,
  ) {
    this.#settings = settings;
    this.#context = context;
  }

  /** How long nothing must come for it to be silence, in milliseconds. */
  get quietMs(): number {
    return this.#settings.quietMs;
  }

  now(): number {
    return this.#settings.clock.now();
  }

  get fileSizeBytes(): number | null {
    return this.#context.fileSizeBytes;
  }

  /** Asks for the file, three times as patiently as later on. */
  async first(): Promise<First> {
    const { clock, quietMs } = this.#settings;
    const patient = { ...this.#settings, quietMs: quietMs * 3 };
    return await this.#with(
      patient,
      FIRST_SILENCES * quietMs,
      [],
      async (open) => {
        const conversation = await open();
        const { filename } = this.#context;
        const startMs = clock.now();
        const answer = await conversation.ask(readRequest(filename));
        if (answer === null) {
          return { file: "silent", answer: "silence", roundTripMs: null };
        }
        // An OACK that nobody asked for is a fault, and still the beginning of a file.
        const isBegun = dataOf(answer) || answer.packet?.type === "OACK";
        const file = isBegun ? "present" : "refused";
        const roundTripMs = answer.atMs - startMs;
        this.#allowFor(roundTripMs);
        if (file === "present") await this.#learnSize(answer, await open());
        return { file, answer: describe(answer), roundTripMs };
      },
    );
  }

  /** What comes from far away takes its time. */
  #allowFor(roundTripMs: number): void {
    const quietMs = Math.max(
      this.#settings.quietMs,
      SILENT_ROUND_TRIPS * roundTripMs,
    );
    this.#settings = { ...this.#settings, quietMs };
    this.#context = { ...this.#context, quietMs };
  }

  /** Runs one check. */
  async run(check: Check, limitMs: number): Promise<ProbeResult> {
    const packets: ProbePacket[] = [];
    const finding = await this.#with(
      this.#settings,
      limitMs,
      packets,
      async (open) => {
        try {
          return await check.run({ ...this.#context, open });
        } catch (error) {
          if (!(error instanceof OutOfTimeError)) throw error;
          return unknown("not finished in time");
        }
      },
    );
    return resultOf(check, finding, packets);
  }

  traffic(): Pick<ProbeReport, "sent" | "received"> {
    return this.#traffic;
  }

  /** The size of the file: what tsize says if it is no less than the first block, or the first block if that is short. */
  async #learnSize(first: Heard, conversation: Conversation): Promise<void> {
    const { filename } = this.#context;
    const length = dataOf(first)?.data.length ?? Infinity;
    const answer = await conversation.ask(
      readRequest(filename, [["tsize", "0"]]),
    );
    const told = answer?.packet?.type === "OACK"
      ? Number(answer.packet.options[0]?.[1] ?? NaN)
      : NaN;
    const fileSizeBytes = length < 512
      ? length
      : Number.isSafeInteger(told) && told >= length
      ? told
      : null;
    this.#context = { ...this.#context, fileSizeBytes };
  }

  async #with<Result>(
    settings: RunnerSettings,
    limitMs: number,
    packets: ProbePacket[],
    play: (open: () => Promise<Conversation>) => Promise<Result>,
  ): Promise<Result> {
    settings.signal.throwIfAborted();
    const conversations: Conversation[] = [];
    const startMs = settings.clock.now();
    const onAbort = () => conversations.forEach((each) => each.wake());
    settings.signal.addEventListener("abort", onAbort);
    try {
      return await play(async () => {
        const conversation = await Conversation.open({
          ...settings,
          startMs,
          deadlineMs: startMs + Math.max(0, limitMs),
          onPacket: (packet) => {
            if (packets.length < MAX_PACKETS) packets.push(packet);
            const traffic = this.#traffic[packet.direction];
            traffic.packets++;
            traffic.bytes += packet.sizeBytes;
          },
        });
        conversations.push(conversation);
        return conversation;
      });
    } finally {
      settings.signal.removeEventListener("abort", onAbort);
      await Promise.all(conversations.map((each) => each.end()));
    }
  }
}

/** A check with what it found. */
export function resultOf(
  { id, name, group, section, asks }: Check,
  finding: Finding,
  packets: readonly ProbePacket[],
): ProbeResult {
  return { id, name, group, section, asks, ...finding, packets };
}
