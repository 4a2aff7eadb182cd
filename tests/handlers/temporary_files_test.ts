import { assertEquals, assertRejects } from "@std/assert";
import { toFileUrl } from "@std/path";
import { FileSink, removeTemporaryFiles } from "../../handlers/mod.ts";
import { Sandbox } from "./_sandbox.ts";

const NAME = ".tftpkit-00112233445566778899aabbccddeeff.part";

Deno.test("removeTemporaryFiles() removes leftovers at every depth, and nothing else", async () => {
  using sandbox = new Sandbox({
    [NAME]: "left",
    [`a/b/c/${NAME}`]: "left",
    "a/file": "keep",
    "movie.part": "keep",
    [`dir/${NAME}/file`]: "keep",
  });
  assertEquals(await removeTemporaryFiles(sandbox.path), 2);
  assertEquals(sandbox.leftovers(), []);
  assertEquals(sandbox.list("a/b/c"), []);
  assertEquals(sandbox.list("a"), ["b", "file"]);
  assertEquals(sandbox.list(), ["a", "dir", "movie.part"]);
  assertEquals(sandbox.read(`dir/${NAME}/file`), "keep");
});

Deno.test("removeTemporaryFiles() finds what FileSink leaves in a crash", async () => {
  using sandbox = new Sandbox();
  const sink = FileSink.open(`${sandbox.path}/file`);
  const [name] = sandbox.leftovers();
  // As long as somebody writes it, it is no leftover.
  assertEquals(await removeTemporaryFiles(sandbox.path), 0);
  assertEquals(sandbox.list(), [name]);
  sink.abort();
  await Deno.writeTextFile(`${sandbox.path}/${name}`, "half of it");
  assertEquals(await removeTemporaryFiles(toFileUrl(sandbox.path)), 1);
  assertEquals(sandbox.list(), []);
});

Deno.test("removeTemporaryFiles() does not follow symbolic links", async () => {
  using sandbox = new Sandbox({ "root/x": "", [`outside/${NAME}`]: "keep" });
  sandbox.link("../outside", "root/dir");
  sandbox.link(`../outside/${NAME}`, `root/${NAME}`);
  sandbox.link(".", "root/loop");
  assertEquals(await removeTemporaryFiles(`${sandbox.path}/root`), 0);
  assertEquals(sandbox.read(`outside/${NAME}`), "keep");
});

Deno.test("removeTemporaryFiles() leaves what is younger than minAgeMs", async () => {
  using sandbox = new Sandbox({ [NAME]: "young", [`a/${NAME}`]: "old" });
  await Deno.utime(`${sandbox.path}/a/${NAME}`, 1, 1);
  const options = { minAgeMs: 3_600_000 };
  assertEquals(await removeTemporaryFiles(sandbox.path, options), 1);
  assertEquals([sandbox.leftovers().length, sandbox.list("a")], [1, []]);
});

Deno.test("removeTemporaryFiles() says that there is no such directory", async () => {
  using sandbox = new Sandbox();
  await assertRejects(
    () => removeTemporaryFiles(`${sandbox.path}/missing`),
    Deno.errors.NotFound,
  );
});
