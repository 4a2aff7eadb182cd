import { assertEquals } from "@std/assert";
import { leaseOptions } from "../../pxe/_reply.ts";
import { MESSAGE_TYPE, readU32 } from "../../pxe/mod.ts";
import { EDK2, Lab, Machine } from "./_client.ts";

Deno.test("the times of a lease are a half and seven eighths of it, in whole seconds", () => {
  const times = (durationMs: number) =>
    [51, 58, 59].map((code) => readU32(leaseOptions(durationMs), code));
  assertEquals(times(3_600_000), [3600, 1800, 3150]);
  assertEquals(times(1000), [1, 0, 0]);
  assertEquals(times(0xfffffffe * 1000)[0], 0xfffffffe);
  assertEquals(times(Infinity), [0xffffffff, undefined, undefined]);
});

Deno.test("a boot handler cannot speak for the relay agent: its option is echoed as it came, and last", async () => {
  const options = new Map([[82, Uint8Array.of(1, 1, 1)], [
    200,
    Uint8Array.of(1),
  ]]);
  const lab = new Lab({ boot: { file: "a", options } });
  const machine = new Machine(lab, EDK2);
  const none = await machine.discover();
  assertEquals(none?.packet.options.has(82), false);
  machine.relayAddress = "10.7.0.1";
  const circuit = Uint8Array.of(1, 1, 9);
  const offer = await machine.send(MESSAGE_TYPE.Discover, [[82, circuit]]);
  assertEquals([...offer!.packet.options].at(-1), [82, circuit]);
});
