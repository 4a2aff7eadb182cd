// The engine that applies rules to a name. It is pure: name, operation and client in; a name or a refusal out. Rules:
// 1. Rules are gone through from the top, and all of them, also behind one that matched, unless one says otherwise. Each
//    works on what the ones before it made of the name.
// 2. A rule for the other operation (G, P) or the other kind of address (4, 6) is not there.
// 3. `E`: when the result is no file that can be transferred, it is as if the rule had not matched.
// 4. There is an end: each try of a rule, and each further replacement of the same rule, is a step, and steps are limited.
//    Besides, the work is limited, that of matching and that of copying, and so is the length of a name, before and after:
//    a rule may double it. Whoever runs into a limit is refused with code 2.
// 5. Nothing is thrown, whatever the name. That a rule asks for files and nobody can tell is a fault of the setup.

import { type ClientAddress, clientAddress } from "./_client_address.ts";
import { ERROR_CODE, errorCodeText } from "../../packet/mod.ts";
import {
  type Match,
  MAX_WORK,
  nextStart,
  search,
  spend,
  type Work,
  WorkExceededError,
} from "./_matcher.ts";
import { isTooLong, MAX_ASKED_BYTES } from "./_name_limit.ts";
import type { RemapEntry, RemapRules, ReplacementPart } from "./map_file.ts";
import type {
  RemapFilenameOptions,
  RemapRefused,
  RemapRequest,
  RemapResult,
  RemapStep,
} from "./remap_result.ts";

/** How many steps a name may take, as in tftp-hpa. */
export const DEFAULT_MAX_REMAP_STEPS = 4096;

/** What a client learns when rules do not come to an end, as in tftp-hpa. */
const FAILURE_TEXT = "Remap table failure";

/** Characters that are copied one by one in the time of one instruction of a pattern; many more, when as a block. */
const CHARACTERS_PER_WORK = 2;
const BLOCK_PER_WORK = 32;

/** The longest name that rules may make, in characters: a path of Linux. */
const MAX_NAME_LENGTH = 4096;

/**
 * Applies rules to a name.
 *
 * @param rules The rules.
 * @param request What is asked for, and by whom.
 * @param options Limits, who knows files, and who wants to watch.
 * @returns The new name, or a refusal.
 * @throws {TypeError} When a rule asks for files and `isTransferable` is not given.
 * @throws {RangeError} When `maxSteps` is no whole number above 0.
 *
 * @example A file for each client
 * ```ts
 * import { parseMapFile, remapFilename } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = parseMapFile(String.raw`
 * r ^boot\.cfg$ boot/\x.cfg
 * a ^secret/    Not\ for\ you
 * `);
 * const request = { filename: "boot.cfg", operation: "read", client: "192.0.2.7" } as const;
 * assertEquals(remapFilename(rules, request).filename, "boot/C0000207.cfg");
 * assertEquals(
 *   remapFilename(rules, { ...request, filename: "secret/x" }).refusal,
 *   "Not for you",
 * );
 * ```
 */
export function remapFilename(
  rules: RemapRules,
  request: RemapRequest,
  options: RemapFilenameOptions = {},
): RemapResult {
  return remapWithin({ left: MAX_WORK }, rules, request, options);
}

/** Applies rules to a name, with so much work; what is left of it is there afterwards. */
export function remapWithin(
  work: Work,
  rules: RemapRules,
  request: RemapRequest,
  options: RemapFilenameOptions,
): RemapResult {
  const { maxSteps = DEFAULT_MAX_REMAP_STEPS, isTransferable, onStep } =
    options;
  if (!Number.isSafeInteger(maxSteps) || maxSteps < 1) {
    throw new RangeError(
      `Cannot remap as maxSteps must be a whole number above 0: current value is ${maxSteps}`,
    );
  }
  if (rules.checksFiles && isTransferable === undefined) {
    throw new TypeError(
      "Cannot remap as isTransferable must be given: a rule has the flag E",
    );
  }
  if (isTooLong(request.filename)) {
    return refused(
      FAILURE_TEXT,
      `the name has more than ${MAX_ASKED_BYTES} octets`,
    );
  }
  const run = new Remapping(work, rules, request, {
    maxSteps,
    isTransferable: isTransferable ?? (() => false),
    onStep,
  });
  try {
    return run.result();
  } catch (error) {
    if (error instanceof Stop) return refused(FAILURE_TEXT, error.message);
    if (error instanceof WorkExceededError) {
      return refused(
        FAILURE_TEXT,
        `matching takes too long in line ${run.line}`,
      );
    }
    throw error;
  }
}

/** The options of a run. */
interface RunOptions {
  readonly maxSteps: number;
  readonly isTransferable: NonNullable<RemapFilenameOptions["isTransferable"]>;
  readonly onStep: RemapFilenameOptions["onStep"];
}

function refused(refusal: string, reason: string): RemapRefused {
  return { filename: null, refusal, reason };
}

/** Ends the run with a refusal. */
class Stop extends Error {}

/** A match, as the replacement needs it. */
type Groups = (index: number) => string;

class Remapping {
  readonly #rules: RemapRules;
  readonly #request: RemapRequest;
  readonly #options: RunOptions;
  readonly #client: ClientAddress;
  readonly #work: Work;
  #name: number[];
  #stepsLeft: number;
  /** The line that is being worked on, for errors. */
  line = 0;

  constructor(
    work: Work,
    rules: RemapRules,
    request: RemapRequest,
    options: RunOptions,
  ) {
    this.#work = work;
    this.#rules = rules;
    this.#request = request;
    this.#options = options;
    this.#client = clientAddress(request.client);
    this.#name = codesOf(request.filename);
    this.#stepsLeft = options.maxSteps;
  }

  result(): RemapResult {
    const { entries } = this.#rules;
    for (let index = 0; index < entries.length;) {
      const entry = entries[index]!;
      index++;
      if (!this.#applies(entry)) continue;
      this.line = entry.line;
      const groups = this.#apply(entry);
      if (groups === null) continue;
      if (entry.flags.includes("a")) {
        const text = this.#expand(entry.replacement, groups);
        this.#tell(entry, "refusal");
        return refused(
          text || errorCodeText(ERROR_CODE.AccessViolation),
          `the rule in line ${entry.line} refuses it`,
        );
      }
      if (/[eE]/.test(entry.flags)) {
        this.#tell(entry, "end");
        break;
      }
      if (entry.flags.includes("s")) {
        this.#tell(entry, "start");
        index = 0;
      } else if (entry.flags.includes("j")) {
        index = this.#jump(entry, groups);
      } else {
        this.#tell(entry, "rule");
      }
    }
    return { filename: textOf(this.#name), refusal: null };
  }

  #applies({ label, flags }: RemapEntry): boolean {
    const { operation } = this.#request;
    return label === null &&
      !(flags.includes("G") && operation !== "read") &&
      !(flags.includes("P") && operation !== "write") &&
      !(flags.includes("4") && this.#client.family !== 4) &&
      !(flags.includes("6") && this.#client.family !== 6);
  }

  /** Tries a rule and makes its replacements; `null` when it does not match, or is undone. */
  #apply(entry: RemapEntry): Groups | null {
    const before = this.#name;
    this.#step(entry);
    const match = this.#search(entry, 0);
    const isInverse = entry.flags.includes("~");
    if ((match !== null) === isInverse) {
      this.#tell(entry, "rule", { isMatch: false });
      return null;
    }
    const groups = groupsOf(before, match);
    if (entry.flags.includes("r")) {
      this.#name = entry.repeat === "through"
        ? this.#replaceThrough(entry, match!)
        : this.#replace(entry, match!);
    }
    if (!entry.flags.includes("E")) return groups;
    const { isTransferable } = this.#options;
    spend(this.#work, Math.ceil(this.#name.length / CHARACTERS_PER_WORK));
    if (isTransferable(textOf(this.#name), this.#request.operation)) {
      return groups;
    }
    this.#name = before;
    this.#tell(entry, "rule", { isUndone: true });
    return null;
  }

  /** Replaces one match, or with `g` one after the other, each time the first that there is. */
  #replace(entry: RemapEntry, first: Match): number[] {
    let name = this.#name;
    for (let match: Match | null = first; match !== null;) {
      const { start, end } = match;
      const text = this.#expand(entry.replacement, groupsOf(name, match));
      const put = codesOf(text);
      this.#checkLength(name.length - (end - start) + put.length);
      // What stands around it stays as it is.
      const isSame = put.length === end - start &&
        put.every((code, index) => code === name[start + index]);
      if (isSame && entry.repeat !== "once") {
        throw new Stop(`the rule in line ${entry.line} matches for ever`);
      }
      spend(this.#work, Math.ceil(name.length / BLOCK_PER_WORK));
      name = name.slice(0, start).concat(put, name.slice(end));
      if (entry.repeat === "once") return name;
      match = this.#search(entry, nextStart(entry.pattern!, start), name);
      if (match !== null) this.#step(entry);
    }
    return name;
  }

  /** Replaces every match, as sed does with `g`: what was put in is not looked at again. */
  #replaceThrough(entry: RemapEntry, first: Match): number[] {
    const name = this.#name;
    spend(this.#work, Math.ceil(name.length / CHARACTERS_PER_WORK));
    const next: number[] = [];
    let at = 0;
    let lastEnd = -1;
    for (let match: Match | null = first; match !== null;) {
      const { start, end } = match;
      for (; at < start; at++) next.push(name[at]!);
      // Nothing is not found right behind something.
      if (start !== end || start !== lastEnd) {
        const text = this.#expand(entry.replacement, groupsOf(name, match));
        for (const code of codesOf(text)) next.push(code);
      }
      this.#checkLength(next.length);
      at = lastEnd = end;
      if (start === end && at < name.length) next.push(name[at++]!);
      else if (start === end) break;
      match = this.#search(entry, at);
      if (match !== null) this.#step(entry);
    }
    for (; at < name.length; at++) next.push(name[at]!);
    this.#checkLength(next.length);
    return next;
  }

  #step(entry: RemapEntry): void {
    if (this.#stepsLeft-- > 0) return;
    throw new Stop(
      `the rules do not end within ${this.#options.maxSteps} steps: the last was line ${entry.line}`,
    );
  }

  #search(entry: RemapEntry, from: number, name = this.#name): Match | null {
    return search(entry.pattern!, name, from, this.#work);
  }

  #checkLength(length: number): void {
    if (length <= MAX_NAME_LENGTH) return;
    throw new Stop(
      `the rule in line ${this.line} makes a name of more than ${MAX_NAME_LENGTH} characters`,
    );
  }

  #jump(entry: RemapEntry, groups: Groups): number {
    const label = this.#expand(entry.replacement, groups);
    const index = this.#rules.labels.get(label);
    if (index === undefined) {
      this.#tell(entry, "refusal");
      throw new Stop(
        `the rule in line ${entry.line} jumps to a label that is not there: "${label}"`,
      );
    }
    this.#tell(entry, "label");
    return index;
  }

  #expand(parts: readonly ReplacementPart[], groups: Groups): string {
    let text = "";
    let turn = (part: string): string => part;
    for (const part of parts) {
      switch (part.kind) {
        case "text":
          text += turn(part.text);
          break;
        case "group":
          text += turn(groups(part.index));
          break;
        case "address":
          text += turn(this.#client.text);
          break;
        case "hex address":
          text += turn(this.#client.hex);
          break;
        case "case":
          turn = TURNS[part.to];
      }
    }
    spend(this.#work, Math.ceil(text.length / CHARACTERS_PER_WORK));
    return text;
  }

  #tell(
    { line, text }: RemapEntry,
    next: RemapStep["next"],
    { isMatch = true, isUndone = false } = {},
  ): void {
    const { onStep } = this.#options;
    if (onStep === undefined) return;
    const filename = textOf(this.#name);
    onStep({
      line,
      rule: text,
      isMatch,
      isUndone,
      filename,
      next,
    });
  }
}

const TURNS = {
  // One character becomes one, so that the length of a name does not depend on its language.
  "upper": (text: string) => turnEach(text, (char) => char.toUpperCase()),
  "lower": (text: string) => turnEach(text, (char) => char.toLowerCase()),
  "as it is": (text: string) => text,
} as const;

function turnEach(text: string, turn: (char: string) => string): string {
  return Array.from(text, (char) => {
    const turned = turn(char);
    return turned.length === char.length ? turned : char;
  }).join("");
}

function groupsOf(name: readonly number[], match: Match | null): Groups {
  return (index) => {
    const start = match?.slots[2 * index] ?? -1;
    const end = match?.slots[2 * index + 1] ?? -1;
    return start < 0 || end < start ? "" : textOf(name.slice(start, end));
  };
}

function codesOf(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0)!);
}

function textOf(codes: readonly number[]): string {
  let text = "";
  for (const code of codes) text += String.fromCodePoint(code);
  return text;
}
