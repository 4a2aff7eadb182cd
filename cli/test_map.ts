import { isIP } from "node:net";
import { jsonLine } from "../observe/mod.ts";
import {
  fileChecker,
  parseMapFile,
  parsePcreFile,
  RemapFileError,
  remapFilename,
  type RemapStep,
} from "../handlers/mod.ts";
import { type Operation, quoteText } from "../packet/mod.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import { statIfThere } from "./file_output.ts";
import { filePermission, needPermissions } from "./permission.ts";

/** Who asks, unless said otherwise: an address for documentation (RFC 5737). */
const DEFAULT_CLIENT = "192.0.2.1";

/** `map-test FILE NAME...` */
export const mapTestCommand: Command = {
  name: "map-test",
  summary: "Show what rules make of file names",
  usage: ["map-test [OPTIONS] FILE [NAME...]"],
  options: [
    {
      name: "client",
      value: "ADDRESS",
      type: {
        kind: "text",
        wish: "an IPv4 or IPv6 address",
        isValid: (text) => isIP(text) !== 0,
      },
      description:
        `Ask as this client, which \\i, \\x, 4 and 6 are about (default: ${DEFAULT_CLIENT})`,
    },
    { name: "write", description: "Ask to write, and not to read" },
    {
      name: "root",
      value: "DIR",
      description:
        "Look for files in this directory, for rules with E, and with --pcre; without it, no file is there",
    },
    {
      name: "pcre",
      description: "FILE is a pattern file of atftpd, and no map file",
    },
    { name: "json", description: "Write one JSON object a name" },
  ],
  notes: [
    "Without a NAME, names are read from standard input, one a line. Rules that do not match are not shown. The exit status is 1 when a name is refused, and 2 when something is wrong in FILE.",
  ],
  examples: [
    ["map-test tftp.map 'C:\\Boot\\BCD'", "shows each step for one name"],
    [
      "map-test --client 2001:db8::7 --root srv tftp.map < names.txt",
      "shows what that client would get",
    ],
  ],
  run,
};

/** What becomes of one name. */
interface Outcome {
  readonly name: string;
  /** The new name, or `null` when it is refused. */
  readonly result: string | null;
  /** What the client is told then. */
  readonly refusal: string | null;
  /** Why it is refused, for the administrator. */
  readonly reason: string | null;
  readonly steps: readonly Step[];
}

interface Step {
  readonly line: number;
  readonly rule: string;
  readonly filename: string;
  readonly effect: string;
}

type Tester = (name: string) => Outcome;

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const [file, ...operands] = args.operands;
  if (file === undefined) {
    throw new UsageError("The file with rules is missing");
  }
  if (args.has("pcre") && args.has("write")) {
    throw new UsageError(
      "--pcre and --write do not go together: atftpd's patterns are for reads only",
    );
  }
  const root = args.text("root");
  await needPermissions(context, [
    filePermission("read", file),
    ...root === undefined ? [] : [filePermission("read", root)],
  ]);
  if (root !== undefined && !statIfThere(root)?.isDirectory) {
    throw new UsageError(`--root must be a directory: "${root}" is not`);
  }
  const tester = makeTester(await readRules(file), file, args, context);
  if (tester === null) return 2;
  const names = operands.length > 0 ? operands : await readNames(context);
  let status = 0;
  names.forEach((name, index) => {
    const outcome = tester(name);
    if (outcome.result === null) status = 1;
    const text = args.has("json")
      ? jsonLine(outcome) + "\n"
      : (index > 0 ? "\n" : "") + describe(outcome);
    context.stdout.write(text);
  });
  return status;
}

async function readRules(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`Cannot read ${path}: ${explain(error)}`, { cause: error });
  }
}

/** What tests a name; `null` when the file is wrong, which has been told then. */
function makeTester(
  text: string,
  file: string,
  args: ParsedArguments,
  context: CliContext,
): Tester | null {
  try {
    return args.has("pcre")
      ? pcreTester(text, args)
      : mapTester(text, args, context);
  } catch (error) {
    if (!(error instanceof RemapFileError)) throw error;
    for (const { line, message } of error.problems) {
      context.stderr.write(`${file}:${line}: ${message}\n`);
    }
    return null;
  }
}

function mapTester(
  text: string,
  args: ParsedArguments,
  context: CliContext,
): Tester {
  const rules = parseMapFile(text);
  const root = args.text("root");
  if (rules.checksFiles && root === undefined) {
    context.stderr.write(
      "WARNING: a rule has the flag E, and no file is there without --root\n",
    );
  }
  const isTransferable = root === undefined ? () => false : fileChecker(root);
  const operation: Operation = args.has("write") ? "write" : "read";
  const client = args.text("client") ?? DEFAULT_CLIENT;
  return (name) => {
    const steps: Step[] = [];
    const onStep = (step: RemapStep): void => {
      if (!step.isMatch) return;
      const { line, rule, filename } = step;
      steps.push({ line, rule, filename, effect: effectOf(step) });
    };
    const request = { filename: name, operation, client };
    const result = remapFilename(rules, request, { isTransferable, onStep });
    return {
      name,
      result: result.filename,
      refusal: result.refusal,
      reason: result.filename === null ? result.reason : null,
      steps,
    };
  };
}

function effectOf({ isUndone, next }: RemapStep): string {
  if (isUndone) return "undone, as there is no such file";
  switch (next) {
    case "rule":
      return "";
    case "start":
      return "back to the first rule";
    case "label":
      return "on to the label";
    case "end":
      return "end";
    case "refusal":
      return "refused";
  }
}

function pcreTester(text: string, args: ParsedArguments): Tester {
  const rules = parsePcreFile(text);
  const root = args.text("root");
  const isThere = root === undefined ? () => false : fileChecker(root);
  return (name) => {
    const kept = { name, refusal: null, reason: null, steps: [] };
    // Patterns come behind the original name.
    if (isThere(name, "read")) return { ...kept, result: name };
    const made = rules.substitute(name);
    if (made === null) return { ...kept, result: name };
    const { line, rule, filename } = made;
    const steps = [{ line, rule, filename, effect: "end" }];
    return { ...kept, result: filename, steps };
  };
}

async function readNames(context: CliContext): Promise<string[]> {
  const text = await new Response(context.stdin).text();
  return text.split("\n").map((line) => line.replace(/\r$/, ""))
    .filter((line) => line !== "");
}

/** The name, a line for each step in columns, and what came out. */
function describe({ name, result, refusal, reason, steps }: Outcome): string {
  const rows = steps.map(({ line, rule, filename, effect }) => [
    `  line ${line}`,
    rule,
    quoteText(filename),
    effect,
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]!.length))
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
      .trimEnd()
  );
  const last = result === null
    ? `  refused with code 2 ${quoteText(refusal ?? "")}: ${reason}`
    : result === name
    ? "  stays as it is"
    : `  becomes ${quoteText(result)}`;
  return [quoteText(name), ...lines, last].join("\n") + "\n";
}
