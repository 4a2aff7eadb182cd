import { Transform } from "node:stream";

const ESCAPE = "\x1b";

/** What a terminal writes around what is pasted, when a program before has asked it to. */
const MARKS_REGEXP = new RegExp(String.raw`${ESCAPE}\[20[01]~`, "g");

/** The beginning of a mark at the end of what has come so far; a lone Escape is a key. */
const OPEN_MARK_REGEXP = new RegExp(
  String.raw`${ESCAPE}\[(?:2(?:0[01]?)?)?$`,
);

/**
 * Takes away the marks around what is pasted (bracketed paste), which node:readline would leave half of in the line.
 *
 * @returns A stream that what is typed goes through.
 */
export function pasteFilter(): Transform {
  let held = "";
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      // One character an octet: a character of the text can be cut at the end.
      const text = (held + latin1(chunk)).replace(MARKS_REGEXP, "");
      held = OPEN_MARK_REGEXP.exec(text)?.[0] ?? "";
      done(null, octets(text.slice(0, text.length - held.length)));
    },
  });
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
