import { assertEquals, assertThrows } from "@std/assert";
import {
  checkNetwork,
  isInNetwork,
  parseAddressRange,
} from "../../pxe/network.ts";

Deno.test("parseAddressRange() takes a dash, a comma, and a single address", () => {
  const range = { first: "192.0.2.5", last: "192.0.2.9" };
  for (
    const text of [
      "192.0.2.5-192.0.2.9",
      "192.0.2.5,192.0.2.9",
      " 192.0.2.5 - 192.0.2.9 ",
    ]
  ) assertEquals(parseAddressRange(text), range, text);
  const one = { first: "192.0.2.5", last: "192.0.2.5" };
  assertEquals(parseAddressRange("192.0.2.5"), one);
});

Deno.test("parseAddressRange() refuses all else", () => {
  for (
    const text of ["", "192.0.2", "192.0.2.9-192.0.2.5", "192.0.2.5-9", "a-b"]
  ) {
    assertThrows(() => parseAddressRange(text), TypeError, "address range");
  }
});

Deno.test("checkNetwork() knows mask, broadcast address and name", () => {
  const network = checkNetwork({ network: "10.99.3.7/22" });
  assertEquals(network.name, "10.99.0.0/22");
  assertEquals(network.netmask, "255.255.252.0");
  assertEquals(network.broadcast, "10.99.3.255");
  assertEquals(isInNetwork(network, "10.99.3.254"), true);
  for (const address of ["10.99.0.0", "10.99.3.255", "10.99.4.1", "x"]) {
    assertEquals(isInNetwork(network, address), false, address);
  }
  assertEquals(
    checkNetwork({ network: "10.0.0.0/30" }).netmask,
    "255.255.255.252",
  );
  assertEquals(checkNetwork({ network: "128.0.0.1/1" }).netmask, "128.0.0.0");
});

Deno.test("checkNetwork() refuses what is no network, and ranges beyond it", () => {
  for (const network of ["10.0.0.0", "10.0.0.0/31", "10.0.0.0/0", "x/24"]) {
    assertThrows(
      () => checkNetwork({ network }),
      TypeError,
      "Cannot use network",
    );
  }
  const bad = [
    ["10.0.0.0", "10.0.0.9"],
    ["10.0.0.250", "10.0.0.255"],
    ["10.0.0.9", "10.0.1.9"],
  ] as const;
  for (const [first, last] of bad) {
    const settings = { network: "10.0.0.0/24", ranges: [{ first, last }] };
    assertThrows(
      () => checkNetwork(settings),
      RangeError,
      `must be of hosts in 10.0.0.0/24: current value is "${first}-${last}"`,
    );
  }
  const multicast = [{ first: "224.0.0.5", last: "224.0.0.9" }];
  assertThrows(
    () => checkNetwork({ network: "224.0.0.0/24", ranges: multicast }),
    RangeError,
    "must be of hosts",
  );
  assertThrows(
    () => checkNetwork({ network: "10.0.0.0/24", routers: ["gate"] }),
    TypeError,
    "use router",
  );
  assertThrows(
    () => checkNetwork({ network: "10.0.0.0/24", dnsServers: ["8.8"] }),
    TypeError,
    "use name server",
  );
  for (const domain of ["", "a\0b", "a b", "a".repeat(254)]) {
    assertThrows(
      () => checkNetwork({ network: "10.0.0.0/24", domain }),
      TypeError,
      "use domain",
    );
  }
});

Deno.test("checkNetwork() takes a million addresses, and refuses more than memory should be lost to", () => {
  const ranges = [{ first: "10.0.0.1", last: "10.15.255.255" }];
  checkNetwork({ network: "10.0.0.0/8", ranges });
  const more = [...ranges, { first: "10.16.0.0", last: "10.16.0.1" }];
  assertThrows(
    () => checkNetwork({ network: "10.0.0.0/8", ranges: more }),
    RangeError,
    "at most 1048576 addresses: they have 1048577",
  );
});
