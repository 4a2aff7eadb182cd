/**
 * nginx as an origin, with a configuration of its own on a free port.
 *
 * @module
 */

import { findProgram, stop } from "./_peers.ts";

/** nginx, if it is installed. */
export const NGINX: string | null = findProgram("nginx");

/** Whether nginx takes uploads. */
export function hasDav(path: string): boolean {
  const { stderr } = new Deno.Command(path, { args: ["-V"] }).outputSync();
  return new TextDecoder().decode(stderr).includes("http_dav_module");
}

/** An nginx that is running. */
export interface Nginx extends AsyncDisposable {
  readonly url: string;
  /** What it serves. */
  readonly root: string;
  /** Stops it, and gives the lines of its access log. */
  stop(): Promise<string[]>;
}

function configuration(directory: string, port: number, dav: boolean): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${directory}/${name};`).join("\n  ");
  return `
${Deno.uid() === 0 ? "user root;" : ""}
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events {}
http {
  ${paths}
  access_log ${directory}/access.log;
  server {
    listen 127.0.0.1:${port};
    root ${directory}/www;
    location /private/ { deny all; }
    location /up/ { ${dav ? "dav_methods PUT;" : ""} client_max_body_size 1m; }
    location /fresh/ { add_header Cache-Control max-age=60; }
  }
}
`;
}

function findFreePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Starts it, and waits until it takes connections. */
export async function startNginx(path: string): Promise<Nginx> {
  const directory = await Deno.makeTempDir();
  const root = `${directory}/www`;
  for (const name of ["", "/private", "/up", "/fresh", "/dir"]) {
    await Deno.mkdir(root + name);
  }
  const port = findFreePort();
  const file = `${directory}/nginx.conf`;
  await Deno.writeTextFile(file, configuration(directory, port, hasDav(path)));
  const server = new Deno.Command(path, {
    args: ["-c", file, "-p", directory, "-e", `${directory}/error.log`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(server.stderr).text();
  let isOver = false;
  server.status.then(() => isOver = true);
  const end = async () => {
    await stop(server, said);
    try {
      const text = await Deno.readTextFile(`${directory}/access.log`);
      return text.split("\n").filter((line) => line !== "");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  };
  while (!await isListening(port)) {
    if (!isOver) continue;
    await end().catch(() => {});
    throw new Error(`Cannot start nginx: ${await said}`);
  }
  let lines: Promise<string[]> | null = null;
  return {
    url: `http://127.0.0.1:${port}`,
    root,
    stop: () => lines ??= end(),
    async [Symbol.asyncDispose]() {
      await (lines ??= end());
    },
  };
}

async function isListening(port: number): Promise<boolean> {
  try {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.close();
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  }
}
