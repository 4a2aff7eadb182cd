// Handlers by name. Rules:
// 1. Routes are tried in order; the first whose operation and pattern fit answers, whatever it answers. Reads and writes
//    go their own ways: a route for one is not seen by the other.
// 2. Where none fits the fallback answers. Without one it is FileNotFound for a read and AccessViolation for a write, at
//    once: no byte of an upload has come.
// 3. A regular expression sees the name as it was asked, leading slash and backslashes included.
// 4. A pattern in text is one of URLPattern, for the whole name. It sees the components that `splitFilename` would find,
//    with a slash before each: a leading slash or none, backslashes, a drive letter and empty components make no
//    difference. A name with a component ".." or a control character fits no such pattern: what URLs make of them is not
//    what is asked for.
// 5. A name is never decoded: "%2e" is three characters, in the pattern as in the name. URLPattern works on what URLs make
//    of both; so "%" goes in as "%25", and comes out of the groups as it was.
// 6. Every match starts from the beginning, on a copy of the regular expression: `lastIndex` of one with `g` or `y` would
//    let a request see the one before, or whatever else the program does with it.

import { ERROR_CODE, quoteText } from "../packet/mod.ts";
import { refusal } from "./_refusal.ts";
import { looseComponents } from "./filename.ts";
import type { TftpHandler, TftpRequest } from "./request.ts";
import type { TftpResponse } from "./response.ts";

// deno-lint-ignore no-control-regex -- controls are what it looks for
const CONTROL_REGEXP = /[\x00-\x1f\x7f]/;

/** What a pattern found in a name. */
export interface RouteMatch {
  /** The groups that have a name: of a pattern `/:model/*` it is `model`. One that took no part is `undefined`. */
  readonly groups: Readonly<Record<string, string | undefined>>;
  /**
   * The groups in order: of a regular expression all of them, the named ones included; of a pattern in text those without a
   * name, such as `*`.
   */
  readonly captures: readonly (string | undefined)[];
}

/**
 * Answers requests whose name fits a pattern. A handler that does not care for the match is one, too.
 *
 * @param request The request.
 * @param match What the pattern found.
 * @returns The response, as of any handler.
 */
export type RouteHandler = (
  request: TftpRequest,
  match: RouteMatch,
) => TftpResponse | void | Promise<TftpResponse | void>;

/** A pattern, and who answers what fits. */
export interface Route {
  /**
   * What names must be like: a regular expression, which is matched with the name as it was asked; or a text in the syntax
   * of `URLPattern`, such as `/firmware/:model/*`, which is matched with the whole name.
   */
  readonly pattern: RegExp | string;
  /** Which requests; left out, both. */
  readonly operation?: TftpRequest["operation"];
  /** Answers them. */
  readonly handler: RouteHandler;
}

/** The name of a request, as routes look at it. */
class AskedName {
  readonly filename: string;
  #pathname: string | null | undefined;

  constructor(filename: string) {
    this.filename = filename;
  }

  /** What patterns in text see: see rules 4 and 5; `null` when none may fit. It is the same for all routes. */
  get pathname(): string | null {
    if (this.#pathname === undefined) this.#pathname = this.#toPathname();
    return this.#pathname;
  }

  #toPathname(): string | null {
    const components = looseComponents(this.filename);
    return CONTROL_REGEXP.test(this.filename) || components.includes("..")
      ? null
      : `/${components.join("/")}`.replaceAll("%", "%25");
  }
}

/** A route, ready to be tried. */
interface CompiledRoute {
  readonly operation: TftpRequest["operation"] | undefined;
  readonly match: (name: AskedName) => RouteMatch | null;
  readonly handler: RouteHandler;
}

/**
 * Sends requests to handlers by their names. The first route that fits answers; where none does, the fallback, or else
 * `FileNotFound` for a read and `AccessViolation` for a write.
 *
 * In a pattern in text, `:name` stands for one component or a part of one, `*` for anything, slashes included, and `{…}?` for
 * what may be missing. A name is taken with or without a leading slash, and is not decoded. A regular expression within such a
 * pattern sees spaces and letters outside of ASCII percent-encoded; one that stands alone sees the name as it is.
 *
 * A name comes from a stranger and can have two thousand characters. A pattern with several `*`, or a regular expression that
 * can fit in many ways, can take seconds to find that such a name does not fit: use few of them, and anchor them.
 *
 * @param routes The routes, in order.
 * @param fallback Answers what no route does.
 * @returns The handler that sends requests on.
 * @throws {TypeError} When a pattern is none, an operation is neither `read` nor `write`, or a handler is no function.
 *
 * @example Firmware by model, and one place for backups
 * ```ts
 * import { memory, route, TftpResponse, withFilename } from "@tftpkit/tftp/handlers";
 *
 * const backups = memory({}, { write: true, overwrite: true });
 *
 * const handler = route([
 *   {
 *     pattern: "/firmware/:model/*",
 *     operation: "read",
 *     handler: (_request, { groups }) => new TftpResponse(`for ${groups.model}\n`),
 *   },
 *   {
 *     pattern: /^(?<host>[\w-]+)\.cfg$/i,
 *     operation: "write",
 *     handler: (request, { groups }) => backups(withFilename(request, groups.host!.toLowerCase())),
 *   },
 * ]);
 * ```
 */
export function route(
  routes: readonly Route[],
  fallback?: TftpHandler,
): TftpHandler {
  const compiled = routes.map(compileRoute);
  if (fallback !== undefined) checkHandler("fallback", fallback);
  return (request) => {
    const { operation, filename } = request;
    const name = new AskedName(filename);
    for (const each of compiled) {
      if (each.operation !== undefined && each.operation !== operation) {
        continue;
      }
      const match = each.match(name);
      if (match !== null) return each.handler(request, match);
    }
    if (fallback) return fallback(request);
    throw refusal(
      operation === "read"
        ? ERROR_CODE.FileNotFound
        : ERROR_CODE.AccessViolation,
      `Cannot ${operation} ${quoteText(filename)} as no route fits`,
    );
  };
}

function compileRoute({ pattern, operation, handler }: Route): CompiledRoute {
  if (![undefined, "read", "write"].includes(operation)) {
    throw new TypeError(
      `Cannot use route as operation must be "read" or "write": current value is "${operation}"`,
    );
  }
  checkHandler("handler", handler);
  const match = pattern instanceof RegExp
    ? matchRegExp(pattern)
    : matchText(pattern);
  return { operation, match, handler };
}

function checkHandler(name: string, handler: unknown): void {
  if (typeof handler === "function") return;
  throw new TypeError(
    `Cannot use route as ${name} must be a function: current value is ${handler}`,
  );
}

function matchRegExp(pattern: RegExp): CompiledRoute["match"] {
  const regExp = new RegExp(pattern);
  return ({ filename }) => {
    // With the flags `g` and `y` the place to begin stays behind.
    regExp.lastIndex = 0;
    const match = regExp.exec(filename);
    if (match === null) return null;
    return { groups: { ...match.groups }, captures: match.slice(1) };
  };
}

function matchText(text: string): CompiledRoute["match"] {
  const pattern = compilePattern(text);
  const beginning = literalBeginning(withSlash(text));
  return ({ pathname }) => {
    if (pathname === null || !pathname.startsWith(beginning)) return null;
    const match = pattern.exec({ pathname });
    if (match === null) return null;
    const groups: Record<string, string | undefined> = {};
    const captures: (string | undefined)[] = [];
    for (const [name, value] of Object.entries(match.pathname.groups)) {
      const original = value === undefined
        ? undefined
        : decodeURIComponent(value);
      // What has no name has a number.
      if (/^\d/.test(name)) captures[Number(name)] = original;
      else groups[name] = original;
    }
    return { groups, captures };
  };
}

/**
 * What every name begins with that fits: whole components of plain characters. The last one before what is not plain is left
 * out with its slash, as a group that can be missing takes the slash before it along.
 */
function literalBeginning(text: string): string {
  const [plain = ""] = /^\/[\w/.-]*/.exec(text) ?? [];
  // What URLs make of "." and ".." is theirs to say.
  return plain.includes("/.")
    ? ""
    : plain.slice(0, Math.max(0, plain.lastIndexOf("/")));
}

function withSlash(text: string): string {
  return /^\{?\//.test(text) ? text : `/${text}`;
}

function compilePattern(text: string): URLPattern {
  try {
    if (typeof text !== "string") throw new TypeError("It is no text");
    return new URLPattern({ pathname: withSlash(text).replaceAll("%", "%25") });
  } catch (error) {
    throw new TypeError(
      `Cannot use route as pattern must be a RegExp or a pattern of URLPattern: current value is ${
        JSON.stringify(text)
      }`,
      { cause: error },
    );
  }
}
