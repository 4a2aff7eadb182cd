import { assertEquals } from "@std/assert";
import {
  DHCP_OPTION,
  encodeSubOptions,
  IPXE_OPTION,
  readIpxeFeatures,
} from "../../pxe/mod.ts";
import { octets } from "../packet/_octets.ts";

function features(...area: number[]) {
  return readIpxeFeatures(new Map([[DHCP_OPTION.Ipxe, octets(...area)]]));
}

Deno.test("readIpxeFeatures() names the features that are switched on, and the version", () => {
  assertEquals(features(235, 3, 1, 21, 1, 19, 1, 1, 20, 1, 0, 33, 1, 2), {
    version: "1.21.1",
    features: ["http", "pxe"],
  });
});

Deno.test("readIpxeFeatures() tells an iPXE that says nothing from a client that is none", () => {
  assertEquals(features(), { version: "", features: [] });
  assertEquals(readIpxeFeatures(new Map()), undefined);
});

Deno.test("readIpxeFeatures() takes no endless version", () => {
  assertEquals(features(235, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9)?.version, "");
});

Deno.test("IPXE_OPTION has the codes of iPXE", () => {
  const value = encodeSubOptions(new Map([[IPXE_OPTION.NoPxeDhcp, octets(1)]]));
  assertEquals(value, octets(0xb0, 1, 1, 255));
});
