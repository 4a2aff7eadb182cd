import { assertEquals } from "@std/assert";
import {
  EXIT_STATUS,
  exitStatusHelp,
  joinStatuses,
} from "../../cli/exit_status.ts";

Deno.test("every exit status has a number of its own, and a line in the help", () => {
  const numbers = Object.values(EXIT_STATUS);
  assertEquals(new Set(numbers).size, numbers.length);
  assertEquals(exitStatusHelp().map(([status]) => status), numbers);
});

Deno.test("exitStatusHelp() has other words for a command, and leaves out what it cannot meet", () => {
  const help = new Map(exitStatusHelp({ url: "It is wrong", exists: null }));
  assertEquals([help.get(3), help.has(10)], ["It is wrong", false]);
  assertEquals(help.size, exitStatusHelp().length - 1);
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
