import { assertEquals } from "@std/assert";
import {
  type LineSource,
  listedLines,
  streamLines,
} from "../../../cli/shell/lines.ts";

async function readAll(lines: LineSource) {
  const all: (string | readonly string[])[] = [];
  for (;;) {
    const line = await lines.read();
    if (line === null) return all;
    all.push(line);
  }
}

const TEXTS: readonly [text: string, lines: string[]][] = [
  ["", []],
  ["\n", [""]],
  ["a\nb\n", ["a", "b"]],
  ["a\r\nb", ["a", "b"]],
  ["a\n\n b", ["a", "", " b"]],
  ["\ufeffget 世界\nb", ["get 世界", "b"]],
];

for (const [text, lines] of TEXTS) {
  Deno.test(`streamLines() reads ${JSON.stringify(text)}, whole and octet by octet`, async () => {
    const bytes = new TextEncoder().encode(text);
    const whole = streamLines(ReadableStream.from([bytes]));
    assertEquals(await readAll(whole), lines);
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
    assertEquals(
      await readAll(streamLines(ReadableStream.from(pieces))),
      lines,
    );
  });
}

Deno.test("streamLines() reads no more once it is closed", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    cancel: () => {
      isCancelled = true;
    },
  });
  const lines = streamLines(stream);
  const line = lines.read();
  await lines.close();
  assertEquals([await line, isCancelled, lines.confirm], [null, true, null]);
});

Deno.test("listedLines() gives lines and words in order", async () => {
  const commands = ["get a", ["get", "b c"]];
  assertEquals(await readAll(listedLines(commands)), commands);
  assertEquals(commands.length, 2);
});
