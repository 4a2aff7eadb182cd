// What is a message and what is not, and what is read in the odd ones. The fuzzing tests hold decodeDhcpPacket() to its
// promise: a message, or a PacketSyntaxError.

import { assertEquals, assertThrows } from "@std/assert";
import { PacketSyntaxError } from "../../packet/mod.ts";
import { decodeDhcpPacket, type DhcpOptions } from "../../pxe/mod.ts";
import { latin1, octets } from "../packet/_octets.ts";
import { COOKIE, dhcpBytes, dhcpPacket } from "./_packet.ts";

function optionsOf(...area: (number | string | Uint8Array)[]): DhcpOptions {
  return decodeDhcpPacket(dhcpBytes(octets(COOKIE, ...area))).options;
}

function optionMap(...options: [number, ...number[]][]): DhcpOptions {
  return new Map(options.map(([code, ...value]) => [code, octets(...value)]));
}

Deno.test("decodeDhcpPacket() reads every field (RFC 2131 figure 1)", () => {
  const bytes = octets(
    ...[2, 6, 6, 3],
    ...[0xde, 0xad, 0xbe, 0xef],
    ...[1, 2, 0x80, 0],
    ...[10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 3, 255, 255, 255, 255],
    ...[0x52, 0x54, 0, 0x4c, 0x41, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...["boot", new Uint8Array(60)],
    ...["pxelinux.0", new Uint8Array(118)],
    ...[COOKIE, 53, 1, 2, 255],
  );
  assertEquals(
    decodeDhcpPacket(bytes),
    dhcpPacket({
      op: "reply",
      hardwareType: 6,
      hops: 3,
      transactionId: 0xdeadbeef,
      seconds: 258,
      flags: 0x8000,
      clientAddress: "10.0.0.1",
      yourAddress: "10.0.0.2",
      serverAddress: "10.0.0.3",
      relayAddress: "255.255.255.255",
      serverName: "boot",
      file: "pxelinux.0",
      options: optionMap([53, 2]),
    }),
  );
});

Deno.test("decodeDhcpPacket() takes BOOTP without a vendor area, without a cookie, and with another one", () => {
  const bootp = dhcpPacket({ options: new Map(), transactionId: 0 });
  for (
    const area of [
      octets(),
      octets(0x63, 0x82, 0x53),
      new Uint8Array(64),
      octets("CMU", 0, 53, 1, 1, 255),
      octets(COOKIE, 255),
      COOKIE,
    ]
  ) {
    assertEquals(decodeDhcpPacket(dhcpBytes(area)), bootp);
  }
});

Deno.test("decodeDhcpPacket() skips pads, and stops at the end", () => {
  assertEquals(
    optionsOf(0, 0, 53, 1, 1, 0, 12, 1, "a", 0, 255, 60, 1, 7),
    optionMap([53, 1], [12, 0x61]),
  );
});

Deno.test("decodeDhcpPacket() needs no end", () => {
  assertEquals(optionsOf(53, 1, 1, 80, 0), optionMap([53, 1], [80]));
});

Deno.test("decodeDhcpPacket() leaves out an option that is cut off", () => {
  assertEquals(optionsOf(53, 1, 1, 12), optionMap([53, 1]));
  assertEquals(optionsOf(53, 1, 1, 12, 2, 1), optionMap([53, 1]));
  assertEquals(optionsOf(12, 255, 53, 1, 1), new Map());
});

Deno.test("decodeDhcpPacket() joins the parts of an option, wherever they are (RFC 3396)", () => {
  assertEquals(
    optionsOf(67, 1, "a", 53, 1, 1, 67, 0, 67, 2, "bc", 255),
    optionMap([67, 0x61, 0x62, 0x63], [53, 1]),
  );
  const bytes = dhcpBytes(octets(COOKIE, 52, 1, 3, 67, 1, "a", 255), {
    44: octets(67, 1, "c", 255),
    108: octets(67, 1, "b", 255),
  });
  assertEquals(
    decodeDhcpPacket(bytes).options,
    optionMap([67, 0x61, 0x62, 0x63]),
  );
});

Deno.test("decodeDhcpPacket() reads options in the fields that option 52 names, and in no others", () => {
  const header = { 44: octets(1, 1, 1, 255), 108: octets(2, 1, 2, 255) };
  const read = (value: readonly number[]) => {
    const { serverName, file, options } = decodeDhcpPacket(
      dhcpBytes(octets(COOKIE, 52, value.length, ...value, 3, 1, 3), header),
    );
    return [serverName === "", file === "", [...options.keys()].join(" ")];
  };
  assertEquals(read([1]), [false, true, "3 2"]);
  assertEquals(read([2]), [true, false, "3 1"]);
  assertEquals(read([3]), [true, true, "3 2 1"]);
  for (const nonsense of [[0], [4], [255], [], [3, 3]]) {
    assertEquals(read(nonsense), [false, false, "3"]);
  }
});

Deno.test("decodeDhcpPacket() does not overload again from an overloaded field", () => {
  const bytes = dhcpBytes(octets(COOKIE, 52, 1, 1, 255), {
    44: octets("name"),
    108: octets(52, 1, 3, 12, 1, "a", 52, 1, 2, 255),
  });
  const packet = decodeDhcpPacket(bytes);
  assertEquals(packet.serverName, "name");
  assertEquals(packet.options, optionMap([12, 0x61]));
});

Deno.test("decodeDhcpPacket() ignores an option 52 that comes twice", () => {
  const area = octets(COOKIE, 52, 1, 1, 52, 1, 2, 53, 1, 1, 255);
  const packet = decodeDhcpPacket(dhcpBytes(area, { 108: octets("file") }));
  assertEquals([packet.file, packet.options], ["file", optionMap([53, 1])]);
});

Deno.test("decodeDhcpPacket() takes text fields without NUL, and text that is not UTF-8", () => {
  const packet = decodeDhcpPacket(
    dhcpBytes(octets(COOKIE), {
      44: octets("n".repeat(64)),
      108: octets(latin1("\xff".repeat(128))),
    }),
  );
  assertEquals(packet.serverName, "n".repeat(64));
  assertEquals(packet.file, "\xff".repeat(128));
});

Deno.test("decodeDhcpPacket() takes hardware addresses of 0 to 16 octets, and no longer ones", () => {
  for (const length of [0, 1, 6, 16]) {
    const bytes = dhcpBytes(COOKIE, { 2: octets(length) });
    assertEquals(
      decodeDhcpPacket(bytes).hardwareAddress,
      bytes.slice(28, 28 + length),
    );
  }
  for (const length of [17, 255]) {
    const error = assertThrows(
      () => decodeDhcpPacket(dhcpBytes(COOKIE, { 2: octets(length) })),
      PacketSyntaxError,
      "hardware address",
    );
    assertEquals(error.offset, 2);
  }
});

Deno.test("decodeDhcpPacket() refuses what is too short and what is neither request nor reply", () => {
  for (const length of [0, 1, 235]) {
    const error = assertThrows(
      () => decodeDhcpPacket(dhcpBytes(COOKIE).slice(0, length)),
      PacketSyntaxError,
      `it has ${length}`,
    );
    assertEquals(error.offset, length);
  }
  for (const op of [0, 3, 255]) {
    const error = assertThrows(
      () => decodeDhcpPacket(dhcpBytes(COOKIE, { 0: octets(op) })),
      PacketSyntaxError,
      `op must be 1 or 2: current value is ${op}`,
    );
    assertEquals(error.offset, 0);
  }
});

Deno.test("decodeDhcpPacket() keeps nothing of the datagram", () => {
  const bytes = dhcpBytes(octets(COOKIE, 12, 2, "ab", 67, 1, "c", 67, 1, "d"));
  const packet = decodeDhcpPacket(bytes);
  bytes.fill(0);
  assertEquals(packet.options, optionMap([12, 0x61, 0x62], [67, 0x63, 0x64]));
  assertEquals(packet.hardwareAddress[0], 0x52);
  for (const value of [packet.hardwareAddress, ...packet.options.values()]) {
    assertEquals(value.buffer.byteLength, value.length);
  }
});
