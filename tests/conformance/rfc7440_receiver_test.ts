// RFC 7440, TFTP Windowsize Option: the side that receives DATA, as server of a write and as client that reads.

import { assertEquals } from "@std/assert";
import type { Peer } from "../_virtual.ts";
import { withClient } from "./_client_side.ts";
import { withServer } from "./_server_side.ts";
import { ack, content, data, oack, write } from "./_packets.ts";

const STEADY = { floorMs: 1000 };

/** One side that has agreed to receive in windows of 4 blocks, and what it has received in the end. */
interface Receiving {
  /** Who sends to it. */
  readonly sender: Peer;
  /** Sends blocks of 512 octets. */
  send(...blocks: number[]): Promise<void>;
  /** Sends the last block, of 100 octets. */
  end(block: number): Promise<void>;
  advance(ms: number): Promise<void>;
}

/** A test for both kinds of receiver; the file has to come whole in the end. */
function testReceiver(
  name: string,
  blocks: number,
  play: (receiving: Receiving) => Promise<void>,
): void {
  const file = content(blocks * 512 - 412);
  const make = (
    sender: Peer,
    advance: (ms: number) => Promise<void>,
  ): Receiving => ({
    sender,
    async send(...blocks) {
      for (const block of blocks) await sender.send(data(block, 512));
    },
    async end(block) {
      await sender.send(data(block, file.slice((block - 1) * 512)));
    },
    advance,
  });
  Deno.test(`${name} (server)`, () =>
    withServer({ retransmission: STEADY }, async (side) => {
      const client = await side.ask(write("file", [["windowsize", "4"]]));
      await client.expect("OACK windowsize=4");
      await play(make(client, (ms) => side.advance(ms)));
      assertEquals(side.uploads.get("file"), file);
    }));
  Deno.test(`${name} (client)`, () =>
    withClient(async (side) => {
      const download = side.get({
        blksize: 512,
        windowsize: 4,
        retransmission: STEADY,
      });
      await side.server.expect('RRQ "file" octet tsize=0 windowsize=4');
      const server = side.portFor(side.server);
      await server.send(oack(["windowsize", "4"]));
      await server.expect("ACK 0");
      await play(make(server, (ms) => side.advance(ms)));
      assertEquals(await download.bytes, file);
    }));
}

testReceiver(
  "RFC 7440 §4: a receiver acknowledges the last block of each window, and nothing before it",
  10,
  async ({ sender, send, end }) => {
    for (const first of [1, 5]) {
      await send(first, first + 1, first + 2);
      await sender.silence();
      await send(first + 3);
      await sender.expect(`ACK ${first + 3}`);
    }
    await send(9);
    await sender.silence();
    await end(10);
    await sender.expect("ACK 10");
  },
);

testReceiver(
  "RFC 7440 §4: a receiver acknowledges the last block of the file at once, also in mid-window",
  2,
  async ({ sender, send, end }) => {
    await send(1);
    await sender.silence();
    await end(2);
    await sender.expect("ACK 2");
  },
);

testReceiver(
  "RFC 7440 §4: a block beyond one that is missing is answered at once with an ACK of the last in order, once",
  6,
  async ({ sender, send, end }) => {
    await send(1, 3);
    await sender.expect("ACK 1");
    await send(4);
    await sender.silence();
    // The window starts anew behind block 1.
    await send(2, 3, 4);
    await sender.silence();
    await send(5);
    await sender.expect("ACK 5");
    await end(6);
    await sender.expect("ACK 6");
  },
);

testReceiver(
  "RFC 7440 §4: a window whose first block is lost is asked for again with the ACK of the one before",
  8,
  async ({ sender, send, end }) => {
    await send(1, 2, 3, 4);
    await sender.expect("ACK 4");
    await send(6);
    await sender.expect("ACK 4");
    await send(7);
    await end(8);
    await sender.silence();
    await send(5, 6, 7);
    await end(8);
    await sender.expect("ACK 8");
  },
);

testReceiver(
  "RFC 7440 §4: a gap that stays is complained of once for each pass of the sender",
  5,
  async ({ sender, send, end }) => {
    await send(1, 3, 4);
    await sender.expect("ACK 1");
    await send(3, 4);
    await sender.expect("ACK 1");
    await send(2, 3, 4);
    await end(5);
    await sender.expect("ACK 5");
  },
);

testReceiver(
  "RFC 7440 §4: a window whose last block is lost is acknowledged as far as it came, when nothing comes any more",
  5,
  async ({ sender, send, end, advance }) => {
    await send(1, 2, 3);
    await advance(1999);
    await sender.silence();
    await advance(1);
    await sender.expect("ACK 3");
    await send(4);
    await end(5);
    await sender.expect("ACK 5");
  },
);

testReceiver(
  "RFC 7440 §4: a window that comes again, because its ACK was lost, is acknowledged again at its end",
  5,
  async ({ sender, send, end }) => {
    await send(1, 2, 3, 4);
    await sender.expect("ACK 4");
    await send(1, 2, 3);
    await sender.silence();
    await send(4);
    await sender.expect("ACK 4");
    await end(5);
    await sender.expect("ACK 5");
  },
);

testReceiver(
  "RFC 7440 §4: blocks that come twice, or out of order, are stored once and in order",
  6,
  async ({ sender, send, end }) => {
    await send(1, 1, 2, 2, 4);
    await sender.expect("ACK 2");
    await send(3, 4, 5);
    await sender.silence();
    await end(6);
    await sender.expect("ACK 6");
  },
);

testReceiver(
  "RFC 7440 §4: a block that no window reaches is ignored",
  2,
  async ({ sender, send, end }) => {
    await send(1, 6, 40_000, 65_535);
    await sender.silence();
    await end(2);
    await sender.expect("ACK 2");
  },
);

Deno.test("RFC 7440 §4: without the option in the OACK each block is acknowledged", () =>
  withClient(async (side) => {
    const download = side.get({ blksize: 512, windowsize: 4 });
    await side.server.expect('RRQ "file" octet tsize=0 windowsize=4');
    const server = side.portFor(side.server);
    await server.send(oack(["tsize", "612"]));
    await server.expect("ACK 0");
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await server.send(ack(1));
    await server.send(data(2, content(612).slice(512)));
    await server.expect("ACK 2");
    assertEquals(await download.bytes, content(612));
  }));
