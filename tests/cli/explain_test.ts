import { assertEquals } from "@std/assert";
import { explain } from "../../cli/explain.ts";
import { TftpError, TransferTimeoutError } from "../../packet/mod.ts";

const { NotCapable, NotFound } = Deno.errors;

const EXPLAINED: readonly [error: unknown, text: string][] = [
  [
    new TftpError(1, "File not found", { origin: "remote" }),
    'the server refused with code 1: "File not found"',
  ],
  [
    new TftpError(0, 'a\n\x1b[31m"', { origin: "remote" }),
    'the server refused with code 0: "a\\n\\u001b[31m\\""',
  ],
  [new TftpError(3, "Cannot write"), "Cannot write"],
  [new TransferTimeoutError("No answer"), "No answer"],
  [
    new NotFound("No such file or directory (os error 2): open 'x'"),
    "No such file or directory",
  ],
  [new Error("first\nsecond"), "first"],
  ["thrown as a text", "thrown as a text"],
  [
    new NotCapable(
      'Requires read access to "a b", run again with the --allow-read flag',
    ),
    'No permission for read access to a b: add --allow-read=a b after "deno run"',
  ],
  [
    new NotCapable(
      'Requires net access to "0.0.0.0:69", run again with the --allow-net flag',
    ),
    'No permission for net access to 0.0.0.0:69: add --allow-net=0.0.0.0 after "deno run"',
  ],
  [
    new NotCapable(
      'Requires all access to "/dev/stdout", run again with the --allow-all flag',
    ),
    "Deno keeps /dev/stdout from programs",
  ],
  [new NotCapable("Something else\nand more"), "Something else"],
];

for (const [error, text] of EXPLAINED) {
  Deno.test(`explain() says "${text}"`, () => {
    assertEquals(explain(error), text);
  });
}
