// Where downloads go. Rules:
// 1. A name that comes from a URL is one component: nothing in it leads to another directory, or to a device, on any system.
// 2. A name from --output is the user's own word; in --output-dir it stays in there all the same.
// 3. Two files of one name are refused before anything is asked for: the second would take the place of the first.

import { basename, isAbsolute, join, resolve } from "@std/path";
import type { TftpTarget } from "../client.ts";
import { quoteText } from "../packet/mod.ts";
import { UsageError } from "./command.ts";

/** What was said about where files go. */
export interface OutputWish {
  /** The values of --output. */
  readonly outputs: readonly string[];
  /** The value of --output-dir. */
  readonly directory: string | undefined;
  /** Whether the value of --output is a directory that is there. */
  readonly isDirectory: boolean;
}

/** Where a file goes. */
export interface OutputPath {
  /** The path; `null` for standard output. */
  readonly path: string | null;
  /** Whether a symbolic link of that name is written through: out of --output-dir it must not lead. */
  readonly mayFollow: boolean;
}

/** What Windows takes for something else than a name: streams, wildcards, and devices in every directory. */
const WINDOWS_REGEXP =
  /[<>:"|?*\p{Cc}]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

/**
 * Finds out where each file goes.
 *
 * @param targets The files.
 * @param wish What was said.
 * @param os The operating system.
 * @returns A place for each.
 * @throws {UsageError} When a file has none, or two have the same.
 */
export function outputPaths(
  targets: readonly TftpTarget[],
  wish: OutputWish,
  os: typeof Deno.build.os = Deno.build.os,
): OutputPath[] {
  const { outputs } = wish;
  const isForAll = outputs.length === 1;
  if (outputs.length > 1 && outputs.length !== targets.length) {
    throw new UsageError(
      `--output must be there once, or once for each file: it is there ${outputs.length} times for ${targets.length} files`,
    );
  }
  return targets.map((target, index) =>
    outputPath(target, outputs[isForAll ? 0 : index], {
      ...wish,
      count: isForAll ? targets.length : 1,
      os,
    })
  );
}

function outputPath(
  target: TftpTarget,
  output: string | undefined,
  { directory, isDirectory, count, os }: OutputWish & {
    readonly count: number;
    readonly os: string;
  },
): OutputPath {
  if (output === "-") return { path: null, mayFollow: true };
  const mayFollow = directory === undefined;
  const base = output === undefined ? directory : within(directory, output);
  if (output !== undefined && !isDirectory && !/[/\\]$/.test(output)) {
    if (count === 1) return { path: base!, mayFollow };
    throw new UsageError(
      `${count} files cannot all be written to ${output}: name a directory, with a slash at its end`,
    );
  }
  const name = basename(target.filename.replaceAll("\\", "/"));
  if (name === "" || name === "." || name === ".." || name === "/") {
    throw new UsageError(
      `${
        quoteText(target.filename)
      } ends in nothing that a file could be called: say how with --output`,
    );
  }
  if (os === "windows" && WINDOWS_REGEXP.test(name)) {
    throw new UsageError(
      `${
        quoteText(name)
      } cannot be the name of a file on Windows: say another with --output`,
    );
  }
  return {
    path: base === undefined ? name : join(base, name),
    mayFollow,
  };
}

function within(directory: string | undefined, output: string): string {
  if (directory === undefined) return output;
  const isOutside = isAbsolute(output) ||
    output.split(/[/\\]/).includes("..");
  if (!isOutside) return join(directory, output);
  throw new UsageError(
    `--output must stay in --output-dir: ${output} leads out of ${directory}`,
  );
}

/**
 * Makes sure that no two files have one name.
 *
 * @param paths Where files go, those that are kept in part included.
 * @param os The operating system: to most, "A" and "a" are one.
 * @throws {UsageError} When two have.
 */
export function checkDistinct(
  paths: readonly string[],
  os: typeof Deno.build.os = Deno.build.os,
): void {
  const isFolding = os === "windows" || os === "darwin";
  const seen = new Set<string>();
  for (const path of paths) {
    const full = resolve(path);
    const key = isFolding ? full.normalize("NFC").toLowerCase() : full;
    if (seen.has(key)) {
      throw new UsageError(
        `Two of the files would be called ${path}: get them one by one, with --output`,
      );
    }
    seen.add(key);
  }
}
