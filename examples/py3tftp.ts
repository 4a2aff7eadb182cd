/**
 * A protocol extension, as one makes by subclassing in py3tftp: the server answers an option `md5` with a checksum of the
 * file it sends, and the client compares.
 *
 * ```sh
 * deno run --unstable-net --allow-net examples/py3tftp.ts
 * ```
 *
 * @module
 */

import { createHash } from "node:crypto";
import { get } from "@tftpkit/tftp/client";
import { serve, TftpResponse, type TftpServer } from "@tftpkit/tftp/server";

const FILES = new Map([["motd", "Hello World!\n"], ["empty", ""]]);

/** Serves {@linkcode FILES}, with a checksum for those who ask for one. */
export function serveWithChecksums(port = 0): TftpServer {
  return serve({
    hostname: "127.0.0.1",
    port,
    // A client has nothing to say by it but that it asks. What else it says is not understood, and not answered.
    customOptions: { md5: { parse: (text) => text === "" || undefined } },
  }, ({ filename, customOptions }) => {
    const file = FILES.get(filename);
    if (file === undefined) return;
    return new TftpResponse(file, {
      options: customOptions.md5 ? { md5: md5(file) } : {},
    });
  });
}

/** Downloads a file; throws if it is not what the server says that it has sent. */
export async function getChecked(url: string): Promise<string> {
  const accept = (answer: string) => /^[0-9a-f]{32}$/.test(answer);
  await using response = await get(url, {
    customOptions: { md5: { value: "", accept } },
  });
  const text = await response.text();
  const expected = response.customOptions.md5;
  if (expected === undefined) throw new Error("The server knows no checksums");
  if (expected !== md5(text)) throw new Error(`${url} is damaged`);
  return text;
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

if (import.meta.main) {
  await using server = serveWithChecksums();
  const url = `tftp://127.0.0.1:${server.addr.port}/motd`;
  console.log(url, JSON.stringify(await getChecked(url)));
}
