// The calls by which a FileSink changes a disk: noted, made to fail, and looked at for what a crash would leave of them.

import { replace } from "../handlers/_sandbox.ts";
import { readTree } from "./_content.ts";

/** One call that changes the disk, or makes a change safe. */
export type Step =
  | { readonly call: "create"; readonly path: string; readonly file: number }
  | {
    readonly call: "write";
    readonly file: number;
    readonly bytes: Uint8Array;
  }
  | { readonly call: "sync"; readonly file: number }
  | { readonly call: "link" | "rename"; readonly from: string; to: string }
  | { readonly call: "remove"; readonly path: string }
  | { readonly call: "sync directory" };

/** The calls, from now on until it is disposed of. */
export class Disk implements Disposable {
  /** What was done. */
  readonly steps: Step[] = [];
  readonly #replaced: Disposable[] = [];
  readonly #files = new WeakMap<Deno.FsFile, number>();
  readonly #before: (index: number, call: Step["call"]) => void;
  readonly #after: (index: number, call: Step["call"]) => void;
  #created = 0;
  #begun = 0;

  /**
   * Starts to watch.
   *
   * @param hooks Told of each step, with its number, before it is done and when it is: what they throw is what the call
   * throws.
   */
  constructor(
    hooks: {
      before?: (index: number, call: Step["call"]) => void;
      after?: (index: number, call: Step["call"]) => void;
    } = {},
  ) {
    this.#before = hooks.before ?? (() => {});
    this.#after = hooks.after ?? (() => {});
    this.#watchPaths();
    this.#watchFiles();
  }

  [Symbol.dispose](): void {
    for (const each of this.#replaced) each[Symbol.dispose]();
  }

  #do<T>(step: Step, act: () => T): T {
    const index = this.#begun++;
    this.#before(index, step.call);
    const result = act();
    this.steps.push(step);
    this.#after(index, step.call);
    return result;
  }

  /** Makes a call wait for nothing: then the order of the steps is the order of the calls. */
  #later<T>(step: () => Step, act: () => T): Promise<T> {
    return Promise.try(() => this.#do(step(), act));
  }

  #watchPaths(): void {
    const { openSync, linkSync, renameSync, removeSync } = Deno;
    const create = (path: string, options: Deno.OpenOptions) => {
      const file = this.#created++;
      let opened: Deno.FsFile | undefined;
      try {
        return this.#do({ call: "create", path, file }, () => {
          opened = openSync(path, options);
          this.#files.set(opened, file);
          return opened;
        });
      } catch (error) {
        // Nobody else will.
        opened?.close();
        throw error;
      }
    };
    const move = (call: "link" | "rename", act: typeof linkSync) =>
    (
      from: string | URL,
      to: string | URL,
    ) =>
      this.#later(
        () => ({ call, from: String(from), to: String(to) }),
        () => act(String(from), String(to)),
      );
    this.#replaced.push(replace(Deno, {
      openSync: (path, options) =>
        options?.write ? create(String(path), options) : openSync(path),
      link: move("link", linkSync),
      rename: move("rename", renameSync),
      remove: (path) =>
        this.#later(
          () => ({ call: "remove", path: String(path) }),
          () => removeSync(path),
        ),
      removeSync: (path) =>
        this.#do(
          { call: "remove", path: String(path) },
          () => removeSync(path),
        ),
    }));
  }

  #watchFiles(): void {
    const { prototype } = Deno.FsFile;
    const { writeSync, syncSync } = prototype;
    // deno-lint-ignore no-this-alias
    const disk = this;
    this.#replaced.push(replace(prototype, {
      writeSync(this: Deno.FsFile, bytes: Uint8Array) {
        const file = disk.#files.get(this)!;
        return disk.#do(
          { call: "write", file, bytes: bytes.slice() },
          () => writeSync.call(this, bytes),
        );
      },
      sync(this: Deno.FsFile) {
        const file = disk.#files.get(this);
        return disk.#later(
          () =>
            file === undefined
              ? { call: "sync directory" }
              : { call: "sync", file },
          () => syncSync.call(this),
        );
      },
    }));
  }
}

/** What can be in a directory after a crash: names, and what the files hold. */
export type Image = Map<string, Uint8Array>;

interface Content {
  /** What is on the disk whatever happens. */
  readonly safe: Uint8Array;
  /** What was written. */
  readonly written: Uint8Array;
}

/**
 * All that a directory can hold when the power fails after some steps, as far as POSIX promises anything: of what was
 * written after a file's last fsync nothing, half or all; of the names that were changed after the directory's last fsync
 * any.
 */
export function* imagesAfter(
  steps: readonly Step[],
  before: ReadonlyMap<string, Uint8Array>,
): Generator<Image> {
  const files = new Map<number, Content>();
  type Names = Map<string, number | Uint8Array>;
  let safeNames: Names = new Map(before);
  let changes: ((names: Names) => void)[] = [];
  for (const step of steps) {
    if (step.call === "write") {
      const { safe, written } = files.get(step.file)!;
      const all = new Uint8Array([...written, ...step.bytes]);
      files.set(step.file, { safe, written: all });
    } else if (step.call === "sync") {
      const { written } = files.get(step.file)!;
      files.set(step.file, { safe: written, written });
    } else if (step.call === "sync directory") {
      for (const change of changes) change(safeNames);
      safeNames = new Map(safeNames);
      changes = [];
    } else {
      if (step.call === "create") {
        const nothing = new Uint8Array();
        files.set(step.file, { safe: nothing, written: nothing });
      }
      changes.push(changeOf(step));
    }
  }
  for (let choice = 0; choice < 2 ** changes.length; choice++) {
    const names: Names = new Map(safeNames);
    changes.forEach((change, bit) => {
      if (choice & 1 << bit) change(names);
    });
    for (const share of [0, 0.5, 1]) {
      yield new Map(
        [...names].map(([name, file]) => [
          name,
          typeof file === "number" ? surviving(files.get(file)!, share) : file,
        ]),
      );
    }
  }
}

function changeOf(
  step: Extract<Step, { call: "create" | "link" | "rename" | "remove" }>,
): (names: Map<string, number | Uint8Array>) => void {
  if (step.call === "create") {
    return (names) => names.set(step.path, step.file);
  }
  if (step.call === "remove") return (names) => names.delete(step.path);
  return (names) => {
    const file = names.get(step.from);
    if (file === undefined) return;
    names.set(step.to, file);
    if (step.call === "rename") names.delete(step.from);
  };
}

function surviving({ safe, written }: Content, share: number): Uint8Array {
  const more = Math.floor((written.length - safe.length) * share);
  return written.subarray(0, safe.length + more);
}

/** The files of a directory now, by their paths. */
export function namesIn(root: string): Image {
  return new Map(
    [...readTree(root)].map(([name, bytes]) => [root + name, bytes]),
  );
}
