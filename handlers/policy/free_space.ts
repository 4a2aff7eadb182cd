/**
 * Octets that are free, to those who are not root, in the file system of a path. Deno has no call of its own for this; that
 * of Node.js needs `--allow-read` for the path and `--allow-sys=statfs`.
 *
 * @param path A path that exists.
 * @returns How many.
 * @throws {Deno.errors.NotCapable} Without these permissions; other errors when the system cannot tell.
 */
export async function freeBytesOf(path: string): Promise<number> {
  // Not loaded before somebody asks: most servers never do.
  const { statfs } = await import("node:fs/promises");
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
