// Both sides of pixiecore's API, by which a program says what each machine boots: `GET /v1/boot/MAC` answers with JSON, and
// any status but 200 means "leave that machine alone". Rules:
// 1. A boot asks more than once, for its DHCP messages and for its script, so that an answer must not depend on how often it
//    was asked.
// 2. An API that does not answer in time, or answers with something else, is one that says nothing; who watches is told.
// 3. Only a MAC address is ever put into a URL.

import { SCRIPT_PATH } from "./boot_over_http.ts";
import { formatMac, parseMac } from "./client.ts";
import {
  exchangeTeller,
  type HttpExchange,
  type HttpHandler,
} from "./http_exchange.ts";
import {
  ipxeScript,
  type MachineBoot,
  type MachineLookup,
  parseMachineBoot,
} from "./machine_boot.ts";

/** Where a machine asks for what it is to boot, in pixiecore's JSON. */
export const BOOT_PATH = "/v1/boot/";

/** What is read of an answer. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Options of {@linkcode askMachineApi}. */
export interface MachineApiOptions {
  /** The URL that `v1/boot/MAC` is put behind. */
  readonly url: string | URL;
  /**
   * How long an answer may take, in milliseconds.
   *
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /**
   * Told why an answer could not be used.
   *
   * @param error What was wrong.
   * @param mac The machine.
   */
  readonly onError?: (error: unknown, mac: string) => void;
  /**
   * How the API is asked.
   *
   * @default {fetch}
   */
  readonly fetch?: typeof fetch;
}

/**
 * Makes a lookup that asks a program of yours, as pixiecore does in its API mode.
 *
 * @param options Where it is.
 * @returns The lookup. It says `undefined` for every status but 200, and where no answer can be had.
 * @throws {TypeError} When the URL is none.
 * @throws {RangeError} When the time is none.
 *
 * @example An API that knows one machine
 * ```ts
 * import { askMachineApi } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const lookup = askMachineApi({
 *   url: "http://192.0.2.9/pixiecore",
 *   fetch: (input) =>
 *     Promise.resolve(
 *       String(input) === "http://192.0.2.9/pixiecore/v1/boot/02:00:00:00:00:07"
 *         ? Response.json({ kernel: "/vmlinuz" })
 *         : new Response(null, { status: 404 }),
 *     ),
 * });
 * assertEquals(await lookup("02:00:00:00:00:07"), { kernel: "http://192.0.2.9/vmlinuz" });
 * assertEquals(await lookup("02:00:00:00:00:08"), undefined);
 * ```
 */
export function askMachineApi(options: MachineApiOptions): MachineLookup {
  const { timeoutMs = 5000, onError, fetch = globalThis.fetch } = options;
  const text = String(options.url);
  const base = URL.parse(text.endsWith("/") ? text : `${text}/`);
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new TypeError(
      `Cannot ask an API as url must be a URL of http or https: current value is ${text}`,
    );
  }
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) {
    throw new RangeError(
      `Cannot ask an API as timeoutMs must be a whole number above 0: current value is ${timeoutMs}`,
    );
  }
  return async (mac) => {
    const url = new URL(`v1/boot/${mac}`, base);
    try {
      const response = await fetch(url, {
        headers: { accept: "application/json" },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        return undefined;
      }
      return parseMachineBoot(JSON.parse(await readText(response)), base);
    } catch (error) {
      onError?.(error, mac);
      return undefined;
    }
  };
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new RangeError(
        `Cannot use the answer as it must have at most ${MAX_ANSWER_BYTES} octets`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Options of {@linkcode machineApi}. */
export interface ServeMachineApiOptions {
  /**
   * Told of each request that is for it.
   *
   * @param exchange The request, and what became of it.
   */
  readonly onExchange?: (exchange: HttpExchange) => void;
  /**
   * Changes what stands in scripts, such as URLs.
   *
   * @param boot What to boot, with absolute URLs.
   * @param origin Where the request went, as `http://192.0.2.1:8080`.
   * @returns What to write into the script.
   */
  readonly wrap?: (boot: MachineBoot, origin: string) => MachineBoot;
}

/**
 * Makes a handler that answers `GET /v1/boot/MAC` as pixiecore's API does, and `GET /v1/ipxe/MAC` with the same as a script
 * for iPXE. URLs of a lookup's answer that are paths alone lead to the server that was asked.
 *
 * @param lookup What each machine boots.
 * @param options Who is told, and what becomes of URLs.
 * @returns The handler; it answers `undefined` to a request for another path.
 *
 * @example A machine that boots a kernel of this server
 * ```ts
 * import { machineApi } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const api = machineApi((mac) => mac === "02:00:00:00:00:07" ? { kernel: "/vmlinuz" } : undefined);
 * const response = await api(new Request("http://192.0.2.1/v1/boot/02:00:00:00:00:07"));
 * assertEquals(await response?.json(), { kernel: "http://192.0.2.1/vmlinuz" });
 * ```
 */
export function machineApi(
  lookup: MachineLookup,
  { onExchange, wrap = (boot) => boot }: ServeMachineApiOptions = {},
): (
  ...args: Parameters<HttpHandler>
) => Promise<Response | undefined> {
  return async (request, info) => {
    const { pathname } = new URL(request.url);
    const path = [BOOT_PATH, SCRIPT_PATH]
      .find((path) => pathname.startsWith(path));
    if (path === undefined) return undefined;
    const tell = exchangeTeller(request, info, onExchange);
    const response = await answerMachine(request, path, lookup, wrap);
    const { status, body, headers } = response;
    const bytes = body === null ? 0 : Number(headers.get("content-length"));
    tell({ status, bytes, error: null });
    return response;
  };
}

async function answerMachine(
  { method, url }: Request,
  path: string,
  lookup: MachineLookup,
  wrap: NonNullable<ServeMachineApiOptions["wrap"]>,
): Promise<Response> {
  if (method !== "GET" && method !== "HEAD") {
    return answer(405, "Method not allowed\n", method, { allow: "GET, HEAD" });
  }
  const { pathname, origin } = new URL(url);
  const mac = macOf(pathname.slice(path.length));
  const found = mac === null ? undefined : await lookup(mac);
  if (!found) return answer(404, "Not found\n", method);
  const boot = parseMachineBoot(found, origin);
  return path === BOOT_PATH
    ? answer(200, JSON.stringify(boot) + "\n", method, {
      "content-type": "application/json",
    })
    : answer(200, ipxeScript(wrap(boot, origin)), method);
}

/** The MAC address of a path, as a lookup takes it; `null` when it is none. */
function macOf(text: string): string | null {
  try {
    const mac = parseMac(decodeURIComponent(text));
    return mac ? formatMac(mac) : null;
  } catch {
    return null;
  }
}

function answer(
  status: number,
  text: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const bytes = new TextEncoder().encode(text);
  return new Response(method === "HEAD" ? null : bytes, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(bytes.length),
      "cache-control": "no-store, no-transform",
      ...headers,
    },
  });
}
