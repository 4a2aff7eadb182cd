/**
 * Clients of a server in trouble, and what they hear.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { get, put } from "../../client.ts";
import { TftpError } from "../../packet/mod.ts";
import { run, type TroubledServer } from "./_faults.ts";

/** Whoever waits longer for a clear word hangs; nothing here has to wait for a retransmission. */
const PATIENCE_MS = 10_000;

/** What a client hears from the server. */
export type Wire = readonly [code: number, text: string];

/** Downloads; what came, and what else than the end was heard. */
export async function download(
  server: TroubledServer,
  filename: string,
): Promise<{ bytes: Uint8Array; refusal: Wire | null }> {
  const pieces: Uint8Array[] = [];
  try {
    await using response = await get(server.url(filename), {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    for await (const piece of response.body) pieces.push(piece);
    await response.finished;
    return { bytes: join(pieces), refusal: null };
  } catch (error) {
    return { bytes: join(pieces), refusal: wireOf(error) };
  }
}

function join(pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

/** What the server has said; anything else is no clear word. */
export function wireOf(error: unknown): Wire {
  if (!(error instanceof TftpError) || error.origin !== "remote") throw error;
  return [error.code, error.wireText];
}

/** Uploads, and expects to be refused. */
export async function assertRefused(
  server: TroubledServer,
  filename: string,
  bytes: Uint8Array,
  wire: Wire,
): Promise<void> {
  const error = await assertRejects(() =>
    put(server.url(filename), bytes, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  );
  assertEquals(wireOf(error), wire);
}

/** Uploads, and expects that to go well. */
export async function assertAccepted(
  server: TroubledServer,
  filename: string,
  bytes: Uint8Array,
): Promise<void> {
  await put(server.url(filename), bytes, {
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

/** What curl's exit statuses mean, as far as they are about TFTP. */
const CURL = { 63: "too large", 68: "1", 69: "2", 70: "3", 71: "4", 73: "6" };

/** An upload by curl: the code it has heard, or `ok`. */
export async function curlPut(
  path: string,
  url: string,
): Promise<string | null> {
  const { code } = await run("curl", [
    ...["-sS", "--max-time", "15", "--tftp-blksize", "1428"],
    ...["-T", path, url.replace(";mode=octet", "")],
  ]);
  if (code === 127) return null;
  return code === 0 ? "ok" : CURL[code as keyof typeof CURL] ?? `exit ${code}`;
}

/** A download by curl: its exit status, and what it took for the file. */
export async function curlGet(
  url: string,
): Promise<{ code: number; stdout: Uint8Array } | null> {
  const result = await run("curl", [
    ...["-sS", "--max-time", "15", "--tftp-blksize", "1428"],
    url.replace(";mode=octet", ""),
  ]);
  return result.code === 127 ? null : result;
}
