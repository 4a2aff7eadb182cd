// Tests go by the rules at the top of packet/negotiate.ts. What holds for every negotiation is in
// negotiate_property_test.ts, what peers make of odd values in negotiate_matrix_test.ts.

import { assertEquals } from "@std/assert";
import {
  DEFAULT_SETTINGS,
  negotiateOptions,
  type NegotiationContext,
  type NegotiationPolicy,
  OPTION_NAMES,
  type OptionList,
  type TransferSettings,
} from "../../packet/mod.ts";

const READ: NegotiationContext = { operation: "read", size: 100_000 };
const WRITE: NegotiationContext = { operation: "write" };

interface Case {
  readonly name: string;
  readonly asked: OptionList;
  readonly policy?: NegotiationPolicy;
  readonly context?: NegotiationContext;
  readonly accepted: OptionList;
  readonly settings?: Partial<TransferSettings>;
}

function test(rule: string, cases: readonly Case[]): void {
  for (const { name, asked, accepted, settings, ...rest } of cases) {
    Deno.test(`negotiateOptions() ${name} (${rule})`, () => {
      const { policy = {}, context = READ } = rest;
      assertEquals(negotiateOptions(asked, policy, context), {
        accepted,
        settings: { ...DEFAULT_SETTINGS, ...settings },
      });
    });
  }
}

test("rule 1", [
  {
    name: "answers nothing when nothing is asked",
    asked: [],
    accepted: [],
  },
  {
    name: "leaves out an option it does not know",
    asked: [["color", "1"], ["blksize", "1024"], ["msftwindow", "27182"]],
    accepted: [["blksize", "1024"]],
    settings: { blockSize: 1024 },
  },
  {
    name: "answers in the order of the request",
    asked: [
      ["rollover", "0"],
      ["windowsize", "8"],
      ["tsize", "0"],
      ["timeout", "5"],
      ["blksize", "1428"],
    ],
    accepted: [
      ["rollover", "0"],
      ["windowsize", "8"],
      ["tsize", "100000"],
      ["timeout", "5"],
      ["blksize", "1428"],
    ],
    settings: {
      rollover: 0,
      windowSize: 8,
      transferSize: 100_000,
      timeoutMs: 5000,
      blockSize: 1428,
    },
  },
  {
    name: "answers names as they are spelled",
    asked: [["BLKSIZE", "1024"], ["WindowSize", "4"], ["tSize", "0"]],
    accepted: [["BLKSIZE", "1024"], ["WindowSize", "4"], ["tSize", "100000"]],
    settings: { blockSize: 1024, windowSize: 4, transferSize: 100_000 },
  },
  {
    name: "answers an option that is asked twice once, by its last value",
    asked: [["blksize", "1000"], ["tsize", "0"], ["blksize", "600"]],
    accepted: [["tsize", "100000"], ["blksize", "600"]],
    settings: { blockSize: 600, transferSize: 100_000 },
  },
  {
    name: "takes spellings that differ in case for one option",
    asked: [["windowsize", "8"], ["WINDOWSIZE", "4"]],
    accepted: [["WINDOWSIZE", "4"]],
    settings: { windowSize: 4 },
  },
  {
    name: "answers nothing when the last value of two is not allowed",
    asked: [["blksize", "1024"], ["blksize", "7"]],
    accepted: [],
  },
  {
    name: "knows no options by the names of object properties",
    asked: [["constructor", "1"], ["__proto__", "1"], ["toString", "1"]],
    accepted: [],
  },
]);

/** For each option, values that are not answered; see rule 2. */
const IGNORED: Readonly<Record<string, readonly string[]>> = {
  blksize: ["0", "1", "7", "-1", "", "abc", "0x400", "1e3", "512 ", "1024.0"],
  blksize2: ["0", "7", "-8", "", "1k"],
  timeout: ["0", "256", "1000", "-1", "", "5.5", "5s", "+5"],
  utimeout: ["0", "9999", "255000001", "-1", "", "1e6"],
  windowsize: ["0", "-1", "", "abc", "0x10", "4.0", " 4"],
  rollover: ["2", "65535", "-1", "", "x"],
  tsize: ["-1", "", "abc", "0x0", "100000000000000000000"],
};

for (const [name, values] of Object.entries(IGNORED)) {
  for (const value of values) {
    for (const context of [READ, WRITE]) {
      Deno.test(`negotiateOptions() serves a ${context.operation} as if there were no ${name} ${JSON.stringify(value)} (rule 2)`, () => {
        assertEquals(negotiateOptions([[name, value]], {}, context), {
          accepted: [],
          settings: DEFAULT_SETTINGS,
        });
      });
    }
  }
}

test("rule 2", [
  {
    name: "answers the rest when a value is not allowed",
    asked: [["blksize", "abc"], ["timeout", "0"], ["windowsize", "4"]],
    accepted: [["windowsize", "4"]],
    settings: { windowSize: 4 },
  },
]);

test("rule 3", [
  {
    name: "keeps the smallest blksize",
    asked: [["blksize", "8"]],
    accepted: [["blksize", "8"]],
    settings: { blockSize: 8 },
  },
  {
    name: "keeps the largest blksize",
    asked: [["blksize", "65464"]],
    accepted: [["blksize", "65464"]],
    settings: { blockSize: 65464 },
  },
  {
    name: "lowers a blksize beyond the largest",
    asked: [["blksize", "99999999999999999999"]],
    accepted: [["blksize", "65464"]],
    settings: { blockSize: 65464 },
  },
  {
    name: "lowers a blksize to that of the policy",
    asked: [["blksize", "65464"]],
    policy: { maxBlockSize: 1468 },
    accepted: [["blksize", "1468"]],
    settings: { blockSize: 1468 },
  },
  {
    name: "never raises a blksize to that of the policy",
    asked: [["blksize", "512"]],
    policy: { maxBlockSize: 1468 },
    accepted: [["blksize", "512"]],
    settings: { blockSize: 512 },
  },
  {
    name: "writes a blksize without its leading zeros",
    asked: [["blksize", "0001024"]],
    accepted: [["blksize", "1024"]],
    settings: { blockSize: 1024 },
  },
  {
    name: "lowers blksize2 to a power of two under the policy's block size",
    asked: [["blksize2", "65464"]],
    policy: { maxBlockSize: 1468 },
    accepted: [["blksize2", "1024"]],
    settings: { blockSize: 1024 },
  },
  {
    name: "keeps a blksize2 that is a power of two",
    asked: [["blksize2", "8"]],
    accepted: [["blksize2", "8"]],
    settings: { blockSize: 8 },
  },
  {
    name: "lowers a window to that of the policy",
    asked: [["windowsize", "64"]],
    policy: { maxWindowSize: 16 },
    accepted: [["windowsize", "16"]],
    settings: { windowSize: 16 },
  },
  {
    name: "never raises a window",
    asked: [["windowsize", "1"]],
    accepted: [["windowsize", "1"]],
    settings: { windowSize: 1 },
  },
  {
    name: "lowers a window that would not fit into the receive buffer",
    asked: [["windowsize", "65535"]],
    accepted: [["windowsize", "166"]],
    settings: { windowSize: 166 },
  },
  {
    name: "lowers a window by the block size asked in front of it",
    asked: [["blksize", "65464"], ["windowsize", "64"]],
    accepted: [["blksize", "65464"], ["windowsize", "3"]],
    settings: { blockSize: 65464, windowSize: 3 },
  },
  {
    name: "lowers a window by the block size asked behind it",
    asked: [["windowsize", "64"], ["blksize", "65464"]],
    accepted: [["windowsize", "3"], ["blksize", "65464"]],
    settings: { blockSize: 65464, windowSize: 3 },
  },
  {
    name: "lowers a window by the block size that is answered, not asked",
    asked: [["blksize", "65464"], ["windowsize", "92"]],
    policy: { maxBlockSize: 1428 },
    accepted: [["blksize", "1428"], ["windowsize", "92"]],
    settings: { blockSize: 1428, windowSize: 92 },
  },
  {
    name: "lowers a window to the buffer that the policy names",
    asked: [["windowsize", "64"], ["blksize", "1428"]],
    policy: { receiveBufferBytes: 20_000 },
    accepted: [["windowsize", "8"], ["blksize", "1428"]],
    settings: { blockSize: 1428, windowSize: 8 },
  },
  {
    name:
      "answers windows up to half the block numbers, however large the buffer",
    asked: [["windowsize", "65535"]],
    policy: { receiveBufferBytes: 2 ** 40 },
    accepted: [["windowsize", "32767"]],
    settings: { windowSize: 32767 },
  },
  {
    name: "keeps the shortest timeout",
    asked: [["timeout", "1"]],
    accepted: [["timeout", "1"]],
    settings: { timeoutMs: 1000 },
  },
  {
    name: "keeps the longest timeout",
    asked: [["timeout", "255"]],
    accepted: [["timeout", "255"]],
    settings: { timeoutMs: 255_000 },
  },
  {
    name: "keeps the shortest utimeout",
    asked: [["utimeout", "10000"]],
    accepted: [["utimeout", "10000"]],
    settings: { timeoutMs: 10 },
  },
  {
    name: "keeps the longest utimeout",
    asked: [["utimeout", "255000000"]],
    accepted: [["utimeout", "255000000"]],
    settings: { timeoutMs: 255_000 },
  },
  {
    name: "keeps the tsize of an upload",
    asked: [["tsize", "99999999999999"]],
    context: WRITE,
    accepted: [["tsize", "99999999999999"]],
    settings: { transferSize: 99_999_999_999_999 },
  },
  {
    name: "keeps the tsize of an empty upload",
    asked: [["tsize", "0"]],
    context: WRITE,
    accepted: [["tsize", "0"]],
    settings: { transferSize: 0 },
  },
  {
    name: "keeps the largest tsize that is exact",
    asked: [["tsize", "9007199254740991"]],
    context: WRITE,
    accepted: [["tsize", "9007199254740991"]],
    settings: { transferSize: Number.MAX_SAFE_INTEGER },
  },
  {
    name: "keeps rollover 1",
    asked: [["rollover", "1"]],
    accepted: [["rollover", "1"]],
    settings: { rollover: 1 },
  },
]);

test("rule 4", [
  {
    name: "answers blksize when it is asked in front of blksize2",
    asked: [["blksize", "1428"], ["blksize2", "1024"]],
    accepted: [["blksize", "1428"]],
    settings: { blockSize: 1428 },
  },
  {
    name: "answers blksize2 when it is asked in front of blksize",
    asked: [["BLKSIZE2", "1024"], ["blksize", "1428"]],
    accepted: [["BLKSIZE2", "1024"]],
    settings: { blockSize: 1024 },
  },
  {
    name: "answers timeout when it is asked in front of utimeout",
    asked: [["timeout", "1"], ["utimeout", "500000"]],
    accepted: [["timeout", "1"]],
    settings: { timeoutMs: 1000 },
  },
  {
    name: "answers utimeout when it is asked in front of timeout",
    asked: [["utimeout", "500000"], ["tsize", "0"], ["timeout", "1"]],
    accepted: [["utimeout", "500000"], ["tsize", "100000"]],
    settings: { timeoutMs: 500, transferSize: 100_000 },
  },
  {
    name: "answers the second name when the value of the first is not allowed",
    asked: [["blksize", "7"], ["blksize2", "1024"]],
    accepted: [["blksize2", "1024"]],
    settings: { blockSize: 1024 },
  },
  {
    name: "answers the second name when the first is refused",
    asked: [["blksize", "1428"], ["blksize2", "1024"]],
    policy: { refuse: ["blksize"] },
    accepted: [["blksize2", "1024"]],
    settings: { blockSize: 1024 },
  },
]);

test("tsize of a download", [
  {
    name: "tells the size",
    asked: [["tsize", "0"]],
    accepted: [["tsize", "100000"]],
    settings: { transferSize: 100_000 },
  },
  {
    name: "tells the size, whatever the client says it is",
    asked: [["tsize", "999"]],
    accepted: [["tsize", "100000"]],
    settings: { transferSize: 100_000 },
  },
  {
    name: "tells no size that it does not know",
    asked: [["tsize", "0"], ["blksize", "1024"]],
    context: { operation: "read" },
    accepted: [["blksize", "1024"]],
    settings: { blockSize: 1024 },
  },
  {
    name: "tells no size that is null",
    asked: [["tsize", "0"]],
    context: { operation: "read", size: null },
    accepted: [],
  },
  {
    name: "does not tell the size of an empty file, but holds it",
    asked: [["tsize", "0"], ["blksize", "1024"]],
    context: { operation: "read", size: 0 },
    accepted: [["blksize", "1024"]],
    settings: { blockSize: 1024, transferSize: 0 },
  },
  {
    name: "tells a size beyond 32 bits",
    asked: [["tsize", "0"]],
    context: { operation: "read", size: 2 ** 33 },
    accepted: [["tsize", "8589934592"]],
    settings: { transferSize: 2 ** 33 },
  },
]);

test("refuse", [
  {
    name: "leaves out what the policy refuses, in whatever case it is asked",
    asked: [["TIMEOUT", "5"], ["BlkSize", "1024"], ["windowsize", "4"]],
    policy: { refuse: ["timeout", "windowsize"] },
    accepted: [["BlkSize", "1024"]],
    settings: { blockSize: 1024 },
  },
  {
    name: "answers nothing when the policy refuses all",
    asked: OPTION_NAMES.map((name) => [name, "1024"] as const),
    policy: { refuse: "all" },
    accepted: [],
  },
  {
    name: "answers as ever when the policy refuses nothing",
    asked: [["blksize", "1024"]],
    policy: { refuse: [] },
    accepted: [["blksize", "1024"]],
    settings: { blockSize: 1024 },
  },
]);
