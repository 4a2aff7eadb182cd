import { assertEquals } from "@std/assert";
import { FileSink } from "../../handlers/mod.ts";
import { Sandbox } from "./_sandbox.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("FileSink keeps what has come of a failed upload, under the name for that", async () => {
  using sandbox = new Sandbox({ x: "old", "x.part": "older" });
  const path = `${sandbox.path}/x`;
  const partialPath = `${path}.part`;
  const sink = FileSink.open(path, { overwrite: true, partialPath });
  sink.write(encode("half"));
  sink.abort();
  sink.abort();
  assertEquals(sandbox.list(), ["x", "x.part"]);
  assertEquals([sandbox.read("x"), sandbox.read("x.part")], ["old", "half"]);
  // Nothing has come, or all has: then there is nothing in part.
  await Deno.remove(partialPath);
  FileSink.open(path, { overwrite: true, partialPath }).abort();
  const whole = FileSink.open(path, { overwrite: true, partialPath });
  whole.write(encode("new"));
  await whole.commit();
  whole.abort();
  assertEquals([sandbox.list(), sandbox.read("x")], [["x"], "new"]);
});

Deno.test("FileSink replaces no partial file that it must not overwrite", () => {
  using sandbox = new Sandbox({ "y.part": "older" });
  const partialPath = `${sandbox.path}/y.part`;
  for (const name of ["y", "z"]) {
    const sink = FileSink.open(`${sandbox.path}/${name}`, {
      partialPath: name === "y" ? partialPath : `${sandbox.path}/z.part`,
    });
    sink.write(encode("half"));
    sink.abort();
  }
  assertEquals(sandbox.list(), ["y.part", "z.part"]);
  assertEquals([sandbox.read("y.part"), sandbox.read("z.part")], [
    "older",
    "half",
  ]);
});
