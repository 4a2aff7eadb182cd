import { assertEquals } from "@std/assert";
import { DHCP_OPTION, dhcpOptionName } from "../../pxe/mod.ts";

Deno.test("DHCP_OPTION has each code once, between pad and end", () => {
  const codes = Object.values(DHCP_OPTION);
  assertEquals(codes.length, new Set(codes).size);
  assertEquals(codes.filter((code) => code <= 0 || code >= 255), []);
});

Deno.test("dhcpOptionName() names what is known, and numbers the rest", () => {
  assertEquals(dhcpOptionName(53), "message type");
  assertEquals(dhcpOptionName(82), "relay agent information");
  assertEquals(dhcpOptionName(26), "interface mtu");
  assertEquals(dhcpOptionName(254), "option 254");
});
