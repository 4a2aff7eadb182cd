import { assertEquals, assertRejects } from "@std/assert";
import { ChaosSocket, type SocketHost } from "../../chaos/socket.ts";
import { settle, VirtualNetwork } from "../_virtual.ts";

const PEER = { transport: "udp", hostname: "10.0.0.9", port: 9 } as const;

function make(host: Partial<SocketHost> = {}) {
  const network = new VirtualNetwork();
  const inner = network.bind({ hostname: "10.0.0.1", port: 69 });
  const socket = new ChaosSocket(inner, {
    handleSend: (socket, bytes, to) => socket.transmit(bytes, to),
    handleReceived: (socket, bytes, from) => {
      socket.deliver(bytes, from);
      return Promise.resolve();
    },
    handleClose: () => false,
    ...host,
  });
  const arrive = (...octets: number[]) =>
    network.inject(PEER, socket.address, Uint8Array.from(octets));
  return { network, inner, socket, arrive };
}

Deno.test("ChaosSocket passes what its host passes, either way", async () => {
  const { network, socket, arrive } = make();
  await socket.send(new Uint8Array([0, 4, 0, 1]), PEER);
  assertEquals(network.transcript, ["10.0.0.1:69 > 10.0.0.9:9 ACK 1"]);
  arrive(1, 2, 3);
  const buffer = new Uint8Array(2);
  const [bytes, from] = await socket.receive(buffer);
  assertEquals([[...bytes], from], [[1, 2], PEER]);
  assertEquals(bytes.buffer, buffer.buffer);
  socket.close();
});

Deno.test("ChaosSocket gives the server what is made up, and keeps order", async () => {
  const { socket } = make();
  const waiting = socket.receive(new Uint8Array(9));
  socket.deliver(new Uint8Array([1]), PEER);
  socket.deliver(new Uint8Array([2]), PEER);
  assertEquals([...(await waiting)[0]], [1]);
  assertEquals([...(await socket.receive(new Uint8Array(9)))[0]], [2]);
  socket.close();
});

Deno.test("ChaosSocket rejects who waits when it is closed, and later ones", async () => {
  const { network, socket } = make();
  const waiting = socket.receive(new Uint8Array(9));
  socket.close();
  socket.close();
  await assertRejects(() => waiting, Deno.errors.Interrupted);
  await assertRejects(() => socket.receive(new Uint8Array(9)));
  assertEquals([socket.isClosed, network.openSockets], [true, 0]);
});

Deno.test("ChaosSocket lingers: closed to the server, and heard by the host", async () => {
  const heard: number[] = [];
  const { network, inner, socket, arrive } = make({
    handleClose: () => true,
    handleReceived: (_, bytes) => {
      heard.push(bytes[0]!);
      return Promise.resolve();
    },
  });
  socket.close();
  assertEquals([socket.isClosed, network.openSockets], [true, 1]);
  assertEquals(inner.isRef, false);
  arrive(7);
  arrive(8);
  await settle();
  assertEquals(heard, [7, 8]);
  socket.closeForGood();
  await settle();
  assertEquals(network.openSockets, 0);
});

Deno.test("ChaosSocket tells the server of errors, and goes on", async () => {
  const { inner, socket, arrive } = make();
  const { receive } = inner;
  inner.receive = () => {
    inner.receive = receive;
    return Promise.reject(new Deno.errors.ConnectionReset("Reset"));
  };
  await assertRejects(
    () => socket.receive(new Uint8Array(9)),
    Deno.errors.ConnectionReset,
  );
  arrive(5);
  assertEquals([...(await socket.receive(new Uint8Array(9)))[0]], [5]);
  socket.close();
});
