import { assert, assertEquals, assertRejects } from "@std/assert";
import { toFileUrl } from "@std/path";
import {
  serveDir,
  type ServeDirOptions,
  type SymlinkPolicy,
} from "../../handlers/mod.ts";
import { fakeRequest } from "./_request.ts";
import { rejectionOf, replace, Sandbox, serveElsewhere } from "./_sandbox.ts";

const isWindows = Deno.build.os === "windows";
const POLICIES: SymlinkPolicy[] = ["inside", "never", "follow"];

/** The text that a read gives, or the code that it is refused with. */
async function read(
  filename: string,
  options: ServeDirOptions,
): Promise<string | number> {
  let response;
  try {
    response = await serveDir(fakeRequest(filename), options);
  } catch (error) {
    const { code, wireText } = await rejectionOf(() => Promise.reject(error));
    const texts = ["Internal error", "File not found", "Access violation"];
    assertEquals(wireText, texts[code]);
    return code;
  }
  const { source, sink } = response;
  assertEquals(sink, null);
  const buffer = new Uint8Array(1000);
  const count = await source!.read(buffer) ?? 0;
  assertEquals(count, source!.size);
  await source!.close();
  return new TextDecoder().decode(buffer.subarray(0, count));
}

for (const symlinks of POLICIES) {
  Deno.test(`serveDir() sends files at every depth with symlinks "${symlinks}"`, async () => {
    using sandbox = new Sandbox({
      "srv/file": "top",
      "srv/a/b/file": "deep",
      "srv/empty": "",
      "srv/...x/ y": "odd",
    });
    const root = `${sandbox.path}/srv`;
    for (
      const [name, text] of [
        ["file", "top"],
        ["/file", "top"],
        ["a/b/file", "deep"],
        ["\\a\\b\\file", "deep"],
        ["C:\\a\\b\\file", "deep"],
        ["//a/./b//file", "deep"],
        ["empty", ""],
        ["...x/ y", "odd"],
      ] as const
    ) {
      assertEquals(await read(name, { root, symlinks }), text, name);
    }
  });
}

Deno.test("serveDir() takes a root as a path, with a slash at its end, and as a URL", async () => {
  using sandbox = new Sandbox({ "srv/file": "x" });
  const path = `${sandbox.path}/srv`;
  for (
    const root of [path, `${path}/`, toFileUrl(path), toFileUrl(`${path}/`)]
  ) {
    assertEquals(await read("file", { root }), "x", `${root}`);
  }
});

Deno.test({
  name: "serveDir() can serve the root of the file system",
  ignore: isWindows,
  async fn() {
    using sandbox = new Sandbox({ file: "x" });
    for (const symlinks of POLICIES) {
      const name = `${sandbox.path}/file`;
      assertEquals(await read(name, { root: "/", symlinks }), "x");
    }
  },
});

Deno.test("serveDir() finds no file where there is none", async () => {
  using sandbox = new Sandbox({ "srv/file": "x", "srv/dir/file": "x" });
  const root = `${sandbox.path}/srv`;
  const names = ["missing", "missing/x", "file/x", "dir", "dir/", "/", ""];
  for (const symlinks of POLICIES) {
    for (const name of names) {
      assertEquals(await read(name, { root, symlinks }), 1, name);
    }
    const long = Array(50).fill("x".repeat(200)).join("/");
    assertEquals(await read(long, { root, symlinks }), 1);
  }
});

Deno.test("serveDir() refuses names that lead out, before it looks at a file", async () => {
  using sandbox = new Sandbox({ "srv/a/x": "", secret: "secret" });
  const root = `${sandbox.path}/srv`;
  const names = ["../secret", "a/../../secret", "..\\secret", "/..//secret"];
  for (const symlinks of POLICIES) {
    for (const name of [...names, "a/../a/x", "a\0x", "a/con", "x::$DATA"]) {
      assertEquals(await read(name, { root, symlinks }), 2, name);
    }
  }
});

Deno.test("serveDir() hands out no unfinished upload", async () => {
  const name = ".tftpkit-00112233445566778899aabbccddeeff.part";
  using sandbox = new Sandbox({ [name]: "half of it" });
  assertEquals(await read(name, { root: sandbox.path }), 2);
});

const OUTSIDE_PROC: Record<string, Record<SymlinkPolicy, string | number>> =
  Deno.build.os === "linux"
    ? { "to/environ": { inside: 2, never: 2, follow: 2 } }
    : {};

const LINKS: Record<string, Record<SymlinkPolicy, string | number>> = {
  // Out of the root: a file, a directory on the way, a sibling whose name starts with the root's.
  "to/file": { inside: 2, never: 2, follow: "secret" },
  "to/dir/secret": { inside: 2, never: 2, follow: "secret" },
  "to/sibling/secret": { inside: 2, never: 2, follow: "private" },
  "to/absolute": { inside: 2, never: 2, follow: "secret" },
  // Out and in again ends inside.
  "to/detour": { inside: "inside", never: 2, follow: "inside" },
  // Inside: a file, a directory, a link to a link.
  "to/in": { inside: "inside", never: 2, follow: "inside" },
  "to/indir/file": { inside: "inside", never: 2, follow: "inside" },
  "to/chain": { inside: "inside", never: 2, follow: "inside" },
  "to/self/dir/file": { inside: "inside", never: 2, follow: "inside" },
  // Nowhere.
  "to/loop": { inside: 1, never: 2, follow: 1 },
  "to/dangling": { inside: 1, never: 2, follow: 1 },
  "to/self": { inside: 1, never: 2, follow: 1 },
  ...OUTSIDE_PROC,
};

function sandboxWithLinks(): Sandbox {
  const sandbox = new Sandbox({
    "tftp/dir/file": "inside",
    "tftp/to": null,
    "out/secret": "secret",
    "tftp-private/secret": "private",
  });
  const links: [target: string, name: string][] = [
    ["../../out/secret", "file"],
    ["../../out", "dir"],
    ["../../tftp-private", "sibling"],
    [`${sandbox.path}/out/secret`, "absolute"],
    [`${sandbox.path}/out/../tftp/dir/file`, "detour"],
    ["../dir/file", "in"],
    ["../dir", "indir"],
    ["in", "chain"],
    ["..", "self"],
    ["loop", "loop"],
    ["missing", "dangling"],
    ["/proc/self/environ", "environ"],
  ];
  for (const [target, name] of links) sandbox.link(target, `tftp/to/${name}`);
  return sandbox;
}

for (const symlinks of POLICIES) {
  Deno.test(`serveDir() judges symbolic links with symlinks "${symlinks}"`, async () => {
    using sandbox = sandboxWithLinks();
    const root = `${sandbox.path}/tftp`;
    for (const [name, expected] of Object.entries(LINKS)) {
      const actual = await read(name, { root, symlinks });
      assertEquals(actual, expected[symlinks], name);
    }
  });

  Deno.test(`serveDir() serves a root that is a symbolic link with symlinks "${symlinks}"`, async () => {
    using sandbox = sandboxWithLinks();
    sandbox.link("tftp", "root");
    const root = `${sandbox.path}/root`;
    assertEquals(await read("dir/file", { root, symlinks }), "inside");
    for (const [name, expected] of Object.entries(LINKS)) {
      const actual = await read(name, { root, symlinks });
      assertEquals(actual, expected[symlinks], name);
    }
  });
}

Deno.test("serveDir() does not follow symbolic links out by default", async () => {
  using sandbox = sandboxWithLinks();
  const root = `${sandbox.path}/tftp`;
  assertEquals(await read("to/file", { root }), 2);
  assertEquals(await read("to/in", { root }), "inside");
});

Deno.test({
  name: "serveDir() opens neither FIFOs nor sockets nor devices",
  ignore: isWindows,
  async fn() {
    using sandbox = new Sandbox({ srv: null });
    const srv = `${sandbox.path}/srv`;
    await new Deno.Command("mkfifo", { args: [`${srv}/fifo`] }).output();
    using _ = Deno.listen({ transport: "unix", path: `${srv}/socket` });
    sandbox.link("fifo", "srv/link");
    sandbox.link("/dev/null", "srv/null");
    const requests = ["fifo", "socket", "link", "null"]
      .map((name) => fakeRequest(name));
    for (const symlinks of POLICIES) {
      // In a process of its own, as a FIFO that is opened holds up everything, also this test.
      const outcomes = await serveElsewhere(sandbox, {
        flags: ["--allow-read"],
        options: { symlinks },
        requests,
      });
      assertEquals(outcomes.map(({ code }) => code), [2, 2, 2, 2]);
    }
  },
});

Deno.test({
  name: "serveDir() refuses a file that another took the place of",
  ignore: isWindows,
  async fn() {
    using sandbox = new Sandbox({ "srv/file": "public", secret: "secret" });
    const path = `${sandbox.path}/srv/file`;
    const { openSync } = Deno;
    using _ = replace(Deno, {
      openSync(...args: Parameters<typeof openSync>) {
        Deno.removeSync(path);
        Deno.symlinkSync("../secret", path);
        return openSync(...args);
      },
    });
    assertEquals(await read("file", { root: `${sandbox.path}/srv` }), 2);
  },
});

Deno.test("serveDir() tells the operator, not the client, what is wrong with the root", async () => {
  using sandbox = new Sandbox({ file: "x", srv: null });
  sandbox.link("nowhere", "dangling");
  for (const symlinks of POLICIES) {
    for (
      const [root, fault] of [
        ["missing", "is missing"],
        ["dangling", "is missing"],
        ["file", "is not a directory"],
      ] as const
    ) {
      const error = await rejectionOf(() =>
        serveDir(fakeRequest("x"), {
          root: `${sandbox.path}/${root}`,
          symlinks,
        })
      );
      assertEquals([error.code, error.wireText], [1, "File not found"]);
      assertEquals(
        error.message,
        `Cannot serve directory as the root "${sandbox.path}/${root}" ${fault}`,
      );
      assert(error.cause instanceof Error);
    }
    const error = await rejectionOf(() =>
      serveDir(fakeRequest("x"), { root: `${sandbox.path}/srv`, symlinks })
    );
    assert(!error.message.includes("root"), error.message);
  }
});

Deno.test("serveDir() keeps what the system said for the log", async () => {
  using sandbox = new Sandbox();
  const { code, wireText, message, cause } = await rejectionOf(() =>
    serveDir(fakeRequest("a\\x"), { root: sandbox.path })
  );
  assertEquals([code, wireText], [1, "File not found"]);
  assert(message.startsWith('Cannot send file "a\\\\x": '), message);
  assert(message.includes(sandbox.path), message);
  assert(cause instanceof Deno.errors.NotFound);
});

Deno.test("serveDir() tells an error of the system in neutral words", async () => {
  using sandbox = new Sandbox({ file: "x" });
  using _ = replace(Deno, {
    openSync: () => {
      throw Object.assign(new Error("/secret"), { code: "EMFILE" });
    },
  });
  assertEquals(await read("file", { root: sandbox.path }), 0);
});

Deno.test("serveDir() closes the file when it cannot be looked at", async () => {
  using sandbox = new Sandbox({ file: "x" });
  // The test's own check for leaks is what would fail.
  using _ = replace(Deno.FsFile.prototype, {
    statSync: () => {
      throw new Error("No");
    },
  });
  assertEquals(await read("file", { root: sandbox.path }), 0);
});

Deno.test("serveDir() refuses options that make no sense, as a promise", async () => {
  const wrong: object[] = [{ root: "" }, { root: ".", symlinks: "none" }];
  for (const options of wrong) {
    await assertRejects(
      () => serveDir(fakeRequest("x"), options as ServeDirOptions),
      RangeError,
    );
  }
});
