/**
 * Many clients of an origin that changes, breaks off, lies about its length and forgets its ranges. Whatever happens: who
 * reads to the end has one version of the file, whole; who begins after an upload was acknowledged has no older one; and
 * when all have gone, nothing is open.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { httpOrigin, memoryCache } from "../../../handlers/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import { firstSeed, Random } from "../../_random.ts";
import { settle, VirtualClock } from "../../_virtual.ts";
import { fakeRequest, fakeUpload } from "../_request.ts";

const SEEDS = 150;

/** An origin whose moods follow from a seed. */
class MoodyOrigin {
  version = 1;
  open = 0;
  readonly #random: Random;
  readonly #hasTags: boolean;
  readonly #knowsRanges: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#hasTags = random.between(0, 3) > 0;
    this.#knowsRanges = random.between(0, 2) > 0;
  }

  /** A version: its length and all its octets are its own. */
  static content(version: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(2000 + version * 777).fill(version);
  }

  readonly fetch = async (
    _url: string,
    { headers, signal, method, body: upload }: RequestInit & {
      headers: Headers;
    },
  ): Promise<Response> => {
    const random = this.#random;
    if (method === "PUT") {
      await new Response(upload).arrayBuffer();
      this.version++;
      return new Response(null, { status: 204 });
    }
    for (let i = random.between(0, 3); i > 0; i--) await settle();
    signal!.throwIfAborted();
    const mood = random.between(0, 19);
    if (mood === 0) throw new TypeError("connection refused");
    if (mood === 1) return new Response(null, { status: 503 });
    if (mood === 2) return new Response(null, { status: 404 });
    const tag = `"${this.version}"`;
    const control = ["", "no-store", "max-age=5", "no-cache"];
    const answer = new Headers({
      "cache-control": control[random.between(0, 3)]!,
      ...(this.#hasTags ? { etag: tag } : {}),
    });
    if (this.#hasTags && headers.get("if-none-match") === tag) {
      return new Response(null, { status: 304, headers: answer });
    }
    const content = MoodyOrigin.content(this.version);
    const from = Number(/\d+/.exec(headers.get("range") ?? "0")![0]);
    const isPart = from > 0 && this.#knowsRanges &&
      headers.get("if-range") === tag;
    const start = isPart ? from : 0;
    if (isPart) {
      const { length } = content;
      const range = `bytes ${from}-${length - 1}/${length}`;
      answer.set("content-range", range);
    }
    if (random.between(0, 3) > 0) {
      answer.set("content-length", `${content.length - start}`);
    }
    const body = this.#stream(content.subarray(start), answer);
    return new Response(body, { status: isPart ? 206 : 200, headers: answer });
  };

  #stream(content: Uint8Array<ArrayBuffer>, headers: Headers) {
    const random = this.#random;
    const isBroken = random.between(0, 3) === 0;
    const end = isBroken
      ? random.between(0, content.length - 1)
      : content.length;
    // Only who has announced a length may end early: otherwise that would be the end.
    const isShort = headers.has("content-length") && random.between(0, 1) === 0;
    let at = 0;
    this.open++;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => {
        if (at < end) {
          const next = Math.min(end, at + random.between(1, 900));
          controller.enqueue(content.slice(at, next));
          at = next;
          return;
        }
        this.open--;
        if (!isBroken || isShort) controller.close();
        else controller.error(new TypeError("connection reset"));
      },
      cancel: () => void this.open--,
    }, { highWaterMark: 0 });
  }
}

async function runSwarm(seed: number): Promise<string[]> {
  const random = new Random(seed);
  const origin = new MoodyOrigin(random);
  const clock = new VirtualClock();
  // Room for all, for some, or for nearly nothing.
  const maxBytes = [100_000, 8000, 1500][random.between(0, 2)]!;
  let now = 0;
  const handler = httpOrigin("http://h.example", {
    fetch: origin.fetch,
    clock,
    now: () => now,
    cache: random.between(0, 3) === 0
      ? null
      : memoryCache({ maxBytes, maxEntryBytes: maxBytes }),
    maxSharedBytes: [1, 2000, 100_000][random.between(0, 2)]!,
    staleIfErrorMs: random.between(0, 1) * 10_000,
    maxRequests: [1, 4, 64][random.between(0, 2)]!,
    write: true,
    overwrite: true,
  });
  let acknowledged = 0;
  const upload = async (): Promise<void> => {
    const { sink } = (await handler(fakeUpload("x")))!;
    await sink!.write(new Uint8Array(1));
    await sink!.commit();
    acknowledged = origin.version;
  };
  const ends: string[] = [];
  const client = async (): Promise<void> => {
    const leaving = new AbortController();
    const patience = random.between(0, 4) === 0 ? random.between(0, 8) : 1e9;
    if (patience === 0) queueMicrotask(() => leaving.abort());
    const request = fakeRequest("x", { signal: leaving.signal });
    const oldest = acknowledged;
    const parts: number[] = [];
    try {
      const { source } = (await handler(request))!;
      try {
        for (let reads = 0; reads < patience; reads++) {
          const buffer = new Uint8Array(random.between(1, 1500));
          const count = await source!.read(buffer);
          if (count === null) {
            const bytes = Uint8Array.from(parts);
            const whole = MoodyOrigin.content(bytes[0]!);
            assertEquals(bytes.length, whole.length);
            assert(bytes[0]! >= oldest, "older than an upload");
            assert(bytes.every((octet) => octet === whole[0]));
            if (source!.size !== null) assertEquals(bytes.length, source!.size);
            return void ends.push("whole");
          }
          for (const octet of buffer.subarray(0, count)) parts.push(octet);
          if (random.between(0, 3) === 0) await settle();
        }
        ends.push("left");
      } finally {
        await source!.close();
      }
    } catch (error) {
      assertInstanceOf(error, TftpError, String((error as Error).stack));
      ends.push("failed");
    }
  };
  const clients: Promise<void>[] = [];
  for (let step = 0; step < 12; step++) {
    clients.push(client());
    if (random.between(0, 2) === 0) await settle();
    if (random.between(0, 5) === 0) origin.version++;
    if (random.between(0, 5) === 0) clients.push(upload());
    if (random.between(0, 5) === 0) now += 3000;
  }
  let isOver = false;
  const all = Promise.all(clients).finally(() => isOver = true);
  for (let i = 0; i < 200 && !isOver; i++) await clock.advance(1000);
  assert(isOver, "somebody waits for ever");
  await all;
  await clock.advance(60_000);
  assertEquals(origin.open, 0, "bodies left open");
  assertEquals(clock.pending, 0, "timers left");
  return ends;
}

Deno.test("who reads to the end has one version, whole, and nothing stays open", async () => {
  const first = firstSeed();
  console.log(`seeds ${first} to ${first + SEEDS - 1}`);
  const tally = new Map<string, number>();
  for (let seed = first; seed < first + SEEDS; seed++) {
    try {
      for (const end of await runSwarm(seed)) {
        tally.set(end, (tally.get(end) ?? 0) + 1);
      }
    } catch (error) {
      throw new Error(`Failed with TFTPKIT_SEED=${seed}`, { cause: error });
    }
  }
  // All of it happens, or this tests nothing.
  for (const end of ["whole", "left", "failed"]) assert(tally.get(end)! > 50);
});
