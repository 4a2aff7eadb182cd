// How transfers end before their time, and what is told on the way.

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { TransferProgress } from "../../client.ts";
import type { Network } from "../../net/mod.ts";
import { TftpError, TransferTimeoutError } from "../../packet/mod.ts";
import { PLAIN, withClient } from "../conformance/_client_side.ts";
import { ack, content, data, error, oack } from "../conformance/_packets.ts";
import { settle } from "../_virtual.ts";

const ASKED = 'RRQ "file" octet blksize=1428 tsize=0 windowsize=16';
const BARE = 'RRQ "file" octet';
const ABORTED = 'ERROR 0 "Transfer was aborted"';

// Aborting.

Deno.test("a transfer that was aborted before it began opens no socket", () =>
  withClient(async (side) => {
    const reason = new Error("changed my mind");
    const network: Network = {
      bind() {
        throw new Error("A socket is opened");
      },
    };
    const signal = AbortSignal.abort(reason);
    const { opened } = side.get({ signal, network });
    assertStrictEquals(await assertRejects(() => opened), reason);
  }));

Deno.test("a transfer that is aborted while its socket is opened sends nothing", () =>
  withClient(async (side) => {
    const controller = new AbortController();
    const network: Network = {
      async bind(address) {
        await settle();
        controller.abort();
        return side.network.bind(address);
      },
    };
    const { opened } = side.get({ signal: controller.signal, network });
    const thrown = await assertRejects(() => opened, DOMException);
    assertEquals(thrown.name, "AbortError");
    assertEquals(side.network.transcript, []);
    assertEquals(side.network.openSockets, 1);
  }));

Deno.test("a request that is aborted is given up, and not asked again without options", () =>
  withClient(async (side) => {
    const controller = new AbortController();
    const { opened } = side.get({ signal: controller.signal });
    await side.server.expect(ASKED);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    // The port an ERROR would have to go to is not known yet.
    await side.server.silence();
    assertStrictEquals(await assertRejects(() => opened), reason);
    assertEquals(side.network.openSockets, 1);
    assertEquals(side.network.clock.pending, 0);
  }));

Deno.test("a download that is aborted tells the server, and both of its promises why", () =>
  withClient(async (side) => {
    const controller = new AbortController();
    const download = side.get({ ...PLAIN, signal: controller.signal });
    await side.server.expect(BARE);
    const port = side.portFor(side.server);
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await port.expect(ABORTED);
    assertStrictEquals(await assertRejects(() => download.finished), reason);
    assertStrictEquals(await assertRejects(() => download.bytes), reason);
    assertEquals(side.network.openSockets, 2);
  }));

Deno.test("a transfer that is aborted after its end has ended well", () =>
  withClient(async (side) => {
    const controller = new AbortController();
    const { signal } = controller;
    const upload = side.put("text", { ...PLAIN, signal });
    await side.server.expect('WRQ "file" octet');
    const port = side.portFor(side.server);
    await port.send(ack(0));
    await port.expect("DATA 1 (4 octets)");
    await port.send(ack(1));
    const download = side.get({ ...PLAIN, signal });
    await side.server.expect(BARE);
    const other = side.portFor(side.server);
    await other.send(data(1, 5));
    await other.expect("ACK 1");
    await download.finished;
    controller.abort();
    await other.silence();
    assertEquals((await upload).statistics.bytes, 4);
    assertEquals(await download.bytes, content(5));
    // The last ACK may still have been lost.
    await other.send(data(1, 5));
    await other.expect("ACK 1");
  }));

// Progress.

/** Downloads five blocks with a wait before each, and returns what was reported, and when. */
async function reported(
  waitMs: number,
): Promise<[ms: number, bytes: number, size: number | null][]> {
  const reports: [number, number, number | null][] = [];
  await withClient(async (side) => {
    const onProgress = ({ bytes, size }: TransferProgress) => {
      reports.push([side.network.clock.now(), bytes, size]);
    };
    const download = side.get({
      blksize: 8,
      windowsize: 1,
      retransmission: { floorMs: 5000 },
      onProgress,
    });
    await side.server.drain();
    side.server.from = { ...side.server.address, port: 49_152 };
    const port = side.portFor(side.server);
    await port.send(oack(["blksize", "8"], ["tsize", "33"]));
    await port.expect("ACK 0");
    for (let block = 1; block <= 5; block++) {
      await side.advance(waitMs);
      await port.send(data(block, content(33).slice(block * 8 - 8, block * 8)));
      await port.expect(`ACK ${block}`);
    }
    await download.finished;
  });
  return reports;
}

Deno.test("progress is reported ten times a second at most, and at the end", async () => {
  assertEquals(await reported(40), [
    [0, 0, 33],
    [120, 24, 33],
    [200, 33, 33],
  ]);
});

Deno.test("progress is reported block by block when it is slow, and the end once more", async () => {
  assertEquals(await reported(100), [
    [0, 0, 33],
    [100, 8, 33],
    [200, 16, 33],
    [300, 24, 33],
    [400, 32, 33],
    [500, 33, 33],
    [500, 33, 33],
  ]);
});

Deno.test("progress is reported at the end of a transfer that failed, too", () =>
  withClient(async (side) => {
    const reports: TransferProgress[] = [];
    const upload = side.put(content(1000), {
      ...PLAIN,
      onProgress: (progress) => reports.push(progress),
    });
    await side.server.expect('WRQ "file" octet');
    const port = side.portFor(side.server);
    await port.send(ack(0));
    await port.expect("DATA 1 (512 octets)");
    await port.send(ack(1));
    await port.expect("DATA 2 (488 octets)");
    await port.send(error(3, "Disk full"));
    await assertRejects(() => upload, TftpError, "Disk full");
    assertEquals(reports, [
      { bytes: 0, size: null },
      { bytes: 512, size: null },
    ]);
  }));

Deno.test("an onProgress and an onEvent that throw do no harm", async () => {
  let calls = 0;
  await withClient(async (side) => {
    const watch = () => {
      calls++;
      throw new Error("watching failed");
    };
    const download = side.get({ ...PLAIN, onProgress: watch, onEvent: watch });
    await side.server.expect(BARE);
    await side.advance(1000);
    await side.server.expect(BARE);
    const port = side.portFor(side.server);
    await port.send(ack(7));
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    await port.send(data(2, content(600).slice(512)));
    await port.expect("ACK 2");
    assertEquals(await download.bytes, content(600));
    await download.finished;
  });
  assertEquals(calls, 4);
});

Deno.test("events of the opening and of the transfer are told", () =>
  withClient(async (side) => {
    const events: string[] = [];
    const download = side.get({
      ...PLAIN,
      onEvent: ({ type, ...rest }) =>
        events.push(`${type} ${Object.values(rest).join(" ")}`),
    });
    await side.server.expect(BARE);
    await side.advance(1000);
    await side.server.expect(BARE);
    const port = side.portFor(side.server);
    await port.send(data(3, 512));
    await port.send(data(1, 512));
    await port.expect("ACK 1");
    await port.send(ack(1));
    await port.send(data(2, 0));
    await port.expect("ACK 2");
    await download.finished;
    assertEquals(events, [
      "retransmission 0 1000",
      "unexpected DATA 3 (512 octets)",
      "unexpected ACK 1",
    ]);
  }));

// Silence.

Deno.test("a server that never answers is named, with the time it was waited for", () =>
  withClient(async (side) => {
    const { opened } = side.get();
    await side.advance(31_000);
    await side.server.drain();
    await assertRejects(
      () => opened,
      TransferTimeoutError,
      "No answer from 127.0.0.1:69 for 31.0 s: is a TFTP server running there",
    );
    assertEquals(side.network.openSockets, 1);
    assertEquals(side.network.clock.pending, 0);
  }));

Deno.test("a server that falls silent is named, by the port it had chosen, to who waits and to who reads", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect(BARE);
    const port = side.portFor(side.server);
    await port.send(data(1, 512));
    await side.advance(100_000);
    await port.drain();
    const message =
      `127.0.0.1:${port.address.port} fell silent in mid-transfer, after 512 octets`;
    await assertRejects(() => download.finished, TransferTimeoutError, message);
    await assertRejects(() => download.bytes, TransferTimeoutError, message);
  }));

for (
  const [options, waitMs] of [
    [{ retries: 0 }, 1000],
    [{ retries: 1 }, 3000],
    [{ timeoutMs: 100, retries: 2 }, 700],
    [{ retransmission: { capMs: 1000 }, retries: 3 }, 4000],
  ] as const
) {
  Deno.test(`with ${JSON.stringify(options)} a server is waited for ${waitMs} ms`, () =>
    withClient(async (side) => {
      const { opened } = side.get({ ...PLAIN, ...options });
      let isOver = false;
      opened.catch(() => isOver = true);
      await side.advance(waitMs - 1);
      assertEquals(isOver, false);
      await side.advance(5);
      assertEquals(isOver, true);
      await side.server.drain();
    }));
}
