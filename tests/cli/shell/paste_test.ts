import { assertEquals } from "@std/assert";
import { pasteFilter } from "../../../cli/shell/paste.ts";

/** What comes out of the filter. */
async function filter(pieces: readonly Uint8Array[]): Promise<string> {
  const stream = pasteFilter();
  for (const piece of pieces) stream.write(piece);
  stream.end();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of stream) chunks.push(Uint8Array.from(chunk));
  return await new Blob(chunks).text();
}

const TYPED: readonly [typed: string, left: string][] = [
  ["abc", "abc"],
  ["\x1b[200~get 世界\r\x1b[201~x", "get 世界\rx"],
  ["\x1b[A\x1b[2;5H\x1b[20~", "\x1b[A\x1b[2;5H\x1b[20~"],
  ["a\x1b", "a\x1b"],
];

for (const [typed, left] of TYPED) {
  Deno.test(`pasteFilter() leaves ${JSON.stringify(left)}, however it is cut`, async () => {
    const bytes = new TextEncoder().encode(typed);
    for (let i = 0; i <= bytes.length; i++) {
      // A lone Escape is a key, and goes through at once.
      if (bytes[i - 1] === 0x1b) continue;
      const pieces = [bytes.subarray(0, i), bytes.subarray(i)];
      assertEquals(
        await filter(pieces.filter(({ length }) => length > 0)),
        left,
      );
    }
  });
}
