/** Whatever a name is: routes hand out parts of it and nothing else, and no spelling in any case leads out of a root. */
import { assert, assertEquals } from "@std/assert";
import {
  answerFromDirectory,
  checkDirectory,
} from "../../handlers/directory.ts";
import { route, type SymlinkPolicy } from "../../handlers/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { fakeRequest } from "./_request.ts";
import { Sandbox } from "./_sandbox.ts";

const COMPONENTS = ["a", "A", "b", "B", "file", "FILE", "File", "out", "OUT"];
const ODD = [
  ...["..", ".", "", "%2e%2e", "%", "%41", "*", ":a", "?", "#", "^", "{}"],
  ...[" ", "\0", "\n", "\x7f", "ü", "\u212a", "\ud800", "\u{1f600}", "C:"],
];

function makeName(random: Random): string {
  const separators = ["/", "/", "\\", "//", ""];
  return random.list(random.between(0, 5), () => {
    const items = random.chance(1, 4) ? ODD : COMPONENTS;
    return random.pick(items) + random.pick(separators);
  }).join("");
}

Deno.test("whatever the name, routes hand out nothing but parts of it", () => {
  let name = "";
  let matches = 0;
  const handler = route([{
    pattern: "{/:first}?/:second/*",
    handler: (_request, { groups, captures }) => {
      matches++;
      const asked = name.replaceAll("\\", "/").toWellFormed();
      const found = [...Object.values(groups), ...captures]
        .flatMap((group) => group?.split("/") ?? []);
      for (const part of found) assert(asked.includes(part), part);
      assertEquals(/(^|\/)\.\.(\/|$)/.test(asked), false);
    },
  }], () => {});
  forAll(5000, (random) => {
    name = makeName(random);
    handler(fakeRequest(name));
  });
  assert(matches > 250, `${matches}`);
});

Deno.test({
  name: "whatever the name, and whatever its case, no way leads out of a root",
  ignore: Deno.build.os === "windows",
  fn() {
    using sandbox = new Sandbox({
      "srv/A/B/File": "in",
      "srv/a/file": "in",
      "srv/b": "in",
      "out/File": "secret",
      "out/A/b": "secret",
    });
    sandbox.link("../out", "srv/Out");
    sandbox.link("../../out/File", "srv/a/out");
    let served = 0;
    const policies: SymlinkPolicy[] = ["inside", "never"];
    forAll(5000, (random) => {
      const settings = checkDirectory({
        root: `${sandbox.path}/srv`,
        symlinks: random.pick(policies),
        caseInsensitive: true,
      });
      const request = fakeRequest(makeName(random));
      try {
        const { source } = answerFromDirectory(request, settings);
        const buffer = new Uint8Array(9);
        const count = source!.read(buffer) as number;
        source!.close();
        const text = new TextDecoder().decode(buffer.subarray(0, count));
        assertEquals(text, "in", request.filename);
        served++;
      } catch (error) {
        if (!(error instanceof TftpError)) throw error;
        assert([1, 2].includes(error.code), `${error.code}`);
      }
    });
    assert(served > 50, `${served}`);
  },
});
