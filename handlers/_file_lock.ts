/**
 * Takes the lock of a file for as long as it is open. It only tells processes of this package from leftovers; nothing else
 * looks at it.
 *
 * @returns Whether it was free; also where files have no locks.
 */
export function holdLock(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch {
    // Some file systems know no locks.
    return true;
  }
}
