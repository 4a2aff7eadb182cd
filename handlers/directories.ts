// Several directories as one. Rules:
// 1. A read goes to the directories in order; the first that has the file serves it. One that refuses it, as its symbolic
//    link leads out or its user may not read it, has it: nothing further down shows through.
// 2. An upload goes to the first directory that takes uploads, and to no other: what it says is the answer.
// 3. What was uploaded must be what is read from then on. So an upload is refused with code 6 when a directory further up
//    has a file of that name, whatever is allowed; and when one further down has, unless `overwrite` allows to replace it:
//    that file stays, and is seen no more.

import { ERROR_CODE, TftpError } from "../packet/mod.ts";
import { mostTelling, refusal } from "./_refusal.ts";
import { alreadyExists, uploadsNotAllowed } from "./_upload_rules.ts";
import {
  answerFromDirectory,
  checkDirectory,
  type DirectorySettings,
  hasFile,
  type ServeDirOptions,
} from "./directory.ts";
import type { TftpRequest } from "./request.ts";
import type { TftpResponse } from "./response.ts";

/** Options of {@linkcode serveDirs}: those of `serveDir`, for every directory that has none of its own. */
export interface ServeDirsOptions extends Omit<ServeDirOptions, "root"> {
  /** The directories, at least one, in order: a path, or a path with options of its own. */
  readonly roots: readonly (string | URL | ServeDirOptions)[];
}

/**
 * Answers a request from several directories. A read gets the file from the first that has it. An upload goes to the first
 * that takes uploads; it is refused with `FileAlreadyExists` where its name would stay hidden behind a file of an earlier
 * directory, and, without `overwrite`, where it would hide one of a later.
 *
 * @param request The request.
 * @param options Which directories, and what is allowed in them.
 * @returns The response.
 * @throws {TftpError} As `serveDir` does. When no directory has the file, the message has what each of them said.
 * @throws {RangeError} When an option has no value of its own.
 *
 * @example Uploads beside what is never written to
 * ```ts
 * import { serveDirs, type TftpHandler } from "@tftpkit/tftp/handlers";
 *
 * const handler: TftpHandler = (request) =>
 *   serveDirs(request, { roots: ["/srv/tftp", { root: "/var/lib/tftp", write: true }] });
 * ```
 */
export function serveDirs(
  request: TftpRequest,
  options: ServeDirsOptions,
): Promise<TftpResponse> {
  return Promise.try(answer, request, options);
}

function answer(request: TftpRequest, options: ServeDirsOptions): TftpResponse {
  const directories = checkDirectories(options);
  return request.operation === "write"
    ? takeUpload(request, directories)
    : sendFile(request, directories);
}

/** Completes and checks the options. */
export function checkDirectories(
  options: ServeDirsOptions,
): readonly DirectorySettings[] {
  const { roots, ...common } = options;
  if (roots.length === 0) {
    throw new RangeError(
      "Cannot serve directories as roots must name one or more: current value is []",
    );
  }
  return roots.map((root) =>
    checkDirectory(
      typeof root === "string" || root instanceof URL
        ? { ...common, root }
        : { ...common, ...root },
    )
  );
}

function sendFile(
  request: TftpRequest,
  directories: readonly DirectorySettings[],
): TftpResponse {
  const refusals: TftpError[] = [];
  for (const directory of directories) {
    try {
      return answerFromDirectory(request, directory);
    } catch (error) {
      if (
        !(error instanceof TftpError) ||
        error.code !== ERROR_CODE.FileNotFound
      ) throw error;
      refusals.push(error);
    }
  }
  throw mostTelling(refusals);
}

function takeUpload(
  request: TftpRequest,
  directories: readonly DirectorySettings[],
): TftpResponse {
  const at = directories.findIndex(({ write }) => write);
  const target = directories[at];
  if (target === undefined) throw uploadsNotAllowed(request);
  for (const [index, directory] of directories.entries()) {
    if (index === at || !hasFile(request, directory)) continue;
    const name = `${directory.root}: ${request.filename}`;
    if (index > at && !target.overwrite) throw alreadyExists(name);
    if (index < at) {
      throw refusal(
        ERROR_CODE.FileAlreadyExists,
        `Cannot take upload as it would be hidden by a file of a directory that comes first: "${name}"`,
      );
    }
  }
  return answerFromDirectory(request, target);
}
