// Runs a program over a name. Rules:
// 1. Time is bounded by the size of the program times the length of the name, whatever both are: an instruction is looked
//    at once for each place in the name, as what follows from there does not depend on how one came there. So a name
//    cannot make an expression take for ever.
// 2. That does not hold for an expression that refers to its own groups: there, what was captured counts, too. Hence all
//    work is counted, and there is a limit to it. Counted is, too, what a look costs before it begins: the memory of where
//    one was is cleared for each search, and a name can cause hundreds of them.
// 3. POSIX wants the match that begins first, and of those the longest. Which alternative led there is then decided as
//    glibc does: the first one that can, and each repetition takes what it can.
// 4. Nothing recurses here.

import type { CodeTest, Place, Program } from "./_pattern.ts";

/** How much may still be done; counted down by the matcher. */
export interface Work {
  /** Instructions that may still be looked at; other work is counted as the instructions that take as long. */
  left: number;
}

/** There was more to do than is allowed. */
export class WorkExceededError extends Error {
  /** The class name, for logs. */
  override readonly name: string = "WorkExceededError";
}

/** Where an expression matched. */
export interface Match {
  /** The first character of it. */
  readonly start: number;
  /** The character behind it. */
  readonly end: number;
  /** Start and end of the match, and of each group; -1 for a group that took no part. */
  readonly slots: readonly number[];
}

/** What is allowed for one name, in all rules together: about a hundredth of a second, where a usual name needs 30 µs. */
export const MAX_WORK = 400_000;

/** Bits that are cleared in the time of one instruction. */
const BITS_PER_WORK = 64;

/** What a look from one place costs, besides its instructions. */
const START_COST = 2;

/** A step with captures to compare takes so much longer than one without. */
const REFERENCE_COST = 50;

/**
 * Looks for the first match.
 *
 * @param program The expression.
 * @param name The code points of the name.
 * @param from Where to begin to look. What stands before it still counts for borders of words and for the start.
 * @param work What may be done.
 * @returns The match, or `null`.
 * @throws {WorkExceededError} When it takes too long.
 */
export function search(
  program: Program,
  name: readonly number[],
  from: number,
  work: Work,
): Match | null {
  // What was visited without success from one start has none from another.
  // An expression that begins with ^ is looked for at the start, and nowhere else.
  const [first] = program.instructions;
  const isTied = first?.op === "place" && first.place === "start";
  const last = isTied ? 0 : name.length;
  if (from > last) return null;
  const width = name.length - from + 1;
  const bits = program.instructions.length * width;
  spend(work, Math.ceil(bits / BITS_PER_WORK));
  const seen = visits(program, from, width);
  for (let start = from; start <= last; start++) {
    spend(work, START_COST);
    const found = run({ program, name, start, work, seen });
    if (found !== null) return found;
  }
  return null;
}

/** Counts work; throws when there is no more to be had. */
export function spend(work: Work, count: number): void {
  if ((work.left -= count) >= 0) return;
  throw new WorkExceededError("Cannot match as it takes too long");
}

/**
 * Where to look next, after a part of a name was replaced that the first match began with: what could match before that place
 * has nothing of the new part in it, nor beside it, and did not match before.
 */
export function nextStart(program: Program, start: number): number {
  return Math.max(0, start - program.maxWidth - 1);
}

/** Remembers where one was; whether one was there before. */
type Visits = (pc: number, at: number, slots: readonly number[]) => boolean;

function visits(program: Program, from: number, width: number): Visits {
  if (program.hasReferences) {
    const keys = new Set<string>();
    return (pc, at, slots) => {
      const key = `${pc} ${at} ${slots}`;
      if (keys.has(key)) return true;
      keys.add(key);
      return false;
    };
  }
  const bits = new Uint32Array(
    Math.ceil(program.instructions.length * width / 32),
  );
  return (pc, at) => {
    const index = pc * width + at - from;
    const mask = 1 << (index & 31);
    if ((bits[index >>> 5]! & mask) !== 0) return true;
    bits[index >>> 5]! |= mask;
    return false;
  };
}

interface Run {
  readonly program: Program;
  readonly name: readonly number[];
  readonly start: number;
  readonly work: Work;
  readonly seen: Visits;
}

/**
 * Goes all ways from one start, the preferred first, until one matches; for the longest match, all of them. Each end is
 * reached by the preferred way to it first, so that the captures are those of that way.
 */
function run({ program, name, start, work, seen }: Run): Match | null {
  const { instructions, isLongest } = program;
  const cost = program.hasReferences ? REFERENCE_COST : 1;
  const slots: number[] = new Array(2 * program.groupCount + 2).fill(-1);
  let best: Match | null = null;
  // Pairs: an instruction and a place, or what to put back into a slot, which is told by a negative number.
  const stack: number[] = [0, start];
  while (stack.length > 0) {
    let at = stack.pop()!;
    let pc = stack.pop()!;
    if (pc < 0) {
      slots[-pc - 1] = at;
      continue;
    }
    for (;;) {
      spend(work, cost);
      if (seen(pc, at, slots)) break;
      const instruction = instructions[pc]!;
      if (instruction.op === "match") {
        if (best !== null && at <= best.end) break;
        best = { start, end: at, slots: [start, at, ...slots.slice(2)] };
        if (!isLongest || at === name.length) return best;
        break;
      }
      pc++;
      if (instruction.op === "set") {
        if (at >= name.length || !instruction.has(name[at]!)) break;
        at++;
      } else if (instruction.op === "split") {
        stack.push(instruction.second, at);
        pc = instruction.first;
      } else if (instruction.op === "jump") {
        pc = instruction.to;
      } else if (instruction.op === "place") {
        if (!isAt(instruction.place, name, at)) break;
      } else if (instruction.op === "save") {
        stack.push(-instruction.slot - 1, slots[instruction.slot]!);
        slots[instruction.slot] = at;
      } else {
        const length = matchReference(program, name, at, slots, instruction);
        if (length < 0) break;
        at += length;
      }
    }
  }
  return best;
}

/** How many characters repeat what a group has captured; -1 when they do not. */
function matchReference(
  program: Program,
  name: readonly number[],
  at: number,
  slots: readonly number[],
  { index }: { index: number },
): number {
  const from = slots[2 * index]!;
  const length = slots[2 * index + 1]! - from;
  if (from < 0 || length < 0 || at + length > name.length) return -1;
  for (let i = 0; i < length; i++) {
    const [a, b] = [name[from + i]!, name[at + i]!];
    if (a === b) continue;
    if (!program.ignoreCase || !foldCase((code) => code === a)(b)) return -1;
  }
  return length;
}

/** Letters, digits and the underscore. */
export function isWord(code: number): boolean {
  return code === 0x5f || /[\p{L}\p{N}]/u.test(String.fromCodePoint(code));
}

function isAt(place: Place, name: readonly number[], at: number): boolean {
  if (place === "start") return at === 0;
  if (place === "end") return at === name.length;
  const before = at > 0 && isWord(name[at - 1]!);
  const after = at < name.length && isWord(name[at]!);
  if (place === "word border") return before !== after;
  if (place === "no word border") return before === after;
  return place === "word start" ? !before && after : before && !after;
}

/** A set that does not tell upper from lower case. */
export function foldCase(has: CodeTest): CodeTest {
  return (code) => {
    if (has(code)) return true;
    const text = String.fromCodePoint(code);
    return [text.toLowerCase(), text.toUpperCase()].some((other) => {
      const folded = other.codePointAt(0)!;
      return other.length === String.fromCodePoint(folded).length &&
        has(folded);
    });
  };
}
