import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  clientOptionsOf,
  INITIAL_STATE,
  optionsText,
  statusText,
} from "../../../cli/shell/state.ts";

Deno.test("clientOptionsOf() leaves the defaults to the client", () => {
  assertEquals(clientOptionsOf(INITIAL_STATE), { rfc1350: false, options: [] });
});

Deno.test("clientOptionsOf() says all that was said", () => {
  assertEquals(
    clientOptionsOf({
      ...INITIAL_STATE,
      isRfc1350: true,
      blksize: 8192,
      windowsize: 4,
      timeout: 3,
      rollover: 1,
      options: new Map([["x-name", "v"]]),
      rexmtMs: 200,
      retries: 2,
    }),
    {
      rfc1350: true,
      rollover: 0,
      options: [["x-name", "v"]],
      blksize: 8192,
      windowsize: 4,
      timeout: 3,
      rolloverOption: 1,
      timeoutMs: 200,
      retries: 2,
    },
  );
});

for (
  const [giveUpMs, rexmtMs, retries] of [
    [1000, null, 0],
    [1001, null, 1],
    [31_000, null, 5],
    [3_600_000, null, 100],
    [10, 1000, 0],
    // Waits are longer than eight seconds only when the first one is.
    [60_000, 20_000, 2],
  ] as const
) {
  Deno.test(`clientOptionsOf() makes ${retries} retries of ${giveUpMs} ms at ${rexmtMs}`, () => {
    const options = clientOptionsOf({ ...INITIAL_STATE, giveUpMs, rexmtMs });
    assertEquals(options.retries, retries);
  });
}

Deno.test("optionsText() lists what requests ask for", () => {
  assertEquals(
    optionsText(INITIAL_STATE),
    "tsize, blksize 1428, windowsize 16",
  );
  assertEquals(
    optionsText({
      ...INITIAL_STATE,
      timeout: 2,
      rollover: 0,
      options: new Map([["x", "\x1b"]]),
    }),
    'tsize, blksize 1428, windowsize 16, timeout 2, rollover 0, x "\\u001b"',
  );
  assertEquals(
    optionsText({ ...INITIAL_STATE, isRfc1350: true }),
    "none, by RFC 1350",
  );
});

Deno.test("statusText() fits a narrow terminal, and names the server", () => {
  assertMatch(statusText(INITIAL_STATE), /^server +none yet/);
  const text = statusText({ ...INITIAL_STATE, hostname: "h", port: 70 });
  assertMatch(text, /^server +h, port 70$/m);
  assertMatch(text, /gives up after 31\.00 s of silence/);
  assert(text.split("\n").every((line) => line.length <= 80));
});
