import { assertEquals } from "@std/assert";
import { FoldedNames } from "../../handlers/_folded_names.ts";
import { replace, Sandbox } from "./_sandbox.ts";

const LONG_AGO = new Date(1_000_000_000_000);
const HOUR_MS = 3_600_000;

/** Counts how often directories are read. */
function countReads(): Disposable & { count: number } {
  const { readDirSync } = Deno;
  const counter = { count: 0 };
  const replaced = replace(Deno, {
    readDirSync(path) {
      counter.count++;
      return readDirSync(path);
    },
  });
  return Object.assign(counter, replaced);
}

/** Makes a directory look as if it had last changed then. */
function date(path: string, at: Date = LONG_AGO): void {
  Deno.utimeSync(path, at, at);
}

Deno.test("FoldedNames finds the first of the names that differ in case only", () => {
  using sandbox = new Sandbox({ Both: "", bOTH: "", "Dir/x": "", ÄB: "" });
  const names = new FoldedNames();
  for (const _ of "12") {
    assertEquals(names.find(sandbox.path, "äb"), "ÄB");
    assertEquals(names.find(sandbox.path, "DIR"), "Dir");
    assertEquals(names.find(sandbox.path, "none"), undefined);
    if (Deno.build.os === "linux") {
      assertEquals(names.find(sandbox.path, "both"), "Both");
    }
  }
});

Deno.test("FoldedNames reads a directory once, until it changes or another takes its place", () => {
  using sandbox = new Sandbox({ "a/One": "", "b/Two": "" });
  const directory = `${sandbox.path}/a`;
  date(directory);
  date(`${sandbox.path}/b`);
  const names = new FoldedNames();
  using reads = countReads();
  for (const _ of "123") names.find(directory, "x");
  assertEquals([reads.count, names.size], [1, 1]);
  Deno.writeTextFileSync(`${directory}/New`, "");
  assertEquals(names.find(directory, "new"), "New");
  assertEquals(reads.count, 2);
  if (Deno.build.os === "windows") return;
  date(directory);
  names.find(directory, "new");
  Deno.renameSync(directory, `${sandbox.path}/c`);
  Deno.renameSync(`${sandbox.path}/b`, directory);
  assertEquals(names.find(directory, "new"), undefined);
  assertEquals(names.find(directory, "two"), "Two");
});

Deno.test("FoldedNames does not keep what had just changed, and so may change unseen", () => {
  using sandbox = new Sandbox({ "a/One": "" });
  const directory = `${sandbox.path}/a`;
  let now = LONG_AGO.getTime() + 1000;
  const names = new FoldedNames(100, () => now);
  date(directory);
  names.find(directory, "one");
  Deno.renameSync(`${directory}/One`, `${directory}/Two`);
  date(directory);
  assertEquals([names.find(directory, "two"), names.size], ["Two", 0]);
  now += HOUR_MS;
  names.find(directory, "two");
  assertEquals(names.size, 1);
});

Deno.test("FoldedNames keeps so many names and no more, those that were used last", () => {
  using sandbox = new Sandbox({ "a/1": "", "b/1": "", "b/2": "", "c/1": "" });
  const find = (name: string) => names.find(`${sandbox.path}/${name}`, "x");
  for (const name of "abc") date(`${sandbox.path}/${name}`);
  const names = new FoldedNames(3);
  find("a");
  find("b");
  find("a");
  assertEquals(names.size, 3);
  using reads = countReads();
  find("c");
  assertEquals([reads.count, names.size], [1, 2]);
  find("a");
  find("c");
  assertEquals(reads.count, 1);
  find("b");
  assertEquals([reads.count, names.size], [2, 3]);
  // One that is too large on its own leaves the others alone.
  for (const name of "34") {
    Deno.writeTextFileSync(`${sandbox.path}/b/${name}`, "");
  }
  date(`${sandbox.path}/b`, new Date(LONG_AGO.getTime() + HOUR_MS));
  const size = names.size;
  find("b");
  assertEquals(names.size, size - 2);
});
