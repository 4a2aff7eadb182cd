import { assertEquals } from "@std/assert";
import { tracedNetwork } from "../../../cli/shell/trace.ts";
import type { DatagramSocket, UdpAddress } from "../../../net/mod.ts";

Deno.test("tracedNetwork() tells each packet, and changes nothing", async () => {
  const peer: UdpAddress = {
    transport: "udp",
    hostname: "192.0.2.1",
    port: 69,
  };
  const calls: string[] = [];
  const lines: string[] = [];
  const ack = Uint8Array.of(0, 4, 0, 7);
  const socket: DatagramSocket = {
    address: { transport: "udp", hostname: "0.0.0.0", port: 5 },
    isClosed: false,
    send: (bytes, to) => {
      calls.push(`send ${bytes} ${to.port}`);
      return Promise.resolve(4);
    },
    receive: () => Promise.resolve([ack, peer]),
    close: () => calls.push("close"),
    ref: () => calls.push("ref"),
    unref: () => calls.push("unref"),
  };
  const network = tracedNetwork(
    { bind: () => socket },
    (line) => lines.push(line),
  );
  const traced = await network.bind({ hostname: "0.0.0.0", port: 0 });
  assertEquals([traced.address.port, traced.isClosed], [5, false]);
  await traced.send(Uint8Array.of(0, 4, 0, 1), peer);
  assertEquals(await traced.receive(new Uint8Array(9)), [ack, peer]);
  traced.ref();
  traced.unref();
  traced.close();
  assertEquals(calls, ["send 0,4,0,1 69", "ref", "unref", "close"]);
  assertEquals(lines, [
    "sent ACK 1 to 192.0.2.1:69",
    "received ACK 7 from 192.0.2.1:69",
  ]);
});
