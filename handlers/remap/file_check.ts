// Whether a name stands for a file that can be transferred, for rules with the flag E. Rules:
// 1. A name is taken as `serveDir` takes it: what that refuses, leads out of the root, or is no regular file cannot be
//    transferred. The answer only chooses between names; whoever opens the file looks again.
// 2. A write needs a directory to write into, and no file that is none under its name.
// 3. Nothing is thrown: what cannot be looked at cannot be transferred.

import { dirname, fromFileUrl, join, SEPARATOR } from "@std/path";
import type { Operation } from "../../packet/mod.ts";
import { splitFilename } from "../filename.ts";

/** Tells whether a name stands for a file that can be transferred. */
export type FileChecker = (filename: string, operation: Operation) => boolean;

/**
 * Looks for files in a directory: what rules with the flag `E` need.
 *
 * @param root The directory.
 * @returns Tells whether a name stands for a regular file in it, or for a write, whether one could be there.
 *
 * @example A file that is there, and one that is not
 * ```ts
 * import { fileChecker } from "@tftpkit/tftp/handlers";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${root}/default.cfg`, "");
 * const isTransferable = fileChecker(root);
 * assert(isTransferable("/default.cfg", "read"));
 * assertFalse(isTransferable("r1.cfg", "read"));
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export function fileChecker(root: string | URL): FileChecker {
  const directory = root instanceof URL ? fromFileUrl(root) : root;
  return (filename, operation) => {
    try {
      const path = join(directory, ...splitFilename(filename));
      if (operation === "read") {
        return isInside(directory, path) && Deno.statSync(path).isFile;
      }
      return isInside(directory, dirname(path)) && isFileOrNothing(path);
    } catch {
      return false;
    }
  };
}

function isFileOrNothing(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function isInside(directory: string, path: string): boolean {
  const root = Deno.realPathSync(directory);
  const real = Deno.realPathSync(path);
  const prefix = root.endsWith(SEPARATOR) ? root : root + SEPARATOR;
  return real === root || real.startsWith(prefix);
}
