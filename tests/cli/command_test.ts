import { assertEquals, assertThrows } from "@std/assert";
import {
  type OptionSpec,
  ParsedArguments,
  UsageError,
} from "../../cli/command.ts";

/** Arguments with one option. */
function given(...values: string[]): ParsedArguments {
  return new ParsedArguments([], new Map([["x", values]]));
}

const NONE = new ParsedArguments(["a", "b"], new Map());

Deno.test("ParsedArguments tells what is there", () => {
  assertEquals(NONE.operands, ["a", "b"]);
  assertEquals([NONE.has("x"), NONE.count("x")], [false, 0]);
  assertEquals([NONE.all("x"), NONE.text("x")], [[], undefined]);
  const two = given("1", "2");
  assertEquals([two.has("x"), two.count("x")], [true, 2]);
  assertEquals([two.all("x"), two.text("x")], [["1", "2"], "2"]);
});

Deno.test("ParsedArguments has no value where there is no option", () => {
  assertEquals(NONE.integer("x", 0, 9), undefined);
  assertEquals(NONE.seconds("x"), undefined);
  assertEquals(NONE.bytes("x"), undefined);
  assertEquals(NONE.choice("x", ["a"]), undefined);
});

function assertUsageError(action: () => unknown, message: string): void {
  const error = assertThrows(action, UsageError);
  assertEquals(error.message, message);
}

Deno.test("ParsedArguments.integer() takes whole numbers within bounds", () => {
  for (const value of ["8", "08", "100"]) {
    assertEquals(given(value).integer("x", 8, 100), Number(value));
  }
  for (const value of ["7", "101", "-8", "+8", "8.0", "0x8", "1e1", " 8", ""]) {
    assertUsageError(
      () => given(value).integer("x", 8, 100),
      `--x must be a whole number from 8 to 100: "${value}" is not`,
    );
  }
});

Deno.test("ParsedArguments.seconds() gives milliseconds", () => {
  for (
    const [text, ms] of [["1", 1000], ["0.001", 1], ["2.5", 2500], [
      "3600",
      3_600_000,
    ]] as const
  ) assertEquals(given(text).seconds("x"), ms);
  for (const value of ["0", "0.0009", "3601", "-1", ".5", "1.", "1s", "1e3"]) {
    assertUsageError(
      () => given(value).seconds("x"),
      `--x must be a number of seconds from 0.001 to 3600: "${value}" is not`,
    );
  }
});

Deno.test("ParsedArguments.bytes() knows k, M, G and T", () => {
  const sizes: Record<string, number> = {
    "0": 0,
    "65536": 65536,
    "64k": 65536,
    "64K": 65536,
    "16M": 2 ** 24,
    "16MiB": 2 ** 24,
    "16mb": 2 ** 24,
    "2G": 2 ** 31,
    "1t": 2 ** 40,
    "512b": 512,
  };
  for (const [text, bytes] of Object.entries(sizes)) {
    assertEquals(given(text).bytes("x"), bytes);
  }
  for (const value of ["", "k", "1.5M", "-1", "1 k", "1x", "9999999T"]) {
    assertUsageError(
      () => given(value).bytes("x"),
      `--x must be a number of octets such as 65536, 64k or 16M: "${value}" is not`,
    );
  }
});

Deno.test("ParsedArguments.choice() takes one of the words in any case", () => {
  const words = ["octet", "netascii"] as const;
  assertEquals(given("NetASCII").choice("x", words), "netascii");
  assertUsageError(
    () => given("mail").choice("x", words),
    '--x must be octet or netascii: "mail" is neither',
  );
});

const TABLE: readonly OptionSpec[] = [
  {
    name: "byte",
    value: "N",
    type: { kind: "integer", min: 0, max: 255 },
    description: "",
  },
  {
    name: "wait",
    value: "S",
    type: { kind: "seconds", min: 0 },
    description: "",
  },
  {
    name: "mode",
    value: "MODE",
    isRepeatable: true,
    type: { kind: "choice", words: ["a", "b", "c"] },
    description: "",
  },
  { name: "loud", excludes: ["quiet"], description: "" },
  { name: "quiet", description: "" },
];

/** Arguments by the table. */
function tabled(values: Record<string, string[]>): ParsedArguments {
  return new ParsedArguments([], new Map(Object.entries(values)), TABLE);
}

Deno.test("ParsedArguments takes bounds from the table", () => {
  assertEquals(tabled({ byte: ["255"] }).integer("byte"), 255);
  assertEquals(tabled({ wait: ["0"] }).seconds("wait"), 0);
  assertUsageError(
    () => tabled({ byte: ["256"] }).integer("byte"),
    '--byte must be a whole number from 0 to 255: "256" is not',
  );
});

Deno.test("ParsedArguments.check() finds what is not as the table says", () => {
  tabled({ byte: ["1"], wait: ["2"], mode: ["a", "B"], loud: ["true"] })
    .check();
  tabled({ loud: ["true"], quiet: [] }).check();
  const wrong: readonly [Record<string, string[]>, string][] = [
    [
      { byte: ["x"] },
      '--byte must be a whole number from 0 to 255: "x" is not',
    ],
    [
      { mode: ["a", "d"] },
      '--mode must be one of a, b, c: "d" is not',
    ],
    [
      { loud: ["true"], quiet: ["true"] },
      "--loud and --quiet contradict each other",
    ],
  ];
  for (const [values, message] of wrong) {
    assertUsageError(() => tabled(values).check(), message);
  }
});

Deno.test("ParsedArguments.withDefaults() lets what was given count", () => {
  const both = tabled({ byte: ["1"], loud: [] })
    .withDefaults(tabled({ byte: ["2"], wait: ["3"], loud: ["true"] }));
  assertEquals([both.text("byte"), both.text("wait")], ["1", "3"]);
  assertEquals([both.has("loud"), both.isGiven("loud")], [false, true]);
  assertEquals(both.isGiven("quiet"), false);
  const quiet = tabled({ quiet: ["true"] })
    .withDefaults(tabled({ loud: ["true"] }));
  assertEquals([quiet.has("quiet"), quiet.has("loud")], [true, false]);
});
