/**
 * UEFI boots by HTTP alone, without TFTP.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EFI_FILE, labTest, RANGE } from "./_lab.ts";

labTest("UEFI boots by HTTP, told a URL of our own", [], async (lab) => {
  await using server = await lab.pxe(
    ...["--dhcp-range", RANGE, "--uefi", EFI_FILE, "--http-port", "8080"],
  );
  await lab.boot({ firmware: "uefi", isHttpOnly: true }, server);
  assertStringIncludes(server.text, "UEFI (uefi-x64-http) by HTTP boot asks");
  assertMatch(server.text, /loaded "\/app\.efi" by HTTP: 1\.0 MB/);
  assertEquals(server.text.includes("by TFTP:"), false);
});
