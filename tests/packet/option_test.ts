import { assertEquals } from "@std/assert";
import {
  DEFAULT_BLOCK_SIZE,
  findOption,
  foldOptionName,
  MAX_BLOCK_SIZE,
  MAX_USABLE_WINDOW_SIZE,
  MAX_WINDOW_SIZE,
  MIN_BLOCK_SIZE,
  OPTION_NAMES,
  type OptionList,
  parseOptionNumber,
  TIMEOUT_RANGE_SECONDS,
  UTIMEOUT_RANGE_MICROSECONDS,
} from "../../packet/mod.ts";

Deno.test("the limits are those of the RFCs and of tftp-hpa", () => {
  assertEquals(DEFAULT_BLOCK_SIZE, 512);
  assertEquals([MIN_BLOCK_SIZE, MAX_BLOCK_SIZE], [8, 65464]);
  assertEquals([MAX_WINDOW_SIZE, MAX_USABLE_WINDOW_SIZE], [65535, 32767]);
  assertEquals(TIMEOUT_RANGE_SECONDS, { min: 1, max: 255 });
  assertEquals(UTIMEOUT_RANGE_MICROSECONDS, { min: 10_000, max: 255_000_000 });
});

Deno.test("OPTION_NAMES holds every option, in lower case", () => {
  assertEquals([...OPTION_NAMES], [
    "blksize",
    "blksize2",
    "timeout",
    "utimeout",
    "tsize",
    "windowsize",
    "rollover",
  ]);
});

const OPTIONS: OptionList = [
  ["BlkSize", "1428"],
  ["tsize", "0"],
  ["multicast", ""],
  ["blksize", "600"],
  ["TSIZE", "1"],
];

const FINDS: readonly [name: string, value: string | undefined][] = [
  ["blksize", "600"],
  ["BLKSIZE", "600"],
  ["tsize", "1"],
  ["multicast", ""],
  ["Multicast", ""],
  ["timeout", undefined],
  ["", undefined],
  ["blksize ", undefined],
  ["constructor", undefined],
];

for (const [name, value] of FINDS) {
  Deno.test(`findOption() finds ${JSON.stringify(value)} for "${name}"`, () => {
    assertEquals(findOption(OPTIONS, name), value);
  });
}

const FOLDS: readonly [name: string, folded: string][] = [
  ["", ""],
  ["BlkSize", "blksize"],
  ["MD5-X_9[Z]", "md5-x_9[z]"],
  // What toLowerCase() would make an ASCII letter, or more than one character.
  ["\u212a", "\u212a"],
  ["\u0130", "\u0130"],
  ["ÄÖÜ", "ÄÖÜ"],
];

for (const [name, folded] of FOLDS) {
  Deno.test(`foldOptionName() makes "${folded}" of "${name}"`, () => {
    assertEquals(foldOptionName(name), folded);
    assertEquals(foldOptionName(folded), folded);
  });
}

Deno.test("findOption() finds nothing in an empty list", () => {
  assertEquals(findOption([], "blksize"), undefined);
});

const NUMBERS: readonly [text: string, value: number][] = [
  ["0", 0],
  ["8", 8],
  ["1428", 1428],
  ["0512", 512],
  ["00000000000000000008", 8],
  ["65465", 65465],
  ["99999999999999", 99_999_999_999_999],
  ["9007199254740992", 2 ** 53],
  ["18446744073709551615", 2 ** 64],
  ["99999999999999999999", 1e20],
];

for (const [text, value] of NUMBERS) {
  Deno.test(`parseOptionNumber() reads "${text}"`, () => {
    assertEquals(parseOptionNumber(text), value);
  });
}

const NO_NUMBERS = [
  "",
  " ",
  " 8",
  "8 ",
  "8\n",
  "\n8",
  "8\n9",
  "+8",
  "-1",
  "-0",
  "0x200",
  "0b1",
  "1e3",
  "8.0",
  "8.",
  "1,428",
  "1_428",
  "512k",
  "abc",
  "NaN",
  "Infinity",
  "٣",
  "８",
  "8\u200b",
  "000000000000000000008",
  "100000000000000000000",
];

for (const text of NO_NUMBERS) {
  Deno.test(`parseOptionNumber() reads no number in ${JSON.stringify(text)}`, () => {
    assertEquals(parseOptionNumber(text), undefined);
  });
}
