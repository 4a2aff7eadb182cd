import { assert, assertEquals } from "@std/assert";
import {
  checkRegular,
  openFile,
  openRegular,
} from "../../handlers/_regular_file.ts";
import { errorOf, Sandbox } from "./_sandbox.ts";

Deno.test("openRegular() opens what was looked at", () => {
  using sandbox = new Sandbox({ file: "x", other: "y" });
  const path = `${sandbox.path}/file`;
  const source = openRegular(path, Deno.lstatSync(path), Deno.lstatSync);
  assertEquals(source.size, 1);
  source.close();
});

Deno.test("openFile() gives the file with what is seen of it", () => {
  using sandbox = new Sandbox({ file: "four" });
  const path = `${sandbox.path}/file`;
  const { file, info } = openFile(path, Deno.lstatSync(path), Deno.lstatSync);
  using _ = file;
  assertEquals([info.size, info.isFile], [4, true]);
});

Deno.test({
  name: "openRegular() closes and refuses what is not what was looked at",
  ignore: Deno.build.os === "windows",
  fn() {
    using sandbox = new Sandbox({ file: "x", other: "y" });
    const seen = Deno.lstatSync(`${sandbox.path}/other`);
    const error = errorOf(() =>
      openRegular(`${sandbox.path}/file`, seen, Deno.lstatSync)
    );
    assertEquals(error.code, 2);
  },
});

Deno.test("checkRegular() finds no file in a directory, and refuses what is neither", () => {
  using sandbox = new Sandbox({ directory: null });
  sandbox.link("directory", "link");
  for (const [name, code] of [["directory", 1], ["link", 2]] as const) {
    const path = `${sandbox.path}/${name}`;
    const error = errorOf(() => checkRegular(path, Deno.lstatSync(path)));
    assertEquals(error.code, code);
  }
});

Deno.test("openRegular() holds a small file as it was, and a large one open", () => {
  for (
    const [size, isHeld] of [[0, true], [4096, true], [4097, false]] as const
  ) {
    using sandbox = new Sandbox({ file: "x".repeat(size) });
    const path = `${sandbox.path}/file`;
    const source = openRegular(path, Deno.lstatSync(path), Deno.lstatSync);
    Deno.writeTextFileSync(path, "y".repeat(9000));
    const buffer = new Uint8Array(8192);
    assertEquals(source.size, size);
    if (isHeld) {
      assertEquals(source.read(buffer), size === 0 ? null : size);
      const read = buffer.subarray(0, size);
      assert(read.every((octet) => octet === 120));
    } else {
      const error = errorOf(() => source.read(buffer));
      assertEquals(error.wireText, "File changed while it was sent");
    }
    source.close();
  }
});

Deno.test("openRegular() reads a small file anew that changed after it was looked at", () => {
  using sandbox = new Sandbox({ file: "abc" });
  const path = `${sandbox.path}/file`;
  const seen = Deno.lstatSync(path);
  Deno.writeTextFileSync(path, "longer");
  const source = openRegular(path, seen, Deno.lstatSync);
  const buffer = new Uint8Array(16);
  assertEquals([source.size, source.read(buffer)], [6, 6]);
  assertEquals(new TextDecoder().decode(buffer.subarray(0, 6)), "longer");
  source.close();
});
