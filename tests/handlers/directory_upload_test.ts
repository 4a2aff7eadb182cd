import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  serveDir,
  type ServeDirOptions,
  type SymlinkPolicy,
  type TftpRequest,
} from "../../handlers/mod.ts";
import { fakeUpload } from "./_request.ts";
import { rejectionOf, Sandbox, serveElsewhere } from "./_sandbox.ts";

const POLICIES: SymlinkPolicy[] = ["inside", "never", "follow"];

/** Uploads to the end: "stored", or the code that it was refused with at the request, while it came, or at its end. */
async function upload(
  request: TftpRequest,
  options: ServeDirOptions,
  text = "new",
): Promise<string> {
  let step = "request";
  const { sink } = await serveDir(request, { write: true, ...options })
    .catch((error) => ({ sink: rejectionOf(() => Promise.reject(error)) }));
  if (sink instanceof Promise) return `${(await sink).code} at ${step}`;
  const error = await (async () => {
    step = "write";
    await sink!.write(new TextEncoder().encode(text));
    step = "commit";
    await sink!.commit();
  })().catch((error) => error);
  if (error === undefined) return "stored";
  await sink!.abort(error);
  return `${(await rejectionOf(() => Promise.reject(error))).code} at ${step}`;
}

Deno.test("serveDir() refuses uploads by default", async () => {
  using sandbox = new Sandbox({ file: "old" });
  for (const name of ["file", "new"]) {
    const error = await rejectionOf(() =>
      serveDir(fakeUpload(name), { root: sandbox.path, overwrite: true })
    );
    assertEquals([error.code, error.wireText], [2, "Access violation"]);
    assert(error.message.endsWith("not allowed: set write"));
  }
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);
});

for (const symlinks of POLICIES) {
  Deno.test(`serveDir() stores uploads at every depth with symlinks "${symlinks}"`, async () => {
    using sandbox = new Sandbox({ "a/b": null });
    const options = { root: sandbox.path, symlinks };
    for (const name of ["top", "/a/x", "C:\\a\\b\\y"]) {
      assertEquals(await upload(fakeUpload(name), options), "stored", name);
    }
    for (const name of ["top", "a/x", "a/b/y"]) {
      assertEquals(sandbox.read(name), "new");
    }
    assertEquals(sandbox.list(), ["a", "top"]);
  });
}

Deno.test("serveDir() answers a write with a sink and no source", async () => {
  using sandbox = new Sandbox();
  const options = { root: sandbox.path, write: true };
  const { source, sink } = await serveDir(fakeUpload("file"), options);
  assertEquals(source, null);
  await sink!.abort(null);
  assertEquals(sandbox.list(), []);
});

Deno.test("serveDir() replaces a file only with overwrite, and says so at the request", async () => {
  using sandbox = new Sandbox({ file: "old" });
  const root = sandbox.path;
  assertEquals(await upload(fakeUpload("file"), { root }), "6 at request");
  assertEquals(sandbox.read("file"), "old");
  const options = { root, overwrite: true };
  assertEquals(await upload(fakeUpload("file"), options), "stored");
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "new"]);
});

Deno.test("serveDir() makes no directories for uploads", async () => {
  using sandbox = new Sandbox({ file: "" });
  for (const symlinks of POLICIES) {
    for (const name of ["missing/x", "a/b/x", "file/x"]) {
      const options = { root: sandbox.path, symlinks };
      assertEquals(await upload(fakeUpload(name), options), "1 at request");
    }
  }
  assertEquals(sandbox.list(), ["file"]);
});

Deno.test("serveDir() refuses uploads to what is no name for a file", async () => {
  using sandbox = new Sandbox({ "srv/dir": null });
  const temporary = ".tftpkit-00112233445566778899aabbccddeeff.part";
  for (
    const [name, outcome] of [
      ["", "1 at request"],
      ["/", "1 at request"],
      ["dir", "2 at request"],
      ["../x", "2 at request"],
      ["dir/../../x", "2 at request"],
      ["nul", "2 at request"],
      [temporary, "2 at request"],
    ] as const
  ) {
    const options = { root: `${sandbox.path}/srv`, overwrite: true };
    assertEquals(await upload(fakeUpload(name), options), outcome, name);
  }
  assertEquals([sandbox.list(), sandbox.list("srv")], [["srv"], ["dir"]]);
});

const THROUGH_LINKS: Record<string, Record<SymlinkPolicy, string>> = {
  "out/x": { inside: "2 at request", never: "2 at request", follow: "stored" },
  "sibling/x": {
    inside: "2 at request",
    never: "2 at request",
    follow: "stored",
  },
  "in/x": { inside: "stored", never: "2 at request", follow: "stored" },
  // The upload's own name is a link: to a file inside, to one outside, to nothing.
  "link": { inside: "2 at request", never: "2 at request", follow: "stored" },
  "secret": { inside: "2 at request", never: "2 at request", follow: "stored" },
  "dangling": {
    inside: "2 at request",
    never: "2 at request",
    follow: "1 at request",
  },
};

for (const symlinks of POLICIES) {
  Deno.test(`serveDir() judges symbolic links of uploads with symlinks "${symlinks}"`, async () => {
    for (const [name, expected] of Object.entries(THROUGH_LINKS)) {
      using sandbox = new Sandbox({
        "tftp/dir/file": "old",
        "tftp-private": null,
        "outside/secret": "old",
      });
      sandbox.link("../outside", "tftp/out");
      sandbox.link("../tftp-private", "tftp/sibling");
      sandbox.link("dir", "tftp/in");
      sandbox.link("dir/file", "tftp/link");
      sandbox.link("../outside/secret", "tftp/secret");
      sandbox.link("../outside/new", "tftp/dangling");
      const options = {
        root: `${sandbox.path}/tftp`,
        overwrite: true,
        symlinks,
      };
      const outcome = await upload(fakeUpload(name), options);
      assertEquals(outcome, expected[symlinks], name);
      if (outcome !== "stored") {
        assertEquals(sandbox.list("outside"), ["secret"]);
        assertEquals(sandbox.list("tftp-private"), []);
        assertEquals(sandbox.read("outside/secret"), "old");
        assertEquals(sandbox.read("tftp/dir/file"), "old");
      }
      assertEquals(sandbox.leftovers("tftp"), []);
    }
  });
}

const SIZES: readonly [
  mode: TftpRequest["mode"],
  size: number | null,
  outcome: string,
][] = [
  ["octet", null, "stored"],
  ["octet", 0, "stored"],
  ["octet", 3, "stored"],
  ["octet", 2, "0 at write"],
  ["octet", 4, "0 at commit"],
  ["octet", 5, "3 at request"],
  // Three octets with line ends can be up to six on the wire.
  ["netascii", 3, "stored"],
  ["netascii", 6, "stored"],
  ["netascii", 8, "stored"],
  ["netascii", 9, "3 at request"],
];

for (const [mode, size, outcome] of SIZES) {
  Deno.test(`serveDir() with 4 octets at most and ${size} announced in ${mode} ends 3 octets: ${outcome}`, async () => {
    using sandbox = new Sandbox();
    const options = { root: sandbox.path, maxSizeBytes: 4 };
    assertEquals(
      await upload(fakeUpload("x", { mode, size }), options),
      outcome,
    );
    assertEquals(sandbox.list(), outcome === "stored" ? ["x"] : []);
  });
}

Deno.test("serveDir() counts what was not announced", async () => {
  using sandbox = new Sandbox({ file: "old" });
  const options = { root: sandbox.path, maxSizeBytes: 4, overwrite: true };
  const request = fakeUpload("file");
  assertEquals(await upload(request, options, "12345"), "3 at write");
  assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);
});

Deno.test("serveDir() refuses a maxSizeBytes that is no number of octets", async () => {
  using sandbox = new Sandbox();
  const options = { root: sandbox.path, write: true, maxSizeBytes: NaN };
  await assertRejects(() => serveDir(fakeUpload("x"), options), RangeError);
});

Deno.test("serveDir() tells the operator that the root for uploads is missing", async () => {
  using sandbox = new Sandbox();
  for (const symlinks of POLICIES) {
    for (const name of ["x", "dir/x"]) {
      const root = `${sandbox.path}/missing`;
      const { code, wireText, message } = await rejectionOf(() =>
        serveDir(fakeUpload(name), { root, symlinks, write: true })
      );
      assertEquals([code, wireText], [1, "File not found"]);
      assertEquals(
        message,
        `Cannot serve directory as the root "${root}" is missing`,
      );
    }
  }
});

for (const scope of ["./srv", "./srvlink"]) {
  Deno.test(`serveDir() stores uploads under --allow-read and --allow-write of ${scope} alone`, async () => {
    using sandbox = new Sandbox({
      "srv/dir": null,
      "srv/old": "old",
      out: null,
    });
    sandbox.link("srv", "srvlink");
    sandbox.link("../out", "srv/out");
    for (const symlinks of POLICIES) {
      const requests = [`dir/${symlinks}`, symlinks, "old", "out/x"]
        .map((name) => fakeUpload(name, { size: 8 }));
      const outcomes = await serveElsewhere(sandbox, {
        flags: [`--allow-read=${scope}`, `--allow-write=${scope}`],
        root: scope,
        options: { write: true, symlinks },
        requests,
      });
      const codes = outcomes.map(({ text, code }) => text ?? code);
      const out = symlinks === "follow" ? "uploaded" : 2;
      assertEquals(codes, ["uploaded", "uploaded", 6, out]);
    }
    assertEquals(sandbox.list("srv/dir"), ["follow", "inside", "never"]);
    assertEquals(sandbox.leftovers("srv"), []);
    assertEquals(sandbox.read("srv/old"), "old");
  });
}

Deno.test("serveDir() refuses uploads without --allow-write, and names it", async () => {
  using sandbox = new Sandbox({ srv: null });
  const [outcome] = await serveElsewhere(sandbox, {
    flags: ["--allow-read=./srv"],
    options: { write: true },
    requests: [fakeUpload("x")],
  });
  assertEquals([outcome!.code, outcome!.wireText], [2, "Access violation"]);
  assert(outcome!.message!.includes("--allow-write"), outcome!.message);
});
