// Where components of a name lead below a root. Rules:
// 1. Nothing outside of the root is reached, whatever symbolic links say, unless they are to be followed. Where the real
//    path lies is compared by component: /srv/tftp-private is not inside /srv/tftp.
// 2. Paths are below the root as it was given, not below its real path: that is what `--allow-read` names. Below the root
//    they are free of symbolic links, so that a denied directory is not reached through another name.
// 3. Where case does not count, it is found out component by component, from the root down. A component that exists as it
//    is written wins, without a look at others; of several that differ in case only, the first in the order of their
//    UTF-16 code units. There is no way back: a file in another directory of the same name is not found.
// 4. To look at each component costs a third of asking for two real paths, which most names then do not need.
// 5. A directory is listed only when it was found to be inside: the names in another are nobody's business.
// Someone who may rename directories inside the root while a request is served can still win a race, as Deno has no
// openat(). All calls are synchronous: together they cost a quarter of the asynchronous ones.

import { fromFileUrl, SEPARATOR } from "@std/path";
import { ERROR_CODE } from "../packet/mod.ts";
import { FoldedNames } from "./_folded_names.ts";
import { refusal } from "./_refusal.ts";
import { pathBelow } from "./path_below.ts";

const foldedNames = new FoldedNames();

/**
 * Whether a path below a root, in which no component is a symbolic link, is its own real path. On Linux nothing else leads
 * elsewhere; on Windows and macOS a component can also be written in other ways: in another case, as a short name.
 */
const IS_REAL_WITHOUT_LINKS = Deno.build.os === "linux";

/**
 * What becomes of symbolic links below a root: `inside` follows those that stay inside of it, `never` follows none,
 * `follow` follows all, wherever they lead. The root itself may always be one.
 */
export type SymlinkPolicy = "inside" | "never" | "follow";

/** A root, and what may be reached from it. */
export interface Jail {
  /** The root as a path, as it was given. */
  readonly root: string;
  /** What comes before a separator and a component. */
  readonly prefix: string;
  /** What becomes of symbolic links. */
  readonly symlinks: SymlinkPolicy;
}

/**
 * Makes a jail.
 *
 * @throws {RangeError} When the root is empty, or there is no such policy.
 */
export function makeJail(
  location: string | URL,
  symlinks: SymlinkPolicy,
): Jail {
  const root = location instanceof URL ? fromFileUrl(location) : location;
  if (root === "") {
    throw new RangeError(
      'Cannot serve directory as root must be a path: current value is ""',
    );
  }
  if (!["inside", "never", "follow"].includes(symlinks)) {
    throw new RangeError(
      `Cannot use symlinks as it must be "inside", "never" or "follow": current value is "${symlinks}"`,
    );
  }
  const isSlashed = root.endsWith("/") || root.endsWith(SEPARATOR);
  const prefix = isSlashed ? root.slice(0, -1) : root;
  return { root, prefix, symlinks };
}

/**
 * The path below the root, as it was given, that components lead to, free of symbolic links unless they are followed.
 * Without components, what stands for the root before a separator.
 */
export function locate(components: readonly string[], jail: Jail): string {
  const { root, prefix, symlinks } = jail;
  let path = prefix;
  let isPlain = symlinks === "never" || IS_REAL_WITHOUT_LINKS;
  for (const component of components) {
    path += SEPARATOR + component;
    if (symlinks === "follow" || !isPlain) continue;
    if (!Deno.lstatSync(path).isSymlink) continue;
    if (symlinks === "inside") isPlain = false;
    else {
      throw refusal(
        ERROR_CODE.AccessViolation,
        `Cannot use "${path}" as it must not be a symbolic link`,
      );
    }
  }
  if (symlinks !== "inside" || isPlain || components.length === 0) return path;
  const below = pathBelow(Deno.realPathSync(root), Deno.realPathSync(path));
  if (below === undefined) {
    throw refusal(
      ERROR_CODE.AccessViolation,
      `Cannot use "${path}" as it must lead to a place inside the root "${root}"`,
    );
  }
  return prefix + below;
}

/**
 * The components as they are written below the root, where case does not count. What is not there stays as it was asked.
 * Only a name that is not there as it is asked costs more than one look: its directories are then read, if they have changed.
 */
export function matchCase(
  components: readonly string[],
  jail: Jail,
): readonly string[] {
  const path = [jail.prefix, ...components].join(SEPARATOR);
  if (exists(path)) return components;
  const matched: string[] = [];
  for (const [index, component] of components.entries()) {
    const match = matchComponent(component, matched, jail);
    if (match === undefined) return [...matched, ...components.slice(index)];
    matched.push(match);
  }
  return matched;
}

function matchComponent(
  component: string,
  parents: readonly string[],
  jail: Jail,
): string | undefined {
  const directory = locate(parents, jail) + SEPARATOR;
  if (exists(directory + component)) return component;
  try {
    return foldedNames.find(directory, component);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  const { NotADirectory, NotFound } = Deno.errors;
  return error instanceof NotFound || error instanceof NotADirectory;
}

/** What is wrong with the root itself, if something is: a fault of the server's setup, not of the request. */
export function faultOfRoot(
  cause: unknown,
  [first]: readonly string[],
  { root, prefix }: Jail,
): string | undefined {
  const { NotFound, PermissionDenied } = Deno.errors;
  try {
    if (!Deno.statSync(root).isDirectory) return "is not a directory";
  } catch (error) {
    return error instanceof NotFound
      ? "is missing"
      : `cannot be read: ${(error as Error).message}`;
  }
  if (!(cause instanceof PermissionDenied)) return undefined;
  try {
    // To look at a name takes nothing but the right to search the directory that it is in.
    Deno.lstatSync(prefix + SEPARATOR + first);
  } catch (error) {
    if (error instanceof PermissionDenied) {
      return `cannot be read: ${error.message}`;
    }
  }
  return undefined;
}
