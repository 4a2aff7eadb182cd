/** What Markdown says, read as far as the tests need it. */

/** A fenced block. */
export interface Block {
  /** The line its fence is in, from 1 on. */
  readonly line: number;
  /** The first word behind the fence: what it is written in. */
  readonly language: string;
  /** The words behind that. */
  readonly info: string;
  readonly text: string;
}

/** All fenced blocks that begin at the margin. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S*) ?(.*)\n([^]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    language: match[1]!,
    info: match[2]!,
    text: match[3]!,
  }));
}

/** The rows of the first table whose head begins with a word, each as its cells. */
export function tableOf(text: string, head: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) =>
    line.startsWith("|") && cellsOf(line)[0] === head
  );
  if (start < 0) throw new Error(`Cannot find a table headed ${head}`);
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map(cellsOf);
}

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

/** What stands in backticks, each. */
export function codeOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** Where the links lead that are no addresses on the web. */
export function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The names that GitHub gives to headings. */
export function anchorsOf(text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")
  );
}
