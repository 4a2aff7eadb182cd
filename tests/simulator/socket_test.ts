import { assertEquals, assertRejects } from "@std/assert";
import type { UdpAddress } from "../../net/mod.ts";
import { SimulatedSocket } from "../../simulator/socket.ts";

const HERE: UdpAddress = { transport: "udp", hostname: "192.0.2.1", port: 69 };
const THERE: UdpAddress = { ...HERE, hostname: "192.0.2.2", port: 5000 };

function open(bufferBytes?: number) {
  const log: string[] = [];
  const socket = new SimulatedSocket(HERE, {
    send: (_from, to, bytes) => log.push(`sent ${bytes} to ${to.port}`),
    onClose: () => log.push("closed"),
  }, bufferBytes);
  return { socket, log };
}

Deno.test("a datagram is received by who waits, or waits itself", async () => {
  const { socket } = open();
  const buffer = new Uint8Array(8);
  const waiting = socket.receive(buffer);
  assertEquals(socket.deliver(Uint8Array.of(1), THERE), true);
  assertEquals(await waiting, [Uint8Array.of(1), THERE]);
  socket.deliver(Uint8Array.of(2), THERE);
  socket.deliver(Uint8Array.of(3), THERE);
  assertEquals((await socket.receive(buffer))[0], Uint8Array.of(2));
  const [third] = await socket.receive(buffer);
  assertEquals(third, Uint8Array.of(3));
  assertEquals(third.buffer, buffer.buffer);
});

Deno.test("what is longer than the buffer is cut, as a kernel does", async () => {
  const { socket } = open();
  socket.deliver(Uint8Array.of(1, 2, 3), THERE);
  const [bytes] = await socket.receive(new Uint8Array(2));
  assertEquals(bytes, Uint8Array.of(1, 2));
});

Deno.test("the buffer holds as many datagrams as Linux lets it", () => {
  for (const [size, fitting] of [[516, 166], [1432, 92], [65468, 3]] as const) {
    const { socket } = open();
    let count = 0;
    while (socket.deliver(new Uint8Array(size), THERE)) count++;
    assertEquals(count, fitting);
  }
});

Deno.test("one receive waits at a time", async () => {
  const { socket } = open();
  const waiting = socket.receive(new Uint8Array(8));
  await assertRejects(() => socket.receive(new Uint8Array(8)), TypeError);
  socket.close();
  await assertRejects(() => waiting, Error, "closed");
});

Deno.test("a closed socket neither sends nor receives, and closes once", async () => {
  const { socket, log } = open();
  await socket.send(Uint8Array.of(7), THERE);
  socket.close();
  socket.close();
  assertEquals(socket.isClosed, true);
  assertEquals(socket.deliver(Uint8Array.of(1), THERE), false);
  await assertRejects(() => socket.send(Uint8Array.of(7), THERE));
  await assertRejects(() => socket.receive(new Uint8Array(8)));
  assertEquals(log, ["sent 7 to 5000", "closed"]);
});
