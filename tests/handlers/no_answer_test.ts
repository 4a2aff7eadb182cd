import { assert, assertEquals } from "@std/assert";
import { NoAnswerError } from "../../handlers/no_answer.ts";
import { TftpError } from "../../packet/mod.ts";
import type { ServerEvent } from "../../server.ts";
import { read, REQUEST_PORT, write } from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";

const silent = () => {
  throw new NoAnswerError("Not for you");
};

Deno.test("NoAnswerError is an ERROR like any other where an answer cannot be kept back any more", () => {
  const error = new NoAnswerError("Not for you");
  assert(error instanceof TftpError);
  assertEquals([error.code, error.wireText], [2, "Access violation"]);
});

for (const singlePort of [false, true]) {
  Deno.test(`NoAnswerError leaves a request without an answer, ${singlePort ? "single port" : "own ports"}`, () =>
    withServer({ handler: silent, singlePort }, async (side) => {
      for (const packet of [read("file"), write("new")]) {
        const client = await side.ask(packet);
        await side.advance(30_000);
        await client.silence();
      }
      assertEquals(
        side.events.flatMap((event: ServerEvent) =>
          event.type === "dropped" ? [event.reason] : []
        ),
        ["Not for you", "Not for you"],
      );
      assertEquals(side.ends, ["dropped", "dropped"]);
    }));
}

Deno.test("NoAnswerError ends nothing else, and the next request of the client is looked at anew", async () => {
  let count = 0;
  await withServer({
    handler: ({ operation, body }) => {
      if (operation === "write") return body!.pipeTo(new WritableStream());
      if (count++ === 0) throw new NoAnswerError("Not now");
    },
  }, async (side) => {
    const upload = await side.ask(write("new"));
    await upload.expect("ACK 0");
    const client = await side.ask(read("file"));
    await client.silence();
    await client.send(read("file"), REQUEST_PORT);
    await client.expect('ERROR 1 "File not found"');
    await upload.send({ type: "DATA", block: 1, data: new Uint8Array(5) });
    await upload.expect("ACK 1");
    assertEquals(side.ends, ["dropped", "refused", "finished"]);
  });
});

Deno.test("NoAnswerError breaks off an upload that is under way with an ERROR", () =>
  withServer({
    handler: async ({ body }) => {
      await body!.getReader().read();
      throw new NoAnswerError("Not for you");
    },
  }, async (side) => {
    const client = await side.ask(write("new"));
    await client.expect("ACK 0");
    await client.send({ type: "DATA", block: 1, data: new Uint8Array(5) });
    await client.expect('ERROR 2 "Access violation"');
    assertEquals(side.ends, ["failed"]);
  }));
