/**
 * Builds executables into `dist/`.
 *
 * `deno task compile` builds `dist/tftpkit` for this machine. `deno task compile:all` builds the release archives: one for
 * each target, with the manual page, completions, README and LICENSE, and the SHA-256 sums of all of them; that needs `tar`
 * and, for the Windows archives, `zip`.
 *
 * The commit is written into the file that is compiled, as nothing asks git when the program runs. What Deno says it has
 * embedded is checked: no tests, no tools, nothing but what is published.
 *
 * @module
 */

import { completionScript } from "../cli/completions.ts";
import { COMMANDS } from "../cli/main.ts";

/** A machine that executables are built for. */
export interface Target {
  /** What the compiler calls it. */
  readonly triple: string;
  /** What people call its system. */
  readonly os: "linux" | "macos" | "windows";
  /** What people call its processor. */
  readonly arch: "x86_64" | "aarch64";
}

/** All machines that executables are built for. */
export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", os: "linux", arch: "x86_64" },
  { triple: "aarch64-unknown-linux-gnu", os: "linux", arch: "aarch64" },
  { triple: "x86_64-apple-darwin", os: "macos", arch: "x86_64" },
  { triple: "aarch64-apple-darwin", os: "macos", arch: "aarch64" },
  { triple: "x86_64-pc-windows-msvc", os: "windows", arch: "x86_64" },
  { triple: "aarch64-pc-windows-msvc", os: "windows", arch: "aarch64" },
];

/** Variables that the program looks at: keys of a bucket, and what a terminal can show. */
const VARIABLES = [
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["LANG", "LC_ALL", "LC_CTYPE", "TERM"],
];

/**
 * What the executable may do, for good: no more than its commands can be told to. Neither directories nor hosts are known
 * when it is built. It runs no programs, so that `--client-root mac` takes `deno run`.
 */
export const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  `--allow-env=${VARIABLES.join(",")}`,
  "--allow-sys=statfs",
  "--no-prompt",
];

/** What is loaded by name, and so is not found by following imports: where workers begin, and what they load. */
const WORKER_FILES = ["server/workers/entry.ts", "cli/serve_worker.ts"];

/** Where what is compiled is written, from the top of the repository. */
export const ENTRY = "dist/build/tftpkit.ts";

/**
 * The program that is compiled.
 *
 * @param commit The commit it is built from, if that is known.
 * @returns Its text.
 */
export function entryText(commit: string | null): string {
  const more = commit === null ? "" : `, commit: ${JSON.stringify(commit)}`;
  return `import { denoContext } from "../../cli/context.ts";
import { main } from "../../cli/main.ts";

Deno.exitCode = await main({ ...denoContext()${more} });
`;
}

/** Arguments of Deno that compile it. */
export function compileArgs(
  output: string,
  target: Target | null,
  entry: string = ENTRY,
): string[] {
  return [
    "compile",
    ...PERMISSIONS,
    ...WORKER_FILES.flatMap((file) => ["--include", file]),
    ...(target ? ["--target", target.triple] : []),
    ...["--output", output, entry],
  ];
}

/**
 * The files that Deno says it has embedded.
 *
 * @param text What `deno compile` wrote, without colors.
 * @returns Their paths from the top of what is embedded; `FOLDER/*` for all of a folder.
 */
export function embeddedFiles(text: string): string[] {
  const files: string[] = [];
  const folders: string[] = [];
  for (const line of text.split("\n")) {
    const match = /^((?:│ | {2})*)[├└]─(─|┬) (.+?)(?: \([^()]*\))?$/.exec(line);
    if (!match) continue;
    const [, indent, joint, name] = match;
    folders.length = indent!.length / 2;
    folders.push(name!);
    if (joint === "─") files.push(folders.join("/"));
  }
  return files;
}

/**
 * Which files have no place in an executable.
 *
 * @param files Paths from the top of the repository.
 * @param published What is published, as deno.json has it: files, and folders with a slash at their end.
 * @returns Those that are neither published code, nor packages, nor the entry.
 */
export function strayFiles(
  files: readonly string[],
  published: readonly string[],
): string[] {
  const code = published.filter((name) => /\.ts$|\/$/.test(name));
  const allowed = [
    ...code,
    ...["deno.json", "dist/*", "dist/build/"],
    ...[".deno_compile_node_modules/", "node_modules/", "vendor/"],
  ];
  return files.filter((file) =>
    /_(test|bench)\.ts$/.test(file) ||
    !allowed.some((name) =>
      name.endsWith("/") ? file.startsWith(name) : file === name
    )
  );
}

/** Runs a program; what it wrote. */
async function run(
  command: string,
  args: readonly string[],
  cwd = ".",
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  if (success) return text;
  throw new Error(`Cannot run ${command} ${args.join(" ")}:\n${text}`);
}

/** The commit that is checked out, "-dirty" behind it when files differ; `null` where there is no git or no repository. */
export async function commitOf(folder: string): Promise<string | null> {
  try {
    const hash = await run("git", ["rev-parse", "--short=7", "HEAD"], folder);
    const changes = await run(
      "git",
      ["status", "--porcelain", "--untracked-files=no"],
      folder,
    );
    return hash.trim() + (changes.trim() === "" ? "" : "-dirty");
  } catch {
    return null;
  }
}

/** Compiles for a target, or for this machine. */
async function compile(
  output: string,
  target: Target | null,
  published: readonly string[],
): Promise<void> {
  const text = await run(Deno.execPath(), compileArgs(output, target));
  const files = embeddedFiles(text);
  if (files.length === 0) {
    throw new Error(`Cannot find the list of embedded files in:\n${text}`);
  }
  const strays = strayFiles(files, published);
  if (strays.length > 0) {
    throw new Error(
      `Cannot use ${output} as it has what is not published: ${
        strays.join(", ")
      }`,
    );
  }
}

/** What stands beside the executable: paths with texts. */
export async function documents(): Promise<Record<string, string>> {
  const read = (path: string) => Deno.readTextFile(path);
  return {
    "README.md": await read("README.md"),
    "LICENSE": await read("LICENSE"),
    "tftpkit.1": await read("contrib/man/tftpkit.1"),
    "completions/tftpkit.bash": completionScript("bash", "tftpkit", COMMANDS),
    "completions/_tftpkit": completionScript("zsh", "tftpkit", COMMANDS),
    "completions/tftpkit.fish": completionScript("fish", "tftpkit", COMMANDS),
  };
}

/** Compiles and packs one target; returns the archive's file name. */
async function pack(
  target: Target,
  { version, publish }: PackageConfig,
): Promise<string> {
  const folder = `tftpkit-${version}-${target.os}-${target.arch}`;
  const isWindows = target.os === "windows";
  await Deno.mkdir(`dist/${folder}/completions`, { recursive: true });
  await compile(
    `dist/${folder}/tftpkit${isWindows ? ".exe" : ""}`,
    target,
    publish.include,
  );
  for (const [name, text] of Object.entries(await documents())) {
    await Deno.writeTextFile(`dist/${folder}/${name}`, text);
  }
  const archive = `${folder}${isWindows ? ".zip" : ".tar.gz"}`;
  if (isWindows) await run("zip", ["-qr", archive, folder], "dist");
  else await run("tar", ["-czf", archive, folder], "dist");
  return archive;
}

async function sumLine(archive: string): Promise<string> {
  const bytes = await Deno.readFile(`dist/${archive}`);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `${new Uint8Array(digest).toHex()}  ${archive}\n`;
}

/** What deno.json says that this needs. */
interface PackageConfig {
  readonly version: string;
  readonly publish: { readonly include: readonly string[] };
}

if (import.meta.main) {
  const config: PackageConfig = JSON.parse(
    await Deno.readTextFile("deno.json"),
  );
  await Deno.remove("dist", { recursive: true }).catch(() => {});
  await Deno.mkdir("dist/build", { recursive: true });
  await Deno.writeTextFile(ENTRY, entryText(await commitOf(".")));
  if (Deno.args.includes("--all")) {
    let sums = "";
    for (const target of TARGETS) {
      sums += await sumLine(await pack(target, config));
    }
    await Deno.writeTextFile("dist/SHA256SUMS", sums);
  } else {
    await compile("dist/tftpkit", null, config.publish.include);
  }
}
