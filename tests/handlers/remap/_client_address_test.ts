import { clientAddress } from "../../../handlers/remap/_client_address.ts";
import { assertEquals } from "@std/assert";

const ADDRESSES: readonly [
  hostname: string,
  family: 4 | 6 | null,
  text: string,
  hex: string,
][] = [
  ["192.0.2.169", 4, "192.0.2.169", "C00002A9"],
  ["0.0.0.0", 4, "0.0.0.0", "00000000"],
  ["::ffff:192.0.2.1", 4, "192.0.2.1", "C0000201"],
  ["::FFFF:192.0.2.1", 4, "192.0.2.1", "C0000201"],
  ["2001:db8::1", 6, "2001:db8::1", "20010DB8000000000000000000000001"],
  ["2001:DB8::1", 6, "2001:db8::1", "20010DB8000000000000000000000001"],
  ["::", 6, "::", "0".repeat(32)],
  ["::1", 6, "::1", "1".padStart(32, "0")],
  ["fe80::", 6, "fe80::", "FE80".padEnd(32, "0")],
  ["fe80::1%eth0", 6, "fe80::1", "FE800000000000000000000000000001"],
  ["1:2:3:4:5:6:7:8", 6, "1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
  [
    "64:ff9b::192.0.2.1",
    6,
    "64:ff9b::192.0.2.1",
    "0064FF9B0000000000000000C0000201",
  ],
  ["256.0.0.1", null, "256.0.0.1", ""],
  ["1:2:3:4:5:6:7", null, "1:2:3:4:5:6:7", ""],
  ["1::2::3", null, "1::2::3", ""],
  ["1:2:3:4:5:6:7::8", null, "1:2:3:4:5:6:7::8", ""],
  ["g::", null, "g::", ""],
  ["::12345", null, "::12345", ""],
  ["Host", null, "Host", ""],
  ["", null, "", ""],
];

for (const [hostname, family, text, hex] of ADDRESSES) {
  Deno.test(`clientAddress() reads "${hostname}"`, () => {
    assertEquals(clientAddress(hostname), { family, text, hex });
  });
}
