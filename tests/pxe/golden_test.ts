// Real messages: what is read in them is what tshark reads in them, and they survive being written again.

import { assertEquals } from "@std/assert";
import {
  decodeDhcpPacket,
  describeClient,
  encodeDhcpPacket,
  type PxeClient,
  summary,
} from "../../pxe/mod.ts";
import { asTshark } from "./_as_tshark.ts";
import { GOLDEN_CAPTURES, GOLDEN_DHCP } from "./_golden.ts";

for (const { name, bytes, tshark } of GOLDEN_DHCP) {
  Deno.test(`decodeDhcpPacket() reads ${name} as tshark does`, () => {
    const packet = decodeDhcpPacket(bytes);
    const { optionCodes, optionValues, complaints: _, ...fields } = tshark;
    assertEquals(asTshark(packet), { serverName: "", file: "", ...fields });
    const expected = optionCodes.map((code, i) => [code, optionValues[i]!])
      .filter(([code]) => code !== 52);
    assertEquals(
      new Map(
        [...packet.options].map(([code, value]) => [code, value.toHex()]),
      ),
      new Map(expected as [number, string][]),
    );
  });

  Deno.test(`encodeDhcpPacket() keeps all of ${name}`, () => {
    const packet = decodeDhcpPacket(bytes);
    const again = encodeDhcpPacket(packet, {
      maxMessageBytes: 1500,
      onDrop: (code) => {
        throw new Error(`Drops option ${code}`);
      },
    });
    assertEquals(decodeDhcpPacket(again), packet);
  });
}

function clientOf(capture: keyof typeof GOLDEN_CAPTURES, index = 0): PxeClient {
  const { bytes } = GOLDEN_CAPTURES[capture][index]!;
  return describeClient(decodeDhcpPacket(bytes));
}

Deno.test("describeClient() knows iPXE on BIOS", () => {
  const { ipxe, clientId, ...client } = clientOf("ipxeBios");
  assertEquals(client, {
    mac: "52:54:00:4c:41:42",
    architecture: 0,
    architectureName: "bios-x86",
    firmware: "bios",
    isPxe: true,
    isHttpBoot: false,
    isIpxe: true,
    userClass: ["iPXE"],
    vendorClass: "PXEClient:Arch:00000:UNDI:002001",
    uuid: "12345678-9abc-def0-1122-334455667788",
    hostname: undefined,
    requestedAddress: undefined,
    relayAddress: undefined,
  });
  assertEquals(clientId?.toHex(), "015254004c4142");
  assertEquals(ipxe, {
    version: "1.0.0",
    features: [
      ...["pxeext", "iscsi", "aoe", "http", "tftp", "dns", "bzimage"],
      ...["multiboot", "pxe", "elf", "menu", "nfs"],
    ],
  });
});

Deno.test("describeClient() knows iPXE on UEFI", () => {
  const client = clientOf("ipxeEfi");
  assertEquals(client.architectureName, "uefi-x64");
  assertEquals([client.isPxe, client.isIpxe], [true, true]);
  assertEquals(client.ipxe?.features.includes("efi"), true);
});

Deno.test("describeClient() knows EDK2's PXE and its HTTP boot", () => {
  const pxe = clientOf("edk2");
  assertEquals(pxe.architectureName, "uefi-x64");
  assertEquals([pxe.isPxe, pxe.isHttpBoot, pxe.isIpxe], [true, false, false]);
  assertEquals(pxe.uuid, "12345678-9abc-def0-1122-334455667788");
  const http = clientOf("edk2Http");
  assertEquals(http.vendorClass, "HTTPClient:Arch:00016:UNDI:003000");
  assertEquals(http.architectureName, "uefi-x64-http");
  assertEquals([http.isPxe, http.isHttpBoot], [false, true]);
});

Deno.test("describeClient() knows who boots nothing", () => {
  const client = clientOf("linuxClients");
  assertEquals(client.vendorClass, "udhcp 1.35.0");
  assertEquals(client.hostname, "lab-client");
  assertEquals([client.isPxe, client.firmware], [false, "unknown"]);
});

Deno.test("describeClient() tells the relay agent", () => {
  assertEquals(clientOf("relayOverload").relayAddress, "10.97.0.1");
});

Deno.test("summary() tells a boot through a proxy", () => {
  const machine = "52:54:00:4c:41:42";
  assertEquals(GOLDEN_CAPTURES.edk2Proxy.map(({ bytes }) => summary(bytes)), [
    `DISCOVER ${machine} xid=dde7a0ae arch=uefi-x64 class="PXEClient"`,
    `OFFER ${machine} xid=dde7a0ae server=10.99.0.1 next=10.99.0.1 class="PXEClient"`,
    `OFFER ${machine} xid=dde7a0ae yiaddr=10.99.0.65 server=10.99.0.2 next=10.99.0.2 lease=3600s`,
    `REQUEST ${machine} xid=dde7a0ae requested=10.99.0.65 server=10.99.0.2 arch=uefi-x64 class="PXEClient"`,
    `ACK ${machine} xid=dde7a0ae yiaddr=10.99.0.65 server=10.99.0.2 next=10.99.0.2 lease=3600s`,
    `REQUEST ${machine} xid=34f99c37 ciaddr=10.99.0.65 arch=uefi-x64 class="PXEClient"`,
    `ACK ${machine} xid=34f99c37 server=10.99.0.1 next=10.99.0.1 class="PXEClient" file="boot.efi"`,
  ]);
});

Deno.test("summary() tells an HTTP boot", () => {
  assertEquals(
    summary(GOLDEN_CAPTURES.edk2Http.at(-1)!.bytes),
    [
      "ACK 52:54:00:4c:41:42 xid=5850440c yiaddr=10.99.0.65 server=10.99.0.1",
      'next=10.99.0.1 lease=3600s class="HTTPClient"',
      'file="http://10.99.0.1/boot.efi"',
    ].join(" "),
  );
});
