/** What `contrib/` says, read as far as the tests need it. */
import { fromFileUrl } from "@std/path";

/** A file below the top of the repository, as text. */
export function readText(path: string): string {
  return Deno.readTextFileSync(pathOf(path));
}

/** Where a file below the top of the repository is. */
export function pathOf(path: string): string {
  return fromFileUrl(new URL(`../${path}`, import.meta.url));
}

/** The settings of a systemd unit, by name, each as often as it is there. */
export function parseUnit(text: string): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    settings.set(name, [...settings.get(name) ?? [], value!]);
  }
  return settings;
}

/** A list in brackets behind a word, as a Dockerfile and a compose file have them. */
export function listBehind(word: string, text: string): string[] {
  const [, list] = new RegExp(`^ *${word} (\\[[^\\]]*\\])`, "m").exec(text) ??
    [];
  if (list === undefined) throw new Error(`There is no list behind ${word}`);
  return JSON.parse(list.replace(/,\s*\]$/, "]"));
}

/** A call of Deno that runs the program. */
export interface DenoCall {
  /** What stands behind `deno run`. */
  readonly flags: readonly string[];
  /** What is run. */
  readonly program: string;
  /** The program's arguments. */
  readonly args: readonly string[];
}

/** Takes a call apart, from the path of Deno on. */
export function parseDenoCall(words: readonly string[]): DenoCall {
  const [deno, run, ...rest] = words;
  if (!/(^|\/)deno$/.test(deno ?? "") || run !== "run") {
    throw new Error(`No call of deno run: ${words.join(" ")}`);
  }
  const end = rest.findIndex((word) => !word.startsWith("-"));
  return {
    flags: rest.slice(0, end),
    program: rest[end]!,
    args: rest.slice(end + 1),
  };
}
