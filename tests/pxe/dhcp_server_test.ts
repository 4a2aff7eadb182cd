import { assert, assertEquals } from "@std/assert";
import {
  addressValue,
  DHCP_OPTION,
  MESSAGE_TYPE,
  readAddresses,
  readText,
  readU32,
  u32Value,
} from "../../pxe/mod.ts";
import {
  DHCLIENT,
  dhcpLab,
  EVERYBODY,
  type Heard,
  heardAddress,
  IPXE_BIOS,
  Machine,
  NETWORK,
  SERVER,
  UDHCPC,
} from "./_client.ts";

const { Ack, Discover, Nak, Offer, Request } = MESSAGE_TYPE;
const HOUR_MS = 3_600_000;

function times(heard: Heard | undefined) {
  return [51, 58, 59].map((code) =>
    heard && readU32(heard.packet.options, code)
  );
}

function codes(heard: Heard | undefined): number[] {
  return [...heard?.packet.options.keys() ?? []].sort((a, b) => a - b);
}

Deno.test("DISCOVER, OFFER, REQUEST, ACK: iPXE of a BIOS gets all that it needs to boot", async () => {
  const lab = dhcpLab({ answerAll: false });
  const machine = new Machine(lab, IPXE_BIOS);
  const offer = await machine.discover();
  const ack = await machine.select();
  for (const [heard, type] of [[offer, Offer], [ack, Ack]] as const) {
    assert(heard);
    const { packet } = heard;
    assertEquals(heard.type, type);
    // It asks for unicast, and could not hear it.
    assertEquals(heard.to, EVERYBODY);
    assertEquals(packet.yourAddress, machine.address);
    assertEquals(packet.clientAddress, "0.0.0.0");
    assertEquals(packet.serverAddress, SERVER);
    assertEquals(packet.file, "boot.0");
    assertEquals(heardAddress(heard, DHCP_OPTION.ServerId), SERVER);
    assertEquals(heardAddress(heard, DHCP_OPTION.SubnetMask), "255.255.255.0");
    assertEquals(heardAddress(heard, DHCP_OPTION.Router), "10.99.0.254");
    assertEquals(
      readAddresses(packet.options, DHCP_OPTION.DomainNameServer),
      ["10.99.0.2", "10.99.0.3"],
    );
    assertEquals(readText(packet.options, 15), "lab.example");
    assertEquals(times(heard), [3600, 1800, 3150]);
    assertEquals(readText(packet.options, 60), "PXEClient");
    assertEquals(packet.options.get(43)?.join(" "), "6 1 8 255");
    assertEquals(packet.options.get(97)?.length, 17);
  }
  const { address } = machine;
  assertEquals(lab.story(), [
    `DISCOVER offered ${address}`,
    `REQUEST leased ${address}`,
  ]);
  assertEquals(lab.responder.leases(lab.now).length, 1);
});

Deno.test("only what a client asks for is sent, and what all need", async () => {
  const lab = dhcpLab({ boot: null });
  const ack = await (new Machine(lab, {
    asks: [DHCP_OPTION.DomainName, DHCP_OPTION.NtpServer],
  })).discover();
  assertEquals(codes(ack), [1, 15, 51, 53, 54, 58, 59]);
  const all = await new Machine(lab, {}, "02:00:00:00:00:02").discover();
  assertEquals(codes(all), [1, 3, 6, 15, 28, 51, 53, 54, 58, 59]);
});

Deno.test("options of the network are sent to who asks, and win", async () => {
  const options = new Map([
    [DHCP_OPTION.NtpServer, addressValue("10.99.0.9")],
    [DHCP_OPTION.Router, addressValue("10.99.0.253")],
  ]);
  const lab = dhcpLab({ networks: [{ ...NETWORK, options }] });
  const offer = await new Machine(lab, UDHCPC).discover();
  assertEquals(heardAddress(offer, DHCP_OPTION.NtpServer), "10.99.0.9");
  assertEquals(heardAddress(offer, DHCP_OPTION.Router), "10.99.0.253");
  const other = await new Machine(lab, IPXE_BIOS).discover();
  assertEquals(heardAddress(other, DHCP_OPTION.NtpServer), undefined);
});

Deno.test("a client that asks for a shorter lease gets it, within limits", async () => {
  const asked = [60, 600, 86_400, 0xffffffff, 0];
  const lab = dhcpLab();
  const got = [];
  for (const seconds of asked) {
    const machine = new Machine(lab, UDHCPC);
    const offer = await machine.send(Discover, [[51, u32Value(seconds)]]);
    got.push(times(offer)[0]);
  }
  assertEquals(got, [120, 600, 3600, 3600, 120]);
});

Deno.test("a lease for ever needs no renewal", async () => {
  const lab = dhcpLab({ leaseMs: Infinity });
  const machine = new Machine(lab, UDHCPC);
  assertEquals(times(await machine.discover()), [
    0xffffffff,
    undefined,
    undefined,
  ]);
  const address = await machine.boot();
  lab.now += 1000 * 24 * HOUR_MS;
  assertEquals((await machine.renew())?.packet.yourAddress, address);
});

Deno.test("udhcpc renews by unicast, and is answered at its address", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  lab.story();
  for (let i = 0; i < 3; i++) {
    lab.now += HOUR_MS / 2;
    const ack = await machine.renew();
    assertEquals(ack?.type, Ack);
    assertEquals(ack?.to, { hostname: address, port: 68 });
    assertEquals(ack?.packet.clientAddress, address);
    assertEquals(ack?.packet.yourAddress, address);
  }
  assertEquals(lab.story(), Array(3).fill(`REQUEST leased ${address} again`));
});

Deno.test("dhclient comes back after a restart and asks for what it had", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, DHCLIENT);
  const address = await machine.boot();
  lab.now += 10 * HOUR_MS;
  const ack = await machine.reboot();
  assertEquals(ack?.type, Ack);
  assertEquals(ack?.to, EVERYBODY);
  assertEquals(ack?.packet.yourAddress, address);
});

Deno.test("a client gets its address again, also after others came", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  lab.now += 2 * HOUR_MS;
  for (let i = 0; i < 20; i++) {
    await new Machine(lab, UDHCPC, `02:00:00:00:00:${10 + i}`).boot();
  }
  assertEquals(await machine.boot(), address);
});

Deno.test("INIT-REBOOT of a client that nobody knows here: silence, as others may know it", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, DHCLIENT);
  assertEquals(await machine.reboot("10.99.0.60"), undefined);
  assertEquals(await machine.reboot("192.168.1.60"), undefined);
  assertEquals(await machine.renew("10.99.0.60"), undefined);
  assertEquals(lab.story(), Array(3).fill("REQUEST ignored unknown client"));
});

Deno.test("a client that took the offer of another server is not refused what that gave it", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  await machine.discover();
  await machine.select("10.99.0.200", "10.99.0.2");
  lab.story();
  assertEquals(await machine.renew("10.99.0.200"), undefined);
  lab.now += HOUR_MS;
  assertEquals(await machine.renew("10.99.0.200"), undefined);
  assertEquals(await machine.reboot("10.98.0.200"), undefined);
  assertEquals(lab.story(), Array(3).fill("REQUEST ignored unknown client"));
});

Deno.test("a client whose lease here is over is not refused what another server gave it", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  lab.now += 2 * HOUR_MS;
  assertEquals(await machine.renew("10.99.0.200"), undefined);
  assertEquals(await machine.reboot("192.168.1.60"), undefined);
  // What it had of this server it gets again.
  assertEquals((await machine.renew(address))?.type, Ack);
});

Deno.test("the same where the server is authoritative: it grants what is free and refuses what is wrong", async () => {
  const lab = dhcpLab({ authoritative: true });
  const machine = new Machine(lab, DHCLIENT);
  const nak = await machine.reboot("192.168.1.60");
  assertEquals(nak?.type, Nak);
  assertEquals(nak?.to, EVERYBODY);
  assertEquals(nak?.packet.yourAddress, "0.0.0.0");
  assertEquals(nak?.packet.file, "");
  assertEquals((await machine.reboot("10.99.0.20"))?.type, Nak);
  assertEquals((await machine.reboot("10.99.0.60"))?.type, Ack);
  const other = new Machine(lab, DHCLIENT, "02:00:00:00:00:02");
  assertEquals((await other.reboot("10.99.0.60"))?.type, Nak);
  assertEquals((await other.renew("10.99.0.61"))?.type, Ack);
  assertEquals(lab.story(), [
    "REQUEST refused 192.168.1.60 wrong network",
    "REQUEST refused 10.99.0.20 address not available",
    "REQUEST leased 10.99.0.60",
    "REQUEST refused 10.99.0.60 address not available",
    "REQUEST leased 10.99.0.61",
  ]);
});

Deno.test("a client that is known is refused what is not its own", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  const other = address === "10.99.0.70" ? "10.99.0.71" : "10.99.0.70";
  lab.story();
  assertEquals((await machine.reboot("192.168.1.5"))?.type, Nak);
  assertEquals((await machine.reboot(other))?.type, Nak);
  assertEquals((await machine.renew(other))?.type, Nak);
  assertEquals((await machine.select(other))?.type, Nak);
  assertEquals(lab.story(), [
    "REQUEST refused 192.168.1.5 wrong network",
    `REQUEST refused ${other} another address`,
    `REQUEST refused ${other} another address`,
    `REQUEST refused ${other} another address`,
  ]);
});

Deno.test("a client that takes another server's offer frees its own, and hears nothing", async () => {
  const lab = dhcpLab({
    networks: [{
      ...NETWORK,
      ranges: [{ first: "10.99.0.50", last: "10.99.0.50" }],
    }],
  });
  const machine = new Machine(lab, UDHCPC);
  const other = new Machine(lab, UDHCPC, "02:00:00:00:00:02");
  await machine.discover();
  assertEquals(await other.discover(), undefined);
  assertEquals(await machine.select("10.99.0.77", "10.99.0.2"), undefined);
  assertEquals(await other.boot(), "10.99.0.50");
  assertEquals(lab.story(), [
    "DISCOVER offered 10.99.0.50",
    "DISCOVER exhausted",
    "REQUEST ignored another server chosen",
    "DISCOVER offered 10.99.0.50",
    "REQUEST leased 10.99.0.50",
  ]);
});

Deno.test("an offer is held for half a minute, and may be taken later if nobody else came", async () => {
  const lab = dhcpLab({
    networks: [{
      ...NETWORK,
      ranges: [{ first: "10.99.0.50", last: "10.99.0.50" }],
    }],
  });
  const machine = new Machine(lab, UDHCPC);
  const other = new Machine(lab, UDHCPC, "02:00:00:00:00:02");
  await machine.discover();
  lab.now += 29_999;
  assertEquals(await other.discover(), undefined);
  lab.now += 1;
  assertEquals((await machine.select())?.type, Ack);
  lab.now += HOUR_MS;
  await machine.discover();
  lab.now += 30_000;
  assertEquals(await other.boot(), "10.99.0.50");
  assertEquals((await machine.select("10.99.0.50"))?.type, Nak);
});

Deno.test("a declined address is left alone, and the client gets another", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  assertEquals(await machine.decline(), undefined);
  const next = await machine.boot();
  assert(next !== address);
  const other = new Machine(lab, UDHCPC, "02:00:00:00:00:02");
  const offer = await other.discover(address);
  assert(offer?.packet.yourAddress !== address);
  lab.now += 600_000;
  const later = new Machine(lab, UDHCPC, "02:00:00:00:00:03");
  assertEquals((await later.discover(address))?.packet.yourAddress, address);
});

Deno.test("nobody declines or releases what is another's", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  const other = new Machine(lab, UDHCPC, "02:00:00:00:00:02");
  await other.decline(address);
  await other.release(address);
  assertEquals(lab.story().slice(2), [
    "DECLINE ignored no such lease",
    "RELEASE ignored no such lease",
  ]);
  assertEquals(lab.responder.leases(lab.now).length, 1);
});

Deno.test("who means another server declines and releases nothing here; who names none means this one", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  lab.story();
  const ends = [MESSAGE_TYPE.Release, MESSAGE_TYPE.Decline];
  const end = (type: number, server?: string) =>
    machine.send(type, [
      [DHCP_OPTION.RequestedAddress, addressValue(address)],
      ...server ? [[DHCP_OPTION.ServerId, addressValue(server)] as const] : [],
    ], { clientAddress: address });
  for (const type of ends) await end(type, "10.99.0.2");
  assertEquals(lab.responder.leases(lab.now).length, 1);
  for (const type of ends) {
    await machine.boot();
    await end(type);
  }
  assertEquals(lab.story().filter((line) => !line.includes("offered")), [
    "RELEASE ignored another server chosen",
    "DECLINE ignored another server chosen",
    `REQUEST leased ${address} again`,
    `RELEASE released ${address}`,
    `REQUEST leased ${address}`,
    `DECLINE declined ${address}`,
  ]);
});

Deno.test("a boot handler that fails for a REQUEST leaves it without an answer, and the lease stands", async () => {
  let isBroken = false;
  const boot = () => {
    if (isBroken) throw new Error("Out of order");
    return { file: "boot.0" };
  };
  const lab = dhcpLab({ boot });
  const machine = new Machine(lab, UDHCPC);
  await machine.discover();
  isBroken = true;
  assertEquals(await machine.select(), undefined);
  isBroken = false;
  assertEquals((await machine.select())?.packet.file, "boot.0");
  isBroken = true;
  assertEquals(await machine.inform(machine.address), undefined);
});

Deno.test("a released address is the client's again when it comes back, and free for others before", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, UDHCPC);
  const address = await machine.boot();
  assertEquals(await machine.release(), undefined);
  assertEquals(lab.responder.leases(lab.now), []);
  assertEquals(await machine.boot(), address);
  await machine.release();
  const other = new Machine(lab, UDHCPC, "02:00:00:00:00:02");
  assertEquals((await other.discover(address))?.packet.yourAddress, address);
});

Deno.test("INFORM: the network's options, no address, no lease, to the client's own address", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, DHCLIENT);
  const ack = await machine.inform("10.99.0.20");
  assertEquals(ack?.type, Ack);
  assertEquals(ack?.to, { hostname: "10.99.0.20", port: 68 });
  assertEquals(ack?.packet.yourAddress, "0.0.0.0");
  assertEquals(ack?.packet.clientAddress, "10.99.0.20");
  assertEquals(times(ack), [undefined, undefined, undefined]);
  assertEquals(heardAddress(ack, DHCP_OPTION.Router), "10.99.0.254");
  for (const [has, from] of [["10.99.0.20", "10.99.0.21"], ["8.8.8.8"]]) {
    assertEquals(await machine.inform(has!, from), undefined);
  }
});

Deno.test("a REQUEST that asks for nothing gets nothing", async () => {
  const lab = dhcpLab({ authoritative: true });
  assertEquals(await new Machine(lab, UDHCPC).send(Request), undefined);
  assertEquals(lab.story(), ["REQUEST ignored no usable address"]);
});
