import { assertEquals, assertThrows } from "@std/assert";
import { CLIENT_OPTIONS, clientOptions } from "../../cli/client_options.ts";
import { UsageError } from "../../cli/command.ts";
import { parseCommand } from "../../cli/parse.ts";
import type { ClientOptions } from "../../client.ts";

function optionsOf(...args: string[]): ClientOptions {
  return clientOptions(
    parseCommand({ name: "get", options: CLIENT_OPTIONS }, args),
  );
}

Deno.test("clientOptions() leaves to the client what is not said", () => {
  assertEquals(optionsOf(), { rfc1350: false });
});

Deno.test("clientOptions() hands over what is said", () => {
  assertEquals(
    optionsOf(
      ..."--blksize 8192 --windowsize 4 --timeout 0.5 --retries 0 --rfc1350"
        .split(" "),
    ),
    {
      blksize: 8192,
      windowsize: 4,
      timeoutMs: 500,
      retries: 0,
      rfc1350: true,
    },
  );
  assertEquals(optionsOf("-b", "512", "-t", "2", "-r", "9"), {
    blksize: 512,
    timeoutMs: 2000,
    retries: 9,
    rfc1350: false,
  });
});

const REFUSED: readonly [args: string, message: string][] = [
  ["-b 7", '--blksize must be a whole number from 8 to 65464: "7" is not'],
  [
    "-b 65465",
    '--blksize must be a whole number from 8 to 65464: "65465" is not',
  ],
  [
    "--windowsize 0",
    '--windowsize must be a whole number from 1 to 32767: "0" is not',
  ],
  [
    "-t 0",
    '--timeout must be a number of seconds from 0.001 to 3600: "0" is not',
  ],
  ["-r 101", '--retries must be a whole number from 0 to 100: "101" is not'],
  ["-q -v", "--quiet and --verbose contradict each other"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`clientOptions() refuses ${args}`, () => {
    const error = assertThrows(() => optionsOf(...args.split(" ")), UsageError);
    assertEquals(error.message, message);
  });
}
