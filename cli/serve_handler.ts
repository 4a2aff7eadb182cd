import {
  byOperation,
  clientRoot,
  lowercase,
  serveDir,
  serveDirs,
  type TftpHandler,
  type TftpRequest,
} from "../handlers/mod.ts";
import type { ServePlan } from "./serve_plan.ts";

/**
 * What answers requests by a plan. It is made again on each reload, so that everything it reads from files is read here,
 * and not before; what cannot be read is thrown, and the old handler stays.
 *
 * @param plan What was asked for.
 * @returns The handler.
 */
export function makeHandler(plan: ServePlan): Promise<TftpHandler> {
  const files = serveFiles(plan);
  return Promise.resolve(plan.isLowercase ? lowercase(files) : files);
}

/** Files out of directories, and uploads into one. */
function serveFiles(plan: ServePlan): TftpHandler {
  const { roots, uploadRoot, directory } = plan;
  if (uploadRoot === roots[0]) return serveRoots(plan, roots, directory);
  return byOperation({
    read: serveRoots(plan, roots, { ...directory, write: false }),
    write: serveRoots(plan, [uploadRoot], directory),
  });
}

function serveRoots(
  plan: ServePlan,
  shared: readonly string[],
  directory: ServePlan["directory"],
): TftpHandler {
  const { clientRoot: by } = plan;
  const { symlinks = "inside" } = directory;
  const serve = (request: TftpRequest, roots: readonly string[]) =>
    roots.length === 1
      ? serveDir(request, { ...directory, root: roots[0]! })
      : serveDirs(request, { ...directory, roots });
  if (by === null) return (request) => serve(request, shared);
  return async (request) =>
    await serve(
      request,
      await Promise.all(
        shared.map((root) => clientRoot(request, { root, by, symlinks })),
      ),
    );
}
