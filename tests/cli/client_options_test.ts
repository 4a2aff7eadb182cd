import { assertEquals, assertThrows } from "@std/assert";
import { CLIENT_OPTIONS, clientOptions } from "../../cli/client_options.ts";
import { UsageError } from "../../cli/command.ts";
import { parseCommand } from "../../cli/parse.ts";
import type { ClientOptions } from "../../client.ts";

function optionsOf(...args: string[]): ClientOptions {
  const parsed = parseCommand({ name: "get", options: CLIENT_OPTIONS }, args);
  parsed.check();
  return clientOptions(parsed);
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
      // Other clients take large files without options, too.
      rollover: 0,
    },
  );
  assertEquals(optionsOf("-b", "512", "-t", "2", "-r", "9"), {
    blksize: 512,
    timeoutMs: 2000,
    retries: 9,
    rfc1350: false,
  });
});

Deno.test("clientOptions() hands over where to send from", () => {
  assertEquals(
    optionsOf("--source-address", "192.0.2.1", "--source-port", "6900"),
    { rfc1350: false, localHostname: "192.0.2.1", localPort: 6900 },
  );
});

Deno.test("clientOptions() tells options that are built in from those that are not", () => {
  assertEquals(
    optionsOf(
      ...["--option", "TIMEOUT=3", "--option", "color="],
      ...["--option", "x=a=b"],
    ),
    {
      rfc1350: false,
      options: [["TIMEOUT", "3"]],
      customOptions: { color: "", x: "a=b" },
    },
  );
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
  ["--option x", '--option must be NAME=VALUE: "x" is not'],
  ["--option =x", '--option must be NAME=VALUE: "=x" is not'],
  ["--option blksize=512", "--option cannot be blksize: use --blksize"],
  ["--option WindowSize=1", "--option cannot be windowsize: use --windowsize"],
  [
    "--option tsize=0",
    "--option cannot be tsize: the size is asked for, or told, anyway",
  ],
  ["--option a=1 --option A=2", '--option asks for "A" twice'],
  [
    "--option ü=1",
    'Cannot use custom option as its name must be of visible ASCII characters: current value is "ü"',
  ],
  [
    "--rfc1350 --option a=1",
    "--rfc1350 and --option contradict each other",
  ],
  [
    "--source-port 0",
    '--source-port must be a whole number from 1 to 65535: "0" is not',
  ],
  [
    "--parallel 65",
    '--parallel must be a whole number from 1 to 64: "65" is not',
  ],
  ["-q -v", "--quiet and --verbose contradict each other"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`clientOptions() refuses ${args}`, () => {
    const error = assertThrows(() => optionsOf(...args.split(" ")), UsageError);
    assertEquals(error.message, message);
  });
}
