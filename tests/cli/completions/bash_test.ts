import { assertEquals } from "@std/assert";
import { COMMANDS } from "../../../cli/main.ts";
import { testWith } from "./_shells.ts";
import type { ShellPlace } from "./_shells.ts";

/** What bash offers for the last of some words, which are split as bash does it: at "=" and ":" as well. */
async function offers(
  place: ShellPlace,
  ...words: string[]
): Promise<string[]> {
  const all = ["tftpkit", ...words];
  const line = all.join(" ").replace(/ (=|:) ?/g, "$1");
  return await place.run(
    ...["--noprofile", "--norc", "-c"],
    `source "$HOME/script"
     complete -p tftpkit >/dev/null
     COMP_LINE="$1" COMP_POINT=\${#1}; shift
     COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
     _tftpkit
     printf '%s\\n' "\${COMPREPLY[@]}"`,
    ...["bash", line, ...all],
  );
}

testWith("bash", "bash completes commands and options", async (place) => {
  const names = COMMANDS.map(({ name }) => name);
  assertEquals(await offers(place, ""), [...names, "help"]);
  assertEquals(await offers(place, "se"), ["serve"]);
  assertEquals(await offers(place, "--v"), ["--version"]);
  assertEquals(await offers(place, "help", "map"), ["map-test"]);
  assertEquals(await offers(place, "serve", "--sym"), ["--symlinks"]);
  assertEquals(await offers(place, "get", "--sym"), []);
  assertEquals(await offers(place, "completions", ""), ["bash", "zsh", "fish"]);
});

testWith("bash", "bash completes the words of an option", async (place) => {
  const words = ["inside", "never", "follow"];
  assertEquals(await offers(place, "serve", "--symlinks", ""), words);
  assertEquals(await offers(place, "serve", "--symlinks", "="), words);
  assertEquals(
    await offers(place, "serve", "--symlinks", "=", "n"),
    ["never"],
  );
  assertEquals(await offers(place, "get", "--mode", ""), [
    "octet",
    "netascii",
  ]);
  assertEquals(await offers(place, "put", "--checksum", "="), ["sha256"]);
  assertEquals(await offers(place, "get", "--option", "tim"), ["timeout="]);
  assertEquals(await offers(place, "shell", "-c", "sta"), ["status"]);
  assertEquals(await offers(place, "chaos", "-s", "drop-da"), ["drop-data"]);
  assertEquals(await offers(place, "chaos", "-s", "rul"), ["rules.map"]);
  // What is a number is for the user to type: no file is offered.
  assertEquals(await offers(place, "serve", "-p", ""), []);
});

testWith(
  "bash",
  "bash completes files and directories, with blanks in their names",
  async (place) => {
    const files = ["images", "rules.map", "run config.cfg"];
    const sorted = async (...words: string[]) =>
      (await offers(place, ...words)).toSorted();
    assertEquals(await sorted("serve", "--map-file", ""), files);
    assertEquals(await sorted("serve", "-m", "ru"), files.slice(1));
    assertEquals(await sorted("serve", "--upload-dir", "="), ["images"]);
    assertEquals(await sorted("serve", ""), ["images"]);
    assertEquals(await sorted("get", "-o", "run"), ["run config.cfg"]);
    assertEquals(await sorted("put", "ru"), files.slice(1));
    // Behind "--" there are no options.
    assertEquals(await sorted("serve", "--", "--w"), []);
    assertEquals(await sorted("serve", "--", "--map-file", ""), ["images"]);
  },
);

testWith("bash", "bash completes URLs and hosts", async (place) => {
  assertEquals(await offers(place, "get", "tf"), ["tftp://"]);
  assertEquals(await offers(place, "put", "x", "tf"), ["tftp://"]);
  // Before the last colon nothing is put: readline has that already.
  assertEquals(
    await offers(place, "get", "tftp", ":", "//boo"),
    ["//boothost/"],
  );
  assertEquals(
    await offers(place, "put", "x", "tftp", ":", "//boo"),
    ["//boothost/"],
  );
  assertEquals(await offers(place, "serve", "--host", "boo"), ["boothost"]);
});
