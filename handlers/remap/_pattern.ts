// What a regular expression is after parsing, and the program it becomes. Both syntaxes (posix_ere.ts, perl_pattern.ts)
// end here. Rules:
// 1. Characters are Unicode code points, and a name is an array of them.
// 2. A count such as {3,5} is written out, so that a program has no counters; the size of a program is limited.
// 3. A loop tests for its end behind its body: `x*` is `(x+)?`. A body that matches nothing is then gone through once and
//    not for ever, as the matcher visits no instruction twice at one place.

/** Whether a code point belongs to a set. */
export type CodeTest = (code: number) => boolean;

/** A place in a name: between two characters, at the start or at the end. */
export type Place =
  | "start"
  | "end"
  | "word border"
  | "no word border"
  | "word start"
  | "word end";

/** A regular expression, parsed. */
export type PatternNode =
  | { readonly kind: "set"; readonly has: CodeTest }
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly options: readonly PatternNode[] }
  | {
    readonly kind: "repeat";
    readonly part: PatternNode;
    readonly min: number;
    readonly max: number;
    readonly isLazy: boolean;
  }
  | {
    readonly kind: "group";
    readonly index: number;
    readonly part: PatternNode;
  }
  | { readonly kind: "reference"; readonly index: number };

/** One instruction; the next one follows it unless it says otherwise. Of two ways, the first is tried first. */
export type Instruction =
  | { readonly op: "set"; readonly has: CodeTest }
  | { readonly op: "place"; readonly place: Place }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "reference"; readonly index: number }
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  | { readonly op: "match" };

/** A regular expression, ready to be run. */
export interface Program {
  /** Begins at 0, ends with `match`. */
  readonly instructions: readonly Instruction[];
  /** How many groups there are, the whole match not counted. */
  readonly groupCount: number;
  /** Whether a group is referred to inside of the expression. */
  readonly hasReferences: boolean;
  /** The most characters that a match can have; what refers to a group can have any number. */
  readonly maxWidth: number;
  /** Whether the longest match counts, as in POSIX, and not the first that is found, as in Perl. */
  readonly isLongest: boolean;
  /** Whether upper and lower case are the same. */
  readonly ignoreCase: boolean;
}

/** An expression that is none: what is wrong, and where. */
export class PatternSyntaxError extends SyntaxError {
  /** The class name, for logs. */
  override readonly name: string = "PatternSyntaxError";
  /** The character that is wrong, counted from 1. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** More than any sensible rule needs; it bounds memory together with the length of names. */
export const MAX_INSTRUCTIONS = 10_000;

/** How deep groups may be nested: parsing and compiling recurse. */
export const MAX_DEPTH = 100;

/** What compiling needs besides the expression. */
export type CompileOptions = Pick<
  Program,
  "groupCount" | "isLongest" | "ignoreCase"
>;

/** Makes a program of an expression. */
export function compile(node: PatternNode, options: CompileOptions): Program {
  const instructions: Instruction[] = [];
  let hasReferences = false;

  const add = <Kind extends Instruction>(instruction: Kind): Kind => {
    if (instructions.length >= MAX_INSTRUCTIONS) {
      throw new PatternSyntaxError("the expression is too large", 1);
    }
    instructions.push(instruction);
    return instruction;
  };
  const here = (): number => instructions.length;

  function emit(node: PatternNode): void {
    switch (node.kind) {
      case "set":
        add({ op: "set", has: node.has });
        return;
      case "place":
        add({ op: "place", place: node.place });
        return;
      case "sequence":
        node.parts.forEach(emit);
        return;
      case "choice":
        return emitChoice(node.options);
      case "repeat":
        return emitRepeat(node.part, node.min, node.max, node.isLazy);
      case "group":
        add({ op: "save", slot: 2 * node.index });
        emit(node.part);
        add({ op: "save", slot: 2 * node.index + 1 });
        return;
      case "reference":
        hasReferences = true;
        add({ op: "reference", index: node.index });
    }
  }

  function emitChoice(options: readonly PatternNode[]): void {
    const jumps = options.slice(0, -1).map((option) => {
      const split = add({ op: "split", first: here() + 1, second: 0 });
      emit(option);
      const jump = add({ op: "jump", to: 0 });
      split.second = here();
      return jump;
    });
    emit(options.at(-1)!);
    for (const jump of jumps) jump.to = here();
  }

  function emitRepeat(
    part: PatternNode,
    min: number,
    max: number,
    isLazy: boolean,
  ): void {
    // "first" goes into the body, unless the loop is lazy.
    const turn = (split: { first: number; second: number }): void => {
      if (isLazy) {
        [split.first, split.second] = [split.second, split.first];
      }
    };
    const required = max === Infinity ? Math.max(min, 1) : min;
    const skips: { first: number; second: number }[] = [];
    const skip = (): void => {
      skips.push(add({ op: "split", first: here() + 1, second: 0 }));
    };
    if (max === Infinity && min === 0) skip();
    for (let count = 1; count <= required; count++) {
      const body = here();
      emit(part);
      if (count === required && max === Infinity) {
        const split = add({ op: "split", first: body, second: here() + 1 });
        turn(split);
      }
    }
    if (max !== Infinity) {
      for (let count = min; count < max; count++) {
        skip();
        emit(part);
      }
    }
    for (const split of skips) {
      split.second = here();
      turn(split);
    }
  }

  emit(node);
  add({ op: "match" });
  const maxWidth = widthOf(node);
  return { ...options, instructions, hasReferences, maxWidth };
}

function widthOf(node: PatternNode): number {
  switch (node.kind) {
    case "set":
      return 1;
    case "place":
      return 0;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + widthOf(part), 0);
    case "choice":
      return Math.max(...node.options.map(widthOf));
    case "repeat": {
      const width = widthOf(node.part);
      return width === 0 ? 0 : width * node.max;
    }
    case "group":
      return widthOf(node.part);
    case "reference":
      return Infinity;
  }
}
