import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { traceNetwork } from "../../cli/trace.ts";
import { udpNetwork } from "../../net/mod.ts";
import { encodePacket } from "../../packet/mod.ts";

const HOSTNAME = "127.0.0.1";

Deno.test("traceNetwork() tells what is sent and received, one line a packet", async () => {
  const lines: string[] = [];
  const time = new Date(2026, 0, 2, 3, 4, 5, 6).getTime() + 0.25;
  const network = traceNetwork(
    udpNetwork(),
    (line) => lines.push(line),
    () => time,
  );
  const one = await network.bind({ hostname: "0.0.0.0", port: 0 });
  const other = await network.bind({ hostname: HOSTNAME, port: 0 });
  const to = other.address;
  await one.send(encodePacket({ type: "ACK", block: 7 }), to);
  await other.receive(new Uint8Array(100));
  await one.send(new Uint8Array([0, 9]), to);
  const from = one.address.port;
  assertEquals(lines.slice(0, 2), [
    `03:04:05.006250 *:${from} > ${HOSTNAME}:${to.port}: ACK 7`,
    `03:04:05.006250 ${HOSTNAME}:${from} > ${HOSTNAME}:${to.port}: ACK 7`,
  ]);
  assertMatch(lines[2]!, /: malformed, 2 octets: 00 09 /);
  one.close();
  other.close();
  assertEquals([one.isClosed, other.isClosed], [true, true]);
  await assertRejects(() => other.receive(new Uint8Array(1)));
});
