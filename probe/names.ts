// What a server says to names that it does not serve (RFC 1350 section 5, appendix "Error Codes"). The code matters: U-Boot
// gives up on 1 and 2, and starts over on every other; boot ROMs go on to their next name on 1.

import {
  dataOf,
  describe,
  differs,
  errorCodeOf,
  fault,
  ok,
  pathLeak,
} from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import type { Heard } from "./conversation.ts";
import type { Finding } from "./report.ts";

/** Longer than any file system lets a name be, and short enough for one packet. */
const LONG_NAME = "x".repeat(300);

async function askFor(
  name: string,
  { open }: CheckContext,
): Promise<Heard | null> {
  return await (await open()).ask(readRequest(name));
}

/** Judges a refusal that should have one code. */
function judgeRefusal(
  answer: Heard | null,
  asked: string,
  codes: readonly number[],
): Finding {
  const leak = pathLeak(answer, asked);
  if (leak) return leak;
  const code = errorCodeOf(answer);
  if (code === null) {
    const data = dataOf(answer);
    return data
      ? fault(`served: ${describe(answer)}`)
      : differs(describe(answer));
  }
  return codes.includes(code)
    ? ok(describe(answer), { code })
    : differs(describe(answer), { code });
}

async function runAbsent(context: CheckContext): Promise<Finding> {
  const name = context.absentName;
  return judgeRefusal(await askFor(name, context), name, [1]);
}

async function runRefused(
  name: string,
  codes: readonly number[],
  context: CheckContext,
): Promise<Finding> {
  return judgeRefusal(await askFor(name, context), name, codes);
}

async function runBackslash(context: CheckContext): Promise<Finding> {
  const { filename } = context;
  const name = "\\" + filename.replace(/^[/\\]/, "").replaceAll("/", "\\");
  const answer = await askFor(name, context);
  const leak = pathLeak(answer, name);
  if (leak) return leak;
  if (dataOf(answer)) return ok("\\ is taken for /");
  const code = errorCodeOf(answer);
  return code === null
    ? differs(describe(answer))
    : ok(`\\ is no separator: ${describe(answer)}`, { code });
}

/** The checks, in the order of the report. */
export const NAME_CHECKS: readonly Check[] = ([
  {
    id: "name-absent",
    name: "absent file",
    section: "appendix",
    asks: "RRQ for a name that no server has",
    needs: "nothing",
    run: runAbsent,
  },
  {
    id: "name-directory",
    name: "forbidden: directory",
    section: "appendix",
    asks: 'RRQ for "."',
    needs: "nothing",
    run: (context) => runRefused(".", [1, 2], context),
  },
  {
    id: "name-empty",
    name: "odd name: empty",
    section: "5",
    asks: "RRQ without a name",
    needs: "nothing",
    run: (context) => runRefused("", [1, 2, 4], context),
  },
  {
    id: "name-long",
    name: "odd name: 300 octets",
    section: "5",
    asks: "RRQ for a name of 300 octets",
    needs: "nothing",
    run: (context) => runRefused(LONG_NAME, [1, 2], context),
  },
  {
    id: "name-control",
    name: "odd name: controls",
    section: "5",
    asks: "RRQ for a name with a line end and an escape sequence",
    needs: "nothing",
    run: (context) =>
      runRefused(`${context.absentName}\r\n\x1b[0m`, [1, 2], context),
  },
  {
    id: "name-backslash",
    name: "odd name: backslash",
    section: "5",
    asks: "RRQ for the file with backslashes, one in front",
    run: runBackslash,
  },
] satisfies readonly Omit<Check, "group">[]).map((check) => ({
  group: "RFC 1350",
  ...check,
}));
