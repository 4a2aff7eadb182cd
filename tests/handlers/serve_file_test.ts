import { assertEquals, assertRejects } from "@std/assert";
import { toFileUrl } from "@std/path";
import { serveFile, type ServeFileOptions } from "../../handlers/mod.ts";
import { outcomeOf, uploadTo } from "./_read.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";
import { rejectionOf, Sandbox } from "./_sandbox.ts";

const isWindows = Deno.build.os === "windows";
const handler =
  (path: string | URL, options?: ServeFileOptions) =>
  (request: Parameters<typeof serveFile>[0]) =>
    serveFile(request, path, options);

Deno.test("serveFile() sends one file, whatever was asked for", async () => {
  using sandbox = new Sandbox({ file: "text", "dir/x": "" });
  sandbox.link("file", "link");
  sandbox.link("nowhere", "dangling");
  for (
    const [name, expected] of [
      ["file", "text"],
      ["link", "text"],
      ["missing", 1],
      ["dangling", 1],
      ["dir", 1],
      ["file/x", 1],
    ] as const
  ) {
    const path = `${sandbox.path}/${name}`;
    for (const location of [path, toFileUrl(path)]) {
      const outcome = await outcomeOf(
        handler(location),
        fakeRequest("../../whatever"),
      );
      assertEquals(outcome, expected, name);
    }
  }
});

Deno.test({
  name: "serveFile() opens no device",
  ignore: isWindows,
  async fn() {
    assertEquals(await outcomeOf(handler("/dev/null"), fakeRequest("x")), 2);
  },
});

Deno.test("serveFile() tells the path to the operator, and not to the client", async () => {
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/missing`;
  const error = await rejectionOf(() => serveFile(fakeRequest("x"), path));
  assertEquals(error.wireText, "File not found");
  assertEquals(
    error.message.startsWith(`Cannot send file "x" as "${path}": `),
    true,
  );
});

Deno.test("serveFile() takes uploads when it is told to, whole or not at all", async () => {
  using sandbox = new Sandbox({ old: "old" });
  const at = (name: string) => `${sandbox.path}/${name}`;
  const write = { write: true };
  const upload = fakeUpload("whatever");
  assertEquals(await uploadTo(handler(at("new")), upload), "2 at request");
  assertEquals(await uploadTo(handler(at("new"), write), upload), "stored");
  assertEquals(
    await uploadTo(handler(at("old"), write), upload),
    "6 at request",
  );
  assertEquals(
    await uploadTo(handler(at("a/b"), write), upload),
    "1 at request",
  );
  const tight = { write: true, overwrite: true, maxSizeBytes: 2 };
  assertEquals(await uploadTo(handler(at("old"), tight), upload), "3 at write");
  const announced = fakeUpload("x", { size: 3 });
  assertEquals(
    await uploadTo(handler(at("old"), tight), announced),
    "3 at request",
  );
  assertEquals([sandbox.read("new"), sandbox.read("old")], ["new", "old"]);
  const open = { write: true, overwrite: true };
  assertEquals(await uploadTo(handler(at("old"), open), upload), "stored");
  assertEquals([sandbox.list(), sandbox.read("old")], [["new", "old"], "new"]);
});

Deno.test("serveFile() follows a symbolic link to where an upload belongs", async () => {
  using sandbox = new Sandbox({ "dir/file": "old" });
  sandbox.link("dir/file", "link");
  const open = handler(`${sandbox.path}/link`, {
    write: true,
    overwrite: true,
  });
  assertEquals(await uploadTo(open, fakeUpload("x")), "stored");
  assertEquals(sandbox.read("dir/file"), "new");
  assertEquals((await Deno.lstat(`${sandbox.path}/link`)).isSymlink, true);
});

Deno.test("serveFile() refuses a maxSizeBytes that is no number of octets", async () => {
  using sandbox = new Sandbox();
  const options = { write: true, maxSizeBytes: NaN };
  await assertRejects(
    () => serveFile(fakeUpload("x"), `${sandbox.path}/x`, options),
    RangeError,
  );
});
