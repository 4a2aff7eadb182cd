/**
 * What measurements leave in the documents: tables in Markdown, between marks that scripts find again.
 *
 * @module
 */

/** A table in Markdown, as `deno fmt` would have it. */
export function formatTable(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) =>
    Math.max(3, ...lines.map((line) => line[column]!.length))
  );
  const format = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const [head, ...body] = lines;
  const rule = widths.map((width) => "-".repeat(width));
  return [head!, rule, ...body].map(format).join("\n");
}

/** The middle one; of an even number the later of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** A number with two digits that say something, and all those before the point. */
export function round(value: number): string {
  return Math.abs(value) < 99.5 ? value.toPrecision(2) : value.toFixed(0);
}

/** Replaces what stands between `<!-- NAME -->` and `<!-- end of NAME -->`. */
export async function writeBetweenMarks(
  path: URL,
  name: string,
  text: string,
): Promise<void> {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- end of ${name} -->`;
  const old = await Deno.readTextFile(path);
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`Cannot write to ${path} as it has no ${begin} … ${end}`);
  }
  await Deno.writeTextFile(
    path,
    `${old.slice(0, from)}${begin}\n\n${text}\n\n${old.slice(to)}`,
  );
}

/** What was measured where and when: for the line above a table. */
export async function describeMachine(): Promise<string> {
  const cpu = /model name\s*:\s*(.*)/.exec(
    await Deno.readTextFile("/proc/cpuinfo").catch(() => ""),
  )?.[1] ?? Deno.build.arch;
  const day = new Date().toISOString().slice(0, 10);
  const gib = (Deno.systemMemoryInfo().total / 2 ** 30).toFixed(0);
  return `Measured on ${day}: ${navigator.hardwareConcurrency} cores (${cpu}), ` +
    `${gib} GiB, ${Deno.build.os} ${Deno.osRelease()}, Deno ${Deno.version.deno}.`;
}
