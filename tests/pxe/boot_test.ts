import { assertEquals, assertThrows } from "@std/assert";
import {
  bootByMac,
  bootByUserClass,
  bootFiles,
  bootHandler,
  bootRules,
  describeClient,
  DHCP_OPTION,
  type DhcpPacket,
  parseMac,
  type PxeClient,
  textValue,
  u16Value,
} from "../../pxe/mod.ts";

interface Asked {
  readonly mac?: string;
  readonly architecture?: number;
  readonly vendorClass?: string;
  readonly userClass?: string;
}

function client(asked: Asked): PxeClient {
  const { mac = "52:54:00:4c:41:42", architecture, vendorClass, userClass } =
    asked;
  const options: [number, Uint8Array][] = [];
  if (architecture !== undefined) options.push([93, u16Value(architecture)]);
  if (vendorClass) {
    options.push([DHCP_OPTION.VendorClass, textValue(vendorClass)]);
  }
  if (userClass) options.push([DHCP_OPTION.UserClass, textValue(userClass)]);
  const packet: Pick<
    DhcpPacket,
    "hardwareAddress" | "relayAddress" | "options"
  > = {
    hardwareAddress: parseMac(mac)!,
    relayAddress: "0.0.0.0",
    options: new Map(options),
  };
  return describeClient(packet);
}

const BIOS = client({ architecture: 0 });
const UEFI = client({ architecture: 7 });
const ARM = client({ architecture: 11 });
const IPXE = client({ architecture: 7, userClass: "iPXE" });
const HTTP = client({ architecture: 16, vendorClass: "HTTPClient:Arch:00016" });
const UNKNOWN = client({});
const ALL = [BIOS, UEFI, ARM, IPXE, HTTP, UNKNOWN];

async function chosen(
  handler: ReturnType<typeof bootFiles>,
): Promise<(string | undefined)[]> {
  const answers = await Promise.all(ALL.map((each) => handler(each)));
  return answers.map((answer) => answer?.file);
}

Deno.test("bootFiles() goes by iPXE, HTTP boot, architecture and firmware, in this order", async () => {
  const files = { bios: "b", uefi: "u" };
  const none = undefined;
  assertEquals(await chosen(bootFiles(files)), ["b", "u", "u", "u", "u", none]);
  assertEquals(
    await chosen(bootFiles({ ...files, ipxe: "i", http: "h", default: "d" })),
    ["b", "u", "u", "i", "h", "d"],
  );
  assertEquals(
    await chosen(bootFiles({ ...files, architectures: { 11: "a", 0: "o" } })),
    ["o", "u", "a", "u", "u", none],
  );
  assertEquals(await chosen(bootFiles({ default: "d" })), Array(6).fill("d"));
});

Deno.test("bootFiles() leads to answers and handlers, too", async () => {
  const answer = { file: "b", server: "10.99.0.9" };
  const handler = bootFiles({ bios: answer, uefi: () => ({ file: "u" }) });
  assertEquals(await handler(BIOS), answer);
  assertEquals(await handler(UEFI), { file: "u" });
});

Deno.test("bootByMac() takes the spellings that people use, and patterns behind them", async () => {
  const handler = bootByMac({
    "52:54:*:*:*:*": "qemu",
    "52:54:00:*:*:*": "late",
    "5254.004c.4142": "mine",
    "02-00-00-00-00-01": "other",
  });
  const file = async (mac: string) => (await handler(client({ mac })))?.file;
  assertEquals(await file("52:54:00:4c:41:42"), "mine");
  assertEquals(await file("02:00:00:00:00:01"), "other");
  assertEquals(await file("52:54:00:00:00:00"), "qemu");
  assertEquals(await file("02:00:00:00:00:02"), undefined);
  for (const key of ["", "52:54", "52:54:00:4c:41:4g", "52:54:*"]) {
    assertThrows(() => bootByMac({ [key]: "x" }), TypeError, "MAC address");
  }
});

Deno.test("bootByUserClass() knows nobody by the names of Object.prototype", async () => {
  const handler = bootByUserClass({ iPXE: "script" });
  assertEquals(await handler(IPXE), { file: "script" });
  assertEquals(
    await handler(client({ userClass: "constructor" })),
    undefined,
  );
});

Deno.test("bootRules() asks in order until one has something to say", async () => {
  const asked: string[] = [];
  const handler = bootRules(
    (each) => {
      asked.push(each.firmware);
      return undefined;
    },
    { when: (each) => each.firmware === "bios", boot: "b" },
    { when: (each) => each.firmware === "uefi", boot: () => undefined },
    { boot: bootFiles({ uefi: "u" }) },
    () => Promise.resolve({ file: "last" }),
  );
  assertEquals(await chosen(handler), ["b", "u", "u", "u", "u", "last"]);
  assertEquals(asked.length, 6);
});

Deno.test("bootHandler() leaves a handler as it is", async () => {
  const handler = () => undefined;
  assertEquals(bootHandler(handler), handler);
  assertEquals(await bootHandler({ file: "x" })(BIOS), { file: "x" });
});
