// RFC 1350, sections 6 and 7: how transfers end, well and otherwise.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { TftpError, TransferTimeoutError } from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";
import { withClient } from "./_client_side.ts";
import { bytesOf, withServer } from "./_server_side.ts";
import { ack, content, data, error, raw, read, write } from "./_packets.ts";

Deno.test("RFC 1350 §6: a server that has its last block acknowledged sends nothing any more", () =>
  withServer({ files: { file: "x" } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (1 octets)");
    await client.send(ack(1));
    assertEquals(side.ends, ["finished"]);
    await client.send(ack(1));
    await side.advance(60_000);
    await client.silence();
  }));

Deno.test("RFC 1350 §6: a server repeats its last block until that is acknowledged", () =>
  withServer(
    { files: { file: content(513) }, retransmission: { floorMs: 1000 } },
    async (side) => {
      const client = await side.ask(read("file"));
      await client.expect("DATA 1 (512 octets)");
      await client.send(ack(1));
      await client.expect("DATA 2 (1 octets)");
      for (const waitMs of [1000, 2000, 4000]) {
        await side.advance(waitMs);
        await client.expect("DATA 2 (1 octets)");
      }
      await client.send(ack(2));
      assertEquals(side.ends, ["finished"]);
    },
  ));

Deno.test("RFC 1350 §6: a server gives up a last block that is never acknowledged, and takes it for delivered", () =>
  withServer({ files: { file: content(513) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await side.advance(31_000);
    const lines = await client.drain();
    assertEquals(new Set(lines), new Set(["DATA 2 (1 octets)"]));
    const end = side.events.find(({ type }) => type === "finished");
    assert(end?.type === "finished" && end.transfer.isLastAckMissing);
  }));

Deno.test("RFC 1350 §6: a server gives up a block in mid-file that is never acknowledged", () =>
  withServer({ files: { file: content(1025) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await side.advance(31_000);
    assert((await client.drain()).length > 3);
    assertEquals(side.ends, ["failed"]);
    await side.advance(31_000);
    await client.silence();
  }));

Deno.test("RFC 1350 §6: a client repeats its last block until that is acknowledged, and fails when it never is", () =>
  withClient(async (side) => {
    const upload = side.put("abc", { rfc1350: true, retries: 2 });
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await side.advance(7000);
    assertEquals(
      new Set(await server.drain()),
      new Set(["DATA 1 (3 octets)"]),
    );
    await assertRejects(() => upload, TransferTimeoutError);
  }));

Deno.test("RFC 1350 §6: a server acknowledges the last block again when it comes again, and only for a while", () =>
  withServer({ dallyMs: 3000 }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 3));
    await client.expect("ACK 1");
    assertEquals(side.ends, ["finished"]);
    for (let i = 0; i < 3; i++) {
      await side.advance(900);
      await client.send(data(1, 3));
      await client.expect("ACK 1");
    }
    await side.advance(5000);
    await client.send(data(1, 3));
    await client.silence();
    assertEquals(side.uploads.get("file"), content(3));
    assertEquals(side.network.openSockets, 2);
  }));

Deno.test("RFC 1350 §6: a client acknowledges the last block again when it comes again, and only for a while", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    await download.finished;
    await side.advance(5900);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    await side.advance(6100);
    await server.send(data(1, 3));
    await server.silence();
  }));

Deno.test("RFC 1350 §6: an ERROR after the last block is too late to matter, on either side", async () => {
  await withServer({}, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 3));
    await client.expect("ACK 1");
    await client.send(error(0, "Late"));
    assertEquals(side.ends, ["finished"]);
    await client.send(data(1, 3));
    await client.expect("ACK 1");
  });
  await withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    await server.send(error(0, "Late"));
    await download.finished;
    await server.send(data(1, 3));
    await server.expect("ACK 1");
  });
});

for (const upload of ["sink", "body"] as const) {
  Deno.test(`RFC 1350 §6: the last ACK waits until the ${upload} has everything safe`, () => {
    const safe = Promise.withResolvers<void>();
    return withServer({
      async handler(request) {
        if (upload === "sink") {
          return TftpResponse.upload({
            write() {},
            commit: () => safe.promise,
            abort() {},
          });
        }
        await bytesOf(request.body!);
        await safe.promise;
        return undefined;
      },
    }, async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, 3));
      await client.send(data(1, 3));
      await side.advance(5000);
      await client.silence();
      safe.resolve();
      await client.expect("ACK 1");
    });
  });

  Deno.test(`RFC 1350 §7: an upload that the ${upload} could not store ends with ERROR instead of the last ACK`, () =>
    withServer({
      async handler(request) {
        const full = new TftpError(3);
        if (upload === "sink") {
          return TftpResponse.upload({
            write() {},
            commit: () => Promise.reject(full),
            abort() {},
          });
        }
        await bytesOf(request.body!);
        throw full;
      },
    }, async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, 3));
      await client.expect('ERROR 3 "Disk full or allocation exceeded"');
      assertEquals(side.ends, ["failed"]);
    }));
}

Deno.test("RFC 1350 §7: an upload whose body was read cannot go into a sink: it ends with ERROR, as nothing has stored it", () => {
  const aborted: unknown[] = [];
  return withServer({
    async handler({ body }) {
      await bytesOf(body!);
      return TftpResponse.upload({
        write() {},
        commit() {},
        abort: (reason) => void aborted.push(reason),
      });
    },
  }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 3));
    await client.expect('ERROR 0 "Internal error"');
    assertEquals(side.faults.splice(0).length, 1);
    assertEquals(aborted.length, 1);
  });
});

Deno.test("RFC 1350 §7: an ERROR ends a transfer at once and is never answered (server of a read)", () =>
  withServer({ files: { file: content(600) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(error(0, "Enough"));
    assertEquals(side.ends, ["failed"]);
    await client.send(ack(1));
    await side.advance(60_000);
    await client.silence();
  }));

for (const upload of ["sink", "body"] as const) {
  Deno.test(`RFC 1350 §7: an ERROR ends a transfer at once and is never answered (server of a write, ${upload})`, () =>
    withServer({ upload }, async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, 512));
      await client.expect("ACK 1");
      await client.send(error(0, "Enough"));
      assertEquals(side.ends, ["failed"]);
      assertEquals(side.aborted, ["file"]);
      await side.advance(60_000);
      await client.silence();
      assertEquals(side.uploads.size, 0);
    }));
}

Deno.test("RFC 1350 §7: an ERROR ends a transfer at once and is never answered (client that reads)", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await server.send(error(0, "Disk broke"));
    await assertRejects(() => download.finished, TftpError, "Disk broke");
    await assertRejects(() => download.bytes, TftpError, "Disk broke");
    await server.send(data(2, 0));
    await side.advance(60_000);
    await server.silence();
  }));

Deno.test("RFC 1350 §7: an ERROR ends a transfer at once and is never answered (client that writes)", () =>
  withClient(async (side) => {
    const upload = side.put(content(600));
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await server.expect("DATA 1 (512 octets)");
    await server.send(error(3, "Full"));
    const failure = await assertRejects(() => upload, TftpError, "Full");
    assertEquals(failure.code, 3);
    await side.advance(60_000);
    await server.silence();
  }));

Deno.test("RFC 1350 §7: an ERROR without text, or without even a code, ends a transfer all the same", async () => {
  for (const packet of ["\0\x05", "\0\x05\0", "\0\x05\0\0", "\0\x05\0\0no"]) {
    await withServer({ files: { file: content(600) } }, async (side) => {
      const client = await side.ask(read("file"));
      await client.expect("DATA 1 (512 octets)");
      await client.send(raw(packet));
      assertEquals(side.ends, ["failed"]);
    });
  }
});

Deno.test("RFC 1350 §7: an ERROR is sent once, and not again in silence", () =>
  withServer({
    handler: () =>
      TftpResponse.upload({
        write() {
          throw new TftpError(3);
        },
        commit() {},
        abort() {},
      }),
  }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 3));
    await client.expect('ERROR 3 "Disk full or allocation exceeded"');
    await side.advance(60_000);
    await client.silence();
  }));

Deno.test("RFC 1350 §7: a refusal that was lost is given again when the request comes again", () =>
  withServer({}, async (side) => {
    const client = await side.ask(read("missing"));
    await client.expect('ERROR 1 "File not found"');
    await side.advance(60_000);
    await client.silence();
    await client.send(read("missing"), side.server.addr);
    await client.expect('ERROR 1 "File not found"');
  }));

Deno.test("RFC 1350 §7: a client that gives up says so in one ERROR", () =>
  withClient(async (side) => {
    const abort = new AbortController();
    const download = side.get({ rfc1350: true, signal: abort.signal });
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    abort.abort();
    await server.expect('ERROR 0 "Transfer was aborted"');
    await assertRejects(() => download.finished, DOMException);
    await side.advance(60_000);
    await server.silence();
  }));

Deno.test("RFC 1350 §7: when an ERROR was lost, the other side ends by silence", async () => {
  await withServer({}, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await side.advance(31_000);
    assertEquals(new Set(await client.drain()), new Set(["ACK 1"]));
    assertEquals(side.ends, ["failed"]);
    assertEquals(side.aborted, ["file"]);
  });
  await withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await side.advance(31_000);
    assertEquals(new Set(await server.drain()), new Set(["ACK 1"]));
    await assertRejects(() => download.finished, TransferTimeoutError);
    await assertRejects(() => download.bytes, TransferTimeoutError);
  });
});
