/**
 * Which client is which, and in which network it is.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { DHCP_OPTION, MESSAGE_TYPE } from "../../pxe/mod.ts";
import {
  DHCLIENT,
  dhcpLab,
  EDK2,
  type Firmware,
  type Heard,
  heardAddress,
  IPXE_BIOS,
  Machine,
  NETWORK,
  SERVER,
  UDHCPC,
} from "./_client.ts";

const { Ack, Discover, Nak, Offer } = MESSAGE_TYPE;

function codes(heard: Heard | undefined): number[] {
  return [...heard?.packet.options.keys() ?? []].sort((a, b) => a - b);
}

Deno.test("what firmware, iPXE and the system ask by the same MAC address is the same address", async () => {
  const lab = dhcpLab();
  const kinds: Firmware[] = [EDK2, IPXE_BIOS, UDHCPC];
  const addresses = [];
  for (const kind of kinds) addresses.push(await new Machine(lab, kind).boot());
  assertEquals(new Set(addresses).size, 1);
});

Deno.test("a fixed address is its machine's, whatever identifier it sends, and nobody else's", async () => {
  const lab = dhcpLab({
    fixedAddresses: {
      "52-54-00-4C-41-42": "10.99.0.50",
      "02:00:00:00:00:09": "10.99.0.20",
    },
    networks: [{
      ...NETWORK,
      ranges: [{ first: "10.99.0.50", last: "10.99.0.51" }],
    }],
  });
  assertEquals(await new Machine(lab, IPXE_BIOS).boot(), "10.99.0.50");
  const duid = Uint8Array.of(255, 1, 2, 3, 4, 5);
  const other = new Machine(lab, DHCLIENT, "52:54:00:4c:41:42");
  const offer = await other.send(Discover, [[61, duid]]);
  assertEquals(offer?.packet.yourAddress, "10.99.0.50");
  assertEquals(offer?.packet.options.get(61), duid);
  const outside = new Machine(lab, EDK2, "02:00:00:00:00:09");
  assertEquals(await outside.boot(), "10.99.0.20");
  const guest = new Machine(lab, EDK2, "02:00:00:00:00:02");
  assertEquals(await guest.boot(), "10.99.0.51");
  const late = new Machine(lab, EDK2, "02:00:00:00:00:03");
  assertEquals(await late.discover("10.99.0.50"), undefined);
});

Deno.test("a machine whose fixed address is declined gets another meanwhile", async () => {
  const lab = dhcpLab({
    fixedAddresses: { "52:54:00:4c:41:42": "10.99.0.20" },
  });
  const machine = new Machine(lab, IPXE_BIOS);
  assertEquals(await machine.boot(), "10.99.0.20");
  await machine.decline();
  const other = await machine.boot();
  assert(other !== "10.99.0.20" && other !== "none");
  lab.now += 600_000;
  assertEquals((await machine.renew())?.type, Nak);
  assertEquals(await machine.boot(), "10.99.0.20");
});

Deno.test("a ROM that sends its UUID as identifier gets the address that iPXE and the system get", async () => {
  const lab = dhcpLab();
  const rom = new Machine(lab, EDK2);
  const offer = await rom.send(Discover, [[61, EDK2.uuid!]]);
  assertEquals(offer?.packet.options.get(61), EDK2.uuid);
  const address = offer?.packet.yourAddress;
  assertEquals(await new Machine(lab, IPXE_BIOS).boot(), address);
  assertEquals(await new Machine(lab, UDHCPC).boot(), address);
  // Without a hardware address it is all there is.
  const more = { hardwareAddress: new Uint8Array() };
  assert(await rom.send(Discover, [[61, EDK2.uuid!]], more));
});

Deno.test("the client identifier comes before the hardware address", async () => {
  const lab = dhcpLab();
  const id = Uint8Array.of(0, 1, 2, 3);
  const addresses = [];
  for (const mac of ["02:00:00:00:00:01", "02:00:00:00:00:02"]) {
    const machine = new Machine(lab, DHCLIENT, mac);
    const offer = await machine.send(Discover, [[61, id]]);
    addresses.push(offer?.packet.yourAddress);
  }
  assertEquals(addresses[0], addresses[1]);
  const plain = new Machine(lab, DHCLIENT, "02:00:00:00:00:01");
  assert((await plain.boot()) !== addresses[0]);
});

Deno.test("relay agents: the range is that of their network, and the answer goes to them", async () => {
  const far = {
    network: "10.7.0.0/16",
    ranges: [{ first: "10.7.1.1", last: "10.7.1.9" }],
  };
  const lab = dhcpLab({ networks: [NETWORK, far], authoritative: true });
  const machine = new Machine(lab, IPXE_BIOS);
  machine.relayAddress = "10.7.0.1";
  const offer = await machine.discover();
  assertEquals(offer?.to, { hostname: "10.7.0.1", port: 67 });
  assertEquals(offer?.packet.flags, 0);
  assert(machine.address.startsWith("10.7.1."));
  assertEquals(heardAddress(offer, DHCP_OPTION.SubnetMask), "255.255.0.0");
  assertEquals((await machine.select())?.to.hostname, "10.7.0.1");
  // It renews directly, from behind the router.
  const { address } = machine;
  machine.relayAddress = "0.0.0.0";
  const ack = await machine.renew();
  assertEquals(ack?.type, Ack);
  assertEquals(ack?.to, { hostname: address, port: 68 });
  // A refusal must reach it, and the relay agent has to know that by the flag.
  machine.relayAddress = "10.7.0.1";
  const nak = await machine.reboot("10.99.0.50");
  assertEquals(nak?.type, Nak);
  assertEquals(nak?.to, { hostname: "10.7.0.1", port: 67 });
  assertEquals(nak?.packet.flags, 0x8000);
});

Deno.test("a relay agent can name another network (RFC 3527), and one that is not served gets nothing", async () => {
  const far = {
    network: "10.7.0.0/16",
    ranges: [{ first: "10.7.1.1", last: "10.7.1.9" }],
  };
  const lab = dhcpLab({ networks: [NETWORK, far] });
  const machine = new Machine(lab, IPXE_BIOS);
  machine.relayAddress = "172.16.0.1";
  const link = Uint8Array.of(5, 4, 10, 7, 0, 1);
  const offer = await machine.send(Discover, [[82, link]]);
  assert(offer?.packet.yourAddress.startsWith("10.7.1."));
  assertEquals(offer?.to.hostname, "172.16.0.1");
  assertEquals(await machine.discover(), undefined);
  machine.relayAddress = "255.255.255.255";
  assertEquals(await machine.discover(), undefined);
  assertEquals(lab.story().slice(1), [
    "DISCOVER ignored unknown network",
    "DISCOVER ignored no usable address",
  ]);
});

Deno.test("who does not boot from the network gets nothing, but keeps and gives back what it has", async () => {
  const lab = dhcpLab({ answerAll: false });
  const machine = new Machine(lab, IPXE_BIOS);
  const address = await machine.boot();
  const system = new Machine(lab, UDHCPC);
  assertEquals(await system.discover(), undefined);
  assertEquals(await system.inform(address), undefined);
  assertEquals((await system.renew(address))?.type, Ack);
  await system.release(address);
  const stranger = new Machine(lab, UDHCPC, "02:00:00:00:00:02");
  assertEquals(await stranger.select("10.99.0.60"), undefined);
  assertEquals(lab.story().slice(2), [
    "DISCOVER ignored no network boot",
    "INFORM ignored no network boot",
    `REQUEST leased ${address} again`,
    `RELEASE released ${address}`,
    "REQUEST ignored no network boot",
  ]);
});

Deno.test("a client that loads its file from a boot server finds port 4011 in this mode, too", async () => {
  const machine = new Machine(dhcpLab(), EDK2);
  const ack = await machine.ask4011(4011);
  assertEquals(ack?.type, Ack);
  assertEquals(ack?.packet.file, "boot.0");
  assertEquals(ack?.to, { hostname: "10.99.0.77", port: 4011 });
});

Deno.test("a client for which there is no file gets an address, and may find its file elsewhere", async () => {
  const lab = dhcpLab({ boot: () => undefined });
  const offer = await new Machine(lab, EDK2).discover();
  assertEquals(offer?.type, Offer);
  assertEquals(offer?.packet.file, "");
  assertEquals(offer?.packet.serverAddress, "0.0.0.0");
  assertEquals(
    codes(offer).filter((code) => [43, 60, 66, 67].includes(code)),
    [],
  );
});

Deno.test("the server's own address and those of routers are never given", async () => {
  const lab = dhcpLab({
    networks: [{
      network: "10.99.0.0/24",
      ranges: [{ first: "10.99.0.1", last: "10.99.0.3" }],
      routers: ["10.99.0.2"],
    }],
  });
  const first = new Machine(lab, IPXE_BIOS);
  assertEquals((await first.discover(SERVER))?.packet.yourAddress, "10.99.0.3");
  const second = new Machine(lab, IPXE_BIOS, "02:00:00:00:00:02");
  assertEquals(await second.discover(), undefined);
});
