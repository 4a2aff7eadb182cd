// Rules as handlers around a handler. Rules:
// 1. The handler behind gets the same request under another name; what it does with the name, all its safeguards
//    included, is not touched.
// 2. The rules are asked for at each request, so that they can be replaced while a server runs. A request goes through one
//    set of rules from the beginning to the end.
// 3. A fallback comes behind the original name: only where the handler says that there is no such file, and only for reads.

import { asTftpError, plainHostname } from "../../net/mod.ts";
import { ERROR_CODE, quoteText, TftpError } from "../../packet/mod.ts";
import {
  type TftpHandler,
  type TftpRequest,
  withFilename,
} from "../request.ts";
import type { FileChecker } from "./file_check.ts";
import type { RemapRules } from "./map_file.ts";
import type { PcreRules } from "./pcre_file.ts";
import type { RemapFilenameOptions } from "./remap_result.ts";
import { remapFilename } from "./rules.ts";

/** Options of {@linkcode remap}. */
export interface RemapOptions
  extends Pick<RemapFilenameOptions, "maxSteps" | "isTransferable"> {
  /**
   * Gives what knows files for a request, where that depends on who asks: with `clientRoot`, for example. It counts instead of
   * `isTransferable`, and is asked only when a rule has the flag `E`.
   *
   * @default {none}
   * @param request The request, under its original name.
   * @returns What tells whether a name stands for a file that can be transferred.
   */
  readonly checkerFor?: (
    request: TftpRequest,
  ) => FileChecker | Promise<FileChecker>;
}

/**
 * A handler that rewrites names by the rules of a map file before another handler sees them, for reads and writes.
 *
 * @param rules The rules, or a function that gives those that count now, so that a file can be read again.
 * @param handler The handler behind.
 * @param options Limits, and who knows files.
 * @returns The handler. It throws a `TftpError` with code 2 when the rules refuse a name, with their text.
 * @throws {TypeError} When a rule asks for files (`E`) and neither `isTransferable` nor `checkerFor` is given; at the request,
 * when the rules come from a function.
 * @throws {RangeError} When `maxSteps` is no whole number above 0.
 *
 * @example A server for boot ROMs that write names as Windows does
 * ```ts
 * import { parseMapFile, remap, serveDir } from "@tftpkit/tftp/handlers";
 *
 * let rules = parseMapFile(String.raw`rg \\ /`);
 * const handler = remap(() => rules, (request) => serveDir(request, { root: "./srv" }));
 * // Later, while the server runs:
 * rules = parseMapFile(String.raw`
 * rg \\      /
 * ri ^/boot/ boot/
 * `);
 * ```
 */
export function remap(
  rules: RemapRules | (() => RemapRules),
  handler: TftpHandler,
  options: RemapOptions = {},
): TftpHandler {
  const { checkerFor, ...common } = options;
  const current = typeof rules === "function" ? rules : () => rules;
  if (typeof rules !== "function") {
    // What is wrong with the setup is told now, and not to the first client.
    const request = { filename: "", operation: "read", client: "" } as const;
    const knowsFiles = checkerFor ?? common.isTransferable;
    remapFilename(rules, request, {
      ...common,
      ...(knowsFiles ? { isTransferable: () => false } : {}),
    });
  }
  const answer = (
    request: TftpRequest,
    rules: RemapRules,
    options: RemapFilenameOptions,
  ): ReturnType<TftpHandler> => {
    const { filename, operation, remote } = request;
    const client = remote.hostname;
    const asked = { filename, operation, client };
    const result = remapFilename(rules, asked, options);
    if (result.filename === null) {
      throw new TftpError(
        ERROR_CODE.AccessViolation,
        `Cannot remap ${quoteText(filename)} for ${
          plainHostname(client)
        }: ${result.reason}`,
        { wireText: result.refusal },
      );
    }
    return handler(
      result.filename === filename
        ? request
        : withFilename(request, result.filename),
    );
  };
  return (request) => {
    const rules = current();
    if (!checkerFor || !rules.checksFiles) {
      return answer(request, rules, common);
    }
    return Promise.try(checkerFor, request).then((isTransferable) =>
      answer(request, rules, { ...common, isTransferable })
    );
  };
}

/**
 * A handler that tries another name, by the lines of atftpd's pattern file, when a file that is read is not there.
 *
 * @param rules The lines, or a function that gives those that count now, so that a file can be read again.
 * @param handler The handler behind: asked for the original name first, and then, if it threw a `TftpError` with code 1,
 * for the other name.
 * @returns The handler.
 *
 * @example One configuration for all that have none of their own
 * ```ts
 * import { parsePcreFile, pcreFallback, serveDir } from "@tftpkit/tftp/handlers";
 *
 * const rules = parsePcreFile(String.raw`^\w+\.conf$ master.conf`);
 * const handler = pcreFallback(rules, (request) => serveDir(request, { root: "./srv" }));
 * ```
 */
export function pcreFallback(
  rules: PcreRules | (() => PcreRules),
  handler: TftpHandler,
): TftpHandler {
  const current = typeof rules === "function" ? rules : () => rules;
  return async (request) => {
    let failure: { readonly error: unknown } | null = null;
    try {
      const response = await handler(request);
      if (response || request.operation !== "read") return response;
    } catch (error) {
      // What is told as code 1 is missing, whatever the handler has thrown.
      const isMissing = asTftpError(error).code === ERROR_CODE.FileNotFound;
      if (!isMissing || request.operation !== "read") throw error;
      failure = { error };
    }
    const other = current().substitute(request.filename);
    if (other && other.filename !== request.filename) {
      return await handler(withFilename(request, other.filename));
    }
    if (failure) throw failure.error;
  };
}
