import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeDhcpPacket,
  decodePxeOptions,
  DHCP_OPTION,
  DISCOVERY_CONTROL,
  encodePxeOptions,
  type PxeVendorOptions,
} from "../../pxe/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { octets } from "../packet/_octets.ts";
import { randomText } from "../packet/_random_packet.ts";
import { GOLDEN_CAPTURES } from "./_golden.ts";

const MENU: PxeVendorOptions = {
  discoveryControl: DISCOVERY_CONTROL.NoBroadcast |
    DISCOVERY_CONTROL.NoMulticast,
  multicastAddress: "224.0.1.2",
  bootServers: [
    { type: 0x8000, addresses: ["192.0.2.1", "192.0.2.2"] },
    { type: 7, addresses: [] },
  ],
  menu: [{ type: 0x8000, text: "Install" }, { type: 0, text: "Disk" }],
  prompt: { timeoutSeconds: 10, text: "Press F8" },
  bootItem: { type: 0x8000, layer: 1 },
};

Deno.test("encodePxeOptions() writes each sub-option as PXE 2.1 has it", () => {
  assertEquals(
    encodePxeOptions(MENU),
    octets(
      ...[6, 1, 3],
      ...[7, 4, 224, 0, 1, 2],
      ...[8, 14, 0x80, 0, 2, 192, 0, 2, 1, 192, 0, 2, 2, 0, 7, 0],
      ...[9, 17, 0x80, 0, 7, "Install", 0, 0, 4, "Disk"],
      ...[10, 9, 10, "Press F8"],
      ...[71, 4, 0x80, 0, 0, 1],
      255,
    ),
  );
  assertEquals(encodePxeOptions({}), octets(255));
});

function randomPxeOptions(random: Random): PxeVendorOptions {
  const word = () => random.between(0, 65535);
  const address = () => random.bytes(4).join(".");
  const all: Required<PxeVendorOptions> = {
    discoveryControl: random.between(0, 255),
    multicastAddress: address(),
    bootServers: random.list(random.between(0, 4), () => ({
      type: word(),
      addresses: random.list(random.between(0, 9), address),
    })),
    menu: random.list(random.between(0, 4), () => ({
      type: word(),
      text: randomText(random, 0, 12),
    })),
    prompt: {
      timeoutSeconds: random.between(0, 255),
      text: randomText(random, 0, 12),
    },
    bootItem: { type: word(), layer: word() },
  };
  return Object.fromEntries(
    Object.entries(all).filter(() => random.chance(2, 3)),
  );
}

Deno.test("decodePxeOptions() reads what encodePxeOptions() writes", () => {
  assertEquals(decodePxeOptions(encodePxeOptions(MENU)), MENU);
  forAll(1000, (random) => {
    const options = randomPxeOptions(random);
    assertEquals(decodePxeOptions(encodePxeOptions(options)), options);
  });
});

Deno.test("decodePxeOptions() leaves out what is cut off or of another length", () => {
  assertEquals(
    decodePxeOptions(octets(6, 2, 8, 8, 7, 3, 1, 2, 3, 71, 2, 0, 1, 10, 0)),
    {},
  );
  assertEquals(decodePxeOptions(octets(8, 6, 0, 1, 1, 192, 0, 2)), {
    bootServers: [],
  });
  assertEquals(decodePxeOptions(octets(8, 2, 0, 1, 9, 2, 0, 1)), {
    bootServers: [],
    menu: [],
  });
  assertEquals(decodePxeOptions(octets(9, 7, 0, 1, 1, "a", 0, 2, 9)), {
    menu: [{ type: 1, text: "a" }],
  });
});

Deno.test("decodePxeOptions() reads the menu of dnsmasq, and what iPXE chose from it", () => {
  const messages = GOLDEN_CAPTURES.ipxeBiosProxy
    .map(({ bytes }) => decodeDhcpPacket(bytes).options);
  const said = messages.map((options) =>
    options.get(DHCP_OPTION.VendorSpecific)
  )
    .map((value) => value && decodePxeOptions(value));
  const server = { type: 0x8000, addresses: ["10.99.0.1"] };
  const prompt = { timeoutSeconds: 1, text: "Press_F8" };
  const bootItem = { type: 0x8000, layer: 0 };
  assertEquals(said, [
    undefined,
    {
      discoveryControl: 3,
      bootServers: [server],
      menu: [{ type: 0x8000, text: "Test_payload" }],
      prompt,
    },
    undefined,
    { bootItem },
    { prompt, bootItem },
  ]);
});

Deno.test("encodePxeOptions() refuses what does not fit", () => {
  assertThrows(
    () => encodePxeOptions({ menu: [{ type: 0, text: "x".repeat(253) }] }),
    RangeError,
    "sub-option 9 as it must have at most 255 octets: it has 256",
  );
  assertThrows(
    () => encodePxeOptions({ menu: [{ type: 0, text: "x".repeat(256) }] }),
    RangeError,
  );
  assertThrows(
    () => encodePxeOptions({ bootItem: { type: 65536, layer: 0 } }),
    RangeError,
  );
  assertThrows(
    () => encodePxeOptions({ multicastAddress: "here" }),
    TypeError,
  );
});
