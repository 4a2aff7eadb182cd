import { assertEquals } from "@std/assert";
import { runOutOfRange } from "../../probe/_out_of_range.ts";
import type { CheckContext } from "../../probe/check.ts";
import { Conversation } from "../../probe/conversation.ts";
import type { Packet } from "../../packet/mod.ts";
import { Peer, VirtualNetwork } from "../_virtual.ts";

const DATA: Packet = { type: "DATA", block: 1, data: new Uint8Array(1) };
const oack = (value: string): Packet => ({
  type: "OACK",
  options: [["blksize", value]],
});

const CASES: readonly (readonly [reply: Packet, expected: string])[] = [
  [DATA, "ok: left out: DATA 1"],
  [oack("9"), "ok: OACK blksize=9"],
  [oack("7"), "fault: OACK blksize=7"],
  [oack("-1"), "fault: OACK blksize=-1"],
  [oack("9x"), "fault: OACK blksize=9x"],
  [
    { type: "ERROR", code: 8, message: "No" },
    'differs: ERROR 8 "No"',
  ],
];

for (const [reply, expected] of CASES) {
  Deno.test(`runOutOfRange() says "${expected}"`, async () => {
    const network = new VirtualNetwork();
    const server = new Peer(network, { port: 69 });
    const conversation = await Conversation.open({
      network,
      clock: network.clock,
      server: server.address,
      quietMs: 500,
      startMs: 0,
      deadlineMs: 1000,
      signal: new AbortController().signal,
      onPacket: () => {},
    });
    const context: CheckContext = {
      filename: "x",
      fileSizeBytes: null,
      absentName: "absent",
      writeName: "",
      quietMs: 500,
      waitMs: 500,
      open: () => Promise.resolve(conversation),
    };
    const done = runOutOfRange(context, "blksize", "7", (size) => size === 9);
    await server.expect('RRQ "x" octet blksize=7');
    await server.send(reply);
    const { verdict, finding } = await done;
    assertEquals(`${verdict}: ${finding}`, expected);
    await conversation.end();
    server.close();
  });
}
