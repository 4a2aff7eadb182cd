/**
 * What a request costs before its first packet: finding, opening and closing a file. Run with
 * `deno task bench tests/bench/handler_bench.ts`; permissions that name paths make each look at a file dearer.
 *
 * @module
 */

import {
  serveDir,
  type TftpHandler,
  type TftpRequest,
} from "../../handlers/mod.ts";
import { fakeRequest } from "../handlers/_request.ts";

const root = Deno.makeTempDirSync();
Deno.writeFileSync(`${root}/small`, new Uint8Array(4096));
Deno.writeFileSync(`${root}/large`, new Uint8Array(1024 * 1024));
Deno.mkdirSync(`${root}/a/b`, { recursive: true });
Deno.writeFileSync(`${root}/a/b/small`, new Uint8Array(4096));
globalThis.addEventListener(
  "unload",
  () => Deno.removeSync(root, { recursive: true }),
);

async function answer(
  handler: TftpHandler,
  request: TftpRequest,
): Promise<void> {
  const response = await handler(request);
  await response?.source?.close();
}

for (const filename of ["small", "large", "a/b/small"]) {
  const request = fakeRequest(filename);
  for (const symlinks of ["inside", "follow"] as const) {
    Deno.bench({
      name: `serveDir, symlinks "${symlinks}", ${filename}`,
      group: filename,
      baseline: symlinks === "inside",
      async fn() {
        await answer((it) => serveDir(it, { root, symlinks }), request);
      },
    });
  }
}
