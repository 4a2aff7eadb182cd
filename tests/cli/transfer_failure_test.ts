import { assertEquals, assertMatch } from "@std/assert";
import { ChecksumError } from "../../cli/checksum.ts";
import {
  type FailureCircumstances,
  failureOf,
} from "../../cli/transfer_failure.ts";
import { TftpError, TransferTimeoutError } from "../../packet/mod.ts";

const {
  AddrInUse,
  AddrNotAvailable,
  NetworkUnreachable,
  NotCapable,
  NotFound,
} = Deno.errors;

const remote = (code: number) => new TftpError(code, "x", { origin: "remote" });

const FAILURES: readonly [
  error: unknown,
  circumstances: Partial<FailureCircumstances>,
  reason: string,
  status: number,
  text: RegExp,
][] = [
  [new Error("odd"), {}, "other", 1, /^odd$/],
  [new AddrInUse("used"), {}, "other", 1, /^used \(leave out --source-port/],
  [new AddrNotAvailable("no"), {}, "other", 1, /\(--source-address must be an/],
  [new NetworkUnreachable("no"), {}, "other", 1, /\(look for a route to it/],
  [new NotCapable("no"), {}, "permission", 4, /^no$/],
  [new Error("no", { cause: new NotCapable("no") }), {}, "permission", 4, /no/],
  [new NotFound("Cannot find host"), {}, "host", 5, /^Cannot find host$/],
  [new TransferTimeoutError("No answer"), {}, "noAnswer", 6, /^No answer$/],
  [
    new TransferTimeoutError("fell silent"),
    { isBegun: true },
    "silence",
    7,
    /^fell silent \(try again, with more --retries or a smaller/,
  ],
  [remote(0), {}, "refused", 8, /code 0: "x"$/],
  [remote(1), {}, "refused", 8, /\(look at the name: /],
  [
    remote(1),
    { operation: "put" },
    "refused",
    8,
    /\(many servers take no new files, and none /,
  ],
  [remote(2), {}, "refused", 8, /\(the server may not read/],
  [remote(2), { operation: "put" }, "refused", 8, /\(the server takes no/],
  [remote(3), {}, "refused", 8, /\(make room on the server, or /],
  [
    remote(0),
    { isBegun: true },
    "refused",
    8,
    /^the server ended the transfer with code 0: "x"$/,
  ],
  [remote(4), {}, "refused", 8, /\(try again with --rfc1350\)$/],
  [remote(5), {}, "refused", 8, /: try again\)$/],
  [remote(6), {}, "refused", 8, /\(remove it on the server, or/],
  [remote(8), {}, "refused", 8, /\(try again with --rfc1350\)$/],
  [remote(99), {}, "refused", 8, /code 99: "x"$/],
  // What the server says is no fault of the file, though the sink has heard of it.
  [remote(3), { isFileFault: true }, "refused", 8, /make room/],
  [new NotFound("gone"), { isFileFault: true }, "file", 9, /^gone$/],
  [new TftpError(6, "there"), { isFileFault: true }, "exists", 10, /^there$/],
  [new ChecksumError("a", "b"), {}, "checksum", 11, /\(get it again, or /],
  [
    new ChecksumError("a", "b"),
    { operation: "put" },
    "checksum",
    11,
    /should be a and is b \(the server was told not to keep it: /,
  ],
  [
    new Error("interrupted"),
    { isInterrupted: true, isFileFault: true },
    "interrupted",
    130,
    /^interrupted$/,
  ],
];

for (const [error, circumstances, reason, status, text] of FAILURES) {
  Deno.test(`failureOf() says ${status} for ${error}, ${JSON.stringify(circumstances)}`, () => {
    const failure = failureOf(error, {
      operation: "get",
      isBegun: false,
      isFileFault: false,
      isInterrupted: false,
      ...circumstances,
    });
    assertEquals([failure.reason, failure.status], [reason, status]);
    assertMatch(failure.text, text);
    const code = reason === "refused" ? (error as TftpError).code : null;
    assertEquals(failure.code, code);
  });
}
