import type { JsonSchema } from "./value.ts";

/** What a section of a configuration file is checked with. */
export interface ConfigPlace {
  /**
   * Says what is wrong. All of it is told at once, so a check goes on after it.
   *
   * @param key Where, such as `policy.allow[2]`.
   * @param problem What, to be read behind the key: "must be …: … is not".
   */
  report(key: string, problem: string): void;
  /**
   * The path that is meant: paths in a file are taken from the directory that the file is in.
   *
   * @param path As it stands in the file.
   * @returns The path.
   */
  resolvePath(path: string): string;
}

/**
 * A key of a configuration file whose value does not fit a command line: a table, or a list of tables. It is one entry in
 * the command's table of sections; what it says is read with `args.section(SECTION)`.
 */
export interface ConfigSection<T = unknown> {
  /** The key. */
  readonly name: string;
  /** What it is for, in one line. */
  readonly description: string;
  /** What it may be, as a JSON schema. */
  readonly schema: JsonSchema;
  /**
   * Checks a value, whatever it is, and makes of it what the program works with.
   *
   * @param value What stands in the file.
   * @param place Takes what is wrong with it.
   * @returns What it says; `undefined` when something was wrong with it.
   */
  check(value: unknown, place: ConfigPlace): T | undefined;
}
