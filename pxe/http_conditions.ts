// What the header fields of a request say about which part of a file is wanted, and whether at all (RFC 9110 sections 8.8,
// 13 and 14). Rules:
// 1. One range is answered with that part; of several, none: the whole file is, which a server may always do.
// 2. Times in HTTP are whole seconds, and a file may change twice in one. A file that was changed in the last two seconds
//    has a weak tag, which never lets half of one file be joined with half of another.
// 3. Pure: header fields, facts about the file, and the time come in as arguments.

/** A part of a file. */
export interface ByteRange {
  /** The first octet. */
  readonly start: number;
  /** The octet behind the last one. */
  readonly end: number;
}

/** What is compared with what a client knows from before. */
export interface Validators {
  /** The entity tag, as it stands in the header field. */
  readonly etag: string;
  /** When the file was changed, in milliseconds since 1970; `null` where that is not known. */
  readonly modifiedMs: number | null;
  /** Whether equal validators mean equal octets. */
  readonly isStrong: boolean;
}

/** What is known of a file. */
export interface FileFacts {
  readonly size: number;
  readonly modifiedMs: number | null;
  readonly inode: number | null;
}

/** Time within which a file may change twice and look as if it had once, in milliseconds. */
const COARSEST_TIME_MS = 2000;

/** Compares what a file is now with what it was. */
export function validatorsOf(
  { size, modifiedMs, inode }: FileFacts,
  now: number,
): Validators {
  const isStrong = modifiedMs !== null && now - modifiedMs > COARSEST_TIME_MS;
  const tag = [size, modifiedMs ?? 0, inode ?? 0]
    .map((number) => Math.trunc(number).toString(36)).join("-");
  return { etag: `${isStrong ? "" : "W/"}"${tag}"`, modifiedMs, isStrong };
}

/**
 * The status of a request whose conditions end it before a file is sent (RFC 9110 section 13.2.2).
 *
 * @returns 304 when the client has it already, 412 when it only wanted another one, `null` when it is to be sent.
 */
export function evaluateConditions(
  headers: Headers,
  { etag, modifiedMs, isStrong }: Validators,
): 304 | 412 | null {
  const seconds = modifiedMs === null ? null : Math.floor(modifiedMs / 1000);
  const dateOf = (name: string): number | null => {
    const text = headers.get(name);
    const time = text === null ? NaN : Date.parse(text);
    return Number.isNaN(time) ? null : time / 1000;
  };
  const ifMatch = headers.get("if-match");
  const unmodifiedSince = dateOf("if-unmodified-since");
  if (ifMatch !== null) {
    const matches = isStrong && tagsOf(ifMatch).includes(etag);
    if (!matches && ifMatch.trim() !== "*") return 412;
  } else if (unmodifiedSince !== null && seconds !== null) {
    if (seconds > unmodifiedSince) return 412;
  }
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) {
    if (ifNoneMatch.trim() === "*") return 304;
    const known = tagsOf(ifNoneMatch).map(opaque);
    return known.includes(opaque(etag)) ? 304 : null;
  }
  const modifiedSince = dateOf("if-modified-since");
  if (modifiedSince === null || seconds === null) return null;
  return seconds <= modifiedSince ? 304 : null;
}

/**
 * The range that a request asks for.
 *
 * @param headers Its header fields.
 * @param size Octets of the file.
 * @param validators What `If-Range` is compared with.
 * @returns The range, never empty; `null` for the whole file, `"unsatisfiable"` when nothing of the file is in it.
 */
export function requestedRange(
  headers: Headers,
  size: number,
  validators: Validators,
): ByteRange | null | "unsatisfiable" {
  const text = headers.get("range");
  if (text === null || !isRangeWanted(headers.get("if-range"), validators)) {
    return null;
  }
  const match = /^bytes=\s*([0-9]*)-([0-9]*)\s*$/i.exec(text);
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return null;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? "unsatisfiable" : { start: size - count, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return null;
  return start < size ? { start, end } : "unsatisfiable";
}

/** RFC 9110 section 13.1.5: only validators that are sure join two halves. */
function isRangeWanted(
  ifRange: string | null,
  { etag, modifiedMs, isStrong }: Validators,
): boolean {
  if (ifRange === null) return true;
  if (!isStrong) return false;
  if (/^(W\/)?"/.test(ifRange)) return ifRange === etag;
  return Date.parse(ifRange) === Math.floor((modifiedMs ?? NaN) / 1000) * 1000;
}

/** The tags of a list, which may hold commas themselves. */
function tagsOf(list: string): string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, "");
}
