// Values that an option cannot have. Leaving the option out is right; ERROR 8 to a request is not forbidden, and makes boot
// ROMs fail that would have gone on; an OACK with the value is a fault.

import {
  acknowledged,
  dataOf,
  describe,
  differs,
  errorCodeOf,
  fault,
  ok,
} from "./_finding.ts";
import { type CheckContext, readRequest } from "./check.ts";
import type { Finding } from "./report.ts";

/** A value that the option cannot have. */
export async function runOutOfRange(
  context: CheckContext,
  name: string,
  value: string,
  isAllowed: (value: number) => boolean = () => false,
): Promise<Finding> {
  const answer = await (await context.open()).ask(
    readRequest(context.filename, [[name, value]]),
  );
  if (dataOf(answer)) return ok("left out: DATA 1");
  const given = acknowledged(answer, name);
  if (given !== undefined) {
    const text = `OACK ${name}=${given}`;
    const isNumber = /^[0-9]{1,10}$/.test(given);
    return isNumber && isAllowed(Number(given)) ? ok(text) : fault(text);
  }
  return differs(describe(answer), { code: errorCodeOf(answer) });
}
