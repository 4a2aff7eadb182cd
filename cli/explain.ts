import { systemText } from "../observe/text.ts";
import { quoteText, TftpError } from "../packet/mod.ts";

/**
 * An error in one line for the person at the keyboard: what failed, and what to do.
 *
 * @param error What was thrown.
 * @param verdict What the server did when it said ERROR.
 * @returns The line, without a line end.
 */
export function explain(
  error: unknown,
  verdict = "the server refused",
): string {
  if (error instanceof TftpError && error.origin === "remote") {
    return `${verdict} with code ${error.code}: ${quoteText(error.message)}`;
  }
  if (error instanceof Deno.errors.NotCapable) return explainPermission(error);
  return firstLine(systemText(messageOf(error)));
}

/** Deno names the permission and says which flag grants it; that is kept, in our words. */
function explainPermission(error: Error): string {
  const match =
    /^Requires (\w+) access to (.+?), run again with the (--allow-\w+) flag/
      .exec(error.message);
  if (!match) return firstLine(error.message);
  const [, kind, what, flag] = match;
  const value = what!.replace(/^"(.*)"$/, "$1");
  // What only --allow-all opens is nothing to transfer.
  if (kind === "all") return `Deno keeps ${value} from programs`;
  // Transfers use ports that nobody knows beforehand, so a permission for one port does not get far.
  const scope = kind === "net" ? value.replace(/:\d+$/, "") : value;
  return `No permission for ${kind} access to ${value}: add ${flag}=${scope} after "deno run"`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}

/**
 * Opens a file to write to.
 *
 * @param path The file.
 * @param options How.
 * @returns The file.
 * @throws {Error} When it cannot be opened; the message says which file, and what to do.
 */
export function openToWrite(
  path: string,
  options: Deno.OpenOptions,
): Deno.FsFile {
  try {
    return Deno.openSync(path, options);
  } catch (error) {
    const hint = error instanceof Deno.errors.NotFound
      ? ": create its directory, or name another file"
      : "";
    throw new Error(`Cannot write to ${path}: ${explain(error)}${hint}`, {
      cause: error,
    });
  }
}
