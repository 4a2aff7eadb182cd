/**
 * Fills `vendor/` with stand-ins for the `jsr:@std/*` packages, for places
 * where npm can be reached and JSR cannot. The task `setup` runs it where
 * `deno cache` could not get them; elsewhere nothing here is ever used.
 *
 * The standard library's code is on npm too, as plain JavaScript: a stand-in is
 * a one-line module over it, plus declarations from `stand_ins/`. `@std/log` is
 * not there, so its stand-in is a module of ours. All is laid out as Deno lays
 * out what it vendors. To try JSR again, delete `vendor/`.
 *
 * @module
 */

const NPM_PACKAGE = "npm:deno-std@1.4.0";
const STAND_INS = new URL("stand_ins/", import.meta.url);
const VENDOR = new URL("../vendor/jsr.io/@std/", import.meta.url);

interface Package {
  readonly version: string;
  /** By export: a module of the npm package and its declarations, or ours. */
  readonly exports: Record<string, { npm: string; types: string } | string>;
}

const PACKAGES: Record<string, Package> = {
  assert: {
    version: "1.0.0",
    exports: { ".": { npm: "assert/mod.js", types: "assert.d.ts" } },
  },
  cli: {
    version: "1.0.0",
    exports: {
      ".": { npm: "cli/parse_args.js", types: "cli.d.ts" },
      "./parse-args": { npm: "cli/parse_args.js", types: "cli.d.ts" },
    },
  },
  log: { version: "0.224.14", exports: { ".": "log.ts" } },
  path: {
    version: "1.0.0",
    exports: {
      ".": { npm: "path/mod.js", types: "path.d.ts" },
      "./posix": { npm: "path/posix/mod.js", types: "path.d.ts" },
    },
  },
};

/** The package's files by path, and which of them each export is. */
async function build(
  { exports }: Package,
): Promise<{ files: Map<string, string>; entries: Record<string, string> }> {
  const files = new Map<string, string>();
  const entries: Record<string, string> = {};
  for (const [name, source] of Object.entries(exports)) {
    const own = typeof source === "string" ? source : source.types;
    files.set(`/${own}`, await Deno.readTextFile(new URL(own, STAND_INS)));
    if (typeof source === "string") {
      entries[name] = `./${own}`;
      continue;
    }
    const module = `${name === "." ? "mod" : name.slice(2)}.ts`;
    files.set(
      `/${module}`,
      `// @ts-types="./${own}"\nexport * from "${NPM_PACKAGE}/${source.npm}";\n`,
    );
    entries[name] = `./${module}`;
  }
  return { files, entries };
}

async function sha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

/** Writes one package: its files, their manifest, and the list of versions. */
async function write(name: string, package_: Package): Promise<void> {
  const { version } = package_;
  const folder = new URL(`${name}/`, VENDOR);
  const { files, entries } = await build(package_);
  await Deno.mkdir(new URL(`${version}/`, folder), { recursive: true });

  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, text] of files) {
    await Deno.writeTextFile(new URL(`${version}${path}`, folder), text);
    const size = new TextEncoder().encode(text).length;
    manifest[path] = { size, checksum: `sha256-${await sha256(text)}` };
  }
  await writeJson(new URL(`${version}_meta.json`, folder), {
    manifest,
    exports: entries,
  });
  await writeJson(new URL("meta.json", folder), {
    scope: "std",
    name,
    latest: version,
    versions: { [version]: {} },
  });
}

async function writeJson(file: URL, value: unknown): Promise<void> {
  await Deno.writeTextFile(file, JSON.stringify(value, null, 2) + "\n");
}

if (import.meta.main) {
  for (const [name, each] of Object.entries(PACKAGES)) await write(name, each);
  console.error(
    "Cannot reach JSR: vendor/ now holds stand-ins for @std, made from npm " +
      "(delete vendor/ to try JSR again)",
  );
}
