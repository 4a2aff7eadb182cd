import { assertEquals } from "@std/assert";
import {
  DEFAULT_ROOT,
  SERVE_OPERAND,
  SERVE_OPTIONS,
  SERVE_SECTIONS,
} from "../../cli/serve_options.ts";
import { readValue } from "../../cli/value.ts";

Deno.test("every option of serve with a value says what that may be", () => {
  const untyped = SERVE_OPTIONS
    .filter(({ value, type }) => (value === undefined) !== (type === undefined))
    .map(({ name }) => name);
  assertEquals(untyped, []);
});

Deno.test("every key of serve has one meaning", () => {
  const keys = [...SERVE_OPTIONS, SERVE_OPERAND, ...SERVE_SECTIONS]
    .map(({ name }) => name);
  assertEquals(keys, [...new Set(keys)]);
  const aliases = SERVE_OPTIONS.flatMap(({ alias }) => alias ?? []);
  assertEquals(aliases, [...new Set(aliases)]);
});

Deno.test("options of serve exclude options that exist", () => {
  const names = new Set(SERVE_OPTIONS.map(({ name }) => name));
  const excluded = SERVE_OPTIONS.flatMap(({ excludes = [] }) => excludes);
  assertEquals(excluded.filter((name) => !names.has(name)), []);
});

Deno.test("the default root is a path", () => {
  assertEquals(readValue(SERVE_OPERAND.type!, DEFAULT_ROOT), DEFAULT_ROOT);
});
