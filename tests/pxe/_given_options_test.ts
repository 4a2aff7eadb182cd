import { assertEquals, assertThrows } from "@std/assert";
import { checkGivenOptions } from "../../pxe/_given_options.ts";
import { DHCP_OPTION, textValue, u32Value } from "../../pxe/mod.ts";
import { dhcpLab, IPXE_BIOS, Machine, NETWORK } from "./_client.ts";

const NONE = new Uint8Array();

Deno.test("checkGivenOptions() lets pass what others may say", () => {
  checkGivenOptions(new Map());
  checkGivenOptions(
    new Map([1, 43, 60, 66, 67, 210, 254].map((code) => [code, NONE])),
  );
});

for (const code of [0, 255, 256, 1.5, NaN, -1]) {
  Deno.test(`checkGivenOptions() refuses ${code}, which is no code`, () => {
    assertThrows(
      () => checkGivenOptions(new Map([[code, NONE]])),
      RangeError,
      "must be 1 to 254",
    );
  });
}

for (const code of [50, 51, 52, 53, 54, 55, 57, 58, 59]) {
  Deno.test(`checkGivenOptions() refuses option ${code}, which is the server's own`, () => {
    assertThrows(
      () => checkGivenOptions(new Map([[code, NONE]])),
      RangeError,
      `none that the server sets itself: current value is ${code} (`,
    );
  });
}

Deno.test("checkGivenOptions() refuses a value that is no octets", () => {
  const options = new Map([[67, "boot.0" as unknown as Uint8Array]]);
  assertThrows(() => checkGivenOptions(options), TypeError, "option 67");
});

Deno.test("no client is told a lease time that is not the time of its lease", async () => {
  const options = new Map([[DHCP_OPTION.LeaseTime, u32Value(86_400)]]);
  assertThrows(
    () => dhcpLab({ networks: [{ ...NETWORK, options }] }),
    RangeError,
    "51 (lease time)",
  );
  const lab = dhcpLab({ boot: () => ({ file: "boot.0", options }) });
  assertEquals(await new Machine(lab, IPXE_BIOS).discover(), undefined);
  assertEquals(lab.story().slice(-1), ["DISCOVER failed"]);
});

Deno.test("options of a network and an answer are sent as they are given", async () => {
  const given = textValue("given");
  const lab = dhcpLab({
    networks: [{ ...NETWORK, options: new Map([[17, given]]) }],
    boot: { file: "boot.0", options: new Map([[210, given]]) },
  });
  const offer = await new Machine(lab, IPXE_BIOS).discover();
  assertEquals(offer?.packet.options.get(17), given);
  assertEquals(offer?.packet.options.get(210), given);
});
