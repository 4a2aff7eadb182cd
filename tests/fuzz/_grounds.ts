import { isTemporaryName } from "../../handlers/mod.ts";

/** A root with traps in it, and something outside of it that nobody may see. */
export class Grounds implements Disposable {
  readonly path: string;
  readonly root: string;
  readonly secret: Uint8Array = new TextEncoder().encode("TOP-SECRET\n");
  readonly #before: string;

  /** With `isInMemory` on a file system that keeps nothing, where there is one, as a flood creates files without end. */
  constructor(options: { readonly isInMemory?: boolean } = {}) {
    this.path = Deno.realPathSync(makeDirectory(options.isInMemory ?? false));
    this.root = `${this.path}/root`;
    for (const name of ["root", "root/sub", "outside", "root-private"]) {
      Deno.mkdirSync(`${this.path}/${name}`);
    }
    for (const name of ["outside", "root-private"]) {
      Deno.writeFileSync(`${this.path}/${name}/secret`, this.secret);
    }
    const sizes = { hello: 13, empty: 0, exact: 1024, large: 100_000 };
    for (const [name, size] of Object.entries(sizes)) {
      Deno.writeFileSync(`${this.root}/${name}`, new Uint8Array(size).fill(10));
    }
    Deno.writeTextFileSync(`${this.root}/sub/inner`, "inner\n");
    Deno.symlinkSync("../outside", `${this.root}/out`);
    Deno.symlinkSync("../outside/secret", `${this.root}/secret`);
    Deno.symlinkSync("loop", `${this.root}/loop`);
    Deno.symlinkSync("hello", `${this.root}/inside`);
    this.#before = this.#outside();
  }

  /** What is wrong with the directories. */
  complaints(): string[] {
    const complaints: string[] = [];
    if (this.#outside() !== this.#before) {
      complaints.push("Something outside of the root has changed");
    }
    for (const name of ["", "/sub"]) {
      for (const entry of Deno.readDirSync(this.root + name)) {
        if (isTemporaryName(entry.name)) {
          complaints.push(`A temporary file is left: ${entry.name}`);
        }
      }
    }
    return complaints;
  }

  /** Removes what was uploaded. */
  sweep(): void {
    for (const directory of [this.root, `${this.root}/sub`]) {
      for (const { name } of [...Deno.readDirSync(directory)]) {
        if (name.startsWith("drop-")) Deno.removeSync(`${directory}/${name}`);
      }
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }

  #outside(): string {
    const names = ["", "/outside", "/root-private"].map((directory) =>
      [...Deno.readDirSync(this.path + directory)].map(({ name }) => name)
        .sort()
    );
    const secret = Deno.readTextFileSync(`${this.path}/outside/secret`);
    return JSON.stringify([names, secret]);
  }
}

function makeDirectory(isInMemory: boolean): string {
  if (isInMemory) {
    try {
      return Deno.makeTempDirSync({ dir: "/dev/shm" });
    } catch {
      // Not on this system, or not for a program without all permissions.
    }
  }
  return Deno.makeTempDirSync();
}
