// Exit statuses of whatever asks a server: what a script wants to tell apart without reading texts. Rules:
// 1. A status never changes its meaning, and 2 stays a call that makes no sense.
// 2. When several transfers fail for one reason, its status counts; for different reasons, it is 1.
// 3. Who was interrupted says so, whatever failed before: 128 and the number of SIGINT, as shells do it.

/** How a transfer can end, and the exit status for it. */
export const EXIT_STATUS = {
  ok: 0,
  other: 1,
  usage: 2,
  url: 3,
  permission: 4,
  host: 5,
  noAnswer: 6,
  silence: 7,
  refused: 8,
  file: 9,
  exists: 10,
  checksum: 11,
  interrupted: 130,
} as const;

/** A way a transfer can end. */
export type Ending = keyof typeof EXIT_STATUS;

const MEANINGS: readonly (readonly [Ending, string])[] = [
  ["ok", "All went well"],
  [
    "other",
    "Something else failed, or transfers failed for different reasons",
  ],
  ["usage", "The call makes no sense"],
  ["url", "A URL makes no sense"],
  ["permission", "Deno lacks a permission; the flags are named"],
  ["host", "There is no such host"],
  ["noAnswer", "Nobody has answered: no server listens there"],
  ["silence", "The server fell silent in mid-transfer"],
  ["refused", "The server refused, with a code and a text"],
  ["file", "A file of this machine cannot be read or written"],
  ["exists", "The file is there already, and --no-clobber is too"],
  ["checksum", "The checksum differs"],
  ["interrupted", "Interrupted, by Ctrl-C or SIGTERM"],
];

/**
 * The same for `--help`.
 *
 * @param changes What they mean to a command, where that is something else; `null` for what cannot happen to it.
 * @returns Each with its meaning.
 */
export function exitStatusHelp(
  changes: Readonly<Partial<Record<Ending, string | null>>> = {},
): readonly (readonly [status: number, meaning: string])[] {
  return MEANINGS.flatMap(([ending, usual]) => {
    const { [ending]: meaning = usual } = changes;
    return meaning === null ? [] : [[EXIT_STATUS[ending], meaning] as const];
  });
}

/**
 * The exit status for several transfers.
 *
 * @param statuses How each has ended.
 * @returns The status.
 */
export function joinStatuses(statuses: Iterable<number>): number {
  const failures = new Set(statuses);
  failures.delete(EXIT_STATUS.ok);
  if (failures.has(EXIT_STATUS.interrupted)) return EXIT_STATUS.interrupted;
  const [first = EXIT_STATUS.ok] = failures;
  return failures.size > 1 ? EXIT_STATUS.other : first;
}
