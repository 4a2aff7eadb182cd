import { quoteText, TftpError } from "../packet/mod.ts";

/** What Deno puts behind the text of the system: the number again, the call, and paths that may be none of ours. */
const DETAILS_REGEXP = /\.? \(os error \d+\)(?:: \w+ '.*)?$/s;

/** Controls, line separators, and what is not seen as itself. */
const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * What is wrong, in the words of the system alone: "No such file or directory", without the number of the error and the call
 * that met it.
 *
 * @param message The message of an error.
 * @returns The message; as it was, when it is not the system's.
 */
export function systemText(message: string): string {
  return message.replace(DETAILS_REGEXP, "");
}

/**
 * A value as one line of JSON that cannot steer a terminal: what is not seen is escaped, also where JSON does not ask for
 * it.
 *
 * @param value What `JSON.stringify` takes.
 * @returns The line, without its end.
 *
 * @example A control character in a file name
 * ```ts
 * import { jsonLine } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(jsonLine({ filename: "a\x9b" }), '{"filename":"a\\u009b"}');
 * ```
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN_REGEXP, (character) => {
    let escaped = "";
    for (let i = 0; i < character.length; i++) {
      const unit = character.charCodeAt(i).toString(16).padStart(4, "0");
      escaped += `\\u${unit}`;
    }
    return escaped;
  });
}

/**
 * A text with everything escaped that could break a line or steer a terminal. Unlike `quoteText`, it leaves quotation marks
 * and backslashes, and so what is quoted already.
 *
 * @param text The text.
 * @returns The text in one line.
 */
export function oneLine(text: string): string {
  return text.replace(
    UNSEEN_REGEXP,
    (character) => quoteText(character).slice(1, -1),
  );
}

/** Who has said what ended a transfer. */
export const CLIENT = "the client";

/** Who has said why a request is refused: the client waits for the answer, and what it gets may come from elsewhere. */
export const OTHER_SERVER = "another server";

/**
 * The ERROR packet of another machine, if that is what went wrong. What it says must not pass for ours.
 *
 * @param error What was thrown.
 * @returns The error, with code and text; `null` for any other.
 */
export function remoteError(error: unknown): TftpError | null {
  return error instanceof TftpError && error.origin === "remote" ? error : null;
}

/**
 * The message of whatever was thrown.
 *
 * @param error What was thrown.
 * @returns The message, as it is.
 */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
