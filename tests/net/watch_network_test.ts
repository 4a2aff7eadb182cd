import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  type DatagramSocket,
  formatAddress,
  type UdpAddress,
  watchNetwork,
} from "../../net/mod.ts";

const PEER: UdpAddress = { transport: "udp", hostname: "192.0.2.1", port: 69 };
const OWN: UdpAddress = { ...PEER, hostname: "0.0.0.0", port: 5 };
const ACK = Uint8Array.of(0, 4, 0, 7);

/** A socket that notes what is done with it. */
function notingSocket(log: string[]): DatagramSocket {
  return {
    address: OWN,
    isClosed: false,
    send: (bytes, to) => {
      log.push(`send ${bytes} ${to.port}`);
      return Promise.resolve(4);
    },
    receive: () => Promise.resolve([ACK, PEER]),
    close: () => log.push("close"),
    ref: () => log.push("ref"),
    unref: () => log.push("unref"),
  };
}

for (const isLate of [false, true]) {
  Deno.test(`watchNetwork() tells each datagram of a socket that comes ${isLate ? "later" : "at once"}, and changes nothing`, async () => {
    const log: string[] = [];
    const inner = notingSocket(log);
    const network = watchNetwork(
      { bind: () => isLate ? Promise.resolve(inner) : inner },
      (local, remote, isSent, bytes) =>
        log.push(
          `${formatAddress(local)} ${isSent ? "to" : "from"} ${
            formatAddress(remote)
          }: ${bytes}`,
        ),
    );
    const bound = network.bind({ hostname: "0.0.0.0", port: 0 });
    assertEquals(bound instanceof Promise, isLate);
    const socket = await bound;
    assertEquals([socket.address, socket.isClosed], [OWN, false]);
    assertEquals(await socket.send(Uint8Array.of(0, 4, 0, 1), PEER), 4);
    const [bytes, from] = await socket.receive(new Uint8Array(9));
    assertStrictEquals(bytes, ACK);
    assertEquals(from, PEER);
    socket.ref();
    socket.unref();
    socket.close();
    assertEquals(log, [
      "0.0.0.0:5 to 192.0.2.1:69: 0,4,0,1",
      "send 0,4,0,1 69",
      "0.0.0.0:5 from 192.0.2.1:69: 0,4,0,7",
      "ref",
      "unref",
      "close",
    ]);
  });
}
