import { assertEquals } from "@std/assert";
import type {
  TftpHandler,
  TftpRequest,
  TftpResponse,
} from "../../handlers/mod.ts";
import { fillFrom } from "../../net/mod.ts";
import { errorCodeText, TftpError } from "../../packet/mod.ts";

/** What a handler gives: the text of a read, "nothing", or the code that it refuses with, whose text must be the fixed one. */
export async function outcomeOf(
  handler: TftpHandler,
  request: TftpRequest,
): Promise<string | number> {
  let response: TftpResponse | void;
  try {
    response = await handler(request);
  } catch (error) {
    if (!(error instanceof TftpError)) throw error;
    const texts = [errorCodeText(error.code), "Internal error"];
    assertEquals(texts.includes(error.wireText), true, error.wireText);
    return error.code;
  }
  if (!response) return "nothing";
  if (response.sink) {
    await response.sink.abort(null);
    return "accepted";
  }
  const { source } = response;
  const buffer = new Uint8Array(1000);
  const count = await fillFrom(source!, buffer);
  assertEquals(source!.size ?? count, count);
  await source!.close();
  return new TextDecoder().decode(buffer.subarray(0, count));
}

/** Uploads to the end: "stored", or the code and the step at which it was refused. */
export async function uploadTo(
  handler: TftpHandler,
  request: TftpRequest,
  text: string = "new",
): Promise<string> {
  let step = "request";
  let sink: TftpResponse["sink"] = null;
  try {
    sink = (await handler(request))!.sink;
    step = "write";
    await sink!.write(new TextEncoder().encode(text));
    step = "commit";
    await sink!.commit();
    return "stored";
  } catch (error) {
    await sink?.abort(error);
    if (!(error instanceof TftpError)) throw error;
    return `${error.code} at ${step}`;
  }
}
