import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  formatAddress,
  isSameAddress,
  plainHostname,
  TFTP_PORT,
  type UdpAddress,
} from "../../net/mod.ts";

function at(hostname: string, port: number): UdpAddress {
  return { transport: "udp", hostname, port };
}

Deno.test("requests go to port 69", () => assertEquals(TFTP_PORT, 69));

Deno.test("isSameAddress() wants both host and port to be the same", () => {
  const address = at("192.0.2.1", 69);
  assert(isSameAddress(address, { ...address }));
  assertFalse(isSameAddress(address, at("192.0.2.1", 70)));
  assertFalse(isSameAddress(address, at("192.0.2.10", 69)));
});

Deno.test("isSameAddress() takes an IPv4 address mapped into IPv6 for another", () => {
  assertFalse(isSameAddress(at("192.0.2.1", 69), at("::ffff:192.0.2.1", 69)));
});

for (
  const [hostname, line] of [
    ["192.0.2.1", "192.0.2.1:69"],
    ["tftp.example", "tftp.example:69"],
    ["::1", "[::1]:69"],
    ["2001:db8::1", "[2001:db8::1]:69"],
    ["::ffff:192.0.2.1", "192.0.2.1:69"],
    ["::ffff:c000:201", "[::ffff:c000:201]:69"],
  ] as const
) {
  Deno.test(`formatAddress() writes ${hostname} as ${line}`, () => {
    assertEquals(formatAddress(at(hostname, 69)), line);
  });
}

Deno.test("plainHostname() leaves everything alone that is not mapped", () => {
  for (
    const hostname of ["192.0.2.1", "::1", "::ffff:1", "a.::ffff:1.2", "::"]
  ) {
    assertEquals(plainHostname(hostname), hostname);
  }
  assertEquals(plainHostname("::ffff:127.0.0.1"), "127.0.0.1");
});
