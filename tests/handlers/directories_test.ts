import { assertEquals, assertRejects } from "@std/assert";
import { toFileUrl } from "@std/path";
import { serveDirs, type ServeDirsOptions } from "../../handlers/mod.ts";
import { outcomeOf, uploadTo } from "./_read.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";
import { rejectionOf, Sandbox } from "./_sandbox.ts";

const handler =
  (options: ServeDirsOptions) => (request: Parameters<typeof serveDirs>[0]) =>
    serveDirs(request, options);

Deno.test("serveDirs() sends a file from the first directory that has it", async () => {
  using sandbox = new Sandbox({
    "a/both": "from a",
    "a/only-a": "a",
    "a/dir/x": "x",
    "b/both": "from b",
    "b/only-b": "b",
    "b/dir/y": "y",
    "b/link": "b",
    "secret": "secret",
  });
  sandbox.link("../secret", "a/link");
  const { path } = sandbox;
  const roots = [`${path}/a`, `${path}/missing`, toFileUrl(`${path}/b`)];
  for (
    const [name, expected] of [
      ["both", "from a"],
      ["only-a", "a"],
      ["/only-b", "b"],
      ["dir/x", "x"],
      ["dir/y", "y"],
      ["dir", 1],
      ["nowhere", 1],
      ["../secret", 2],
      // What is refused does not let another show through.
      ["link", 2],
    ] as const
  ) {
    const outcome = await outcomeOf(handler({ roots }), fakeRequest(name));
    assertEquals(outcome, expected, name);
  }
});

Deno.test("serveDirs() tells the operator what each directory said", async () => {
  using sandbox = new Sandbox({ "a/x": "" });
  const roots = [`${sandbox.path}/missing`, `${sandbox.path}/a`];
  const error = await rejectionOf(() => serveDirs(fakeRequest("y"), { roots }));
  assertEquals([error.code, error.wireText], [1, "File not found"]);
  assertEquals(error.message.includes(`"${roots[0]}" is missing; `), true);
  assertEquals(error.message.includes('Cannot send file "y"'), true);
});

Deno.test("serveDirs() has options for all directories, and for each", async () => {
  using sandbox = new Sandbox({ "a/x": "a", "b/y": "b", "b/Z": "z" });
  sandbox.link("x", "a/in");
  sandbox.link("y", "b/in-too");
  const options: ServeDirsOptions = {
    symlinks: "never",
    roots: [
      `${sandbox.path}/a`,
      { root: `${sandbox.path}/b`, symlinks: "inside", caseInsensitive: true },
    ],
  };
  for (const [name, expected] of [["in", 2], ["in-too", "b"], ["z", "z"]]) {
    const outcome = await outcomeOf(
      handler(options),
      fakeRequest(name as string),
    );
    assertEquals(outcome, expected);
  }
});

Deno.test("serveDirs() takes uploads into the first directory that is for them, and into no other", async () => {
  using sandbox = new Sandbox({ "a/sub/x": "", b: null, "c/deep": null });
  const at = (name: string) => `${sandbox.path}/${name}`;
  const roots = [
    at("a"),
    { root: at("b"), write: true },
    { root: at("c"), write: true },
  ];
  const closed = handler({ roots: [at("a"), at("b")] });
  assertEquals(await uploadTo(closed, fakeUpload("new")), "2 at request");
  const open = handler({ roots });
  assertEquals(await uploadTo(open, fakeUpload("new")), "stored");
  assertEquals(await uploadTo(open, fakeUpload("deep/x")), "1 at request");
  assertEquals([sandbox.list("a"), sandbox.list("b")], [["sub"], ["new"]]);
  const first = handler({ roots: [at("a"), at("b")], write: true });
  assertEquals(await uploadTo(first, fakeUpload("sub/y")), "stored");
  assertEquals(sandbox.list("a/sub"), ["x", "y"]);
});

Deno.test("serveDirs() stores what will be read from then on, or nothing", async () => {
  using sandbox = new Sandbox({
    "first/x": "first",
    "first/dir/file": "",
    "target/y": "old",
    "last/z": "last",
    "last/y": "hidden",
  });
  sandbox.link("nowhere/at/all", "first/dangling");
  sandbox.link("../target/y", "first/out");
  const at = (name: string) => `${sandbox.path}/${name}`;
  const outcomes = async (overwrite: boolean) => {
    const take = handler({
      roots: [
        at("first"),
        at("missing"),
        { root: at("target"), write: true, overwrite },
        at("last"),
      ],
    });
    const names = ["x", "out", "y", "z", "dir", "dangling", "new", "../x"];
    const found: Record<string, string> = {};
    for (const name of names) {
      found[name] = await uploadTo(take, fakeUpload(name));
      if (found[name] === "stored") {
        assertEquals(await outcomeOf(take, fakeRequest(name)), "new", name);
        await Deno.remove(at(`target/${name}`));
      }
    }
    return found;
  };
  const same = {
    // It would be hidden.
    x: "6 at request",
    // Nobody reads a directory, nor what a dangling link leads to.
    dir: "stored",
    dangling: "stored",
    // A read is refused here, and so would be one of the upload.
    out: "2 at request",
    new: "stored",
    "../x": "2 at request",
  };
  assertEquals(await outcomes(false), {
    ...same,
    y: "6 at request",
    z: "6 at request",
  });
  assertEquals(await outcomes(true), { ...same, y: "stored", z: "stored" });
  assertEquals(sandbox.read("first/x"), "first");
  assertEquals(sandbox.read("last/z"), "last");
});

Deno.test("serveDirs() refuses options that make no sense, as a promise", async () => {
  const wrong: object[] = [
    { roots: [] },
    { roots: ["."], symlinks: "none" },
    { roots: [".", { root: "" }] },
  ];
  for (const options of wrong) {
    await assertRejects(
      () => serveDirs(fakeRequest("x"), options as ServeDirsOptions),
      RangeError,
    );
  }
});
