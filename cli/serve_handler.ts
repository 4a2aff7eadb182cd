import {
  byOperation,
  clientRoot,
  FileCache,
  type FileChecker,
  fileChecker,
  lowercase,
  parseMapFile,
  parsePcreFile,
  pcreFallback,
  remap,
  RemapFileError,
  restrictNames,
  serveDir,
  serveDirs,
  type TftpHandler,
  type TftpRequest,
} from "../handlers/mod.ts";
import { ConfigError } from "./config.ts";
import { explain } from "./explain.ts";
import { type OriginResources, serveOrigin } from "./serve_origin.ts";
import type { ServePlan } from "./serve_plan.ts";

/** What of a plan a handler is made of. */
export type HandlerPlan = Pick<
  ServePlan,
  | "origin"
  | "roots"
  | "uploadRoot"
  | "directory"
  | "fileCacheBytes"
  | "clientRoot"
  | "mapPath"
  | "mapSteps"
  | "pcrePath"
  | "isLowercase"
  | "policy"
>;

/**
 * What answers requests by a plan. It is made again on each reload, so that everything it reads from files is read here,
 * and not before; what cannot be read is thrown, and the old handler stays.
 *
 * @param plan What was asked for.
 * @param resources What origins are made with.
 * @returns The handler.
 */
export async function makeHandler(
  plan: HandlerPlan,
  resources: OriginResources,
): Promise<TftpHandler> {
  const { origin, mapPath, pcrePath } = plan;
  let handler = origin
    ? serveOrigin(origin, plan.directory, resources)
    : serveFiles(plan);
  // What counts for a policy is the name that is opened, so that nothing may rewrite it behind this.
  if (plan.policy !== null) handler = restrictNames(plan.policy, handler);
  if (plan.isLowercase) handler = lowercase(handler);
  if (pcrePath !== null) {
    handler = pcreFallback(await read(pcrePath, parsePcreFile), handler);
  }
  if (mapPath !== null) {
    handler = remap(await read(mapPath, parseMapFile), handler, {
      maxSteps: plan.mapSteps,
      checkerFor: (request) => checkerFor(plan, request),
    });
  }
  return handler;
}

/** What finds the files that the handler behind a map file would find for the same client. */
async function checkerFor(
  plan: HandlerPlan,
  request: TftpRequest,
): Promise<FileChecker> {
  // Whether an origin has a file is not known before it is asked.
  if (plan.origin) return () => false;
  const shared = request.operation === "write" && !isUploadShared(plan)
    ? [plan.uploadRoot]
    : plan.roots;
  const roots = await rootsFor(plan, shared, request);
  const check = fileChecker({ ...plan.directory, roots });
  return plan.isLowercase
    ? (filename, operation) => check(filename.toLowerCase(), operation)
    : check;
}

/** What a file says; what is wrong with it is told line by line, with its name. */
async function read<Rules>(
  path: string,
  parse: (text: string) => Rules,
): Promise<Rules> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`Cannot read ${path}: ${explain(error)}`, { cause: error });
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof RemapFileError)) throw error;
    throw new ConfigError(
      error.problems.map(({ line, message }) => `${path}:${line}: ${message}`),
      { cause: error },
    );
  }
}

/** Files out of directories, and uploads into one. */
function serveFiles(plan: HandlerPlan): TftpHandler {
  const { roots, uploadRoot, fileCacheBytes: maxBytes } = plan;
  const directory = maxBytes === 0
    ? plan.directory
    : { ...plan.directory, cache: new FileCache({ maxBytes }) };
  if (isUploadShared(plan)) return serveRoots(plan, roots, directory);
  return byOperation({
    read: serveRoots(plan, roots, { ...directory, write: false }),
    write: serveRoots(plan, [uploadRoot], directory),
  });
}

/** Whether uploads go to where files are read, and not into a directory of their own. */
function isUploadShared({ roots, uploadRoot }: HandlerPlan): boolean {
  return uploadRoot === roots[0];
}

/** The directories of a client. */
async function rootsFor(
  { clientRoot: by, directory: { symlinks = "inside" } }: HandlerPlan,
  shared: readonly string[],
  request: TftpRequest,
): Promise<readonly string[]> {
  if (by === null) return shared;
  return await Promise.all(
    shared.map((root) => clientRoot(request, { root, by, symlinks })),
  );
}

function serveRoots(
  plan: HandlerPlan,
  shared: readonly string[],
  directory: HandlerPlan["directory"],
): TftpHandler {
  const serve = (request: TftpRequest, roots: readonly string[]) =>
    roots.length === 1
      ? serveDir(request, { ...directory, root: roots[0]! })
      : serveDirs(request, { ...directory, roots });
  if (plan.clientRoot === null) return (request) => serve(request, shared);
  return async (request) =>
    await serve(request, await rootsFor(plan, shared, request));
}
