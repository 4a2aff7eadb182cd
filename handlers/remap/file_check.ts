// Whether a name stands for a file that can be transferred, for rules with the flag E. Rules:
// 1. A name is looked for by the code of `serveDir` and `serveDirs`, with the same options: what that refuses, leads out of the
//    root, or is no regular file cannot be transferred. The answer only chooses between names; whoever opens the file looks
//    again.
// 2. A write needs a directory to write into, and no file that is none under its name. Of several directories, it goes to the
//    first that takes uploads.
// 3. Nothing is thrown for a name: what cannot be looked at cannot be transferred.

import type { Operation } from "../../packet/mod.ts";
import { checkDirectories, type ServeDirsOptions } from "../directories.ts";
import {
  checkDirectory,
  hasFile,
  hasPlace,
  type ServeDirOptions,
} from "../directory.ts";

/** Tells whether a name stands for a file that can be transferred. */
export type FileChecker = (filename: string, operation: Operation) => boolean;

/**
 * Looks for files in a directory: what rules with the flag `E` need.
 *
 * @param where The directory, or what `serveDir` or `serveDirs` is given behind the rules, so that both find the same.
 * @returns Tells whether a name stands for a regular file in it, or for a write, whether one could be there. Whether uploads
 * are taken at all, and may replace a file, does not count.
 * @throws {RangeError} When an option has no value of its own.
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
export function fileChecker(
  where: string | URL | ServeDirOptions | ServeDirsOptions,
): FileChecker {
  const directories = settingsOf(where);
  const target = directories.find(({ write }) => write) ?? directories[0]!;
  return (filename, operation) => {
    const asked = { filename, operation };
    try {
      return operation === "read"
        // One that refuses the name ends the search, as it does for `serveDirs`.
        ? directories.some((each) => hasFile(asked, each))
        : hasPlace(asked, target);
    } catch {
      return false;
    }
  };
}

function settingsOf(where: Parameters<typeof fileChecker>[0]) {
  if (typeof where === "string" || where instanceof URL) {
    return [checkDirectory({ root: where })];
  }
  return "roots" in where ? checkDirectories(where) : [checkDirectory(where)];
}
