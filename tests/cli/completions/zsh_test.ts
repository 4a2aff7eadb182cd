import { assertEquals } from "@std/assert";
import { completionScript } from "../../../cli/completions.ts";
import { COMMANDS } from "../../../cli/main.ts";
import { type ShellPlace, testWith } from "./_shells.ts";

/**
 * Types lines into a zsh in a terminal of its own, each followed by Tab. What the line has become is written to a file by
 * a key; where there is more than one way on, zsh writes what they have in common. What the functions complain about in the
 * terminal is an error.
 */
const DRIVER = `
zmodload zsh/zpty
zmodload zsh/zselect
zpty shell zsh -f -i
zpty -w shell "
  PS1= PS2= LISTMAX=1000 HOME=$HOME
  unsetopt LIST_BEEP AUTO_LIST AUTO_MENU
  zstyle ':completion:*:hosts' hosts boothost
  fpath=(\${(q)HOME} \\$fpath)
  autoload -Uz compinit; compinit -u -D
  HOW
  dump() { print -r -- \\"\\$BUFFER\\" > $HOME/out.new; command mv $HOME/out.new $HOME/out; BUFFER= }
  zle -N dump; bindkey -e; bindkey '^I' complete-word; bindkey '^T' dump
  print ready > $HOME/out.new; command mv $HOME/out.new $HOME/out
"
await() {
  until [[ -e $HOME/out ]]; do
    zpty -rt shell junk && noise+=$junk
    zselect -t 1
  done
  reply=$(<$HOME/out); command rm $HOME/out
}
await
for line in "$@"; do
  zpty -wn shell "$line"$'\\t'$'\\x14'
  await
  print -r -- "$reply|"
done
zpty -d shell
for complaint in "bad option" "not found" "parse error" "no such"; do
  if [[ "$noise" == *$complaint* ]]; then print -ru2 -- "$noise"; fi
done
`;

async function complete(
  place: ShellPlace,
  how: string,
  lines: readonly string[],
): Promise<string[]> {
  const words = await place.run(
    ...["-f", "-c", DRIVER.replace("HOW", how), "zsh"],
    ...lines.map((line) => `tftpkit ${line}`),
  );
  return words.map((line) => line.replace(/^tftpkit |\|$/g, ""));
}

const CASES: readonly [typed: string, becomes: string][] = [
  ["se", "serve "],
  ["--v", "--version "],
  ["help map", "help map-test "],
  ["serve --sym", "serve --symlinks="],
  ["serve --symlinks=n", "serve --symlinks=never "],
  ["serve --symlinks n", "serve --symlinks never "],
  ["get --sym", "get --sym"],
  ["put serve --sym", "put serve --sym"],
  ["completions z", "completions zsh "],
  ["serve -m rul", "serve -m rules.map "],
  ["serve --map-file=rul", "serve --map-file=rules.map "],
  ["get -o run", "get -o run\\ config.cfg "],
  ["serve --upload-dir ", "serve --upload-dir images/"],
  ["serve ", "serve images/"],
  ["put rul", "put rules.map "],
  ["put x tf", "put x tftp://"],
  ["get tftp://boo", "get tftp://boothost/"],
  ["serve -p r", "serve -p r"],
  ["get --mode n", "get --mode netascii "],
  ["put --checksum=s", "put --checksum=sha256 "],
  ["get --option tim", "get --option timeout="],
  ["shell -c sta", "shell -c status "],
  ["chaos -s drop-da", "chaos -s drop-data "],
  ["chaos -s rul", "chaos -s rules.map "],
];

testWith(
  "zsh",
  "zsh completes commands, options, words, files and URLs",
  async (place) => {
    const lines = CASES.map(([typed]) => typed);
    const expected = CASES.map(([, becomes]) => becomes);
    assertEquals(
      await complete(place, "source $HOME/script", lines),
      expected,
    );
  },
);

testWith("zsh", "zsh finds the script in $fpath, too", async (place) => {
  await Deno.copyFile(`${place.path}/script`, `${place.path}/_tftpkit`);
  assertEquals(
    await complete(place, ":", ["serve --symlinks=n", "se"]),
    ["serve --symlinks=never ", "serve "],
  );
});

testWith(
  "zsh",
  "zsh has options for each command, and no complaints",
  async (place) => {
    const lines = COMMANDS.map(({ name }) => `${name} --hel`);
    assertEquals(
      await complete(place, "source $HOME/script", lines),
      lines.map((line) => `${line}p `),
    );
  },
);

testWith(
  "zsh",
  "zsh completes options where there are no operands",
  async (place) => {
    const bare = { ...COMMANDS[0]!, name: "bare", usage: ["bare [OPTIONS]"] };
    await Deno.writeTextFile(
      `${place.path}/script`,
      completionScript("zsh", "tftpkit", [bare]),
    );
    assertEquals(
      await complete(place, "source $HOME/script", ["bare --hel", "bare r"]),
      ["bare --help ", "bare r"],
    );
  },
);
