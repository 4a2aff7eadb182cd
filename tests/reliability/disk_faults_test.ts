// What clients are told when the disk fails the server: a code and a text, at once.

import { assert, assertEquals } from "@std/assert";
import { Sandbox } from "../handlers/_sandbox.ts";
import {
  assertAccepted,
  assertRefused,
  curlPut,
  download,
  type Wire,
  wireOf,
} from "./_asking.ts";
import { contentOf, isSame } from "./_content.ts";
import { SmallDisk, TroubledServer } from "./_faults.ts";

const OLD = contentOf(1, 300_000);
const NEW = contentOf(2, 300_000);

function count(directory: string): number {
  return [...Deno.readDirSync(directory)].length;
}

// A disk that takes no more.

Deno.test("upload: no room on the disk", async () => {
  await using disk = await SmallDisk.mount("size=256k");
  if (!disk) return;
  const { path } = disk;
  await Deno.writeFile(`${path}/file`, OLD.subarray(0, 1000));
  await using server = new TroubledServer(path);
  const full: Wire = [3, "Disk full or allocation exceeded"];
  for (const filename of ["file", "new"]) {
    await assertRefused(server, filename, NEW, full);
    assertEquals(count(path), 1);
    assert(isSame(await Deno.readFile(`${path}/file`), OLD.subarray(0, 1000)));
  }
  const big = await Deno.makeTempFile();
  await Deno.writeFile(big, NEW);
  const heard = await curlPut(big, server.url("file"));
  await Deno.remove(big);
  assert(heard === "3" || heard === null, `${heard}`);
  // With what is left, smaller files go on as before; and both directions do.
  await assertAccepted(server, "file", NEW.subarray(0, 100_000));
  const { bytes } = await download(server, "file");
  assert(isSame(bytes, NEW.subarray(0, 100_000)));
});

Deno.test("upload: several at once share what room there is, and none is cut", async () => {
  await using disk = await SmallDisk.mount("size=512k");
  if (!disk) return;
  await using server = new TroubledServer(disk.path);
  const names = ["a", "b", "c", "d", "e"];
  const results = await Promise.allSettled(
    names.map((name) => assertAccepted(server, name, NEW.subarray(0, 200_000))),
  );
  for (const [index, result] of results.entries()) {
    if (result.status === "fulfilled") {
      const stored = await Deno.readFile(`${disk.path}/${names[index]}`);
      assert(isSame(stored, NEW.subarray(0, 200_000)));
    } else assertEquals(wireOf(result.reason)[0], 3);
  }
  const stored = results.filter(({ status }) => status === "fulfilled").length;
  assertEquals(count(disk.path), stored);
  assert(stored < names.length);
  await assertAccepted(server, "f", NEW.subarray(0, 50_000));
});

Deno.test("upload: no room for one more name", async () => {
  await using disk = await SmallDisk.mount("size=256k,nr_inodes=3");
  if (!disk) return;
  await Deno.writeTextFile(`${disk.path}/file`, "old");
  await Deno.writeTextFile(`${disk.path}/more`, "old");
  await using server = new TroubledServer(disk.path);
  const full: Wire = [3, "Disk full or allocation exceeded"];
  await assertRefused(server, "file", NEW.subarray(0, 10), full);
  assertEquals(await Deno.readTextFile(`${disk.path}/file`), "old");
});

Deno.test("upload: the disk has become read-only", async () => {
  await using disk = await SmallDisk.mount("size=1m");
  if (!disk) return;
  await Deno.writeFile(`${disk.path}/file`, OLD);
  await using server = new TroubledServer(disk.path);
  await disk.remount("ro");
  const refusal: Wire = [2, "Access violation"];
  await assertRefused(server, "file", NEW, refusal);
  await assertRefused(server, "new", NEW, refusal);
  assertEquals(
    await curlPut(`${disk.path}/file`, server.url("new")) ?? "2",
    "2",
  );
  assert(isSame((await download(server, "file")).bytes, OLD));
  await disk.remount("rw");
  await assertAccepted(server, "file", NEW);
  assert(isSame((await download(server, "file")).bytes, NEW));
});

// A root that is not there any more.

Deno.test("a root that is gone, renamed or no directory is a clear word, until it is back", async () => {
  using sandbox = new Sandbox({ "root/file": "old" });
  const root = `${sandbox.path}/root`;
  await using server = new TroubledServer(root);
  const missing: Wire = [1, "File not found"];
  const check = async () => {
    assertEquals((await download(server, "file")).refusal, missing);
    await assertRefused(server, "file", NEW, missing);
    const told = server.events.findLast(({ type }) => type === "refused");
    assert(told?.type === "refused");
    return (told.error as Error).message;
  };
  await Deno.rename(root, `${root}.away`);
  assert((await check()).endsWith(`the root "${root}" is missing`));
  await Deno.writeTextFile(root, "");
  assert((await check()).endsWith(`the root "${root}" is not a directory`));
  await Deno.remove(root);
  await Deno.rename(`${root}.away`, root);
  assertEquals((await download(server, "file")).bytes.length, 3);
  await assertAccepted(server, "file", NEW);
  assert(isSame((await download(server, "file")).bytes, NEW));
});
