import { assertEquals } from "@std/assert";
import {
  EXIT_STATUS,
  EXIT_STATUS_HELP,
  joinStatuses,
} from "../../cli/exit_status.ts";

Deno.test("every exit status has a number of its own, and a line in the help", () => {
  const numbers = Object.values(EXIT_STATUS);
  assertEquals(new Set(numbers).size, numbers.length);
  assertEquals(EXIT_STATUS_HELP.map(([status]) => status), numbers);
});

const JOINED: readonly [statuses: number[], expected: number][] = [
  [[], 0],
  [[0, 0], 0],
  [[0, 6], 6],
  [[8, 8], 8],
  [[8, 6], 1],
  [[8, 6, 130], 130],
];

for (const [statuses, expected] of JOINED) {
  Deno.test(`joinStatuses() makes ${expected} of ${statuses}`, () => {
    assertEquals(joinStatuses(statuses), expected);
  });
}
