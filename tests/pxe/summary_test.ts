// Conversations of real clients are told in golden_test.ts.

import { assertEquals } from "@std/assert";
import { details, summary, u32Value } from "../../pxe/mod.ts";
import { octets } from "../packet/_octets.ts";
import { GOLDEN_CAPTURES } from "./_golden.ts";
import { dhcpPacket } from "./_packet.ts";

Deno.test("summary() leaves out what a message does not say", () => {
  assertEquals(
    summary(dhcpPacket()),
    "DISCOVER 52:54:00:4c:41:42 xid=01020304",
  );
  assertEquals(
    summary(dhcpPacket({ options: new Map(), op: "reply", file: "a b" })),
    'BOOTP reply 52:54:00:4c:41:42 xid=01020304 file="a b"',
  );
});

Deno.test("summary() tells a refusal and its reason", () => {
  const options = new Map([[53, octets(6)], [56, octets("lease\nexpired")]]);
  assertEquals(
    summary(dhcpPacket({ op: "reply", options })),
    'NAK 52:54:00:4c:41:42 xid=01020304 message="lease\\nexpired"',
  );
});

Deno.test("summary() tells a lease without end", () => {
  const options = new Map([[53, octets(5)], [51, u32Value(0xffffffff)]]);
  assertEquals(
    summary(dhcpPacket({ op: "reply", options })),
    "ACK 52:54:00:4c:41:42 xid=01020304 lease=forever",
  );
});

Deno.test("summary() and details() tell bytes that are no message", () => {
  const line = "malformed, 2 octets: 01 02 (Cannot decode DHCP message as " +
    "it must have at least 236 octets: it has 2)";
  assertEquals(summary(octets(1, 2)), line);
  assertEquals(details(octets(1, 2)), line);
});

Deno.test("details() tells iPXE's DISCOVER", () => {
  assertEquals(details(GOLDEN_CAPTURES.ipxeBiosProxy[0]!.bytes).split("\n"), [
    "DISCOVER request, hardware 1 52:54:00:4c:41:42",
    "  xid a3d6c955, hops 0, 4 s, flags 0000",
    "  message type (53): DISCOVER",
    "  max message size (57): 1472",
    "  client architecture (93): 0 bios-x86",
    "  client network interface (94): UNDI 2.1",
    '  vendor class (60): "PXEClient:Arch:00000:UNDI:002001"',
    '  user class (77): "iPXE"',
    "  parameter request list (55): 1 3 6 7 12 15 17 26 43 60 66 67 119 128 129 130 131 132 133 134 135 175 203",
    "  ipxe (175): 1.0.0 pxeext iscsi aoe http tftp dns bzimage multiboot pxe elf menu nfs",
    "  client id (61): 01 52 54 00 4c 41 42",
    "  client machine id (97): 12345678-9abc-def0-1122-334455667788",
  ]);
});

Deno.test("details() tells a boot menu", () => {
  const lines = details(GOLDEN_CAPTURES.ipxeBiosProxy[1]!.bytes).split("\n");
  assertEquals(
    lines.at(-1),
    '  vendor specific (43): {"discoveryControl":3,"bootServers":[{"type":32768,' +
      '"addresses":["10.99.0.1"]}],"menu":[{"type":32768,"text":"Test_payload"}],' +
      '"prompt":{"timeoutSeconds":1,"text":"Press_F8"}}',
  );
});

Deno.test("details() tells what has no known form as octets", () => {
  const options = new Map([
    ...[[53, octets(1)], [1, octets(255, 255)], [222, octets(1, 2)]] as const,
    ...[[93, octets(7)], [43, octets(6, 1)], [80, octets()]] as const,
  ]);
  assertEquals(details(dhcpPacket({ options })).split("\n").slice(3), [
    "  subnet mask (1): ff ff",
    "  option 222 (222): 01 02",
    "  client architecture (93): 7",
    "  vendor specific (43): 06 01",
    "  rapid commit (80): ",
  ]);
});
