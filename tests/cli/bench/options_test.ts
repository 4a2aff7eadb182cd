import { assertEquals, assertThrows } from "@std/assert";
import { planBench } from "../../../cli/bench/options.ts";
import { benchCommand } from "../../../cli/bench.ts";
import { UsageError } from "../../../cli/command.ts";
import { parseCommand } from "../../../cli/parse.ts";

const URL_TEXT = "tftp://192.0.2.1/boot/k.img";

function plan(...words: string[]) {
  const args = parseCommand(benchCommand, words);
  args.check();
  return planBench(args);
}

Deno.test("planBench() has defaults for all but the URL", () => {
  assertEquals(plan(URL_TEXT), {
    load: { clients: 1, transfers: 10, durationMs: null, warmup: 1 },
    settings: [{ blksize: 1428, windowsize: 16 }],
    uploadBytes: null,
    isOverwriting: false,
    url: URL_TEXT,
    target: {
      hostname: "192.0.2.1",
      port: 69,
      filename: "boot/k.img",
      mode: "octet",
    },
    simulation: null,
  });
});

Deno.test("planBench() takes a duration in place of a number of transfers", () => {
  const { load } = plan("-c", "20", "-d", "1.5", "--warmup", "0", URL_TEXT);
  assertEquals(load, {
    clients: 20,
    transfers: null,
    durationMs: 1500,
    warmup: 0,
  });
});

Deno.test("planBench() makes all pairs of lists and repeated options, each once", () => {
  const { settings } = plan(
    ...["-b", "512,1428", "-b", "512", "--windowsize", "1,4", URL_TEXT],
  );
  assertEquals(
    settings.map(({ blksize, windowsize }) => `${blksize}x${windowsize}`),
    ["512x1", "512x4", "1428x1", "1428x4"],
  );
});

Deno.test("planBench() uploads new names into a directory, or replaces one name", () => {
  const names = [
    ["--put", "64k", "tftp://192.0.2.1/in/"],
    ["--put", "64k", "tftp://192.0.2.1/"],
    ["--put", "64k", "--overwrite-ok", "tftp://192.0.2.1/in/a"],
  ].map((words) => {
    const { uploadBytes, target } = plan(...words);
    return [uploadBytes, target!.filename];
  });
  assertEquals(names, [[65536, "in/"], [65536, ""], [65536, "in/a"]]);
});

Deno.test("planBench() knows what the simulator is like", () => {
  assertEquals(plan("--simulate").simulation, {
    seed: 1,
    lossPercent: 0,
    delayMs: 1,
    sizeBytes: 2 ** 20,
  });
  const { simulation } = plan(
    ...["--simulate", "--loss", "0.5", "--delay", "20"],
    ...["--seed", "7", "--size", "64k"],
  );
  assertEquals(simulation, {
    seed: 7,
    lossPercent: 0.5,
    delayMs: 20,
    sizeBytes: 65536,
  });
});

const REFUSED: readonly [words: string[], message: string][] = [
  [[], "One URL is needed, such as tftp://192.0.2.1/boot.img, or --simulate"],
  [
    [URL_TEXT, URL_TEXT],
    "One URL is needed, such as tftp://192.0.2.1/boot.img, or --simulate",
  ],
  [["tftp://192.0.2.1/"], "tftp://192.0.2.1/ names no file"],
  [["http://192.0.2.1/x"], "Cannot use URL as it must look like tftp://"],
  [["--put", "1k", URL_TEXT], "Files of new names are uploaded into a"],
  [
    ["--put", "1k", "--overwrite-ok", "tftp://192.0.2.1/in/"],
    "--overwrite-ok needs the name of a file",
  ],
  [["--overwrite-ok", URL_TEXT], "--overwrite-ok is about uploads"],
  [["--simulate", URL_TEXT], "--simulate has a server of its own"],
  [["--simulate", "--put", "1k", "--size", "1k"], "--put has its size"],
  [["--loss", "1", URL_TEXT], "--loss is about the simulator"],
  [["-n", "5", "-d", "5", URL_TEXT], "--transfers and --duration contradict"],
  [["-b", "7", URL_TEXT], "--blksize must be whole numbers from 8 to 65464"],
  [["-b", "512,", URL_TEXT], "--blksize must be whole numbers"],
  [["--windowsize", "0", URL_TEXT], "--windowsize must be whole numbers"],
  [["--simulate", "--loss", "100"], "--loss must be a number of percent"],
  [["-c", "0", URL_TEXT], "--clients must be a whole number from 1"],
];

for (const [words, message] of REFUSED) {
  Deno.test(`planBench() refuses "${words.join(" ")}"`, () => {
    assertThrows(() => plan(...words), UsageError, message);
  });
}
