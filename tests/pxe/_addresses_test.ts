import { assertEquals, assertThrows } from "@std/assert";
import { checkAddress, isHostAddress } from "../../pxe/_addresses.ts";

Deno.test("checkAddress() gives the number, and refuses what is no address", () => {
  assertEquals(checkAddress("0.0.1.2", "use it"), 258);
  assertThrows(
    () => checkAddress("here", "use it"),
    TypeError,
    'Cannot use it as it must be an IPv4 address: current value is "here"',
  );
});

Deno.test("isHostAddress() is true of what one machine can have", () => {
  for (const address of ["1.0.0.0", "10.0.0.1", "192.0.2.255", "223.9.9.9"]) {
    assertEquals(isHostAddress(address), true, address);
  }
  const others = "0.0.0.0 0.1.2.3 127.0.0.1 224.0.0.1 240.0.0.1 " +
    "255.255.255.255 host ::1";
  for (const address of others.split(" ")) {
    assertEquals(isHostAddress(address), false, address);
  }
});
