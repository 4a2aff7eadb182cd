/**
 * Programs in C, for what has to be faster than what it measures, or closer to the system than the runtime is.
 *
 * @module
 */

import { basename, fromFileUrl, join } from "@std/path";
import { findProgram } from "./interop/_peers.ts";

/** A program that was made, and goes away when it is disposed of. */
export interface CProgram extends Disposable {
  readonly path: string;
}

/** Compiles one file, with warnings as errors; `null` where there is no compiler. */
export async function compileC(source: URL): Promise<CProgram | null> {
  const compiler = findProgram("cc");
  if (compiler === null) return null;
  const folder = await Deno.makeTempDir();
  const path = join(folder, basename(fromFileUrl(source), ".c"));
  const { success, stderr } = await new Deno.Command(compiler, {
    args: [
      ...["-O2", "-Wall", "-Wextra", "-Werror", "-o", path],
      fromFileUrl(source),
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  const dispose = () => Deno.removeSync(folder, { recursive: true });
  if (success) return { path, [Symbol.dispose]: dispose };
  dispose();
  throw new Error(
    `Cannot compile ${source}: ${new TextDecoder().decode(stderr)}`,
  );
}
