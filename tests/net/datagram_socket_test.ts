import { assertEquals, assertRejects } from "@std/assert";
import {
  type DatagramSocket,
  receiveEach,
  type UdpAddress,
} from "../../net/mod.ts";
import { settle, VirtualNetwork } from "../_virtual.ts";

const SENDER: UdpAddress = {
  transport: "udp",
  hostname: "192.0.2.1",
  port: 7000,
};

function open() {
  const network = new VirtualNetwork();
  const socket = network.bind({ hostname: "127.0.0.1", port: 0 });
  const send = (text: string) =>
    network.inject(SENDER, socket.address, new TextEncoder().encode(text));
  return { socket, send };
}

Deno.test("receiveEach() hands over datagrams in order until the socket is closed", async () => {
  const { socket, send } = open();
  const got: string[] = [];
  const done = receiveEach(socket, new Uint8Array(16), (bytes, from) => {
    got.push(`${from.port} ${new TextDecoder().decode(bytes)}`);
  });
  send("a");
  send("b");
  send("c");
  await settle();
  socket.close();
  await done;
  assertEquals(got, ["7000 a", "7000 b", "7000 c"]);
});

Deno.test("receiveEach() receives into the one buffer it was given", async () => {
  const { socket, send } = open();
  const buffer = new Uint8Array(16);
  const buffers = new Set<ArrayBufferLike>();
  const done = receiveEach(socket, buffer, (bytes) => {
    buffers.add(bytes.buffer);
  });
  send("a");
  send("b");
  await settle();
  socket.close();
  await done;
  assertEquals([...buffers], [buffer.buffer]);
});

Deno.test("receiveEach() does not receive while a datagram is being handled", async () => {
  const { socket, send } = open();
  const buffer = new Uint8Array(16);
  const got: string[] = [];
  let goOn = () => {};
  const done = receiveEach(socket, buffer, async (bytes) => {
    await new Promise<void>((resolve) => goOn = resolve);
    got.push(new TextDecoder().decode(bytes));
  });
  send("a");
  send("b");
  await settle();
  assertEquals(got, []);
  goOn();
  await settle();
  goOn();
  await settle();
  socket.close();
  await done;
  assertEquals(got, ["a", "b"]);
});

Deno.test("receiveEach() passes on what the function throws", async () => {
  for (
    const handle of [
      () => {
        throw new Error("odd");
      },
      () => Promise.reject(new Error("odd")),
    ]
  ) {
    const { socket, send } = open();
    const done = receiveEach(socket, new Uint8Array(16), handle);
    send("a");
    await assertRejects(() => done, Error, "odd");
    socket.close();
  }
});

Deno.test("receiveEach() passes on that a socket broke", async () => {
  const { socket } = open();
  const broken: DatagramSocket = Object.create(socket, {
    isClosed: { get: () => false },
    receive: { value: () => Promise.reject(new Error("network is down")) },
  });
  await assertRejects(
    () => receiveEach(broken, new Uint8Array(16), () => {}),
    Error,
    "network is down",
  );
});

for (
  const error of [
    new Deno.errors.ConnectionReset("os error 10054"),
    new Deno.errors.ConnectionRefused("os error 111"),
    Object.assign(new Error("os error 10040"), { code: "EMSGSIZE" }),
    Object.assign(new Error("os error 113"), { code: "EHOSTUNREACH" }),
  ]
) {
  Deno.test(`receiveEach() goes on after what is about one datagram: ${error}`, async () => {
    const { socket, send } = open();
    let failures = 2;
    const flaky: DatagramSocket = Object.create(socket, {
      isClosed: { get: () => socket.isClosed },
      receive: {
        value: (buffer: Uint8Array) =>
          failures-- > 0 ? Promise.reject(error) : socket.receive(buffer),
      },
    });
    const got: string[] = [];
    const unreachable: unknown[] = [];
    const done = receiveEach(
      flaky,
      new Uint8Array(16),
      (bytes) => void got.push(new TextDecoder().decode(bytes)),
      (error) => unreachable.push(error),
    );
    send("a");
    await settle();
    socket.close();
    await done;
    assertEquals(got, ["a"]);
    // A datagram that was too long says nothing about the other side.
    const isTooLong = "code" in error && error.code === "EMSGSIZE";
    assertEquals(unreachable, isTooLong ? [] : [error, error]);
  });
}

Deno.test("receiveEach() ends quietly on a socket that is closed already", async () => {
  const { socket } = open();
  socket.close();
  await receiveEach(socket, new Uint8Array(16), () => {});
});
