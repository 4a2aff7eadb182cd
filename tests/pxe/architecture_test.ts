import { assertEquals } from "@std/assert";
import { architectureName, ARCHITECTURES, firmwareOf } from "../../pxe/mod.ts";

Deno.test("ARCHITECTURES has every type from 0 to 41 under its own number", () => {
  assertEquals(
    [...ARCHITECTURES].map(([type, architecture]) => [type, architecture.type]),
    Array.from({ length: 42 }, (_, type) => [type, type]),
  );
});

Deno.test("ARCHITECTURES knows who boots over HTTP", () => {
  const http = [...ARCHITECTURES.values()].filter(({ http }) => http);
  assertEquals(
    http.map(({ type }) => type),
    [15, 16, 17, 18, 19, 20, 23, 24, 26, 28, 30, 38, 40],
  );
});

Deno.test("architectureName() tells the machines of the field apart", () => {
  assertEquals(
    [0, 6, 7, 9, 10, 11, 16, 19, 22, 27, 39].map(architectureName),
    [
      ...["bios-x86", "uefi-x86", "uefi-x64", "uefi-x64", "uefi-arm32"],
      ...["uefi-arm64", "uefi-x64-http", "uefi-arm64-http", "uboot-arm64"],
      ...["uefi-riscv64", "uefi-loongarch64"],
    ],
  );
  assertEquals(architectureName(31), "s390");
  assertEquals(architectureName(65535), "type 65535");
  assertEquals(architectureName(undefined), "unknown");
});

Deno.test("firmwareOf() takes what it does not know for something else", () => {
  assertEquals([0, 7, 22, 12, 31, 4711].map(firmwareOf), [
    ...["bios", "uefi", "uboot", "openfirmware", "other", "other"] as const,
  ]);
  assertEquals(firmwareOf(undefined), "unknown");
});
