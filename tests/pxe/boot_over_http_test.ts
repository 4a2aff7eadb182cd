import { assertEquals } from "@std/assert";
import type { BootAnswer } from "../../pxe/boot.ts";
import { bootOverHttp, type HttpOffer } from "../../pxe/boot_over_http.ts";
import type { PxeClient } from "../../pxe/client.ts";

const ORIGIN = "http://192.0.2.1:8080";
const MAC = "02:00:00:00:00:07";

const BIOS = { mac: MAC, firmware: "bios" } as PxeClient;
const HTTP = { ...BIOS, isHttpBoot: true };
const IPXE = { ...BIOS, isIpxe: true };
const IPXE_HTTP = { ...IPXE, ipxe: { version: "1.0.0", features: ["http"] } };
const IPXE_TFTP = { ...IPXE, ipxe: { version: "1.0.0", features: ["efi"] } };

async function choose(
  client: PxeClient,
  answer: BootAnswer | undefined,
  offer: Partial<HttpOffer> = {},
): Promise<BootAnswer | undefined> {
  const boot = bootOverHttp(() => answer, {
    origin: ORIGIN,
    hasFiles: true,
    machines: null,
    ...offer,
  });
  return await boot(client);
}

const CASES: readonly [string, PxeClient, BootAnswer, string][] = [
  ["HTTP boot gets a URL", HTTP, { file: "a.efi" }, `${ORIGIN}/a.efi`],
  ["an iPXE with HTTP, too", IPXE_HTTP, { file: "a.efi" }, `${ORIGIN}/a.efi`],
  ["an iPXE without does not", IPXE_TFTP, { file: "a.efi" }, "a.efi"],
  ["nor one that does not say", IPXE, { file: "a.efi" }, "a.efi"],
  ["nor a BIOS", BIOS, { file: "a.0" }, "a.0"],
  ["a URL stays", HTTP, { file: "https://b/a" }, "https://b/a"],
  [
    "names are made to fit",
    HTTP,
    { file: "\\Boot\\x64//my file?.efi" },
    `${ORIGIN}/Boot/x64/my%20file%3F.efi`,
  ],
  [
    "a file of another server stays",
    HTTP,
    { file: "a", server: "192.0.2.2" },
    "a",
  ],
  [
    "an answer with options stays",
    IPXE_HTTP,
    { file: "a", options: new Map() },
    "a",
  ],
];

for (const [name, client, answer, file] of CASES) {
  Deno.test(`bootOverHttp(): ${name}`, async () => {
    assertEquals((await choose(client, answer))?.file, file);
  });
}

Deno.test("bootOverHttp() makes no URLs of files that HTTP does not have, and nothing of nothing", async () => {
  const none = await choose(HTTP, { file: "a" }, { hasFiles: false });
  assertEquals(none?.file, "a");
  assertEquals(await choose(HTTP, undefined), undefined);
});

Deno.test("bootOverHttp() looks machines up", async () => {
  const asked: string[] = [];
  const machines = (mac: string) => {
    asked.push(mac);
    return mac === MAC ? { kernel: "/k" } : undefined;
  };
  const file = { file: "ipxe.efi" };
  assertEquals(await choose(BIOS, file, { machines }), file);
  assertEquals(await choose(IPXE, file, { machines }), {
    file: `${ORIGIN}/v1/ipxe/${MAC}`,
  });
  const stranger = { ...IPXE, mac: "02:00:00:00:00:08" };
  assertEquals(await choose(stranger, file, { machines }), undefined);
  assertEquals(asked, [MAC, MAC, stranger.mac]);
});
