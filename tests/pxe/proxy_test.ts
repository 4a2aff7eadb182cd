import { assertEquals } from "@std/assert";
import {
  bootFiles,
  DHCP_OPTION,
  MESSAGE_TYPE,
  readText,
} from "../../pxe/mod.ts";
import {
  EDK2,
  EDK2_HTTP,
  EVERYBODY,
  type Heard,
  heardAddress,
  IPXE_BIOS,
  Lab,
  Machine,
  remote,
  SERVER,
  UDHCPC,
} from "./_client.ts";

const BOOT = bootFiles({
  bios: "pxelinux.0",
  uefi: "grubx64.efi",
  http: "http://10.99.0.1/grubx64.efi",
});

/** All that a client looks at in the answer of a proxy. */
function read(heard: Heard | undefined) {
  if (heard === undefined) return undefined;
  const { packet, type, to, from } = heard;
  const { options } = packet;
  return {
    type,
    to,
    from,
    address: packet.yourAddress,
    next: packet.serverAddress,
    file: packet.file,
    server: heardAddress(heard, DHCP_OPTION.ServerId),
    vendor: readText(options, DHCP_OPTION.VendorClass),
    inside: options.get(DHCP_OPTION.VendorSpecific)?.join(" "),
    name: readText(options, DHCP_OPTION.TftpServerName),
    option67: readText(options, DHCP_OPTION.BootFileName),
    uuid: options.get(DHCP_OPTION.ClientMachineId)?.length,
  };
}

const OFFER = {
  type: MESSAGE_TYPE.Offer,
  to: EVERYBODY,
  from: 67,
  address: "0.0.0.0",
  next: SERVER,
  file: "pxelinux.0",
  server: SERVER,
  vendor: "PXEClient",
  inside: "6 1 8 255",
  name: SERVER,
  option67: "pxelinux.0",
  uuid: 17,
};

Deno.test("proxy: iPXE of a BIOS, which asks for unicast, hears the offer by broadcast", async () => {
  const lab = new Lab({ boot: BOOT });
  const machine = new Machine(lab, IPXE_BIOS);
  assertEquals(read(await machine.discover()), OFFER);
  // It takes the address of the DHCP server, which is none of the proxy's business.
  assertEquals(await machine.select("10.99.0.77", "10.99.0.2"), undefined);
  assertEquals(lab.story(), [
    "DISCOVER offered",
    "REQUEST ignored for the DHCP server",
  ]);
});

Deno.test("proxy: EDK2 hears its own file, with option 43", async () => {
  const machine = new Machine(new Lab({ boot: BOOT }), EDK2);
  assertEquals(read(await machine.discover()), {
    ...OFFER,
    file: "grubx64.efi",
    option67: "grubx64.efi",
  });
});

Deno.test("proxy: an EDK2 that asks port 4011 is answered from there to there", async () => {
  const lab = new Lab({ boot: BOOT });
  const machine = new Machine(lab, EDK2);
  assertEquals(read(await machine.ask4011(4011)), {
    ...OFFER,
    type: MESSAGE_TYPE.Ack,
    to: { hostname: "10.99.0.77", port: 4011 },
    from: 4011,
    file: "grubx64.efi",
    option67: "grubx64.efi",
  });
  assertEquals(lab.story(), ["REQUEST informed 10.99.0.77"]);
});

Deno.test("proxy: iPXE asks port 4011 from port 68, for an item of the menu", async () => {
  const machine = new Machine(new Lab({ boot: BOOT }), IPXE_BIOS);
  const item = Uint8Array.of(71, 4, 0x80, 0, 0, 0, 255);
  const ack = read(await machine.ask4011(68, [[43, item]]));
  assertEquals(ack?.to, { hostname: "10.99.0.77", port: 68 });
  assertEquals(ack?.inside, "6 1 8 71 4 128 0 0 0 255");
});

Deno.test("proxy: a client of HTTP boot hears a URL and its own vendor class, without option 43", async () => {
  const machine = new Machine(new Lab({ boot: BOOT }), EDK2_HTTP);
  const url = "http://10.99.0.1/grubx64.efi";
  assertEquals(read(await machine.discover()), {
    ...OFFER,
    vendor: "HTTPClient",
    inside: undefined,
    file: url,
    option67: url,
  });
});

Deno.test("proxy: a client of HTTP boot hears nothing where there is no URL", async () => {
  const lab = new Lab({ boot: bootFiles({ uefi: "grubx64.efi" }) });
  assertEquals(await new Machine(lab, EDK2_HTTP).discover(), undefined);
  assertEquals(lab.story(), ["DISCOVER ignored no URL for HTTP boot"]);
});

Deno.test("proxy: who does not boot from the network hears nothing, unless all are answered", async () => {
  const lab = new Lab({ boot: "u-boot.scr" });
  assertEquals(await new Machine(lab, UDHCPC).discover(), undefined);
  assertEquals(lab.story(), ["DISCOVER ignored no network boot"]);

  const all = new Lab({ boot: "u-boot.scr", answerAll: true });
  const offer = read(await new Machine(all, UDHCPC).discover());
  assertEquals(offer?.file, "u-boot.scr");
  assertEquals(offer?.vendor, undefined);
  assertEquals(offer?.inside, undefined);
});

Deno.test("proxy: a client without a file hears nothing", async () => {
  const lab = new Lab({ boot: bootFiles({ bios: "pxelinux.0" }) });
  assertEquals(await new Machine(lab, EDK2).discover(), undefined);
  assertEquals(lab.story(), ["DISCOVER ignored no boot file"]);
});

Deno.test("proxy: what a relay agent brings goes back to it, with its option", async () => {
  const machine = new Machine(new Lab({ boot: BOOT }), EDK2);
  machine.relayAddress = "10.7.0.1";
  const circuit = Uint8Array.of(1, 2, 0x70, 0x37);
  const offer = await machine.send(MESSAGE_TYPE.Discover, [[82, circuit]]);
  assertEquals(offer?.to, { hostname: "10.7.0.1", port: 67 });
  assertEquals(offer?.packet.relayAddress, "10.7.0.1");
  assertEquals([...offer!.packet.options].at(-1), [82, circuit]);
});

Deno.test("proxy: a relay agent is told to broadcast, as there is no address to deliver to", async () => {
  const machine = new Machine(new Lab({ boot: BOOT }), IPXE_BIOS);
  assertEquals((await machine.discover())?.packet.flags, 0);
  machine.relayAddress = "10.7.0.1";
  assertEquals((await machine.discover())?.packet.flags, 0x8000);
  const ack = await machine.inform("10.7.0.9");
  assertEquals(ack?.to, { hostname: "10.7.0.1", port: 67 });
  assertEquals(ack?.packet.flags, 0x8000);
});

Deno.test("proxy: INFORM is answered to the address that it comes from, and no other", async () => {
  const lab = new Lab({ boot: BOOT });
  const machine = new Machine(lab, EDK2);
  const ack = read(await machine.inform("10.99.0.77"));
  assertEquals(ack?.to, { hostname: "10.99.0.77", port: 68 });
  assertEquals(ack?.type, MESSAGE_TYPE.Ack);
  assertEquals(await machine.inform("10.99.0.77", "10.99.0.78"), undefined);
  assertEquals(await machine.inform("255.255.255.255"), undefined);
  assertEquals(lab.story(), [
    "INFORM informed 10.99.0.77",
    "INFORM ignored no usable address",
    "INFORM ignored no usable address",
  ]);
});

Deno.test("proxy: port 4011 answers no DISCOVER, and nobody without an address", async () => {
  const lab = new Lab({ boot: BOOT });
  const machine = new Machine(lab, EDK2);
  const at4011 = { port: 4011 } as const;
  const { Discover, Request } = MESSAGE_TYPE;
  assertEquals(await machine.send(Discover, [], {}, at4011), undefined);
  for (const from of [remote("0.0.0.0", 68), remote("10.99.0.77", 0)]) {
    const arrival = { ...at4011, remote: from };
    assertEquals(await machine.send(Request, [], {}, arrival), undefined);
  }
  assertEquals(lab.story(), [
    "DISCOVER ignored not a question",
    "REQUEST ignored no usable address",
    "REQUEST ignored no usable address",
  ]);
});
