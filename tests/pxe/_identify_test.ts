import { assert, assertEquals } from "@std/assert";
import { identify } from "../../pxe/_identify.ts";
import type { LeaseClient } from "../../pxe/leases.ts";
import {
  describeClient,
  DHCP_OPTION,
  type DhcpPacket,
  formatLease,
  parseLease,
  textValue,
} from "../../pxe/mod.ts";
import { forAll } from "../_random.ts";

const MAC = Uint8Array.of(0x52, 0x54, 0, 0, 0, 1);

function identifyWith(
  options: Iterable<readonly [number, Uint8Array]>,
  hardwareAddress: Uint8Array = MAC,
  hardwareType = 1,
): LeaseClient {
  const packet: DhcpPacket = {
    op: "request",
    hardwareType,
    hardwareAddress,
    hops: 0,
    transactionId: 1,
    seconds: 0,
    flags: 0,
    clientAddress: "0.0.0.0",
    yourAddress: "0.0.0.0",
    serverAddress: "0.0.0.0",
    relayAddress: "0.0.0.0",
    serverName: "",
    file: "",
    options: new Map(options),
  };
  return identify(packet, describeClient(packet));
}

Deno.test("identify() goes by the hardware address, and by an identifier that says more", () => {
  const mac = "52:54:00:00:00:01";
  const ask = (id: Uint8Array) => identifyWith([[DHCP_OPTION.ClientId, id]]);
  assertEquals(identifyWith([]), { mac });
  assertEquals(ask(Uint8Array.of(1, ...MAC)), { mac });
  assertEquals(ask(Uint8Array.of(6, ...MAC)), {
    mac,
    clientId: "06:52:54:00:00:00:01",
  });
  assertEquals(ask(Uint8Array.of(0, 65)), { mac, clientId: "00:41" });
  assertEquals(ask(Uint8Array.of(65)), { mac });
});

Deno.test("identify() takes the same octets for another client in another kind of network", () => {
  assertEquals(identifyWith([], MAC, 6), { mac: "06-52:54:00:00:00:01" });
});

Deno.test("identify() keeps no identifier or name that fits no lease file", () => {
  const mac = "52:54:00:00:00:01";
  const id = (length: number) =>
    identifyWith([[DHCP_OPTION.ClientId, new Uint8Array(length).fill(7)]]);
  assertEquals(id(255).clientId?.length, 255 * 3 - 1);
  assertEquals(id(256), { mac });
  const name = (length: number) =>
    identifyWith([[DHCP_OPTION.HostName, textValue("a".repeat(length))]]);
  assertEquals(name(255).hostname?.length, 255);
  assertEquals(name(256), { mac });
  assertEquals(name(0), { mac });
});

Deno.test("whatever a client says it is, a lease file can tell", () =>
  forAll(300, (random) => {
    const some = (max: number) => random.bytes(random.between(0, max));
    const client = identifyWith(
      [
        [DHCP_OPTION.ClientId, some(random.pick([8, 600]))],
        [DHCP_OPTION.ClientMachineId, some(17)],
        [DHCP_OPTION.HostName, some(random.pick([8, 600]))],
      ],
      some(16),
      random.pick([0, 1, 6, 32, 255]),
    );
    if (client.mac === "" && client.clientId === undefined) return;
    const lease = {
      ...client,
      address: "192.0.2.50",
      state: "leased",
      expiresAt: 1000,
    } as const;
    const read = parseLease(formatLease(lease));
    assert(read, formatLease(lease));
    assertEquals({ ...read, hostname: "" }, { ...lease, hostname: "" });
  }));
