import { assertEquals } from "@std/assert";
import { MESSAGE_TYPE, messageType, messageTypeName } from "../../pxe/mod.ts";
import { octets } from "../packet/_octets.ts";

Deno.test("messageType() is the octet of option 53, and nothing in one of another length", () => {
  const type = (...value: number[]) =>
    messageType({ options: new Map([[53, octets(...value)]]) });
  assertEquals(type(3), MESSAGE_TYPE.Request);
  assertEquals(type(99), 99);
  assertEquals(type(), undefined);
  assertEquals(type(1, 1), undefined);
  assertEquals(messageType({ options: new Map() }), undefined);
});

Deno.test("messageTypeName() names the types of RFC 2132 section 9.6", () => {
  assertEquals(
    [1, 2, 3, 4, 5, 6, 7, 8].map(messageTypeName).join(" "),
    "DISCOVER OFFER REQUEST DECLINE ACK NAK RELEASE INFORM",
  );
  assertEquals(messageTypeName(9), "type 9");
  assertEquals(messageTypeName(undefined), "BOOTP");
});
