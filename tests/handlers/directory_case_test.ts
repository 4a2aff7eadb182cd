/** `serveDir()` where case does not count. */
import { assertEquals } from "@std/assert";
import {
  serveDir,
  type ServeDirOptions,
  type SymlinkPolicy,
} from "../../handlers/mod.ts";
import { outcomeOf, uploadTo } from "./_read.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";
import { Sandbox, serveElsewhere } from "./_sandbox.ts";

const POLICIES: SymlinkPolicy[] = ["inside", "never", "follow"];
const ignore = Deno.build.os !== "linux";

const handler =
  (options: ServeDirOptions) => (request: Parameters<typeof serveDir>[0]) =>
    serveDir(request, options);

function makeSandbox(): Sandbox {
  const sandbox = new Sandbox({
    "srv/Boot/BCD": "bcd",
    "srv/boot.cfg": "lower",
    "srv/BOOT.CFG": "upper",
    "out/Secret": "secret",
  });
  sandbox.link("../out", "srv/Out");
  sandbox.link("Boot", "srv/In");
  sandbox.link("../out/Secret", "srv/File");
  return sandbox;
}

for (const symlinks of POLICIES) {
  Deno.test({
    name:
      `serveDir() finds files whatever their case, and no way out, with symlinks "${symlinks}"`,
    ignore,
    async fn() {
      using sandbox = makeSandbox();
      const root = `${sandbox.path}/srv`;
      const byPolicy = (
        inside: number | string,
        never: number | string,
        follow: number | string,
      ) => ({ inside, never, follow })[symlinks];
      for (
        const [name, expected] of [
          ["\\BOOT\\bcd", "bcd"],
          ["/boot/BCD", "bcd"],
          ["boot.cfg", "lower"],
          ["BOOT.CFG", "upper"],
          ["Boot.Cfg", "upper"],
          ["boot", 1],
          ["missing", 1],
          ["../OUT/secret", 2],
          ["IN/bcd", byPolicy("bcd", 2, "bcd")],
          ["OUT/secret", byPolicy(2, 2, "secret")],
          ["out/missing", byPolicy(2, 2, 1)],
          ["FILE", byPolicy(2, 2, "secret")],
        ] as const
      ) {
        const options = { root, symlinks, caseInsensitive: true };
        const outcome = await outcomeOf(handler(options), fakeRequest(name));
        assertEquals(outcome, expected, name);
      }
      const exact = handler({ root, symlinks });
      assertEquals(await outcomeOf(exact, fakeRequest("boot/bcd")), 1);
    },
  });
}

Deno.test({
  name:
    "serveDir() puts an upload into the file whose name differs in case only, or into a new one as it is asked",
  ignore,
  async fn() {
    using sandbox = makeSandbox();
    const options = {
      root: `${sandbox.path}/srv`,
      write: true,
      caseInsensitive: true,
    };
    const closed = handler(options);
    const open = handler({ ...options, overwrite: true });
    assertEquals(
      await uploadTo(closed, fakeUpload("BOOT/bcd")),
      "6 at request",
    );
    assertEquals(await uploadTo(open, fakeUpload("BOOT/bcd")), "stored");
    assertEquals(await uploadTo(closed, fakeUpload("BOOT/New")), "stored");
    assertEquals(sandbox.list("srv/Boot"), ["BCD", "New"]);
    assertEquals(sandbox.read("srv/Boot/BCD"), "new");
    assertEquals(
      await uploadTo(open, fakeUpload("OUT/secret")),
      "2 at request",
    );
    assertEquals(await uploadTo(open, fakeUpload("FILE")), "2 at request");
    assertEquals(sandbox.read("out/Secret"), "secret");
  },
});

Deno.test({
  name: "serveDir() hands out no unfinished upload in any case",
  ignore,
  async fn() {
    const name = ".tftpkit-00112233445566778899aabbccddeeff.part";
    using sandbox = new Sandbox({ [name]: "half of it" });
    const options = { root: sandbox.path, caseInsensitive: true };
    const kelvin = name.replace("k", "\u212a");
    for (const asked of [name, name.toUpperCase(), kelvin, `./${kelvin}`]) {
      assertEquals(await outcomeOf(handler(options), fakeRequest(asked)), 2);
    }
  },
});

for (const scope of ["./srv", "./srvlink"]) {
  Deno.test({
    name:
      `serveDir() finds files whatever their case under --allow-read=${scope} alone`,
    ignore,
    async fn() {
      using sandbox = makeSandbox();
      sandbox.link("srv", "srvlink");
      for (const symlinks of POLICIES) {
        const names = ["BOOT/bcd", "missing", "OUT/secret"];
        const outcomes = await serveElsewhere(sandbox, {
          flags: [`--allow-read=${scope}`],
          root: scope,
          options: { symlinks, caseInsensitive: true },
          requests: names.map((name) => fakeRequest(name)),
        });
        const out = symlinks === "follow" ? "secret" : 2;
        const found = outcomes.map(({ text, code }) => text ?? code);
        assertEquals(found, ["bcd", 1, out]);
      }
    },
  });
}
