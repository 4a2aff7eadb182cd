/**
 * Pins the exported names of every entry point, types included. Refresh the
 * list with `UPDATE_GOLDEN=1 deno task test tests/public_api_test.ts`.
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

const ROOT = new URL("../", import.meta.url);
const GOLDEN = new URL("public_api.txt", import.meta.url);

interface Config {
  readonly exports: Readonly<Record<string, string>>;
}

/** The part of `deno doc --json` that is read here. */
interface Documentation {
  readonly nodes: Readonly<Record<string, { symbols?: readonly DocSymbol[] }>>;
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly { kind: string; declarationKind: string }[];
}

async function document(files: readonly string[]): Promise<Documentation> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...files],
    cwd: fromFileUrl(ROOT),
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot run deno doc: ${decoder.decode(stderr)}`);
  }
  return JSON.parse(decoder.decode(stdout));
}

/** One line for each exported name: `class TftpError`. */
function listExports(symbols: readonly DocSymbol[]): string[] {
  return symbols.flatMap(({ name, declarations }) => {
    const kinds = declarations
      .filter(({ declarationKind }) => declarationKind !== "private")
      .map(({ kind }) => kind);
    return [...new Set(kinds)].map((kind) => `${kind} ${name}`);
  }).sort();
}

async function describePublicApi(): Promise<string> {
  const text = await Deno.readTextFile(new URL("deno.json", ROOT));
  const config: Config = JSON.parse(text);
  const { nodes } = await document(Object.values(config.exports));
  const sections = Object.entries(config.exports).map(([name, file]) => {
    const symbols = nodes[new URL(file, ROOT).href]?.symbols ?? [];
    return [name, ...listExports(symbols).map((each) => `  ${each}`), ""];
  });
  return sections.flat().join("\n");
}

Deno.test("the public API is the one in public_api.txt", async () => {
  const actual = await describePublicApi();
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    await Deno.writeTextFile(GOLDEN, actual);
  }
  const expected = await Deno.readTextFile(GOLDEN);
  assertEquals(actual, expected.replaceAll("\r\n", "\n"));
});
