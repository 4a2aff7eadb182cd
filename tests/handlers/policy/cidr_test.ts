import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  cidrContains,
  parseCidr,
  parseIpAddress,
} from "../../../handlers/policy/cidr.ts";
import { forAll, type Random } from "../../_random.ts";

function contains(block: string, address: string): boolean {
  const parsed = parseIpAddress(address);
  assert(parsed !== null, address);
  return cidrContains(parseCidr(block), parsed);
}

for (
  const [block, inside, outside] of [
    ["192.0.2.0/24", ["192.0.2.0", "192.0.2.255"], [
      "192.0.3.0",
      "192.0.1.255",
    ]],
    ["192.0.2.64/26", ["192.0.2.64", "192.0.2.127"], [
      "192.0.2.63",
      "192.0.2.128",
    ]],
    ["192.0.2.7", ["192.0.2.7"], ["192.0.2.6"]],
    ["192.0.2.7/32", ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207"], [
      "::192.0.2.7",
    ]],
    ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "2001:db8::1"]],
    ["128.0.0.0/1", ["128.0.0.0", "255.0.0.0"], ["127.255.255.255"]],
    ["2001:db8::/32", ["2001:db8::", "2001:0DB8:ffff::1"], [
      "2001:db9::",
      "192.0.2.1",
    ]],
    ["2001:db8::/33", ["2001:db8:7fff::"], ["2001:db8:8000::"]],
    ["2001:db8::7", ["2001:db8:0:0:0:0:0:7", "2001:db8::0.0.0.7"], [
      "2001:db8::8",
    ]],
    ["::1", ["::1"], ["::", "127.0.0.1"]],
    ["1::", ["1:0:0:0:0:0:0:0"], ["1::1"]],
    ["1:2:3:4:5:6:7::", ["1:2:3:4:5:6:7:0"], ["1:2:3:4:5:6:7:8"]],
    ["::/0", ["::", "ffff::", "::ffff:0:0:1"], [
      "192.0.2.1",
      "::ffff:192.0.2.1",
    ]],
    ["::ffff:192.0.2.0/120", ["192.0.2.1", "::ffff:192.0.2.1"], ["192.0.3.1"]],
    ["::ffff:0:0/96", ["192.0.2.1"], ["::1"]],
    ["fe80::/10", ["fe80::1", "fe80::1%eth0", "febf::1%2"], ["fec0::1"]],
    ["fe80::%eth0/64", ["fe80::1%eth0"], [
      "fe80::1",
      "fe80::1%eth1",
      "fe80:0:0:1::%eth0",
    ]],
    ["fe80::1%eth0", ["fe80::1%eth0"], ["fe80::1%eth1"]],
  ] as const
) {
  Deno.test(`${block} holds ${inside} and not ${outside}`, () => {
    for (const address of inside) assert(contains(block, address), address);
    for (const address of outside) {
      assertFalse(contains(block, address), address);
    }
  });
}

for (
  const [text, hint] of [
    ["", "must be an IP address"],
    ["example.org", "must be an IP address"],
    ["192.0.2", "must be an IP address"],
    ["192.0.2.0/24/8", "must be an IP address"],
    ["192.0.2.256", "must be an IP address"],
    ["192.0.2.010", "must be an IP address"],
    ["0xc0.0.2.1", "must be an IP address"],
    ["192.0.2.1 ", "must be an IP address"],
    ["[2001:db8::1]", "must be an IP address"],
    ["2001:db8", "must be an IP address"],
    ["1:2:3:4:5:6:7", "must be an IP address"],
    ["1:2:3:4:5:6:7:8:9", "must be an IP address"],
    ["1::2::3", "must be an IP address"],
    ["1:2:3:4::5:6:7:8", "must be an IP address"],
    [":1", "must be an IP address"],
    ["1:", "must be an IP address"],
    [":::", "must be an IP address"],
    ["12345::", "must be an IP address"],
    ["192.0.2.1::", "must be an IP address"],
    ["::192.0.2.1:0", "must be an IP address"],
    ["fe80::1%", "must be an IP address"],
    ["192.0.2.1%eth0", "must be an IP address"],
    ["192.0.2.0/33", "a prefix of 0 to 32 bits"],
    ["2001:db8::/129", "a prefix of 0 to 128 bits"],
    ["192.0.2.0/", "a prefix of 0 to 32 bits"],
    ["192.0.2.0/-1", "a prefix of 0 to 32 bits"],
    ["192.0.2.0/024", "a prefix of 0 to 32 bits"],
    ["192.0.2.0/255.255.255.0", "a prefix of 0 to 32 bits"],
    ["192.0.2.7/24", "write 192.0.2.0/24"],
    ["0.0.0.1/0", "write 0.0.0.0/0"],
    ["2001:db8::7/32", "write 2001:db8::/32"],
    ["::1/0", "write 0::/0"],
    ["::ffff:0:0/95", "write 0:0:0:0:0:fffe::/95"],
    ["::ffff:192.0.2.7/120", "write 0:0:0:0:0:ffff:c000:200/120"],
  ] as const
) {
  Deno.test(`parseCidr() refuses ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseCidr(text), RangeError, hint);
    assert(
      error.message.endsWith(`: current value is ${JSON.stringify(text)}`),
    );
  });
}

Deno.test("parseCidr() takes back what it proposes", () => {
  for (
    const text of ["0::/0", "0:0:0:0:0:ffff:c000:200/120", "2001:db8::/32"]
  ) {
    parseCidr(text);
  }
  assertEquals(
    parseCidr("0:0:0:0:0:ffff:c000:200/120"),
    parseCidr("192.0.2.0/24"),
  );
});

Deno.test("parseIpAddress() knows an address by whatever name", () => {
  assertEquals(parseIpAddress("192.0.2.1"), {
    bytes: [192, 0, 2, 1],
    zone: null,
  });
  assertEquals(parseIpAddress("::FFFF:c000:201"), parseIpAddress("192.0.2.1"));
  assertEquals(parseIpAddress("fe80::1%eth0")?.zone, "eth0");
  assertEquals(parseIpAddress("localhost"), null);
});

/** An address that is close to another one, so that both outcomes come up. */
function neighbour(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const bit = random.between(0, copy.length * 8 - 1);
  if (random.chance(3, 4)) copy[bit >> 3]! ^= 0x80 >> (bit & 7);
  return copy;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytes.toHex()}`);
}

function toText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  return bytes.toHex().match(/.{4}/g)!.join(":");
}

for (const width of [32, 128]) {
  Deno.test(`a block of ${width} bits holds the addresses that begin as it does`, () => {
    forAll(2000, (random) => {
      const bytes = random.bytes(width / 8);
      const prefixBits = random.between(0, width);
      const rest = BigInt(width - prefixBits);
      const network = toNumber(bytes) >> rest << rest;
      const hex = network.toString(16).padStart(width / 4, "0");
      const block = `${toText(Uint8Array.fromHex(hex))}/${prefixBits}`;
      const other = neighbour(random, bytes);
      assert(contains(block, toText(bytes)));
      assertEquals(
        contains(block, toText(other)),
        toNumber(other) >> rest << rest === network,
      );
    });
  });
}
