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
    '"10.99.0.9" is for 52:54:00:00:00:01 and 52:54:00:00:00:02',
  ],
  [
    {
      fixedAddresses: {
        "52:54:00:00:00:0a": "10.99.0.9",
        "52-54-00-00-00-0A": "10.98.0.9",
      },
    },
    '52:54:00:00:00:0a has "10.99.0.9" and "10.98.0.9"',
  ],
  [
    { fixedAddresses: { "52:54:00:00:00:01": "10.99.0.1" } },
    "for the server and 52:54:00:00:00:01",
  ],
  [
    {
      fixedAddresses: { "52:54:00:00:00:01": "10.99.0.2" },
      networks: [{ network: "10.99.0.0/24", routers: ["10.99.0.2"] }],
    },
    "for a router and 52:54:00:00:00:01",
  ],
  ...["0.0.0.0", "224.0.0.1", "255.255.255.255"].map((
    serverAddress,
  ): [Partial<DhcpResponderOptions>, string] => [
    { serverAddress },
    `that clients can send to: current value is "${serverAddress}"`,
  ]),
  [{ boot: "a".repeat(256) }, "boot file as it must have at most 255"],
  [
    { boot: { file: "a", server: "10.99.0.999" } },
    'an IPv4 address or a name: current value is "10.99.0.999"',
  ],
  [
    { mode: "bootp", boot: "a".repeat(128) },
    "boot file as it must have at most 127",
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

Deno.test("a responder can be tried out on loopback", () => {
  dhcpResponder({ serverAddress: "127.0.0.1", boot: "boot.0" });
});

Deno.test("a short lease needs no shorter one beside it", () => {
  dhcpResponder({ ...GOOD, leaseMs: 1000 });
});
