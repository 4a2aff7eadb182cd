/**
 * Every way in which the first seven datagrams of a small transfer can be delivered, lost, doubled or overtaken by the next
 * one, request and answer included. `deno task exhaustive` looks at the first dozen.
 *
 * @module
 */

import { assertGreater } from "@std/assert";
import { CASES, describeCase, exhaust } from "./_exhaustive.ts";

const DEPTH = 7;

for (const each of CASES) {
  Deno.test(`${describeCase(each)}: whatever becomes of the first ${DEPTH} datagrams`, () => {
    assertGreater(exhaust(each, DEPTH), 4 ** (DEPTH - 1) / 2);
  });
}
