/**
 * Runs the session that README.md shows, and writes down what came of it: `deno task readme:session`. It needs Linux's
 * `script` and `curl`, and port 6969.
 *
 * Rules:
 * 1. What is shown is what the programs wrote, with nothing made up and nothing mended.
 * 2. The client's download runs in a terminal, as that is where there is a progress bar. Of the bar, the one frame is kept
 *    that is nearest to the half; a terminal would show it in the place of the line that follows.
 * 3. What the server says while it is probed is left out: `...` stands for it.
 * 4. A test runs the same session on another port, and compares what is left when times, rates and sums are masked.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";

const README = new URL("../README.md", import.meta.url);
const ROOT = fromFileUrl(new URL("../", import.meta.url));

/** The port that README shows. */
export const SHOWN_PORT = 6969;

/** How large the file is that is downloaded: enough for a progress bar to be seen. */
const FILE_BYTES = 32 * 2 ** 20;

/** What the server is started with. */
export const SERVER_COMMAND = "tftpkit serve --write --port PORT srv";

/** What is typed at the client's side; PORT stands for the server's. */
export const CLIENT_COMMANDS: readonly string[] = [
  "tftpkit get --checksum sha256 tftp://127.0.0.1:PORT/vmlinuz",
  "tftpkit put r1.cfg tftp://127.0.0.1:PORT/",
  "curl -s tftp://127.0.0.1:PORT/r1.cfg",
  "ls srv",
  "tftpkit get tftp://127.0.0.1:PORT/r2.cfg",
  "tftpkit probe tftp://127.0.0.1:PORT/vmlinuz | tail -n 2",
];

/** What both terminals show. */
export interface Session {
  readonly server: string;
  readonly client: string;
}

/** Makes directories, starts a server, and types everything. */
export async function recordSession(port: number): Promise<Session> {
  const directory = await Deno.makeTempDir();
  try {
    return await recordIn(directory, port);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function recordIn(directory: string, port: number): Promise<Session> {
  await Deno.mkdir(`${directory}/bin`);
  await Deno.mkdir(`${directory}/srv`);
  await Deno.writeFile(`${directory}/srv/vmlinuz`, new Uint8Array(FILE_BYTES));
  await Deno.writeTextFile(`${directory}/r1.cfg`, "hostname r1\n");
  await Deno.writeTextFile(
    `${directory}/bin/tftpkit`,
    `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --no-prompt -A --config '${ROOT}deno.json' '${ROOT}cli.ts' "$@"\n`,
    { mode: 0o755 },
  );
  const env = {
    PATH: `${directory}/bin:${Deno.env.get("PATH")}`,
    TERM: "xterm",
    NO_COLOR: "1",
    LC_ALL: "C.UTF-8",
  };
  const options = { cwd: directory, env };
  const serverCommand = withPort(SERVER_COMMAND, port);
  const server = new Deno.Command("sh", {
    ...options,
    args: ["-c", `exec ${serverCommand}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = new Log(server.stderr);
  try {
    await log.until(/^Serving .*\n/m);
    let client = "";
    let told = log.text;
    let lines = 1;
    for (const command of CLIENT_COMMANDS) {
      if (command.includes(" probe ")) {
        // What was transferred before is told by now, or will be.
        await log.until(new RegExp(`^(.*\\n){${lines}}`));
        told = log.text;
      } else if (command.includes("tftp://")) lines++;
      const typed = withPort(command, port);
      client += `$ ${typed}\n${await runInTerminal(typed, options)}`;
    }
    return { server: `$ ${serverCommand}\n${told}...\n`, client };
  } finally {
    server.kill("SIGKILL");
    await server.status;
    await log.ended;
  }
}

function withPort(command: string, port: number): string {
  return command.replace("PORT", String(port));
}

/** What a process writes. */
class Log {
  text = "";
  readonly ended: Promise<void>;
  #look: () => void = () => {};

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#read(stream);
  }

  async until(regexp: RegExp): Promise<void> {
    let isOver = false;
    this.ended.then(() => {
      isOver = true;
      this.#look();
    });
    while (!regexp.test(this.text)) {
      if (isOver) throw new Error(`Cannot go on, as it ended: ${this.text}`);
      await new Promise<void>((resolve) => this.#look = resolve);
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      this.text += piece;
      this.#look();
    }
  }
}

async function runInTerminal(
  command: string,
  options: { cwd: string; env: Record<string, string> },
): Promise<string> {
  const { stdout } = await new Deno.Command("script", {
    ...options,
    args: [
      ...["--quiet", "--return", "--command"],
      `stty cols 100; ${command}`,
      "/dev/null",
    ],
    stdin: "null",
    stderr: "null",
  }).output();
  return settle(new TextDecoder().decode(stdout));
}

/** What is left to see of what went over a terminal, with one frame of the progress bar. */
export function settle(screen: string): string {
  // deno-lint-ignore no-control-regex -- these are what moves a cursor
  const text = screen.replaceAll(/\x1b\[[?\d;]*[A-Za-z]/g, "");
  const pieces = text.split(/\r\n?|\n/).map((piece) => piece.trimEnd());
  const frames = pieces.filter((piece) => /%/.test(piece) && isFrame(piece));
  const kept = frames.toSorted((a, b) => fromHalf(a) - fromHalf(b))[0];
  const lines: string[] = [];
  let hasFrame = false;
  for (const piece of pieces) {
    if (piece === "") continue;
    if (!isFrame(piece)) lines.push(piece);
    else if (piece === kept && !hasFrame) {
      hasFrame = true;
      lines.push(piece);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

function isFrame(line: string): boolean {
  return /^\S+ +(\d+% \[|no answer yet)/.test(line);
}

function fromHalf(frame: string): number {
  return Math.abs(Number(/(\d+)%/.exec(frame)![1]) - 50);
}

/**
 * What two sessions have in common: neither times nor rates, ports and sums, nor what depends on how busy a machine is, such
 * as the bar, retransmissions, and how much a probe can tell.
 */
export function mask(text: string): string {
  return text
    .replaceAll(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+/gm, "TIME")
    .replaceAll(/(\[::\]|0\.0\.0\.0):\d+/g, "ANYWHERE")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/--port \d+/g, "--port PORT")
    .replaceAll(/sha256 [0-9a-f]{64}/g, "sha256 SUM")
    .replaceAll(/^\S+ +\d+% \[.*\n/gm, "")
    .replaceAll(/, \d+ (retransmissions?|gaps?)(?=,|$)/gm, "")
    .replaceAll(/^\d+ ok, .*$/gm, "VERDICTS")
    .replaceAll(/[\d.]+ (ms|s)\b/g, "SOME TIME")
    .replaceAll(/[\d.]+ [kM]?B\/s/g, "SOME RATE")
    .replaceAll(
      /sent \d+ packets, [\d.]+ k?B; received \d+, [\d.]+ k?B/g,
      "PACKETS",
    )
    // A request that was sent again, because the answer was late, is told twice.
    .replaceAll(/^(.*\n)\1+/gm, "$1");
}

/** Where README has what a terminal shows. */
function region(name: string): RegExp {
  return new RegExp(`(<!-- session: ${name} -->\n)[^]*?(<!-- end -->\n)`);
}

/** README with a session in it. */
export function withSession(readme: string, session: Session): string {
  let text = readme;
  for (const name of ["server", "client"] as const) {
    if (!region(name).test(text)) throw new Error(`No place for ${name}`);
    text = text.replace(
      region(name),
      (_, start, end) =>
        `${start}\n\`\`\`console\n${session[name]}\`\`\`\n\n${end}`,
    );
  }
  return text;
}

/** The session that is in README. */
export function sessionIn(readme: string): Session {
  const find = (name: string) =>
    /```console\n([^]*?)```/.exec(region(name).exec(readme)?.[0] ?? "")?.[1] ??
      "";
  return { server: find("server"), client: find("client") };
}

if (import.meta.main) {
  const session = await recordSession(SHOWN_PORT);
  const readme = await Deno.readTextFile(README);
  await Deno.writeTextFile(README, withSession(readme, session));
}
