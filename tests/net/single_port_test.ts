import { assertEquals } from "@std/assert";
import { SinglePort, type UdpAddress } from "../../net/mod.ts";

function at(hostname: string, port: number): UdpAddress {
  return { transport: "udp", hostname, port };
}

Deno.test("SinglePort tells transfers apart by port and by host", () => {
  const transfers = new SinglePort<string>();
  transfers.set(at("192.0.2.1", 1000), "a");
  transfers.set(at("192.0.2.1", 1001), "b");
  transfers.set(at("192.0.2.2", 1000), "c");
  assertEquals(transfers.get(at("192.0.2.1", 1000)), "a");
  assertEquals(transfers.get(at("192.0.2.1", 1001)), "b");
  assertEquals(transfers.get(at("192.0.2.2", 1000)), "c");
  assertEquals(transfers.get(at("192.0.2.2", 1001)), undefined);
  assertEquals(transfers.get(at("192.0.2.3", 1000)), undefined);
  assertEquals(transfers.size, 3);
  assertEquals([...transfers.values()].sort(), ["a", "b", "c"]);
});

Deno.test("SinglePort counts a transfer that takes another's place once", () => {
  const transfers = new SinglePort<string>();
  transfers.set(at("192.0.2.1", 1000), "old");
  transfers.set(at("192.0.2.1", 1000), "new");
  assertEquals(transfers.get(at("192.0.2.1", 1000)), "new");
  assertEquals(transfers.size, 1);
});

Deno.test("SinglePort forgets a transfer, but not the one in its place", () => {
  const transfers = new SinglePort<string>();
  const client = at("192.0.2.1", 1000);
  transfers.set(client, "old");
  transfers.set(client, "new");
  transfers.delete(client, "old");
  assertEquals(transfers.get(client), "new");
  transfers.delete(client, "new");
  transfers.delete(client, "new");
  assertEquals(transfers.get(client), undefined);
  assertEquals(transfers.size, 0);
  assertEquals([...transfers.values()], []);
});

Deno.test("SinglePort keeps the neighbours of a transfer that is forgotten", () => {
  const transfers = new SinglePort<string>();
  transfers.set(at("192.0.2.1", 1000), "a");
  transfers.set(at("192.0.2.2", 1000), "b");
  transfers.delete(at("192.0.2.1", 1000), "a");
  transfers.delete(at("192.0.2.9", 1009), "b");
  assertEquals(transfers.get(at("192.0.2.2", 1000)), "b");
  assertEquals(transfers.size, 1);
});
