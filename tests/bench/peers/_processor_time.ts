/**
 * The processor time of a server and of whatever it starts. The control group knows all of it; the files of a process do not
 * know what children have spent that nobody waits for, as those of in.tftpd.
 *
 * @module
 */

/** Where groups are made, and the file that says how many of which parts of a second were used. */
const HIERARCHIES = [
  { path: "/sys/fs/cgroup/cpuacct", file: "cpuacct.usage", parts: 1e9 },
  { path: "/sys/fs/cgroup", file: "cpu.stat", parts: 1e6 },
] as const;

/** A group that a server is started in, and that is removed when the server has ended. */
export interface Account extends Disposable {
  /** What to start instead of a program, so that it belongs to the group. */
  command(
    path: string,
    args: readonly string[],
  ): readonly [string, readonly string[]];
  /** Processor seconds until now. */
  seconds(): number;
}

/** Makes a group; where that is not allowed, seconds are not known. */
export function openAccount(): Account {
  for (const { path, file, parts } of HIERARCHIES) {
    const group = `${path}/tftpkit-bench-${crypto.randomUUID()}`;
    try {
      Deno.mkdirSync(group);
      const seconds = () => readNumber(`${group}/${file}`) / parts;
      seconds();
      return {
        command: (program, args) => [
          "/bin/sh",
          [
            ...["-c", 'echo $$ >"$0"; exec "$@"', `${group}/cgroup.procs`],
            ...[program, ...args],
          ],
        ],
        seconds,
        [Symbol.dispose]: () => remove(group),
      };
    } catch {
      remove(group);
    }
  }
  return {
    command: (program, args) => [program, args],
    seconds: () => NaN,
    [Symbol.dispose]: () => {},
  };
}

/** The first number of a file. */
function readNumber(path: string): number {
  const text = Deno.readTextFileSync(path);
  const found = /\d+/.exec(text);
  if (!found) throw new Error(`Cannot read ${path} as it has no number`);
  return Number(found[0]);
}

function remove(group: string): void {
  try {
    Deno.removeSync(group);
  } catch {
    // It is not there, or a process in it is still ending: an empty group costs nothing.
  }
}
