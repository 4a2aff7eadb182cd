import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { type Lease, LeaseFile, leaseStorage } from "../../pxe/mod.ts";

const LEASE: Lease = {
  address: "10.0.0.1",
  mac: "52:54:00:12:34:56",
  state: "leased",
  expiresAt: Infinity,
};

async function inFolder(
  test: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "leases"), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a file that is not there is an empty one, and is made when there is something to keep", () =>
  inFolder(async (path, folder) => {
    const file = await LeaseFile.open(leaseStorage(path));
    assertEquals(file.leases, []);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    await file.save(LEASE);
    await file.close();
    const again = await LeaseFile.open(leaseStorage(path));
    assertEquals(again.leases, [LEASE]);
    await again.close();
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  }));

Deno.test("a temporary file that a crash left behind is no harm", () =>
  inFolder(async (path) => {
    const storage = leaseStorage(path);
    await storage.append("one\n");
    await Deno.writeTextFile(`${path}.new`, "half of something that is longer");
    assertEquals(await storage.read(), "one\n");
    await storage.replace("two\n");
    await storage.append("three\n");
    storage.close();
    assertEquals(await Deno.readTextFile(path), "two\nthree\n");
  }));

Deno.test({
  name: "a symbolic link stays one",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (path, folder) => {
      const target = join(folder, "target");
      await Deno.writeTextFile(target, "");
      await Deno.symlink(target, path);
      const storage = leaseStorage(path);
      await storage.replace("one\n");
      storage.close();
      assert((await Deno.lstat(path)).isSymlink);
      assertEquals(await Deno.readTextFile(target), "one\n");
    }),
});

Deno.test({
  name:
    "on a full disk the old text stays, and half of a new one takes no room",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (path, folder) => {
      const storage = leaseStorage(path);
      await storage.replace("one\n");
      // A device on which there is never room.
      await Deno.symlink("/dev/full", `${path}.new`);
      await assertRejects(() => storage.replace("two\n"));
      const names = (await Array.fromAsync(Deno.readDir(folder)))
        .map(({ name }) => name);
      assertEquals(names, ["leases"]);
      await storage.append("three\n");
      storage.close();
      assertEquals(await Deno.readTextFile(path), "one\nthree\n");
    }),
});

Deno.test("a folder in place of the file is told", () =>
  inFolder(async (_path, folder) => {
    await assertRejects(() => LeaseFile.open(leaseStorage(folder)));
  }));

Deno.test("a process that is killed at any moment loses nothing that it said was saved", () =>
  inFolder(async (path) => {
    // Enough rounds of lines that the file is written anew between some of them.
    let saved = -1;
    for (const enough of [40, 1500, 2500]) {
      saved = await saveAndKill(path, enough);
      const file = await LeaseFile.open(leaseStorage(path));
      assertEquals(file.skippedLines, 0);
      const names = file.leases.map(({ hostname }) => hostname);
      for (let n = Math.max(0, saved - 500); n <= saved; n++) {
        assert(names.includes(`n${n}`), `n${n} is lost`);
      }
      await file.close();
    }
  }));

/** Runs the process until it has said so many, and kills it in the midst of its work. */
async function saveAndKill(path: string, enough: number): Promise<number> {
  const script = fromFileUrl(new URL("_save_leases.ts", import.meta.url));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-read", "--allow-write", script, path],
    stdout: "piped",
  }).spawn();
  let text = "";
  let isKilled = false;
  for await (
    const chunk of process.stdout.pipeThrough(new TextDecoderStream())
  ) {
    text += chunk;
    if (isKilled || text.split("\n").length <= enough) continue;
    process.kill("SIGKILL");
    isKilled = true;
  }
  await process.status;
  return Number(text.split("\n").at(-2));
}
