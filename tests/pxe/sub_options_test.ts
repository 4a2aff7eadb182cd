import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeRelayOptions,
  decodeSubOptions,
  encodeSubOptions,
} from "../../pxe/mod.ts";
import { forAll } from "../_random.ts";
import { octets } from "../packet/_octets.ts";

Deno.test("decodeSubOptions() reads what encodeSubOptions() writes", () => {
  forAll(500, (random) => {
    const options = new Map(random.list(
      random.between(0, 9),
      () => [random.between(1, 254), random.bytes(random.between(0, 255))],
    ));
    assertEquals(decodeSubOptions(encodeSubOptions(options)), options);
  });
});

Deno.test("encodeSubOptions() refuses codes that are none, and values that are too long", () => {
  for (const code of [0, 255, -1, 1.5]) {
    assertThrows(
      () => encodeSubOptions(new Map([[code, octets()]])),
      RangeError,
      `current value is ${code}`,
    );
  }
  assertThrows(
    () => encodeSubOptions(new Map([[1, new Uint8Array(256)]])),
    RangeError,
    "it has 256",
  );
});

Deno.test("decodeRelayOptions() takes 0 and 255 for codes, and the first of two (RFC 3046 section 2.0)", () => {
  assertEquals(
    decodeRelayOptions(octets(0, 1, 7, 255, 0, 1, 1, 8, 1, 1, 9)),
    new Map([[0, octets(7)], [255, octets()], [1, octets(8)]]),
  );
});

Deno.test("decodeRelayOptions() leaves out what is cut off", () => {
  assertEquals(
    decodeRelayOptions(octets(1, 1, 7, 2, 3, 1)),
    new Map([[1, octets(7)]]),
  );
  assertEquals(decodeRelayOptions(octets(1)), new Map());
});
