// What becomes of an upload when its target, or where that is to be, is changed meanwhile: a clear word, or the whole file.

import { assertEquals } from "@std/assert";
import { Sandbox } from "../handlers/_sandbox.ts";
import { assertAccepted, assertRefused, type Wire } from "./_asking.ts";
import { contentOf, isSame } from "./_content.ts";
import { TroubledServer } from "./_faults.ts";

const OLD = contentOf(1, 300_000);
const NEW = contentOf(2, 300_000);

interface Upset {
  readonly name: string;
  readonly strike: (root: string) => void;
  /** What the client hears; `null` when all is well. */
  readonly refusal: Wire | null;
  /** What there is then, by name. */
  readonly left: Readonly<Record<string, "old" | "new" | "other">>;
  readonly overwrite?: boolean;
}

const UPSETS: readonly Upset[] = [
  {
    name: "its directory is removed",
    strike: (root) => Deno.removeSync(`${root}/dir`, { recursive: true }),
    refusal: [1, "File not found"],
    left: {},
  },
  {
    name: "its directory is removed, and made again",
    strike(root) {
      Deno.removeSync(`${root}/dir`, { recursive: true });
      Deno.mkdirSync(`${root}/dir`);
    },
    refusal: [1, "File not found"],
    left: {},
  },
  {
    name: "its directory gives way to a symbolic link",
    strike(root) {
      Deno.removeSync(`${root}/dir`, { recursive: true });
      Deno.mkdirSync(`${root}/elsewhere`);
      Deno.symlinkSync("elsewhere", `${root}/dir`);
    },
    refusal: [1, "File not found"],
    left: {},
  },
  {
    name: "the whole root is removed",
    strike(root) {
      Deno.removeSync(root, { recursive: true });
      Deno.mkdirSync(root);
    },
    refusal: [1, "File not found"],
    left: {},
  },
  {
    name: "its unfinished file is removed",
    strike(root) {
      for (const { name } of Deno.readDirSync(`${root}/dir`)) {
        if (name !== "file") Deno.removeSync(`${root}/dir/${name}`);
      }
    },
    refusal: [1, "File not found"],
    left: { "dir/file": "old" },
  },
  {
    name: "the old file is removed",
    strike: (root) => Deno.removeSync(`${root}/dir/file`),
    refusal: null,
    left: { "dir/file": "new" },
  },
  {
    name: "the old file gives way to a directory",
    strike(root) {
      Deno.removeSync(`${root}/dir/file`);
      Deno.mkdirSync(`${root}/dir/file`);
    },
    refusal: [2, "Access violation"],
    left: {},
  },
  {
    name: "the old file gives way to a symbolic link",
    strike(root) {
      Deno.removeSync(`${root}/dir/file`);
      Deno.writeTextFileSync(`${root}/other`, "other");
      Deno.symlinkSync("../other", `${root}/dir/file`);
    },
    refusal: null,
    left: { "dir/file": "new", other: "other" },
  },
  {
    name: "another makes a file of that name, which must not be replaced",
    strike: (root) => Deno.writeTextFileSync(`${root}/dir/next`, "other"),
    refusal: [6, "File already exists"],
    left: { "dir/file": "old", "dir/next": "other" },
    overwrite: false,
  },
];

for (const { name, strike, refusal, left, overwrite = true } of UPSETS) {
  for (const atBytes of [1, 150_000, Infinity]) {
    Deno.test({
      name: `upload: ${name} after ${atBytes} octets`,
      ignore: Deno.build.os === "windows",
      async fn() {
        using sandbox = new Sandbox({ "root/dir": null });
        const root = `${sandbox.path}/root`;
        await Deno.writeFile(`${root}/dir/file`, OLD);
        await using server = new TroubledServer(root, { overwrite });
        server.trouble = { atBytes, strike: () => strike(root) };
        const filename = overwrite ? "dir/file" : "dir/next";
        if (refusal) await assertRefused(server, filename, NEW, refusal);
        else await assertAccepted(server, filename, NEW);
        assertEquals(filesIn(root), left);
        await server.server.shutdown();
        assertEquals(server.lastEnd, refusal ? "failed" : "finished");
      },
    });
  }
}

/** The files below a directory, and what they hold. */
function filesIn(root: string, below = ""): Record<string, string> {
  const files: Record<string, string> = {};
  for (
    const { name, isDirectory, isFile } of Deno.readDirSync(root + "/" + below)
  ) {
    const path = below + name;
    if (isDirectory) Object.assign(files, filesIn(root, `${path}/`));
    else if (isFile) {
      const bytes = Deno.readFileSync(`${root}/${path}`);
      files[path] = isSame(bytes, OLD)
        ? "old"
        : isSame(bytes, NEW)
        ? "new"
        : new TextDecoder().decode(bytes.subarray(0, 100));
    }
  }
  return files;
}
