import { assertInstanceOf, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { isTemporaryName } from "../../handlers/mod.ts";
import { TftpError } from "../../packet/mod.ts";

/** A temporary directory that is removed with all in it. */
export class Sandbox implements Disposable {
  readonly path: string = Deno.realPathSync(Deno.makeTempDirSync());

  /** Creates files from texts, and directories from `null`. */
  constructor(entries: Readonly<Record<string, string | null>> = {}) {
    for (const [name, text] of Object.entries(entries)) {
      const path = `${this.path}/${name}`;
      const directory = text === null ? path : path.replace(/\/[^/]*$/, "");
      Deno.mkdirSync(directory, { recursive: true });
      if (text !== null) Deno.writeTextFileSync(path, text);
    }
  }

  link(target: string, name: string): void {
    Deno.symlinkSync(target, `${this.path}/${name}`);
  }

  read(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  /** The names in a directory, sorted. */
  list(name = ""): string[] {
    return [...Deno.readDirSync(`${this.path}/${name}`)]
      .map((entry) => entry.name).sort();
  }

  leftovers(name = ""): string[] {
    return this.list(name).filter(isTemporaryName);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** What was thrown, which must be a `TftpError`. */
export function errorOf(action: () => unknown): TftpError {
  try {
    action();
  } catch (error) {
    assertInstanceOf(error, TftpError);
    return error;
  }
  throw new Error("Nothing was thrown");
}

/** The same for a promise. */
export async function rejectionOf(
  action: () => Promise<unknown>,
): Promise<TftpError> {
  return await assertRejects(action, TftpError);
}

/** Replaces methods for as long as the result lives. */
export function replace<T extends object>(
  target: T,
  methods: Partial<T>,
): Disposable {
  const names = Object.keys(methods) as (keyof T)[];
  const originals = names.map((name) => target[name]);
  Object.assign(target, methods);
  return {
    [Symbol.dispose]: () => {
      names.forEach((name, index) => target[name] = originals[index]!);
    },
  };
}

export interface Outcome {
  readonly code?: number;
  readonly wireText?: string;
  readonly message?: string;
  readonly text?: string;
}

/** Arguments: root, options of `serveDir`, requests, and the user to become. Prints one outcome a request. */
const SCRIPT = `
import process from "node:process";
import { serveDir } from ${
  JSON.stringify(new URL("../../handlers/mod.ts", import.meta.url).href)
};

const [root, options, requests, user] = Deno.args.map((text) => JSON.parse(text));
if (user !== null) {
  process.setgid(user);
  process.setuid(user);
}
const outcomes = [];
for (const request of requests) {
  try {
    const { source, sink } = await serveDir(request, { root, ...options });
    if (source) {
      const bytes = new Uint8Array(1000);
      outcomes.push({ text: new TextDecoder().decode(bytes.subarray(0, source.read(bytes) ?? 0)) });
      source.close();
    } else {
      sink.write(new TextEncoder().encode("uploaded"));
      await sink.commit();
      outcomes.push({ text: "uploaded" });
    }
  } catch ({ code, wireText, message }) {
    outcomes.push({ code, wireText, message });
  }
}
console.log(JSON.stringify(outcomes));
`;

/** Runs `serveDir` in a process of its own: with other permissions, as another user, or when it could hang. */
export async function serveElsewhere(
  sandbox: Sandbox,
  { flags, root = "./srv", options = {}, requests, user = null }: {
    flags: string[];
    root?: string;
    options?: object;
    requests: object[];
    user?: number | null;
  },
): Promise<Outcome[]> {
  const script = `${sandbox.path}/serve.ts`;
  await Deno.writeTextFile(script, SCRIPT);
  const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
  const serializable = requests.map((request) => ({
    ...request,
    signal: null,
  }));
  const { stdout, stderr, signal } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--config", config],
      ...flags,
      script,
      ...[root, options, serializable, user].map((each) =>
        JSON.stringify(each)
      ),
    ],
    cwd: sandbox.path,
    stdin: "null",
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  if (stdout.length === 0) {
    throw new Error(`Nothing came back: ${signal} ${decoder.decode(stderr)}`);
  }
  return JSON.parse(decoder.decode(stdout));
}
