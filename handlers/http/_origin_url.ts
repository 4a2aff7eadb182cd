// From a client's name to a URL. Rules:
// 1. The name becomes components first (filename.ts); each is percent-encoded whole, so that none of its characters can
//    mean a separator, a query or another place.
// 2. The result lies below the base path, component by component, or there is none.
// 3. User name, password and query of the base go to the origin, and are left out of what is told.

import {
  ERROR_CODE,
  errorCodeText,
  quoteText,
  TftpError,
} from "../../packet/mod.ts";
import { splitFilename } from "../filename.ts";

/** A base, and the URLs below it. */
export class OriginUrl {
  /** What goes with every request: `Basic` credentials from the base, or nothing. */
  readonly authorization: string | null;
  readonly #base: URL;

  constructor(base: string | URL) {
    const url = parse(base);
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      throw new TypeError(
        `Cannot use URL as origin as it must begin with http: or https:: current value begins with "${url.protocol}"`,
      );
    }
    const { username, password } = url;
    this.authorization = username === "" && password === ""
      ? null
      : basic(decodeURIComponent(username), decodeURIComponent(password));
    url.username = url.password = url.hash = "";
    if (!url.pathname.endsWith("/")) url.pathname += "/";
    this.#base = url;
  }

  /** The URL of a name. */
  locate(filename: string): string {
    const components = splitFilename(filename);
    const url = new URL(this.#base);
    try {
      url.pathname += components.map(encodeURIComponent).join("/");
    } catch {
      // Half of a surrogate pair is no character.
      throw refusal(filename);
    }
    const depth = this.#base.pathname.split("/").length - 1;
    const isBelow = url.pathname.startsWith(this.#base.pathname) &&
      url.pathname.split("/").length === depth + components.length;
    if (!isBelow) throw refusal(filename);
    return url.href;
  }
}

function parse(base: string | URL): URL {
  try {
    return new URL(base);
  } catch {
    // What was given may hold a password.
    throw new TypeError(
      "Cannot use URL as origin as it must be an absolute URL",
    );
  }
}

function basic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${bytes.toBase64()}`;
}

function refusal(filename: string): TftpError {
  const code = ERROR_CODE.AccessViolation;
  return new TftpError(
    code,
    `Cannot use filename as it must name something below the origin: current value is ${
      quoteText(filename)
    }`,
    { wireText: errorCodeText(code) },
  );
}

/** A URL without what may be secret, for logs. */
export function redactUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
