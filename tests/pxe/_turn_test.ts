import { assertEquals } from "@std/assert";
import {
  ignore,
  isServed,
  ownAddress,
  type Surroundings,
  type Turn,
} from "../../pxe/_turn.ts";

Deno.test("ignore() tells why, and answers nothing", () => {
  const told: unknown[] = [];
  const turn = { tell: (event: unknown) => told.push(event) };
  assertEquals(ignore(turn as unknown as Turn, "no boot file"), []);
  assertEquals(told, [{ type: "ignored", reason: "no boot file" }]);
});

Deno.test("isServed() is true of who boots from the network, by whatever name, and of all where that was chosen", () => {
  const said = { isPxe: false, isHttpBoot: false, isIpxe: false };
  const served = (client: object, answerAll = false) =>
    isServed({ client } as Turn, { answerAll } as Surroundings);
  assertEquals(served(said), false);
  assertEquals(served(said, true), true);
  for (const name of Object.keys(said)) {
    assertEquals(served({ ...said, [name]: true }), true, name);
  }
});

Deno.test("ownAddress() believes who asks from the address, or by a relay agent", () => {
  const own = (
    clientAddress: string,
    hostname: string,
    relayAddress?: string,
  ) =>
    ownAddress({
      packet: { clientAddress },
      client: { relayAddress },
      arrival: { remote: { hostname } },
    } as unknown as Turn);
  assertEquals(own("10.0.0.1", "10.0.0.1"), "10.0.0.1");
  assertEquals(own("10.0.0.1", "10.7.0.1", "10.7.0.1"), "10.0.0.1");
  assertEquals(own("10.0.0.1", "10.0.0.2"), undefined);
  assertEquals(own("0.0.0.0", "0.0.0.0"), undefined);
  assertEquals(own("255.255.255.255", "1.1.1.1", "10.7.0.1"), undefined);
});
