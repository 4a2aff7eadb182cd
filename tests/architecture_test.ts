/**
 * Holds the rules that keep the layers apart. Imports are read with simple
 * regular expressions, which is enough for formatted code.
 */
import { assert, assertEquals } from "@std/assert";

interface Layer {
  /** Layers whose code may be imported. */
  readonly uses?: readonly string[];
  /** Layers of which only types may be imported. */
  readonly typesOf?: readonly string[];
  /** No runtime API and no package at all. */
  readonly pure?: boolean;
}

const FRONT_DOOR: Layer = {
  uses: ["packet", "transfer", "net", "handlers", "observe"],
};

/** A layer is a folder or a file at the top, or files that `layerOf` takes out of a folder; each may import itself, too. */
const LAYERS: Readonly<Record<string, Layer>> = {
  packet: { pure: true },
  transfer: { uses: ["packet"], pure: true },
  net: { uses: ["packet", "transfer"] },
  handlers: { uses: ["packet", "transfer", "net"] },
  // Messages, leases and answers: bytes and a time in, bytes out.
  pxe: { uses: ["packet"], typesOf: ["net"], pure: true },
  // What carries them: sockets, files, TFTP and HTTP.
  "pxe service": {
    uses: ["pxe", "packet", "net", "handlers", "observe", "server.ts"],
  },
  // What is told is decided below; here it is only put into words.
  observe: {
    uses: ["packet", "net"],
    typesOf: ["transfer", "handlers", "pxe", "pxe service", "server"],
  },
  simulator: { uses: ["packet", "transfer", "net"], pure: true },
  // Stands between a server and its network, and knows neither the one nor the other.
  chaos: { uses: ["packet", "net", "simulator"] },
  server: FRONT_DOOR,
  "server.ts": { uses: ["server", ...FRONT_DOOR.uses ?? []] },
  client: FRONT_DOOR,
  "client.ts": { uses: ["client", ...FRONT_DOOR.uses ?? []] },
  // It talks in packets of its own making; of the client, only how a server is named.
  probe: { uses: ["packet", "net", "client"] },
  "mod.ts": {
    uses: ["server.ts", "client.ts", ...FRONT_DOOR.uses ?? []],
  },
  cli: {
    uses: [
      "mod.ts",
      "server.ts",
      "client.ts",
      // How a server is named and found, as in probe.
      "client",
      "simulator",
      "probe",
      "chaos",
      "pxe service",
      "deno.json",
      ...FRONT_DOOR.uses ?? [],
    ],
  },
  "cli.ts": { uses: ["cli"] },
};

const RUNTIME_API_REGEXP = new RegExp(
  [
    String.raw`\b(Deno|globalThis|console|crypto|performance)\b`,
    String.raw`\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b`,
    String.raw`\bDate\.now\b|\bnew Date\b|\bMath\.random\b`,
    String.raw`(?<![.#\w])(process\.|fetch\()`,
  ].join("|"),
);

/** The only files that may say these words. */
const RESERVED: readonly { words: string[]; by: string }[] = [
  { words: ["@std/log"], by: "observe/log.ts" },
  { words: ["listenDatagram", "node:dgram"], by: "net/udp_socket.ts" },
];

const MAX_LINES = 400;
const LONG_FILE_REASON = "// Longer than 400 lines because";

/** Source files that need no test of their own, and why. */
const UNTESTED: Readonly<Record<string, string>> = {};

const ROOT = new URL("../", import.meta.url);
const NOT_SOURCES = /^(tests|tools|docs|examples|vendor|coverage|dist)\//;

interface Import {
  /** Path from the top of the repository, or the bare specifier. */
  readonly target: string;
  readonly bare: boolean;
  readonly typeOnly: boolean;
}

function listTypeScript(folder = ""): string[] {
  const paths: string[] = [];
  for (const entry of Deno.readDirSync(new URL(folder || ".", ROOT))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = folder + entry.name;
    if (entry.isDirectory) paths.push(...listTypeScript(`${path}/`));
    else if (entry.isFile && path.endsWith(".ts")) paths.push(path);
  }
  return paths.sort();
}

const texts = new Map(
  listTypeScript()
    .filter((path) => !/^(vendor|coverage|dist)\//.test(path))
    .map((path) => [path, Deno.readTextFileSync(new URL(path, ROOT))]),
);
const sources = [...texts.keys()].filter((path) => !NOT_SOURCES.test(path));

/** The code without comments, and without strings where asked. */
function strip(text: string, options: { strings?: boolean } = {}): string {
  const tokens =
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/.*|\/\*[^]*?\*\//g;
  return text.replace(tokens, (token) => {
    if (token.startsWith("/")) return " ";
    return options.strings && !token.startsWith("`") ? '""' : token;
  });
}

function importsOf(path: string): Import[] {
  const code = strip(texts.get(path) ?? "");
  const found: { specifier: string; typeOnly: boolean }[] = [];
  const statements =
    /\b(?:import|export)\s+(type\s+)?([\w\s{},*$]*?)\s*\bfrom\s*["']([^"']+)/g;
  for (
    const [, type, names = "", specifier = ""] of code.matchAll(statements)
  ) {
    const named = names.replace(/[{}]/g, "").split(",").filter((n) => n.trim());
    const allTypes = /^\s*\{/.test(names) && named.length > 0 &&
      named.every((name) => /^\s*type\s/.test(name));
    found.push({ specifier, typeOnly: type !== undefined || allTypes });
  }
  for (const [, specifier = ""] of code.matchAll(/\bimport\s*["']([^"']+)/g)) {
    found.push({ specifier, typeOnly: false });
  }
  const dynamic = /\bimport\s*\(\s*["']([^"']+)/g;
  for (const [, specifier = ""] of code.matchAll(dynamic)) {
    found.push({ specifier, typeOnly: false });
  }
  return found.map(({ specifier, typeOnly }) => {
    const bare = !specifier.startsWith(".");
    const url = bare ? undefined : new URL(specifier, new URL(path, ROOT)).href;
    return {
      target: url?.slice(ROOT.href.length) ?? specifier,
      bare,
      typeOnly,
    };
  });
}

/** The files of `pxe/` that touch the world. All others of that folder are pure. */
const PXE_SERVICE_REGEXP =
  /^pxe\/(mod|service|sockets|file_proxy|http_boot|http_exchange|http_server|listen_error|machine_api|lease_storage|pxe_event|service_options|story)\.ts$/;

function layerOf(path: string): string {
  if (PXE_SERVICE_REGEXP.test(path)) return "pxe service";
  const slash = path.indexOf("/");
  return slash < 0 ? path : path.slice(0, slash);
}

function violation(path: string, { target, bare, typeOnly }: Import) {
  const own = layerOf(path);
  const layer = LAYERS[own];
  if (layer === undefined) return `${path} is in no layer`;
  if (bare) return layer.pure ? `${path} imports ${target}` : undefined;
  const other = layerOf(target);
  if (other === own || layer.uses?.includes(other)) return;
  if (layer.typesOf?.includes(other)) {
    return typeOnly ? undefined : `${path} imports more than types: ${target}`;
  }
  return `${path} imports ${target}`;
}

/** No code of its own: types and re-exports only. */
function isTypeOnly(path: string): boolean {
  const code = strip(texts.get(path) ?? "");
  return !/^(export\s+)?(default\s+)?(abstract\s+|async\s+)?(function|class|enum|const|let|var)\b/m
    .test(code);
}

Deno.test("the layers hold all sources", () => {
  assert(sources.length > 0, "Cannot find the sources");
  const strays = sources.filter((path) => !(layerOf(path) in LAYERS));
  assertEquals(strays, []);
});

Deno.test("imports point down the layers", () => {
  const violations = sources
    .flatMap((path) => importsOf(path).map((each) => violation(path, each)))
    .filter((each) => each !== undefined);
  assertEquals(violations, []);
});

Deno.test("relative imports name files that exist", () => {
  const missing = sources.flatMap((path) =>
    importsOf(path)
      .filter(({ bare, target }) => !bare && /\.ts$/.test(target))
      .filter(({ target }) => !texts.has(target))
      .map(({ target }) => `${path} imports ${target}`)
  );
  assertEquals(missing, []);
});

Deno.test("mod.ts never pulls in cli, pxe or the dashboard", () => {
  const queue = ["mod.ts"];
  const reached = new Set(queue);
  for (const path of queue) {
    for (const { target, bare } of importsOf(path)) {
      if (bare || reached.has(target)) continue;
      reached.add(target);
      queue.push(target);
    }
  }
  const unwanted = /^(cli|pxe)(\/|\.ts$)|dashboard/;
  assertEquals([...reached].filter((path) => unwanted.test(path)), []);
});

Deno.test("pure layers mention no runtime API", () => {
  const mentions = sources.filter((path) => LAYERS[layerOf(path)]?.pure)
    .flatMap((path) => {
      const code = strip(texts.get(path) ?? "", { strings: true });
      const match = RUNTIME_API_REGEXP.exec(code);
      return match === null ? [] : [`${path} mentions ${match[0]}`];
    });
  assertEquals(mentions, []);
});

for (const { words, by } of RESERVED) {
  Deno.test(`only ${by} mentions ${words.join(" or ")}`, () => {
    const others = sources.filter((path) => {
      const code = strip(texts.get(path) ?? "");
      return path !== by && words.some((word) => code.includes(word));
    });
    assertEquals(others, []);
  });
}

Deno.test("sources import no test helpers", () => {
  const users = sources.filter((path) =>
    importsOf(path).some(({ target }) => /^@std\/(assert|testing)/.test(target))
  );
  assertEquals(users, []);
});

Deno.test("every source file has a test of the same name", () => {
  const untested = sources.filter((path) => {
    const needed = !path.endsWith("mod.ts") && !isTypeOnly(path);
    return needed && !texts.has(`tests/${path.replace(/\.ts$/, "_test.ts")}`);
  });
  assertEquals(untested, Object.keys(UNTESTED).sort());
});

Deno.test("no file is too long without saying why", () => {
  const tooLong = [...texts].filter(([, text]) => {
    const lines = text.trimEnd().split("\n");
    const reason = lines.slice(0, 10)
      .some((line) => line.trimStart().startsWith(LONG_FILE_REASON));
    return lines.length > MAX_LINES && !reason;
  });
  assertEquals(tooLong.map(([path]) => path), []);
});
