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

const root = Deno.makeTempDirSync();
Deno.writeFileSync(`${root}/small`, new Uint8Array(4096));
Deno.writeFileSync(`${root}/large`, new Uint8Array(1024 * 1024));
Deno.mkdirSync(`${root}/a/b`, { recursive: true });
Deno.writeFileSync(`${root}/a/b/small`, new Uint8Array(4096));
globalThis.addEventListener(
  "unload",
  () => Deno.removeSync(root, { recursive: true }),
);

const LOCAL = { transport: "udp", hostname: "127.0.0.1", port: 69 } as const;

function requestFor(filename: string): TftpRequest {
  return {
    operation: "read",
    filename,
    mode: "octet",
    options: [],
    customOptions: {},
    remote: { ...LOCAL, port: 50000 },
    local: LOCAL,
    signal: new AbortController().signal,
    size: null,
    body: null,
    acknowledgeOption() {},
  };
}

async function answer(
  handler: TftpHandler,
  request: TftpRequest,
): Promise<void> {
  const response = await handler(request);
  await response?.source?.close();
}

for (const filename of ["small", "large", "a/b/small"]) {
  const request = requestFor(filename);
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
