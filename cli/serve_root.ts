import { explain } from "./explain.ts";

/**
 * Looks whether a directory can be served.
 *
 * @param root The directory.
 * @throws {Error} When it cannot; the message says what to do.
 */
export async function checkRoot(root: string): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(root);
    if (info.isDirectory) {
      for await (const _ of Deno.readDir(root)) break;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(
        `Cannot serve ${root} as there is no such directory: create it, or name another`,
      );
    }
    throw new Error(
      `Cannot serve ${root} as it cannot be read: ${explain(error)}`,
    );
  }
  if (!info.isDirectory) {
    throw new Error(
      `Cannot serve ${root} as it is not a directory: name the directory it is in`,
    );
  }
}
