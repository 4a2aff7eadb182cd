import { assertEquals, assertThrows } from "@std/assert";
import { dhcpResponder, type DhcpResponderOptions } from "../../pxe/mod.ts";

const GOOD: DhcpResponderOptions = {
  serverAddress: "10.99.0.1",
  boot: "boot.0",
  mode: "dhcp",
  networks: [{ network: "10.99.0.0/24" }, { network: "10.98.0.0/24" }],
};

/** Options that are refused, and what is said of them. */
const BAD: [Partial<DhcpResponderOptions>, string][] = [
  [
    { serverAddress: "here" },
    "Cannot use server address as it must be an IPv4",
  ],
  [
    { mode: "relay" as "dhcp" },
    'Cannot use mode as it must be "proxy", "dhcp"',
  ],
  [{ networks: [] }, 'there must be a network in mode "dhcp"'],
  [
    { networks: [{ network: "10.0.0.0/8" }, { network: "10.99.0.0/24" }] },
    "must not overlap: 10.0.0.0/8 and 10.99.0.0/24 do",
  ],
  [
    { fixedAddresses: { "52:54": "10.99.0.9" } },
    "its key must be a MAC address",
  ],
  [
    { fixedAddresses: { "52:54:00:00:00:01": "10.97.0.9" } },
    "it must be in one of the networks",
  ],
  [
    {
      fixedAddresses: {
        "52:54:00:00:00:01": "10.99.0.9",
        "52:54:00:00:00:02": "10.99.0.9",
      },
    },
    '"10.99.0.9" is for two',
  ],
  [{ leaseMs: 0 }, "Cannot use leaseMs as it must be 1000 to Infinity"],
  [{ leaseMs: NaN }, "current value is NaN"],
  [
    { leaseMs: 5000, minLeaseMs: 6000 },
    "minLeaseMs as it must be 1000 to 5000",
  ],
  [{ offerMs: 0 }, "Cannot use offerMs"],
  [{ offerMs: Infinity }, "Cannot use offerMs"],
  [{ declineMs: -1 }, "Cannot use declineMs"],
  [{ serverName: "a".repeat(64) }, "server name as it must have at most 63"],
];

for (const [options, said] of BAD) {
  Deno.test(`a responder is not made where ${said}`, () => {
    assertThrows(() => dhcpResponder({ ...GOOD, ...options }), Error, said);
  });
}

Deno.test("a proxy needs something to boot, and no network", () => {
  const serverAddress = "10.99.0.1";
  assertThrows(() => dhcpResponder({ serverAddress }), TypeError, "as proxy");
  const proxy = dhcpResponder({ serverAddress, boot: "boot.0" });
  assertEquals(proxy.leases(0), []);
});

Deno.test("a short lease needs no shorter one beside it", () => {
  dhcpResponder({ ...GOOD, leaseMs: 1000 });
});
