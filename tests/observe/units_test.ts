import { assertEquals } from "@std/assert";
import { formatBytes, formatDuration, formatRate } from "../../observe/mod.ts";

Deno.test("formatBytes() uses powers of 1000, and one decimal", () => {
  const texts: readonly [bytes: number, text: string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [1449, "1.4 kB"],
    [999_949, "999.9 kB"],
    [999_950, "1.0 MB"],
    [100_000_000, "100.0 MB"],
    [4.2e9, "4.2 GB"],
    [1e12, "1.0 TB"],
    [1e15, "1000.0 TB"],
  ];
  for (const [bytes, text] of texts) assertEquals(formatBytes(bytes), text);
});

Deno.test("formatBytes() never shows four digits before the next unit begins", () => {
  for (let bytes = 1; bytes < 1e12; bytes = Math.ceil(bytes * 1.003)) {
    const text = formatBytes(bytes);
    assertEquals(/^\d{1,3}(\.\d)? [kMGT]?B$/.test(text), true, text);
  }
});

Deno.test("formatDuration() uses what suits the duration", () => {
  const texts: readonly [durationMs: number, text: string][] = [
    [0, "0 ms"],
    [0.4, "0 ms"],
    [999.4, "999 ms"],
    [999.5, "1.00 s"],
    [1500, "1.50 s"],
    [59_994, "59.99 s"],
    [59_995, "1 min 0 s"],
    [61_000, "1 min 1 s"],
    [119_600, "2 min 0 s"],
    [7_265_000, "121 min 5 s"],
  ];
  for (const [ms, text] of texts) assertEquals(formatDuration(ms), text);
});

Deno.test("formatRate() is finite, however short it took", () => {
  assertEquals(formatRate(2_000_000, 2000), "1.0 MB/s");
  assertEquals(formatRate(0, 0), "0 B/s");
  assertEquals(formatRate(1, 0), "1.0 MB/s");
  assertEquals(formatRate(5, 1000), "5 B/s");
});
