// Requests that a server has nothing left for, and what the file system has to do with it.

import { assertEquals } from "@std/assert";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";
import { read } from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";
import { takeEvents } from "./_tell.ts";

Deno.test("a request for which the system has no file to give gets no answer, and makes room for the next", () => {
  const full = Object.assign(new Error("Too many open files"), {
    code: "EMFILE",
  });
  let isFull = false;
  const handler = () => {
    if (!isFull) return new TftpResponse("x");
    throw new TftpError(ERROR_CODE.NotDefined, "Cannot read", { cause: full });
  };
  return withServer({ handler }, async (side) => {
    const halfOpen = await side.ask(read("file"));
    await halfOpen.expect("DATA 1 (1 octets)");
    isFull = true;
    takeEvents(side);
    const client = await side.ask(read("file"));
    await client.silence();
    assertEquals(takeEvents(side).map((line) => line.split(" ")[0]), [
      "request",
      "dropped",
      "failed",
    ]);
  });
});

for (
  const [thrown, line] of [
    [new Deno.errors.NotFound("/srv/secret"), 'ERROR 1 "File not found"'],
    [new Deno.errors.NotCapable("/srv/secret"), 'ERROR 2 "Access violation"'],
    [
      new Deno.errors.AlreadyExists("/srv/secret"),
      'ERROR 6 "File already exists"',
    ],
  ] as const
) {
  Deno.test(`a handler that throws ${thrown.name} refuses with the code that fits, and is not at fault`, () => {
    const handler = () => {
      throw thrown;
    };
    return withServer({ handler }, async (side) => {
      await (await side.ask(read("file"))).expect(line);
      assertEquals(side.ends, ["refused"]);
    });
  });
}
