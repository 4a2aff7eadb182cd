// Real clients are described in golden_test.ts; here are the spellings.

import { assertEquals } from "@std/assert";
import {
  describeClient,
  DHCP_OPTION,
  formatMac,
  parseMac,
  type PxeClient,
  textValue,
} from "../../pxe/mod.ts";
import { latin1, octets } from "../packet/_octets.ts";
import { dhcpPacket } from "./_packet.ts";

function client(...options: [number, Uint8Array][]): PxeClient {
  return describeClient(dhcpPacket({ options: new Map(options) }));
}

function architectureOf(...options: [number, Uint8Array][]) {
  return client(...options).architecture;
}

Deno.test("describeClient() takes the first architecture that is known", () => {
  const { ClientArchitecture: code } = DHCP_OPTION;
  assertEquals(architectureOf([code, octets(0, 7)]), 7);
  assertEquals(architectureOf([code, octets(0, 11, 0, 7)]), 11);
  assertEquals(architectureOf([code, octets(0x12, 0x34, 0, 7)]), 7);
  assertEquals(architectureOf([code, octets(0x12, 0x34)]), 0x1234);
  for (const nonsense of [octets(), octets(7), octets(0, 7, 0)]) {
    assertEquals(architectureOf([code, nonsense]), undefined);
  }
});

Deno.test("describeClient() takes the architecture of the vendor class where option 93 has none", () => {
  const vendor = (text: string): [number, Uint8Array] => [
    DHCP_OPTION.VendorClass,
    textValue(text),
  ];
  assertEquals(architectureOf(vendor("PXEClient:Arch:00007:UNDI:003000")), 7);
  assertEquals(architectureOf(vendor("HTTPClient:Arch:00016")), 16);
  assertEquals(
    architectureOf(vendor("PXEClient:Arch:00007"), [93, octets(0, 0)]),
    0,
  );
  for (const text of ["PXEClient", "PXEClient:Arch:7", "x:Arch:00007"]) {
    assertEquals(architectureOf(vendor(text)), undefined);
  }
});

Deno.test("describeClient() goes by how the vendor class starts", () => {
  const kind = (text: string) => {
    const { isPxe, isHttpBoot } = client([60, textValue(text)]);
    return isPxe ? "pxe" : isHttpBoot ? "http" : "other";
  };
  assertEquals(kind("PXEClient"), "pxe");
  assertEquals(kind("PXEClient:Arch:00000\0"), "pxe");
  assertEquals(kind("HTTPClient:Arch:00016"), "http");
  for (const text of ["", "pxeclient", " PXEClient", "MSFT 5.0"]) {
    assertEquals(kind(text), "other");
  }
});

Deno.test("describeClient() reads user classes as iPXE sends them and as RFC 3004 section 4 has them", () => {
  const classes = (value: Uint8Array) => client([77, value]).userClass;
  assertEquals(classes(octets("iPXE")), ["iPXE"]);
  assertEquals(classes(octets(4, "iPXE")), ["iPXE"]);
  assertEquals(classes(octets(4, "iPXE", 2, "ab")), ["iPXE", "ab"]);
  assertEquals(classes(octets(4, "iPXE", 0, 0)), ["iPXE"]);
  assertEquals(classes(octets(4, "iPX")), ["\x04iPX"]);
  assertEquals(classes(octets(0, 1, "a")), [""]);
  assertEquals(classes(octets(0)), [""]);
  assertEquals(classes(octets()), []);
});

Deno.test("describeClient() knows iPXE by its user class, and by option 175", () => {
  const isIpxe = (code: number, value: Uint8Array) =>
    client([code, value]).isIpxe;
  assertEquals(isIpxe(77, octets("iPXE")), true);
  assertEquals(isIpxe(77, octets(4, "iPXE")), true);
  assertEquals(isIpxe(77, octets("gPXE")), true);
  assertEquals(isIpxe(77, octets("iPXEs")), false);
  assertEquals(isIpxe(77, octets("wiPXE")), false);
  assertEquals(isIpxe(175, octets(235, 3, 1, 0, 0)), true);
  assertEquals(isIpxe(175, octets()), true);
});

Deno.test("describeClient() reads a UUID of 16 octets behind a zero, and no other", () => {
  const uuid = (value: Uint8Array) => client([97, value]).uuid;
  const guid = Uint8Array.fromHex("78563412bc9af0de1122334455667788");
  assertEquals(uuid(octets(0, guid)), "12345678-9abc-def0-1122-334455667788");
  assertEquals(uuid(octets(1, guid)), undefined);
  assertEquals(uuid(guid), undefined);
  assertEquals(uuid(octets(0, guid, 0)), undefined);
});

Deno.test("describeClient() takes a client that says nothing", () => {
  assertEquals(describeClient(dhcpPacket({ hardwareAddress: octets() })), {
    mac: "",
    architecture: undefined,
    architectureName: "unknown",
    firmware: "unknown",
    isPxe: false,
    isHttpBoot: false,
    isIpxe: false,
    ipxe: undefined,
    userClass: [],
    vendorClass: "",
    uuid: undefined,
    clientId: undefined,
    hostname: undefined,
    requestedAddress: undefined,
    relayAddress: undefined,
  });
});

Deno.test("describeClient() takes names that are not UTF-8", () => {
  assertEquals(client([12, latin1("caf\xe9")]).hostname, "caf\xe9");
});

Deno.test("parseMac() takes the usual spellings, and no others", () => {
  for (
    const text of [
      "52:54:00:4c:41:42",
      "52-54-00-4C-41-42",
      "5254.004c.4142",
      "5254004C4142",
    ]
  ) {
    assertEquals(formatMac(parseMac(text)!), "52:54:00:4c:41:42");
  }
  for (
    const text of [
      ...["", "52:54:00:4c:41", "52:54:00:4c:41:42:43", "52:54-00:4c:41:42"],
      ...["5:54:00:4c:41:42", "52:54:00:4c:41:4g", "52:54:00:4c:41:42\n"],
    ]
  ) {
    assertEquals(parseMac(text), undefined, text);
  }
});
