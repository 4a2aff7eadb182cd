import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  decodeDhcpPacket,
  DHCP_OPTION,
  type DhcpEncodeLimits,
  type DhcpPacket,
  encodeDhcpPacket,
  textValue,
  u8Value,
} from "../../pxe/mod.ts";
import { forAll } from "../_random.ts";
import { octets } from "../packet/_octets.ts";
import { asTshark } from "./_as_tshark.ts";
import { dhcpPacket, randomDhcpPacket } from "./_packet.ts";
import { hasTshark, readMessages } from "./_tshark.ts";

const TYPE = [DHCP_OPTION.MessageType, u8Value(5)] as const;

function encode(
  packet: DhcpPacket,
  limits: DhcpEncodeLimits = {},
): { bytes: Uint8Array; dropped: number[] } {
  const dropped: number[] = [];
  const onDrop = (code: number) => void dropped.push(code);
  return { bytes: encodeDhcpPacket(packet, { ...limits, onDrop }), dropped };
}

/** The codes behind the cookie, in their order, as they are written. */
function writtenCodes(bytes: Uint8Array, offset = 240): number[] {
  const codes: number[] = [];
  while (offset < bytes.length && bytes[offset] !== 255) {
    codes.push(bytes[offset]!);
    offset += 2 + bytes[offset + 1]!;
  }
  return codes;
}

Deno.test("encodeDhcpPacket() gives what decodeDhcpPacket() reads again, and tells each option that it leaves out", () => {
  forAll(3000, (random) => {
    const packet = randomDhcpPacket(random);
    const maxMessageBytes = random.pick([576, 576, 1500, 4000]);
    const { bytes, dropped } = encode(packet, { maxMessageBytes });
    const isDhcp = packet.options.has(DHCP_OPTION.MessageType);
    assert(bytes.length >= 300);
    assert(bytes.length <= (isDhcp ? maxMessageBytes - 28 : 300));
    const kept = new Map(packet.options);
    for (const code of dropped) assert(kept.delete(code));
    assertEquals(decodeDhcpPacket(bytes), { ...packet, options: kept });
    assertEquals(kept.has(DHCP_OPTION.MessageType), isDhcp);
  });
});

Deno.test("encodeDhcpPacket() makes at least 300 octets, and no more than needed", () => {
  assertEquals(encodeDhcpPacket(dhcpPacket()).length, 300);
  const options = new Map([TYPE, [12, new Uint8Array(100)]]);
  assertEquals(
    encodeDhcpPacket(dhcpPacket({ options })).length,
    240 + 3 + 102 + 1,
  );
});

Deno.test("encodeDhcpPacket() writes the message type first, then server, lease time and mask, and relay information last", () => {
  const options = new Map([
    [DHCP_OPTION.RelayAgentInformation, octets(1, 1, 7)],
    [DHCP_OPTION.Router, octets(10, 0, 0, 1)],
    [DHCP_OPTION.SubnetMask, octets(255, 0, 0, 0)],
    [222, octets(1)],
    [DHCP_OPTION.LeaseTime, octets(0, 0, 1, 0)],
    [DHCP_OPTION.ServerId, octets(10, 0, 0, 1)],
    TYPE,
  ]);
  const bytes = encodeDhcpPacket(dhcpPacket({ options }));
  assertEquals(writtenCodes(bytes), [53, 54, 51, 1, 3, 222, 82]);
});

Deno.test("encodeDhcpPacket() writes no cookie without options", () => {
  const bytes = encodeDhcpPacket(dhcpPacket({ options: new Map() }));
  assertEquals(bytes.length, 300);
  assertEquals(bytes.subarray(236), new Uint8Array(64));
});

Deno.test("encodeDhcpPacket() ends text fields with NUL", () => {
  const bytes = encodeDhcpPacket(
    dhcpPacket({ serverName: "n".repeat(63), file: "f".repeat(127) }),
  );
  assertEquals(bytes.subarray(106, 110), octets("n", 0, "ff"));
  assertEquals(bytes.subarray(234, 236), octets("f", 0));
});

Deno.test("encodeDhcpPacket() sends a text that is too long for its field as an option", () => {
  const packet = dhcpPacket({
    serverName: "n".repeat(64),
    file: `http://192.0.2.1/${"f".repeat(300)}`,
  });
  const { file, serverName, options } = decodeDhcpPacket(
    encodeDhcpPacket(packet, { maxMessageBytes: 1500 }),
  );
  assertEquals([file, serverName], ["", ""]);
  assertEquals(options.get(66), textValue(packet.serverName));
  assertEquals(options.get(67), textValue(packet.file));
});

Deno.test("encodeDhcpPacket() lets option 67 stand beside a file that is too long", () => {
  const options = new Map([TYPE, [67, textValue("short")]]);
  const bytes = encodeDhcpPacket(
    dhcpPacket({ options, file: "f".repeat(128) }),
  );
  assertEquals(decodeDhcpPacket(bytes).options.get(67), textValue("short"));
});

Deno.test("encodeDhcpPacket() overloads the fields that are empty, file first", () => {
  const long = (code: number, length: number) =>
    [code, new Uint8Array(length).fill(code)] as const;
  const options = new Map([
    ...[TYPE, long(12, 200), long(15, 90), long(17, 100), long(40, 50)],
    [82, octets(1, 1, 7)] as const,
  ]);
  const { bytes, dropped } = encode(dhcpPacket({ options }));
  assertEquals(dropped, []);
  assertEquals(writtenCodes(bytes), [53, 52, 12, 15, 82]);
  assertEquals(writtenCodes(bytes, 108), [17]);
  assertEquals(writtenCodes(bytes, 44), [40]);
  assertEquals(decodeDhcpPacket(bytes).options, options);

  const named = encode(dhcpPacket({ options, serverName: "boot" }));
  assertEquals(named.dropped, [40]);
  assertEquals(decodeDhcpPacket(named.bytes).serverName, "boot");
});

Deno.test("encodeDhcpPacket() puts no options into file for boot firmware, as iPXE boots from whatever is in it", () => {
  for (
    const [code, value] of [[60, textValue("PXEClient")], [
      97,
      octets(0),
    ]] as const
  ) {
    const options = new Map([
      ...[TYPE, [code, value], [67, textValue("nbp.0")]] as const,
      ...[[224, new Uint8Array(250)], [225, new Uint8Array(60)]] as const,
      [226, new Uint8Array(80)] as const,
    ]);
    const { bytes, dropped } = encode(dhcpPacket({ options }));
    assertEquals(bytes.subarray(108, 236), new Uint8Array(128));
    assertEquals(writtenCodes(bytes, 44), [225]);
    assertEquals(dropped, [226]);
    assertEquals(decodeDhcpPacket(bytes).options.get(225)?.length, 60);
  }
});

Deno.test("encodeDhcpPacket() fills each area to its last octet, and no further", () => {
  const pair = (total: number) =>
    [
      [224, new Uint8Array(200)],
      [225, new Uint8Array(total - 204)],
    ] as const;
  // 548 octets less 240 of fields and cookie, 3 of the message type and 1 of the end.
  const whole = new Map([TYPE, ...pair(304)]);
  const full = encode(dhcpPacket({ options: whole }));
  assertEquals([full.bytes.length, full.bytes.at(-1)], [548, 255]);
  assertEquals(writtenCodes(full.bytes), [53, 224, 225]);
  const over = encode(dhcpPacket({ options: new Map([TYPE, ...pair(305)]) }));
  assertEquals(writtenCodes(over.bytes), [53, 52, 224]);
  assertEquals(writtenCodes(over.bytes, 108), [225]);

  const both = (file: number, serverName: number) =>
    encode(dhcpPacket({
      options: new Map([
        ...[TYPE, ...pair(301)],
        [226, new Uint8Array(file - 2)] as const,
        [227, new Uint8Array(serverName - 2)] as const,
      ]),
    }));
  const last = both(127, 63);
  assertEquals([last.bytes[548 - 1], last.bytes[235], last.bytes[107]], [
    ...[255, 255, 255],
  ]);
  assertEquals(last.dropped, []);
  assertEquals(both(128, 63).dropped, [226]);
  assertEquals(both(127, 64).dropped, [227]);
});

Deno.test("encodeDhcpPacket() splits an option of more than 255 octets, and no other", () => {
  const options = new Map([TYPE, [43, new Uint8Array(256)]]);
  const bytes = encodeDhcpPacket(dhcpPacket({ options }));
  assertEquals(writtenCodes(bytes), [53, 43, 43]);
  const whole = new Map([TYPE, [43, new Uint8Array(255)]]);
  assertEquals(
    writtenCodes(encodeDhcpPacket(dhcpPacket({ options: whole }))),
    [53, 43],
  );
});

Deno.test("encodeDhcpPacket() drops what matters least when there is no room", () => {
  const value = new Uint8Array(200);
  const options = new Map([
    ...[TYPE, [224, value], [54, octets(10, 0, 0, 1)], [225, value]] as const,
    ...[[43, value], [6, value], [82, value]] as const,
  ]);
  const { bytes, dropped } = encode(dhcpPacket({ options, file: "boot" }));
  assertEquals(dropped, [43, 6, 224, 225]);
  assertEquals(writtenCodes(bytes), [53, 54, 82]);
});

Deno.test("encodeDhcpPacket() keeps BOOTP within 300 octets, without overload", () => {
  const options = new Map([
    [1, octets(255, 255, 255, 0)],
    [12, new Uint8Array(40)],
    [15, new Uint8Array(40)],
  ]);
  const { bytes, dropped } = encode(dhcpPacket({ options }), {
    maxMessageBytes: 1500,
  });
  assertEquals([bytes.length, dropped], [300, [15]]);
  assertEquals(writtenCodes(bytes), [1, 12]);
});

Deno.test("encodeDhcpPacket() sets option 52 itself", () => {
  const options = new Map([TYPE, [52, octets(3)]]);
  const bytes = encodeDhcpPacket(dhcpPacket({ options, file: "boot" }));
  assertEquals(writtenCodes(bytes), [53]);
});

const REFUSALS: readonly [Partial<DhcpPacket>, string][] = [
  [{ hops: 256 }, "Cannot encode hops"],
  [{ hardwareType: -1 }, "Cannot encode hardwareType"],
  [{ seconds: 65536 }, "Cannot encode seconds"],
  [{ flags: 0.5 }, "Cannot encode flags"],
  [{ transactionId: 2 ** 32 }, "Cannot encode transactionId"],
  [{ hardwareAddress: new Uint8Array(17) }, "Cannot encode hardwareAddress"],
  [{ options: new Map([[0, octets()]]) }, "Cannot encode option code"],
  [{ options: new Map([[255, octets()]]) }, "Cannot encode option code"],
  [{ options: new Map(), file: "f".repeat(128) }, "Cannot encode file"],
  [{ options: new Map(), serverName: "n".repeat(64) }, "serverName"],
];

for (const [changes, message] of REFUSALS) {
  Deno.test(`encodeDhcpPacket() refuses ${Deno.inspect(changes)}`, () => {
    assertThrows(
      () => encodeDhcpPacket(dhcpPacket(changes)),
      RangeError,
      message,
    );
  });
}

Deno.test("encodeDhcpPacket() refuses addresses and texts that cannot be written", () => {
  for (
    const name of [
      "clientAddress",
      "yourAddress",
      "serverAddress",
      "relayAddress",
    ]
  ) {
    for (const address of ["", "10.0.0", "10.0.0.256", "::1", "host"]) {
      assertThrows(
        () => encodeDhcpPacket(dhcpPacket({ [name]: address })),
        TypeError,
        `Cannot encode ${name}`,
      );
    }
  }
  for (const name of ["file", "serverName"]) {
    assertThrows(
      () => encodeDhcpPacket(dhcpPacket({ [name]: "a\0b" })),
      TypeError,
      "must not contain NUL",
    );
  }
});

Deno.test("encodeDhcpPacket() refuses a largest message that no client may name", () => {
  for (const maxMessageBytes of [0, 575, 65536, NaN]) {
    assertThrows(
      () => encodeDhcpPacket(dhcpPacket(), { maxMessageBytes }),
      RangeError,
      "Cannot encode maxMessageBytes",
    );
  }
});

Deno.test({
  name: "encodeDhcpPacket() makes what tshark reads without complaint",
  ignore: !hasTshark(),
  async fn() {
    const packets: DhcpPacket[] = [];
    forAll(200, (random) => {
      const packet = randomDhcpPacket(random);
      // Values of known options have to make sense to tshark; these codes mean nothing to it.
      const options = [...packet.options.values()].slice(0, 10)
        .map((value, i) => [230 + i, value] as const);
      packets.push({
        ...packet,
        hardwareType: 1,
        hardwareAddress: random.bytes(6),
        // It takes large ones for numbers in the wrong order.
        seconds: random.between(0, 255),
        serverName: "",
        file: random.pick(["", "pxelinux.0"]),
        options: new Map([TYPE, ...options]),
      });
    });
    const encoded = packets.map((packet) => encode(packet));
    const read = await readMessages(encoded.map(({ bytes }) => ({
      from: "192.0.2.1:67",
      to: "192.0.2.2:68",
      bytes,
    })));
    assertEquals(read.length, packets.length);
    for (const [i, { bytes, dropped }] of encoded.entries()) {
      const packet = decodeDhcpPacket(bytes);
      const { optionCodes, optionValues, complaints, ...fields } = read[i]!;
      assertEquals(complaints.filter((text) => !/overloaded/.test(text)), []);
      assertEquals(
        { ...asTshark(packet) },
        { serverName: "", file: "", ...fields },
      );
      const codes = new Set(optionCodes.filter((code) => code !== 52));
      assertEquals(codes, new Set(packet.options.keys()));
      assertEquals(codes.size, packets[i]!.options.size - dropped.length);
      for (const [code, value] of packet.options) {
        const parts = optionValues.filter((_, i) => optionCodes[i] === code);
        // It shows parts of other areas in another order, but as many octets.
        const hex = parts.length === 1 ? parts[0] : undefined;
        assertEquals(hex ?? value.toHex(), value.toHex());
        assertEquals(parts.join("").length, 2 * value.length);
      }
    }
  },
});
