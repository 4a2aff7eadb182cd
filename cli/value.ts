// What the value of an option may be. One description serves three readers: the command line, where all is text; the
// configuration file, where numbers are numbers; and the JSON schema of that file. Rules:
// 1. A value is checked when it is read, not when it is parsed: `--help` beside a wrong value still shows help.
// 2. In a file a number is a number, and what can have a unit may be a text as well; the rest is text as on the command
//    line.
// 3. Every type says its wish in words that fit behind "must be".

/** What a value may be. */
export type ValueType =
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | {
    readonly kind: "seconds";
    /** At least this many seconds; 0.001 unless told otherwise. */
    readonly min?: number;
  }
  | {
    readonly kind: "octets";
    /** At least this many; 0 unless told otherwise. */
    readonly min?: number;
  }
  | { readonly kind: "choice"; readonly words: readonly string[] }
  | { readonly kind: "path" }
  | {
    readonly kind: "text";
    /** What the text must be, behind "must be". */
    readonly wish?: string;
    /** What it must match, all of it, besides `isValid`. */
    readonly pattern?: string;
    /** Whether it is what it must be, where a pattern cannot tell. */
    readonly isValid?: (text: string) => boolean;
  };

/** Any text. */
export const ANY_TEXT: ValueType = { kind: "text" };

/** The longest time that can be asked for, in seconds. */
const MAX_SECONDS = 3600;

const DEFAULT_MIN_SECONDS = 0.001;

const OCTETS_REGEXP = /^([0-9]+)([kmgt]?)i?b?$/i;

/** What a value must be, as words behind "must be". */
export function wishOf(type: ValueType): string {
  switch (type.kind) {
    case "integer":
      return `a whole number from ${type.min} to ${type.max}`;
    case "seconds":
      return `a number of seconds from ${
        type.min ?? DEFAULT_MIN_SECONDS
      } to ${MAX_SECONDS}`;
    case "octets":
      return `a number of octets ${
        type.min ? `above ${type.min - 1}, ` : ""
      }such as 65536, 64k or 16M`;
    case "choice":
      return type.words.length > 2
        ? `one of ${type.words.join(", ")}`
        : type.words.join(" or ");
    case "path":
      return "a path";
    case "text":
      return type.wish ?? "a text";
  }
}

/**
 * What a text says as a value of a type.
 *
 * @param type What it may be.
 * @param text The text.
 * @returns A number for whole numbers and octets, milliseconds for seconds, the word as the table has it for a choice, the
 * text itself for the rest; `null` when it is no such value.
 */
export function readValue(
  type: ValueType,
  text: string,
): number | string | null {
  switch (type.kind) {
    case "integer": {
      const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
      return value >= type.min && value <= type.max ? value : null;
    }
    case "seconds": {
      const value = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : NaN;
      const min = type.min ?? DEFAULT_MIN_SECONDS;
      return value >= min && value <= MAX_SECONDS ? value * 1000 : null;
    }
    case "octets": {
      const match = OCTETS_REGEXP.exec(text);
      const power = " kmgt".indexOf(match?.[2]?.toLowerCase() || " ");
      const value = match ? Number(match[1]) * 1024 ** power : NaN;
      const isEnough = value >= (type.min ?? 0);
      return Number.isSafeInteger(value) && isEnough ? value : null;
    }
    case "choice":
      return type.words.find((word) => word === text.toLowerCase()) ?? null;
    case "path":
      return text === "" || text.includes("\0") ? null : text;
    case "text": {
      const { pattern, isValid = () => true } = type;
      const matches = pattern === undefined ||
        new RegExp(`^(?:${pattern})$`).test(text);
      return text !== "" && matches && isValid(text) ? text : null;
    }
  }
}

/**
 * The text that means on the command line what a value in a configuration file means.
 *
 * @param type What it may be.
 * @param value The value.
 * @returns The text; `null` when it is no such value.
 */
export function textOf(type: ValueType, value: unknown): string | null {
  const isNumber = typeof value === "number" || typeof value === "bigint";
  const isRight = type.kind === "integer" || type.kind === "seconds"
    ? isNumber
    : typeof value === "string" || (type.kind === "octets" && isNumber);
  const text = isRight ? String(value) : null;
  return text !== null && readValue(type, text) !== null ? text : null;
}

/** A JSON schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * What a value may be in a configuration file, as a JSON schema (draft 2020-12).
 *
 * @param type What it may be.
 * @returns The schema.
 */
export function schemaOf(type: ValueType): JsonSchema {
  switch (type.kind) {
    case "integer":
      return { type: "integer", minimum: type.min, maximum: type.max };
    case "seconds":
      return {
        type: "number",
        minimum: type.min ?? DEFAULT_MIN_SECONDS,
        maximum: MAX_SECONDS,
      };
    case "octets":
      return {
        type: ["integer", "string"],
        minimum: type.min ?? 0,
        pattern: "^[0-9]+[kKmMgGtT]?[iI]?[bB]?$",
      };
    case "choice":
      return { enum: type.words };
    case "path":
      return { type: "string", minLength: 1 };
    case "text":
      return type.pattern === undefined
        ? { type: "string", minLength: 1 }
        : { type: "string", pattern: `^(?:${type.pattern})$` };
  }
}
