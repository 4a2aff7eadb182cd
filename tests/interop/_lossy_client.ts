/**
 * Our client at the far end of a lossy link. It runs there as a process of its own, takes orders as lines of JSON, many at
 * once, and answers each with a line when it is done; so that no time is counted for starting it. Orders are read until
 * standard input ends.
 *
 * @module
 */

import type { ClientOptions } from "../../client.ts";
import { Client } from "./_ours.ts";
import { isAnswering } from "./_peers.ts";

/** What our client is to do. */
export interface Order {
  readonly id: number;
  /** `probe` waits until a server answers. */
  readonly action: "get" | "put" | "probe";
  readonly hostname: string;
  readonly port: number;
  readonly remote: string;
  readonly local: string;
  readonly options: ClientOptions;
  readonly limitMs: number;
}

/** What became of an order. */
export interface Answer {
  readonly id: number;
  readonly durationMs: number;
  readonly isContent: boolean;
  /** Why it is not content. */
  readonly text: string;
}

async function execute(order: Order): Promise<void> {
  const { action, hostname, port, remote, local, limitMs } = order;
  if (action === "probe") {
    if (await isAnswering(port, hostname)) {
      throw new Error(`Cannot reach the server on port ${port}`);
    }
    return;
  }
  using client = new Client(port, hostname);
  const options = {
    ...order.options,
    signal: AbortSignal.timeout(limitMs),
  };
  await (action === "get"
    ? client.get(remote, local, options)
    : client.put(local, remote, options));
}

async function answer(order: Order): Promise<Answer> {
  const start = performance.now();
  const text = await execute(order).then(() => "", String);
  const durationMs = performance.now() - start;
  return { id: order.id, durationMs, isContent: text === "", text };
}

/** The lines of a stream. */
export async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

if (import.meta.main) {
  for await (const line of lines(Deno.stdin.readable)) {
    answer(JSON.parse(line)).then((it) => console.log(JSON.stringify(it)));
  }
  // What has a timer of its own need not be waited for.
  Deno.exit(0);
}
