import { assertEquals } from "@std/assert";
import { formatIpv4, NO_ADDRESS, parseIpv4 } from "../../pxe/mod.ts";
import { forAll } from "../_random.ts";

Deno.test("parseIpv4() reads what formatIpv4() writes", () => {
  forAll(2000, (random) => {
    const address = random.word();
    assertEquals(parseIpv4(formatIpv4(address)), address);
  });
  assertEquals(parseIpv4(NO_ADDRESS), 0);
  assertEquals(parseIpv4("255.255.255.255"), 0xffffffff);
});

Deno.test("parseIpv4() takes four decimal numbers, and nothing else", () => {
  for (
    const text of [
      ...["", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.300"],
      ...["01.2.3.4", "1.2.3.0x4", " 1.2.3.4", "1.2.3.4\n", "1.2.3.-4"],
      ...["1.2.3.٤", "::ffff:1.2.3.4", "1..2.3", "localhost"],
    ]
  ) {
    assertEquals(parseIpv4(text), undefined, text);
  }
});
