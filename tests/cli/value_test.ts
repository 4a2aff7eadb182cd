import { assertEquals } from "@std/assert";
import {
  readValue,
  schemaOf,
  textOf,
  type ValueType,
  wishOf,
} from "../../cli/value.ts";

const BYTE: ValueType = { kind: "integer", min: 0, max: 255 };
const SECONDS: ValueType = { kind: "seconds" };
const DRAIN: ValueType = { kind: "seconds", min: 0 };
const OCTETS: ValueType = { kind: "octets" };
const MODE: ValueType = { kind: "choice", words: ["octet", "netascii"] };
const COLOR: ValueType = { kind: "choice", words: ["red", "green", "blue"] };
const PATH: ValueType = { kind: "path" };
const TEXT: ValueType = { kind: "text" };
const EVEN: ValueType = {
  kind: "text",
  wish: "an even number",
  pattern: "[0-9]+",
  isValid: (text) => Number(text) % 2 === 0,
};

const WISHES: readonly [type: ValueType, wish: string][] = [
  [BYTE, "a whole number from 0 to 255"],
  [SECONDS, "a number of seconds from 0.001 to 3600"],
  [DRAIN, "a number of seconds from 0 to 3600"],
  [OCTETS, "a number of octets such as 65536, 64k or 16M"],
  [MODE, "octet or netascii"],
  [COLOR, "one of red, green, blue"],
  [PATH, "a path"],
  [TEXT, "a text"],
  [EVEN, "an even number"],
];

Deno.test("wishOf() says what a value must be", () => {
  assertEquals(
    WISHES.map(([type]) => wishOf(type)),
    WISHES.map(([, it]) => it),
  );
});

const READ: readonly [
  type: ValueType,
  text: string,
  value: number | string | null,
][] = [
  [BYTE, "255", 255],
  [BYTE, "256", null],
  [BYTE, "-1", null],
  [SECONDS, "0.5", 500],
  [SECONDS, "0", null],
  [DRAIN, "0", 0],
  [DRAIN, "3600.5", null],
  [OCTETS, "64k", 65536],
  [OCTETS, "k", null],
  [MODE, "OCTET", "octet"],
  [MODE, "mail", null],
  [PATH, "a b", "a b"],
  [PATH, "", null],
  [PATH, "a\0b", null],
  [TEXT, "x", "x"],
  [TEXT, "", null],
  [EVEN, "12", "12"],
  [EVEN, "13", null],
  [EVEN, "12x", null],
];

for (const [type, text, value] of READ) {
  Deno.test(`readValue() takes "${text.replace("\0", "\\0")}" as ${wishOf(type)} for ${value}`, () => {
    assertEquals(readValue(type, text), value);
  });
}

const FILE_VALUES: readonly [
  type: ValueType,
  value: unknown,
  text: string | null,
][] = [
  [BYTE, 7, "7"],
  [BYTE, 7n, "7"],
  [BYTE, 7.5, null],
  [BYTE, "7", null],
  [BYTE, NaN, null],
  [BYTE, Infinity, null],
  [SECONDS, 0.25, "0.25"],
  [SECONDS, "1", null],
  [OCTETS, 65536, "65536"],
  [OCTETS, "64k", "64k"],
  [OCTETS, 1e21, null],
  [MODE, "octet", "octet"],
  [TEXT, "x", "x"],
  [TEXT, 5, null],
  [TEXT, true, null],
  [TEXT, null, null],
  [TEXT, ["x"], null],
  [PATH, new Date(0), null],
];

for (const [type, value, text] of FILE_VALUES) {
  Deno.test(`textOf() takes ${typeof value} ${value} as ${wishOf(type)} for ${text}`, () => {
    assertEquals(textOf(type, value), text);
  });
}

Deno.test("schemaOf() allows what textOf() takes", () => {
  assertEquals(schemaOf(BYTE), { type: "integer", minimum: 0, maximum: 255 });
  assertEquals(schemaOf(DRAIN), { type: "number", minimum: 0, maximum: 3600 });
  assertEquals(schemaOf(MODE), { enum: ["octet", "netascii"] });
  assertEquals(schemaOf(PATH), { type: "string", minLength: 1 });
  assertEquals(schemaOf(TEXT), { type: "string", minLength: 1 });
  assertEquals(schemaOf(EVEN), { type: "string", pattern: "^(?:[0-9]+)$" });
  const { type, pattern } = schemaOf(OCTETS);
  assertEquals(type, ["integer", "string"]);
  for (const text of ["1", "64k", "16MiB", "2gb", "x", "1.5M", "k"]) {
    assertEquals(
      new RegExp(pattern as string).test(text),
      textOf(OCTETS, text) !== null,
    );
  }
});
