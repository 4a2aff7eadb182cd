import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { isSpecial, openOutput } from "../../cli/file_output.ts";
import { errorCodeText, TftpError } from "../../packet/mod.ts";
import { replace, Sandbox } from "../handlers/_sandbox.ts";
import { FakeOutput } from "./_context.ts";

const BYTES = new Uint8Array([0, 13, 10, 255]);

Deno.test("openOutput() writes to standard output, as it is", async () => {
  const stdout = new FakeOutput();
  const sink = await openOutput(null, stdout);
  await sink.write(BYTES);
  await sink.write(BYTES);
  await sink.commit();
  await sink.abort(new Error("late"));
  assertEquals(await stdout.bytes(), new Uint8Array([...BYTES, ...BYTES]));
});

Deno.test("openOutput() makes a file appear when it is complete", async () => {
  using sandbox = new Sandbox({ old: "old" });
  const stdout = new FakeOutput();
  for (const name of ["new", "old"]) {
    const sink = await openOutput(`${sandbox.path}/${name}`, stdout);
    await sink.write(new TextEncoder().encode("complete"));
    assertEquals(sandbox.leftovers().length, 1);
    assertEquals(sandbox.read("old"), "old");
    await sink.commit();
    assertEquals([sandbox.read(name), sandbox.leftovers()], ["complete", []]);
  }
  assertEquals(stdout.text, "");
});

Deno.test("openOutput() leaves what was there when it is aborted", async () => {
  using sandbox = new Sandbox({ old: "old" });
  const sink = await openOutput(`${sandbox.path}/old`, new FakeOutput());
  await sink.write(BYTES);
  await sink.abort(new Error("lost"));
  assertEquals([sandbox.list(), sandbox.read("old")], [["old"], "old"]);
});

Deno.test({
  name: "openOutput() writes through a symbolic link",
  ignore: Deno.build.os === "windows",
  async fn() {
    using sandbox = new Sandbox({ "dir/file": "old" });
    sandbox.link("dir/file", "link");
    const sink = await openOutput(`${sandbox.path}/link`, new FakeOutput());
    await sink.write(new TextEncoder().encode("new"));
    await sink.commit();
    assertEquals(sandbox.read("dir/file"), "new");
    assert(Deno.lstatSync(`${sandbox.path}/link`).isSymlink);
  },
});

Deno.test({
  name: "openOutput() writes to a device as it is",
  ignore: Deno.build.os === "windows",
  async fn() {
    const sink = await openOutput("/dev/null", new FakeOutput());
    await sink.write(BYTES);
    await sink.commit();
    await sink.abort(new Error("late"));
    assert(isSpecial(Deno.statSync("/dev/null")));
    assert(!isSpecial(Deno.statSync(".")));
  },
});

Deno.test("openOutput() leaves what is there, where that was asked for", async () => {
  using sandbox = new Sandbox({ old: "old" });
  const path = `${sandbox.path}/old`;
  const open = () => openOutput(path, new FakeOutput(), { overwrite: false });
  const error = await assertRejects(open, TftpError);
  assertEquals([error.code, error.message], [
    6,
    `"${path}" is there already, and --no-clobber keeps it`,
  ]);
});

Deno.test("openOutput() keeps a file that has not come to its end under another name", async () => {
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/x`;
  const partialPath = `${path}.part`;
  const sink = await openOutput(path, new FakeOutput(), { partialPath });
  await sink.write(BYTES);
  await sink.abort(new Error("lost"));
  assertEquals(sandbox.list(), ["x.part"]);
});

Deno.test("openOutput() says what is wrong while it writes, to the person and to the server", async () => {
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/x`;
  const sink = await openOutput(path, new FakeOutput());
  using _ = replace(Deno.FsFile.prototype, {
    writeSync() {
      throw Object.assign(
        new Error("No space left on device (os error 28)"),
        { code: "ENOSPC" },
      );
    },
  });
  const error = assertThrows(() => sink.write(BYTES), TftpError);
  assertEquals([error.code, error.wireText, error.message], [
    3,
    errorCodeText(3),
    `"${path}" cannot be written: No space left on device: make room, or write elsewhere with --output-dir`,
  ]);
  await sink.abort(error);
  assertEquals(sandbox.list(), []);
});

Deno.test("openOutput() says that a file has come into being meanwhile", async () => {
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/x`;
  const sink = await openOutput(path, new FakeOutput(), { overwrite: false });
  await Deno.writeTextFile(path, "first");
  await assertRejects(
    async () => await sink.commit(),
    TftpError,
    "is there already, and --no-clobber keeps it",
  );
  await sink.abort(new Error("late"));
  assertEquals([sandbox.list(), sandbox.read("x")], [["x"], "first"]);
});

async function complaint(path: string): Promise<string> {
  const open = () => openOutput(path, new FakeOutput());
  return (await assertRejects(open, Error)).message;
}

Deno.test("openOutput() says why a file cannot be created", async () => {
  using sandbox = new Sandbox({ file: "x", dir: null });
  const { path } = sandbox;
  assertEquals(
    await complaint(`${path}/missing/x`),
    `there is no directory "${path}/missing": create it first`,
  );
  assertEquals(
    await complaint(`${path}/dir`),
    `Cannot replace "${path}/dir" as it must be a regular file: it is something else`,
  );
  if (Deno.build.os === "windows") return;
  assertEquals(
    await complaint(`${path}/file/x`),
    `"${path}/file/x" cannot be written: Not a directory`,
  );
  sandbox.link("nothing", "dangling");
  assertEquals(
    await complaint(`${path}/dangling`),
    `"${path}/dangling" cannot be written: No such file or directory`,
  );
  assertEquals(sandbox.list(), ["dangling", "dir", "file"]);
});
