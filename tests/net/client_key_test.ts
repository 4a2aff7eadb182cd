import { assertEquals, assertNotEquals } from "@std/assert";
import { clientKey } from "../../net/client_key.ts";

Deno.test("clientKey() is an IPv4 address, or the first 64 bits of an IPv6 address", () => {
  for (
    const [hostname, key] of [
      ["192.0.2.1", "192.0.2.1"],
      ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
      ["2001:db8::1", "2001:db8:0:0::/64"],
      ["::1", "0:0:0:0::/64"],
      ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ] as const
  ) assertEquals(clientKey(hostname), key);
});

Deno.test("clientKey() tells machines of one link apart, whose first 64 bits are the same", () => {
  assertNotEquals(clientKey("fe80::1"), clientKey("fe80::2"));
  assertNotEquals(clientKey("fe80::1%eth0"), clientKey("fe80::1%eth1"));
  assertEquals(clientKey("febf::1"), "febf::1");
  assertEquals(clientKey("fec0::1"), clientKey("fec0::2"));
});
