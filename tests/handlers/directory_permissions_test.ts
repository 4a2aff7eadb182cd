/** `serveDir()` under permissions of Deno and of the system, each in a process of its own. */
import { assert, assertEquals } from "@std/assert";
import type { SymlinkPolicy } from "../../handlers/mod.ts";
import { fakeRequest } from "./_request.ts";
import { type Outcome, Sandbox, serveElsewhere } from "./_sandbox.ts";

const POLICIES: SymlinkPolicy[] = ["inside", "never", "follow"];

/** Codes of refusals, texts of what was sent. */
function brief(outcomes: Outcome[]): (string | number | undefined)[] {
  return outcomes.map(({ text, code }) => text ?? code);
}

for (const scope of ["./srv", "./srvlink"]) {
  Deno.test(`serveDir() works under --allow-read=${scope} alone`, async () => {
    using sandbox = new Sandbox({
      "srv/file": "x",
      "srv/dir/file": "y",
      secret: "secret",
    });
    sandbox.link("srv", "srvlink");
    sandbox.link("../secret", "srv/out");
    sandbox.link("dir/file", "srv/in");
    const names = ["file", "dir/file", "missing", "out", "in", "../secret"];
    for (const symlinks of POLICIES) {
      const outcomes = await serveElsewhere(sandbox, {
        flags: [`--allow-read=${scope}`],
        root: scope,
        options: { symlinks },
        requests: names.map((name) => fakeRequest(name)),
      });
      const links = {
        inside: [2, "y"],
        never: [2, 2],
        follow: ["secret", "y"],
      };
      assertEquals(brief(outcomes), ["x", "y", 1, ...links[symlinks], 2]);
    }
  });
}

Deno.test("serveDir() respects a denied directory, also through a symbolic link", async () => {
  using sandbox = new Sandbox({ "srv/private/file": "x", "srv/file": "y" });
  sandbox.link("private", "srv/public");
  sandbox.link("srv", "srvlink");
  for (const root of ["./srv", "./srvlink"]) {
    const outcomes = await serveElsewhere(sandbox, {
      flags: [`--allow-read=${root}`, `--deny-read=${root}/private`],
      root,
      requests: ["private/file", "public/file", "file"]
        .map((name) => fakeRequest(name)),
    });
    assertEquals(brief(outcomes), [2, 2, "y"]);
  }
});

Deno.test("serveDir() names the permission that is missing for the root", async () => {
  using sandbox = new Sandbox({ "srv/file": "x", other: null });
  for (const symlinks of POLICIES) {
    const [outcome] = await serveElsewhere(sandbox, {
      flags: ["--allow-read=./other"],
      options: { symlinks },
      requests: [fakeRequest("file")],
    });
    assertEquals([outcome!.code, outcome!.wireText], [1, "File not found"]);
    assert(
      /root "\.\/srv" cannot be read: .*--allow-read/.test(outcome!.message!),
    );
  }
});

Deno.test({
  name: "serveDir() refuses files that the server's user may not read",
  ignore: Deno.build.os === "windows",
  async fn() {
    using sandbox = new Sandbox({
      "srv/file": "x",
      "srv/private": "secret",
      "srv/closed/file": "secret",
      "locked/file": "secret",
    });
    // Root may read everything, and becomes nobody.
    const user = Deno.uid() === 0 ? 65534 : null;
    const modes = { "": 0o755, "srv/private": 0, "srv/closed": 0, locked: 0 };
    for (const [name, mode] of Object.entries(modes)) {
      Deno.chmodSync(`${sandbox.path}/${name}`, mode);
    }
    try {
      const names = ["file", "private", "closed/file", "missing"];
      const serve = (root: string, symlinks: SymlinkPolicy) =>
        serveElsewhere(sandbox, {
          flags: ["--allow-read", "--allow-sys"],
          root,
          options: { symlinks },
          requests: names.map((name) => fakeRequest(name)),
          user,
        });
      for (const symlinks of POLICIES) {
        assertEquals(brief(await serve("./srv", symlinks)), ["x", 2, 2, 1]);
        const outcomes = await serve("./locked", symlinks);
        assertEquals(brief(outcomes), [1, 1, 1, 1]);
        const message = 'Cannot serve directory as the root "./locked" cannot';
        assert(outcomes[0]!.message!.startsWith(message));
      }
    } finally {
      for (const name of ["srv/closed", "locked"]) {
        Deno.chmodSync(`${sandbox.path}/${name}`, 0o755);
      }
    }
  },
});
