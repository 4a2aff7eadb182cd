// RFC 2349, TFTP Timeout Interval and Transfer Size Options. Its sections have no numbers: they are named here.

import { assertEquals, assertRejects } from "@std/assert";
import {
  ERROR_CODE,
  TftpError,
  TransferTimeoutError,
} from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";
import { withClient } from "./_client_side.ts";
import { withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  expectError,
  oack,
  raw,
  read,
  write,
} from "./_packets.ts";

const FILES = { file: content(1500), text: "a\nb\n", empty: "" };

for (const asked of ["1", "7", "255"]) {
  Deno.test(`RFC 2349 §Timeout: a server answers ${asked} with ${asked}, and waits that long each time`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(read("file", [["timeout", asked]]));
      await client.expect(`OACK timeout=${asked}`);
      await client.send(ack(0));
      await client.expect("DATA 1 (512 octets)");
      // Minutes of silence are not borne for as long as seconds are.
      for (let i = 0; i < (asked === "255" ? 1 : 3); i++) {
        await side.advance(Number(asked) * 1000 - 1);
        await client.silence();
        await side.advance(1);
        await client.expect("DATA 1 (512 octets)");
      }
      await client.send(error(0));
    }));
}

for (const asked of ["0", "256", "-1", "1.5", "soon", ""]) {
  Deno.test(`RFC 2349 §Timeout: a server leaves "${asked}" out of its answer`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(
        read("file", [["timeout", asked], ["blksize", "1024"]]),
      );
      await client.expect("OACK blksize=1024");
      await client.send(error(0));
    }));
}

Deno.test("RFC 2349 §Timeout: an upload is waited for as long as was negotiated, each time", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file", [["timeout", "3"]]));
    await client.expect("OACK timeout=3");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    for (let i = 0; i < 3; i++) {
      await side.advance(2999);
      await client.silence();
      await side.advance(1);
      await client.expect("ACK 1");
    }
    await client.send(data(2, 0));
    await client.expect("ACK 2");
  }));

Deno.test("RFC 2349 §Timeout: a client waits as long as was negotiated, each time", async () => {
  await withClient(async (side) => {
    const upload = side.put("abc", { timeout: 3, blksize: 512, windowsize: 1 });
    await side.server.expect('WRQ "file" octet timeout=3 tsize=3');
    const server = side.portFor(side.server);
    await server.send(oack(["timeout", "3"]));
    await server.expect("DATA 1 (3 octets)");
    for (let i = 0; i < 3; i++) {
      await side.advance(2999);
      await server.silence();
      await side.advance(1);
      await server.expect("DATA 1 (3 octets)");
    }
    await server.send(ack(1));
    await upload;
  });
  await withClient(async (side) => {
    const download = side.get({ timeout: 3, blksize: 512, windowsize: 1 });
    await side.server.expect('RRQ "file" octet timeout=3 tsize=0');
    const server = side.portFor(side.server);
    await server.send(oack(["timeout", "3"]));
    await server.expect("ACK 0");
    await side.advance(2999);
    await server.silence();
    await side.advance(1);
    await server.expect("ACK 0");
    await side.advance(28_000);
    await server.drain();
    await assertRejects(() => download.finished, TransferTimeoutError);
  });
});

for (const answer of ["4", "2", "0", "x"]) {
  Deno.test(`RFC 2349 §Timeout: a client that asked for 3 answers "${answer}" with ERROR 8`, () =>
    withClient(async (side) => {
      const download = side.get({
        timeout: 3,
        blksize: 512,
        windowsize: 1,
        fallback: false,
      });
      await side.server.expect('RRQ "file" octet timeout=3 tsize=0');
      const server = side.portFor(side.server);
      await server.send(oack(["timeout", answer]));
      await expectError(server, 8);
      await assertRejects(() => download.opened, TftpError);
    }));
}

for (const asked of ["0", "999", "99999999999999"]) {
  Deno.test(`RFC 2349 §Transfer Size: a read request that says ${asked} is answered with the size of the file`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(read("file", [["tsize", asked]]));
      await client.expect("OACK tsize=1500");
      await client.send(error(0));
    }));
}

Deno.test("RFC 2349 §Transfer Size: a size that is not known is left out", () =>
  withServer({
    files: FILES,
    handler({ filename }) {
      const { body } = new Response("streamed");
      return new TftpResponse(
        body!,
        filename === "sized" ? { size: 8 } : {},
      );
    },
  }, async (side) => {
    const unsized = await side.ask(read("unsized", [["tsize", "0"]]));
    await unsized.expect("DATA 1 (8 octets)");
    await unsized.send(ack(1));
    const sized = await side.ask(read("sized", [["tsize", "0"]]));
    await sized.expect("OACK tsize=8");
    await sized.send(ack(0));
    await sized.expect("DATA 1 (8 octets)");
    await sized.send(ack(1));
  }));

Deno.test("RFC 2349 §Transfer Size: in netascii, where the size on the wire is another, it is left out", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(
      read("text", [["tsize", "0"], ["blksize", "1024"]], "netascii"),
    );
    await client.expect("OACK blksize=1024");
    await client.send(ack(0));
    await client.expect("DATA 1 (6 octets)");
    await client.send(ack(1));
  }));

Deno.test("RFC 2349 §Transfer Size: an empty file is sent without its size, which curl takes for a failure", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("empty", [["tsize", "0"]]));
    await client.expect("DATA 1 (0 octets)");
    await client.send(ack(1));
  }));

for (const [asked, size] of [["7", 7], ["99999999999999", 99999999999999]]) {
  Deno.test(`RFC 2349 §Transfer Size: a write request that says ${asked} is answered with that, and the handler learns it`, () => {
    const sizes: unknown[] = [];
    return withServer({
      limits: { maxUploadBytes: Number.MAX_SAFE_INTEGER },
      handler(request) {
        sizes.push(request.size);
        return TftpResponse.upload({ write() {}, commit() {}, abort() {} });
      },
    }, async (side) => {
      const client = await side.ask(write("file", [["tsize", `${asked}`]]));
      await client.expect(`OACK tsize=${asked}`);
      await client.send(error(0));
      assertEquals(sizes, [size]);
    });
  });
}

for (const asked of ["-1", "big", "", "9".repeat(21)]) {
  Deno.test(`RFC 2349 §Transfer Size: a write request that says "${asked}" is taken without it`, () =>
    withServer({}, async (side) => {
      const client = await side.ask(write("file", [["tsize", asked]]));
      await client.expect("ACK 0");
      await client.send(data(1, 3));
      await client.expect("ACK 1");
    }));
}

Deno.test("RFC 2349 §Transfer Size: an upload that is announced as larger than the server takes is refused with ERROR 3", () =>
  withServer({ limits: { maxUploadBytes: 1000 } }, async (side) => {
    for (const asked of ["1001", "9".repeat(19)]) {
      const client = await side.ask(write("file", [["tsize", asked]]));
      await client.expect('ERROR 3 "Disk full or allocation exceeded"');
    }
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await client.send(data(2, 489));
    await client.expect('ERROR 3 "Disk full or allocation exceeded"');
    assertEquals(side.uploads.size, 0);
  }));

Deno.test("RFC 2349 §Transfer Size: an upload that is announced as too large is refused with ERROR 3 before it begins", () =>
  withServer({
    handler({ size }) {
      if (size !== null && size > 1000) {
        throw new TftpError(ERROR_CODE.DiskFull);
      }
      return TftpResponse.upload({ write() {}, commit() {}, abort() {} });
    },
  }, async (side) => {
    const large = await side.ask(write("file", [["tsize", "1001"]]));
    await large.expect('ERROR 3 "Disk full or allocation exceeded"');
    const small = await side.ask(write("file", [["tsize", "1000"]]));
    await small.expect("OACK tsize=1000");
    await small.send(error(0));
  }));

Deno.test("RFC 2349 §Transfer Size: an upload of another size than announced is taken", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file", [["tsize", "1000"]]));
    await client.expect("OACK tsize=1000");
    await client.send(data(1, raw("short")));
    await client.expect("ACK 1");
    assertEquals(side.uploads.get("file")?.length, 5);
  }));

Deno.test("RFC 2349 §Transfer Size: a client asks with 0, and tells the size before the first byte", () =>
  withClient(async (side) => {
    const download = side.get({ blksize: 512, windowsize: 1 });
    await side.server.expect('RRQ "file" octet tsize=0');
    const server = side.portFor(side.server);
    await server.send(oack(["tsize", "3"]));
    await server.expect("ACK 0");
    assertEquals((await download.opened).size, 3);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals((await download.finished).mismatchedSize, null);
  }));

Deno.test("RFC 2349 §Transfer Size: a client announces an upload's size where it is known", () =>
  withClient(async (side) => {
    const plain = { blksize: 512, windowsize: 1 };
    const stream = () => new Blob(["a\nb"]).stream();
    for (
      const [body, options, mode, line] of [
        ["a\nb", plain, "octet", 'WRQ "file" octet tsize=3'],
        ["a\nb", plain, "netascii", 'WRQ "file" netascii tsize=4'],
        [stream(), plain, "octet", 'WRQ "file" octet'],
        [stream(), plain, "netascii", 'WRQ "file" netascii'],
        [
          stream(),
          { ...plain, size: 3 },
          "octet",
          'WRQ "file" octet tsize=3',
        ],
      ] as const
    ) {
      const upload = side.put(body, options, { mode });
      await side.server.expect(line);
      await side.server.send(error(2));
      await assertRejects(() => upload, TftpError);
    }
  }));

Deno.test("RFC 2349 §Transfer Size: a client that cannot take a file of that size may end the transfer with ERROR 3", () =>
  withClient(async (side) => {
    const aborted: unknown[] = [];
    const download = side.get({
      blksize: 512,
      windowsize: 1,
      sink: {
        write() {
          throw new TftpError(ERROR_CODE.DiskFull);
        },
        commit() {},
        abort: (reason) => void aborted.push(reason),
      },
    });
    await side.server.expect('RRQ "file" octet tsize=0');
    const server = side.portFor(side.server);
    await server.send(oack(["tsize", "3"]));
    await server.expect("ACK 0");
    await server.send(data(1, 3));
    await expectError(server, 3);
    await assertRejects(() => download.finished, TftpError);
    assertEquals(aborted.length, 1);
  }));
