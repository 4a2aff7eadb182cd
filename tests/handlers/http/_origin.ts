/**
 * Origins that do as they are told: over HTTP, over a bare connection where HTTP has to be broken, or as a function.
 *
 * @module
 */

import { assertInstanceOf } from "@std/assert";
import type { TftpResponse } from "../../../handlers/mod.ts";
import type { Source } from "../../../net/mod.ts";
import type { TftpError } from "../../../packet/mod.ts";

/** An origin on the loopback that keeps its requests. */
export interface TestOrigin extends AsyncDisposable {
  readonly url: string;
  readonly requests: Request[];
}

/** An HTTP server. */
export function startOrigin(
  answer: (request: Request) => Response | Promise<Response>,
): TestOrigin {
  const requests: Request[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      requests.push(request);
      return answer(request);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A server that gets the head of each request as a text, and answers with what it likes; then the connection is closed. */
export function startBareOrigin(
  answer: (head: string, count: number) => readonly (string | Uint8Array)[],
): TestOrigin & { readonly heads: string[] } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heads: string[] = [];
  const talk = async (connection: Deno.Conn) => {
    using open = connection;
    const buffer = new Uint8Array(8192);
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const count = await open.read(buffer);
      if (count === null) return;
      head += new TextDecoder().decode(buffer.subarray(0, count));
    }
    heads.push(head);
    for (const part of answer(head, heads.length)) {
      await writeAll(open, part);
    }
  };
  const talks: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      talks.push(talk(connection).catch(() => {}));
    }
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    requests: [],
    heads,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(talks);
    },
  };
}

async function writeAll(
  connection: Deno.Conn,
  part: string | Uint8Array,
): Promise<void> {
  let rest = typeof part === "string" ? new TextEncoder().encode(part) : part;
  while (rest.length > 0) {
    rest = rest.subarray(await connection.write(rest));
  }
}

/** Octets that differ from place to place. */
export function makeBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

/** Reads a source to its end, and closes it. */
export async function readSource(
  source: Source | null | undefined,
  bufferBytes = 4096,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const buffer = new Uint8Array(bufferBytes);
      const count = await source!.read(buffer);
      if (count === null) break;
      parts.push(buffer.subarray(0, count));
    }
  } finally {
    await source!.close();
  }
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

/** The whole body of a response as a text. */
export async function readText(
  response: TftpResponse | void,
): Promise<string> {
  assertInstanceOf(response, Object);
  return new TextDecoder().decode(await readSource(response.source));
}

/** A stream that gives chunks when it is asked for them, and then ends, fails, or says nothing more. */
export function streamOf(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  end: "close" | "error" | "silence" = "close",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let index = 0;
  return new ReadableStream({
    pull(controller) {
      if (index < chunks.length) return controller.enqueue(chunks[index++]!);
      if (end === "close") controller.close();
      else if (end === "error") controller.error(new Error("connection reset"));
      else return new Promise(() => {});
    },
  }, { highWaterMark: 0 });
}

/** Code and text for the wire, as one. */
export function wireOf({ code, wireText }: TftpError): string {
  return `${code} ${wireText}`;
}
