import { assertEquals } from "@std/assert";
import { Stopwatch } from "../../../cli/bench/stopwatch.ts";
import { encodePacket, type Packet } from "../../../packet/mod.ts";
import type { DatagramSocket, UdpAddress } from "../../../net/mod.ts";

const PEER: UdpAddress = { transport: "udp", hostname: "192.0.2.1", port: 9 };
const OACK: Packet = { type: "OACK", options: [] };
const ACK: Packet = { type: "ACK", block: 0 };
const ERROR: Packet = { type: "ERROR", code: 1, message: "" };
const DATA: Packet = { type: "DATA", block: 1, data: new Uint8Array(3) };

/** The times of a stopwatch behind each packet; each takes one tick. */
async function timesOf(
  isUpload: boolean,
  packets: readonly Packet[],
): Promise<(number | null)[]> {
  let now = 0;
  const queue = packets.map((packet) => encodePacket(packet));
  const said: string[] = [];
  const socket = {
    address: PEER,
    isClosed: false,
    send: () => Promise.resolve(void said.push("send")),
    receive(buffer: Uint8Array) {
      const bytes = queue.shift()!;
      buffer.set(bytes);
      now++;
      return Promise.resolve([buffer.subarray(0, bytes.length), PEER] as const);
    },
    close: () => void said.push("close"),
    ref: () => void said.push("ref"),
    unref: () => void said.push("unref"),
  } satisfies DatagramSocket;
  const stopwatch = new Stopwatch({ bind: () => socket }, () => now, isUpload);
  const watched = await stopwatch.bind({ hostname: "0.0.0.0", port: 0 });
  const times: (number | null)[] = [];
  for (const packet of packets) {
    const [bytes, from] = await watched.receive(new Uint8Array(600));
    assertEquals([bytes, from], [encodePacket(packet), PEER]);
    times.push(stopwatch.firstAt);
  }
  await watched.send(new Uint8Array(4), PEER);
  watched.ref();
  watched.unref();
  watched.close();
  assertEquals(said, ["send", "ref", "unref", "close"]);
  assertEquals([watched.address, watched.isClosed], [PEER, false]);
  return times;
}

Deno.test("Stopwatch takes the time of the first DATA of a download", async () => {
  assertEquals(await timesOf(false, [OACK, DATA, DATA]), [null, 2, 2]);
  assertEquals(await timesOf(false, [ERROR, DATA]), [null, 2]);
});

Deno.test("Stopwatch takes the time of the first answer to an upload", async () => {
  assertEquals(await timesOf(true, [OACK, ACK]), [1, 1]);
  assertEquals(await timesOf(true, [ERROR, ACK, ACK]), [null, 2, 2]);
});
