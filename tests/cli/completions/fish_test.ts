import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../cli/main.ts";
import { type ShellPlace, testWith } from "./_shells.ts";

/** What fish offers for a line, without descriptions. */
async function offers(place: ShellPlace, line: string): Promise<string[]> {
  const lines = await place.run(
    ...["--no-config", "-c", "source $HOME/script; complete -C $argv[1]"],
    `tftpkit ${line}`,
  );
  return lines.map((each) => each.split("\t")[0]!).toSorted();
}

testWith("fish", "fish completes commands and options", async (place) => {
  const names = [...COMMANDS.map(({ name }) => name), "help"];
  assertEquals(await offers(place, ""), names.toSorted());
  assertEquals(await offers(place, "se"), ["serve"]);
  assertEquals(await offers(place, "help map"), ["map-test"]);
  assertEquals(await offers(place, "serve --sym"), ["--symlinks"]);
  assertEquals(await offers(place, "get --sym"), []);
  assertEquals(await offers(place, "completions b"), ["bash"]);
  // The word of one command is an operand of another.
  assertEquals(await offers(place, "put serve --sym"), []);
});

testWith("fish", "fish completes the words of an option", async (place) => {
  assertEquals(
    await offers(place, "serve --symlinks "),
    ["follow", "inside", "never"],
  );
  assertEquals(
    await offers(place, "serve --symlinks=n"),
    ["--symlinks=never"],
  );
  assertEquals(await offers(place, "serve -p "), []);
  assertEquals(await offers(place, "get --mode "), ["netascii", "octet"]);
  assertEquals(await offers(place, "put --checksum "), ["sha256"]);
  assertEquals(await offers(place, "get --option tim"), ["timeout="]);
  assertEquals(await offers(place, "shell -c sta"), ["status"]);
  assertEquals(await offers(place, "chaos -s drop-data"), ["drop-data"]);
  assertEquals(await offers(place, "chaos -s rul"), ["rules.map"]);
});

testWith(
  "fish",
  "fish completes files, directories and URLs",
  async (place) => {
    const files = ["images/", "rules.map", "run config.cfg"];
    const plain = async (line: string) =>
      (await offers(place, line)).map((each) => each.replaceAll("\\", ""));
    assertEquals(await plain("serve --map-file "), files);
    assertEquals(await plain("serve --upload-dir "), ["images/"]);
    assertEquals(await plain("serve "), ["images/"]);
    const either = await plain("put ");
    assert(files.every((name) => either.includes(name)), either.join());
    assert(either.includes("tftp://"), either.join());
    assertEquals(
      await plain("get tftp:/"),
      (await plain("get "))
        .filter((each) => each.startsWith("tftp:/")),
    );
    assert(!(await plain("get ")).includes("rules.map"));
  },
);
