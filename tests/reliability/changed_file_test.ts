// A file that is changed while it is sent: no client takes a part of a file, or a mixture of two, for a whole one.

import { assert, assertEquals } from "@std/assert";
import { Sandbox } from "../handlers/_sandbox.ts";
import { curlGet, download, type Wire } from "./_asking.ts";
import { contentOf, isSame } from "./_content.ts";
import { TroubledServer } from "./_faults.ts";

const OLD = contentOf(1, 300_000);
const NEW = contentOf(2, 300_000);
const CHANGED: Wire = [0, "File changed while it was sent"];
const IS_WINDOWS = Deno.build.os === "windows";

interface Change {
  readonly name: string;
  readonly strike: (root: string) => void;
  /** Whether the file that was opened is as it was, so that it may be sent to its end. */
  readonly isHarmless?: boolean;
}

function overwriteAt(path: string, position: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(position, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

/** Time must have passed since it was written, for its new time to be another. */
function age(path: string): void {
  Deno.utimeSync(path, 1_000_000_000, 1_000_000_000);
}

const CHANGES: readonly Change[] = [
  {
    name: "truncated to nothing",
    strike: (root) => Deno.truncateSync(`${root}/dir/file`, 0),
  },
  {
    name: "truncated a little",
    strike: (root) => Deno.truncateSync(`${root}/dir/file`, OLD.length - 1),
  },
  {
    name: "truncated, and written anew",
    strike: (root) => Deno.writeFileSync(`${root}/dir/file`, NEW),
  },
  {
    name: "appended to",
    strike: (root) =>
      Deno.writeFileSync(`${root}/dir/file`, NEW.subarray(0, 1), {
        append: true,
      }),
  },
  {
    name: "changed in its last octet",
    strike: (root) =>
      overwriteAt(`${root}/dir/file`, OLD.length - 1, NEW.subarray(0, 1)),
  },
  {
    name: "changed in its first octet, which has left",
    strike: (root) => overwriteAt(`${root}/dir/file`, 0, NEW.subarray(0, 1)),
  },
  {
    name: "replaced by renaming another",
    strike(root) {
      Deno.writeFileSync(`${root}/other`, NEW);
      Deno.renameSync(`${root}/other`, `${root}/dir/file`);
    },
    isHarmless: true,
  },
  {
    name: "deleted",
    strike: (root) => Deno.removeSync(`${root}/dir/file`),
    isHarmless: true,
  },
  {
    name: "moved away with its directory, for which there is a symbolic link",
    strike(root) {
      Deno.renameSync(`${root}/dir`, `${root}/dir.old`);
      Deno.mkdirSync(`${root}/elsewhere`);
      Deno.writeFileSync(`${root}/elsewhere/file`, NEW);
      Deno.symlinkSync("elsewhere", `${root}/dir`);
    },
    isHarmless: true,
  },
  {
    name: "removed with the whole root",
    strike: (root) => Deno.removeSync(root, { recursive: true }),
    isHarmless: true,
  },
];

for (const { name, strike, isHarmless = false } of CHANGES) {
  // Chunks of 64 KiB are read: at the beginning, in the middle, before the last, and after it.
  for (const atBytes of [0, 131_072, 262_144, 300_000]) {
    Deno.test({
      name: `download: file ${name} after ${atBytes} octets were read`,
      // A file that is open is left alone there.
      ignore: IS_WINDOWS,
      async fn() {
        using sandbox = new Sandbox({ "root/dir": null });
        const root = `${sandbox.path}/root`;
        await Deno.writeFile(`${root}/dir/file`, OLD);
        age(`${root}/dir/file`);
        await using server = new TroubledServer(root);
        server.trouble = { atBytes, strike: () => strike(root) };
        const { bytes, refusal } = await download(server, "dir/file");
        const mayFinish = isHarmless || atBytes === OLD.length;
        if (mayFinish) {
          assertEquals(refusal, null);
          assert(isSame(bytes, OLD));
        } else {
          assertEquals(refusal, CHANGED);
          assert(bytes.length < OLD.length);
        }
        await server.server.shutdown();
        assertEquals(server.lastEnd, mayFinish ? "finished" : "failed");
      },
    });
  }
}

Deno.test({
  name: "download: curl takes no file for whole that was changed meanwhile",
  ignore: IS_WINDOWS,
  async fn() {
    for (const { strike, isHarmless } of CHANGES.slice(0, 8)) {
      using sandbox = new Sandbox({ dir: null });
      await Deno.writeFile(`${sandbox.path}/dir/file`, OLD);
      age(`${sandbox.path}/dir/file`);
      await using server = new TroubledServer(sandbox.path);
      server.trouble = { atBytes: 65536, strike: () => strike(sandbox.path) };
      const result = await curlGet(server.url("dir/file"));
      if (result === null) return;
      if (isHarmless) assert(isSame(result.stdout, OLD));
      assertEquals(result.code === 0, Boolean(isHarmless));
    }
  },
});
