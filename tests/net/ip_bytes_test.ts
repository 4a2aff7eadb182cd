import { assertEquals } from "@std/assert";
import { ipBytes } from "../../net/ip_bytes.ts";

const ADDRESSES: readonly [text: string, hex: string | null][] = [
  ["0.0.0.0", "00000000"],
  ["192.0.2.255", "c00002ff"],
  ["192.0.2", null],
  ["192.0.2.256", null],
  ["192.0.2.010", null],
  ["192.0.2.1.1", null],
  ["192.0.2.", null],
  ["192.0.2.1e1", null],
  ["localhost", null],
  ["", null],
  ["::", "0".repeat(32)],
  ["::1", `${"0".repeat(31)}1`],
  ["1::", `0001${"0".repeat(28)}`],
  ["2001:db8::7:AB", "20010db80000000000000000000700ab"],
  ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
  ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
  ["fe80::1%eth0", `fe80${"0".repeat(27)}1`],
  ["::ffff:192.0.2.1", `${"0".repeat(20)}ffffc0000201`],
  ["1:2:3:4:5:6:7", null],
  ["1:2:3:4:5:6:7:8:9", null],
  ["1:2:3:4::5:6:7:8", null],
  ["1::2::3", null],
  [":1", null],
  ["1:::2", null],
  ["12345::", null],
  ["g::", null],
  ["192.0.2.1::", null],
  ["::192.0.2.1:1", null],
];

for (const [text, hex] of ADDRESSES) {
  Deno.test(`the octets of ${JSON.stringify(text)} are ${hex}`, () => {
    const bytes = ipBytes(text);
    assertEquals(
      bytes &&
        [...bytes].map((it) => it.toString(16).padStart(2, "0")).join(""),
      hex,
    );
  });
}
