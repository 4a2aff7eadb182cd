import { SEPARATOR } from "@std/path";

/**
 * What is left of a path behind its directory, compared by component: /srv/tftp-private is not inside of /srv/tftp.
 *
 * @param directory The directory; a real path, as `Deno.realPath` has it.
 * @param path What may be inside of it; a real path, too.
 * @returns The rest with the separator before it, empty for the directory itself; `undefined` when it is not inside.
 */
export function pathBelow(directory: string, path: string): string | undefined {
  if (path === directory) return "";
  // Only the root of a file system ends with a separator.
  const prefix = directory.endsWith(SEPARATOR)
    ? directory.slice(0, -1)
    : directory;
  return path.startsWith(prefix + SEPARATOR)
    ? path.slice(prefix.length)
    : undefined;
}
