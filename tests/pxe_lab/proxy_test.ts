/**
 * Machines boot from us beside a DHCP server on another host that knows nothing of booting.
 *
 * @module
 */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { BIOS_FILE, DNSMASQ, EFI_FILE, labTest } from "./_lab.ts";

const BOTH = ["--bios", BIOS_FILE, "--uefi", EFI_FILE];

labTest("BIOS and UEFI boot beside dnsmasq's DHCP", [DNSMASQ], async (lab) => {
  await lab.addDhcpServer();
  await using server = await lab.pxe(...BOTH);
  await lab.boot({ firmware: "bios", mac: "02:00:00:00:00:01" }, server);
  await lab.boot({ firmware: "uefi", mac: "02:00:00:00:00:02" }, server);
  // It gives no address, and yet knows whose transfers these are.
  assertEquals(server.text.includes("offered"), false);
  for (const [mac, file] of [["01", "nbp"], ["02", "app"]]) {
    assertMatch(
      server.text,
      new RegExp(`02:00:00:00:00:${mac} \\+\\S+ m?s {2}loaded "${file}\\.`),
    );
  }
});

labTest("beside a DHCP server on the same host, we say so and end", [
  DNSMASQ,
], async (lab) => {
  await using _dnsmasq = await lab.dnsmasq(lab.host, []);
  const error = await assertRejects(() => lab.pxe(...BOTH), Error);
  assertMatch(
    error.message,
    /Cannot listen on port 67 of 10\.99\.0\.1 as another DHCP server on this machine has it: stop that one/,
  );
});
