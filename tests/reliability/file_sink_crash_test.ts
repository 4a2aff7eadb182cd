// A FileSink and a crash, or a fault, at each of the calls by which it changes the disk.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FileSink,
  isTemporaryName,
  removeTemporaryFiles,
} from "../../handlers/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { contentOf, isSame } from "./_content.ts";
import { Disk, type Image, imagesAfter, namesIn } from "./_disk.ts";

const OLD = contentOf(1, 900);
const NEW = contentOf(2, 3000);

interface Case {
  readonly overwrite: boolean;
  readonly old: Uint8Array | null;
}

const CASES: readonly Case[] = [
  { overwrite: true, old: OLD },
  { overwrite: true, old: null },
  { overwrite: false, old: null },
];

/** Uploads in three pieces, as a transfer does: what fails is told to the sink. */
async function upload(path: string, { overwrite }: Case): Promise<void> {
  const sink = FileSink.open(path, { overwrite });
  try {
    for (const start of [0, 1000, 2000]) {
      sink.write(NEW.subarray(start, start + 1000));
    }
    await sink.commit();
  } catch (error) {
    sink.abort(error);
    throw error;
  }
}

function prepare({ old }: Case): Sandbox & { target: string } {
  const sandbox = new Sandbox();
  const target = `${sandbox.path}/file`;
  if (old) Deno.writeFileSync(target, old);
  return Object.assign(sandbox, { target });
}

/** `old` or `new`; anything else fails. */
function stateOf(image: Image, target: string, { old }: Case): "old" | "new" {
  const bytes = image.get(target);
  if (bytes && isSame(bytes, NEW)) return "new";
  const isOld = bytes ? old !== null && isSame(bytes, old) : old === null;
  assert(isOld, `it holds ${bytes?.length} octets that are neither`);
  return "old";
}

function assertOthersTemporary(image: Image, target: string): void {
  for (const path of image.keys()) {
    const name = path.replace(/^.*\//, "");
    assert(path === target || isTemporaryName(name), `${name} is left`);
  }
}

/** The steps of an upload that goes well. */
async function stepsOf(each: Case): Promise<string[]> {
  using sandbox = prepare(each);
  using disk = new Disk();
  await upload(sandbox.target, each);
  return disk.steps.map(({ call }) => call);
}

/**
 * Removes what ended uploads have left, of which there must be so many. A process that is just being started elsewhere holds
 * the locks of this one until it runs its program; so what is locked is looked at again.
 */
async function removeUnlocked(path: string, count: number): Promise<number> {
  let removed = 0;
  for (let tries = 0; tries < 200 && removed < count; tries++) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    removed += await removeTemporaryFiles(path);
  }
  return removed;
}

for (const each of CASES) {
  const name = `overwrite ${each.overwrite}, ${
    each.old ? "an" : "no"
  } old file`;

  Deno.test(`FileSink, ${name}: the power fails after each step`, async () => {
    using sandbox = prepare(each);
    const before = namesIn(sandbox.path);
    using disk = new Disk();
    await upload(sandbox.target, each);
    const { steps } = disk;
    const seen = new Set<string>();
    let images = 0;
    for (let count = 0; count <= steps.length; count++) {
      for (const image of imagesAfter(steps.slice(0, count), before)) {
        const where = `after step ${count}, ${steps[count - 1]?.call}`;
        try {
          const state = stateOf(image, sandbox.target, each);
          assertOthersTemporary(image, sandbox.target);
          // Now the last block would be acknowledged.
          if (count === steps.length) assertEquals(state, "new");
          seen.add(state);
        } catch (cause) {
          throw new Error(`${where}: ${(cause as Error).message}`, { cause });
        }
        images++;
      }
    }
    assertEquals(seen.size, 2);
    assert(images > 30, `${images} images`);
  });

  Deno.test(`FileSink, ${name}: the process ends before and after each step`, async () => {
    const steps = await stepsOf(each);
    for (let at = 0; at < 2 * steps.length; at++) {
      using sandbox = prepare(each);
      const where = `${at % 2 ? "after" : "before"} step ${at >> 1}, ${
        steps[at >> 1]
      }`;
      await endProcessAt(at, sandbox.target, each);
      const image = namesIn(sandbox.path);
      try {
        const state = stateOf(image, sandbox.target, each);
        assertOthersTemporary(image, sandbox.target);
        const leftovers = [...image.keys()]
          .filter((path) => path !== sandbox.target).length;
        assertEquals(
          await removeUnlocked(sandbox.path, leftovers),
          leftovers,
        );
        const after = namesIn(sandbox.path);
        assertEquals(stateOf(after, sandbox.target, each), state);
        assert([...after.keys()].every((path) => path === sandbox.target));
      } catch (cause) {
        throw new Error(`${where}: ${(cause as Error).message}`, { cause });
      }
    }
  });

  for (const code of ["EIO", "ENOSPC", "EROFS"]) {
    Deno.test(`FileSink, ${name}: each step fails with ${code}`, async () => {
      const steps = await stepsOf(each);
      for (const [at, step] of steps.entries()) {
        using sandbox = prepare(each);
        const failsQuietly = step === "remove" ||
          // Only what means loss counts there.
          step === "sync directory" && code === "EROFS" ||
          // It does without links then.
          step === "link";
        {
          using _ = new Disk({
            before: (index) => {
              if (index !== at) return;
              throw Object.assign(new Error("/secret/path"), { code });
            },
          });
          if (failsQuietly) await upload(sandbox.target, each);
          else {
            const error = await assertRejects(
              () => upload(sandbox.target, each),
              TftpError,
              undefined,
              step,
            );
            assertEquals(
              [error.code, error.wireText],
              EXPECTED[code as keyof typeof EXPECTED],
              step,
            );
          }
        }
        const image = namesIn(sandbox.path);
        const isInPlace = failsQuietly || step === "sync directory";
        assertEquals(
          stateOf(image, sandbox.target, each),
          isInPlace ? "new" : "old",
          step,
        );
        // A name that could not be removed is removed at the next start.
        if (step === "remove") await removeTemporaryFiles(sandbox.path);
        assertEquals(sandbox.leftovers(), [], step);
      }
    });
  }
}

const EXPECTED = {
  EIO: [0, "Internal error"],
  ENOSPC: [3, "Disk full or allocation exceeded"],
  EROFS: [2, "Access violation"],
};

/** Begins an upload that ends at a step, and with it all that would clear up. */
async function endProcessAt(
  at: number,
  target: string,
  each: Case,
): Promise<void> {
  let isOver = false;
  const dieAt = (moment: number) => {
    isOver ||= moment === at;
    if (isOver) throw new Error("The process has ended");
  };
  using _ = new Disk({
    before: (index) => dieAt(2 * index),
    after: (index) => dieAt(2 * index + 1),
  });
  const sink = Promise.try(() => upload(target, each));
  // After the last step, and where a failure is not minded, the client may even have got its answer.
  await sink.catch(() => {});
  assert(isOver);
}

Deno.test("imagesAfter() finds fault with a name that comes before its bytes", () => {
  const [from, to] = ["/t", "/file"];
  const images = [...imagesAfter(
    [
      { call: "create", path: from, file: 0 },
      { call: "write", file: 0, bytes: NEW },
      { call: "rename", from, to },
      { call: "sync", file: 0 },
    ].slice(0, 3) as Parameters<typeof imagesAfter>[0],
    new Map([[to, OLD]]),
  )];
  const sizes = new Set(images.map((image) => image.get(to)?.length));
  assertEquals(sizes, new Set([900, 0, 1500, 3000]));
});
