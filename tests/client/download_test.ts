import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { get, type GetOptions, type TftpTarget } from "../../client.ts";
import { TftpError } from "../../packet/mod.ts";
import {
  type ClientSide,
  PLAIN,
  withClient,
} from "../conformance/_client_side.ts";
import {
  content,
  data,
  error,
  oack,
  payload,
} from "../conformance/_packets.ts";
import { messageOf } from "../server/_tell.ts";
import { settle } from "../_virtual.ts";

const TARGET: TftpTarget = { hostname: "127.0.0.1", filename: "file" };
const BARE = 'RRQ "file" octet';

/** Begins a download whose body nobody reads yet. */
function begin(side: ClientSide, options: GetOptions = PLAIN) {
  const { network } = side;
  const opening = get(TARGET, {
    network,
    clock: network.clock,
    random: () => 0,
    ...options,
  });
  opening.catch(() => {});
  return opening;
}

/** Takes the request, and gives a port that answers. */
async function answering(side: ClientSide) {
  const [line] = await side.server.drain();
  assert(line?.startsWith(BARE), line);
  const port = side.port();
  port.from = { ...side.server.address, port: 49_152 };
  return port;
}

Deno.test("download() tells what the server has said, before the bytes are read", () =>
  withClient(async (side) => {
    const opening = begin(side, { blksize: 1000, windowsize: 2 });
    const port = await answering(side);
    await port.send(oack(["blksize", "900"], ["tsize", "5"]));
    await port.expect("ACK 0");
    const download = await opening;
    assertEquals(download.target, { ...TARGET, port: 69, mode: "octet" });
    assertEquals(download.remote, port.address);
    assertEquals(download.size, 5);
    assertEquals(download.settings.blockSize, 900);
    assertEquals(download.acknowledged, [["blksize", "900"], ["tsize", "5"]]);
    await port.send(data(1, 5));
    assertEquals(await download.bytes(), content(5));
    await port.expect("ACK 1");
  }));

Deno.test("download() of a server without options has no size", () =>
  withClient(async (side) => {
    const opening = begin(side, {});
    const port = await answering(side);
    await port.send(data(1, 5));
    const { size, acknowledged, settings, body } = await opening;
    assertEquals([size, acknowledged, settings.blockSize], [null, null, 512]);
    await body.pipeTo(new WritableStream());
    await port.expect("ACK 1");
  }));

Deno.test("download() is refused with what the server says", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(error(1, "No such file"));
    const refusal = await assertRejects(() => opening, TftpError);
    assertEquals(
      [refusal.code, refusal.message, refusal.origin],
      [1, "No such file", "remote"],
    );
    assertEquals(side.network.openSockets, 2);
    assertEquals(side.network.clock.pending, 0);
  }));

// The body.

Deno.test("a body that is not read holds the server back", () =>
  withClient(async (side) => {
    const opening = begin(side, { blksize: 8192, windowsize: 1 });
    const port = await answering(side);
    await port.send(oack(["blksize", "8192"]));
    await port.expect("ACK 0");
    const { body } = await opening;
    let block = 1;
    for (;;) {
      await port.send(data(block, 8192));
      if ((await port.drain()).length === 0) break;
      block++;
      assert(block < 100, "The body takes everything");
    }
    // However long that is: a reader that is slow is not gone.
    await side.advance(600_000);
    await port.silence();

    const reader = body.getReader();
    // The first chunk was taken ahead of us; the second is the one that waits.
    let bytes = (await reader.read()).value!.length;
    bytes += (await reader.read()).value!.length;
    await port.expect(`ACK ${block}`);
    await port.send(data(block + 1, 0));
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
    }
    await port.expect(`ACK ${block + 1}`);
    assertEquals(bytes, block * 8192);
  }));

Deno.test("a small file is finished before anyone reads it, and can be read then", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(data(1, 5));
    const download = await opening;
    await port.expect("ACK 1");
    assertEquals((await download.finished).statistics.bytes, 5);
    assertEquals(await download.text(), String.fromCharCode(...content(5)));
  }));

Deno.test("a body that is cancelled ends the transfer", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    const { body, finished } = await opening;
    await body.cancel(new Error("enough"));
    await port.send(data(2, 5));
    await port.expect('ERROR 0 "Internal error"');
    await assertRejects(() => finished, Error, "enough");
    assertEquals(side.network.openSockets, 2);
  }));

Deno.test("a body breaks where the transfer breaks", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    const download = await opening;
    const broken = assertRejects(() => download.bytes(), TftpError);
    await port.send(error(0, "Disk on fire"));
    assertEquals((await broken).message, "Disk on fire");
    await assertRejects(() => download.finished, TftpError, "Disk on fire");
  }));

Deno.test("a transfer that breaks without anyone waiting is no unhandled rejection", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    await opening;
    await port.send(error(0, "Disk on fire"));
    await settle();
  }));

Deno.test("an empty file has an empty body", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(data(1, 0));
    await port.expect("ACK 1");
    assertEquals(await (await opening).bytes(), new Uint8Array());
  }));

Deno.test("text() is UTF-8", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    const bytes = new TextEncoder().encode("Grüße\n");
    await port.send({ type: "DATA", block: 1, data: bytes });
    assertEquals(await (await opening).text(), "Grüße\n");
    await port.expect("ACK 1");
  }));

Deno.test("a netascii download has line ends as they are kept here, and no mismatch", () =>
  withClient(async (side) => {
    const { network } = side;
    const opening = get({ ...TARGET, mode: "netascii" }, {
      network,
      clock: network.clock,
      strict: true,
    });
    await side.server.drain();
    const port = side.port();
    port.from = { ...side.server.address, port: 49_152 };
    await port.send(oack(["tsize", "4"]));
    await port.expect("ACK 0");
    const wire = new TextEncoder().encode("a\r\nb\r\0");
    await port.send({ type: "DATA", block: 1, data: wire });
    const download = await opening;
    assertEquals(await download.text(), "a\nb\r");
    await port.expect("ACK 1");
    assertEquals((await download.finished).mismatchedSize, null);
  }));

// The end.

Deno.test("a download stays for dallyMs, and as long again when it repeats its last ACK", () =>
  withClient(async (side) => {
    const opening = begin(side, { ...PLAIN, dallyMs: 9000 });
    const port = await answering(side);
    await port.send(data(1, 0));
    await port.expect("ACK 1");
    await (await opening).finished;
    await side.advance(8999);
    await port.send(data(1, 0));
    await port.expect("ACK 1");
    await side.advance(8999);
    assertEquals(side.network.openSockets, 3);
    await side.advance(1);
    assertEquals(side.network.openSockets, 2);
    assertEquals(side.network.clock.pending, 0);
  }));

Deno.test("a download that is disposed of after its end stays no longer", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(data(1, 5));
    {
      await using download = await opening;
      assertEquals(await download.bytes(), content(5));
      await port.expect("ACK 1");
      assertEquals(side.network.openSockets, 3);
    }
    assertEquals(side.network.openSockets, 2);
    assertEquals(side.network.clock.pending, 0);
    await port.silence();
  }));

Deno.test("a download that is disposed of before its end is aborted", () =>
  withClient(async (side) => {
    const opening = begin(side);
    const port = await answering(side);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    const download = await opening;
    await download[Symbol.asyncDispose]();
    await port.expect('ERROR 0 "Transfer was aborted"');
    await assertRejects(() => download.finished, TftpError, "aborted");
    await assertRejects(() => download.bytes(), TftpError, "aborted");
    assertEquals(side.network.openSockets, 2);
    assertEquals(side.network.clock.pending, 0);
    await download[Symbol.asyncDispose]();
    await port.silence();
  }));

for (const [size, announced] of [[5, 6], [5, 4], [0, 1]] as const) {
  Deno.test(`${size} octets where ${announced} were announced are told, and with strict an error`, () =>
    withClient(async (side) => {
      for (const strict of [false, true]) {
        const opening = begin(side, { strict });
        await side.server.drain();
        const port = side.port();
        port.from = {
          ...side.server.address,
          port: strict ? 49_154 : 49_152,
        };
        await port.send(oack(["tsize", `${announced}`]));
        await port.expect("ACK 0");
        const download = await opening;
        const reading = download.bytes();
        reading.catch(() => {});
        await port.send(data(1, size));
        if (!strict) {
          await port.expect("ACK 1");
          assertEquals(await reading, content(size));
          assertEquals((await download.finished).mismatchedSize, announced);
          continue;
        }
        await port.expect('ERROR 0 "Size differs from tsize"');
        const message = `Server announced ${announced} octets and sent ${size}`;
        await assertRejects(() => reading, TftpError, message);
        await assertRejects(() => download.finished, TftpError, message);
      }
    }));
}

// A sink instead of a body.

Deno.test("a sink gets the bytes, and the body is empty", () =>
  withClient(async (side) => {
    const log: string[] = [];
    const opening = begin(side, {
      ...PLAIN,
      sink: {
        write: (bytes) => void log.push(`write ${bytes.length}`),
        commit: () => void log.push("commit"),
        abort: () => void log.push("abort"),
      },
    });
    const port = await answering(side);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    await port.send(data(2, 5));
    await port.expect("ACK 2");
    const download = await opening;
    assertEquals((await download.finished).statistics.bytes, 517);
    assertEquals(await download.bytes(), new Uint8Array());
    assertEquals(log, ["write 517", "commit"]);
  }));

Deno.test("a sink that fails ends the transfer with its ERROR", () =>
  withClient(async (side) => {
    const log: string[] = [];
    const failure = new TftpError(3, "Disk full");
    const opening = begin(side, {
      ...PLAIN,
      sink: {
        write: () => Promise.reject(failure),
        commit: () => void log.push("commit"),
        abort: (reason) => void log.push(`abort ${messageOf(reason)}`),
      },
    });
    const port = await answering(side);
    await port.send(data(1, 5));
    await port.expect('ERROR 3 "Disk full"');
    const download = await opening;
    assertStrictEquals(await assertRejects(() => download.finished), failure);
    // Though the body has nothing to say.
    assertStrictEquals(await assertRejects(() => download.bytes()), failure);
    assertEquals(log, ["abort Disk full"]);
  }));

Deno.test("a sink is told once when the transfer fails", () =>
  withClient(async (side) => {
    const log: string[] = [];
    const opening = begin(side, {
      ...PLAIN,
      sink: {
        write: (bytes) => void log.push(`write ${bytes.length}`),
        commit: () => void log.push("commit"),
        abort: (reason) => void log.push(`abort ${messageOf(reason)}`),
      },
    });
    const port = await answering(side);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    await side.advance(100_000);
    await port.drain();
    const { finished } = await opening;
    await assertRejects(() => finished, TftpError, "fell silent");
    assertEquals(log, [
      `abort 127.0.0.1:${port.address.port} fell silent in mid-transfer, after 512 octets`,
    ]);
  }));

Deno.test("a server that keeps to 512 octets can be asked for smaller blocks", () =>
  withClient(async (side) => {
    const opening = begin(side, { blksize: 8, windowsize: 1 });
    const port = await answering(side);
    await port.send(data(1, 512));
    const sent = await port.expect("ACK 1");
    assertEquals(payload(sent).length, 0);
    await port.send(data(2, 0));
    assertEquals((await (await opening).bytes()).length, 512);
    await port.expect("ACK 2");
  }));
