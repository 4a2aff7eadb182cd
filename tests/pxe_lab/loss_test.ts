/**
 * Machines boot where the network loses packets, in both directions and of all kinds.
 *
 * @module
 */

import { BIOS_FILE, EFI_FILE, labTest, RANGE } from "./_lab.ts";

const LOSS_PER_MILLE = 30;

labTest("BIOS and UEFI boot where 3 % is lost each way", [], async (lab) => {
  await using server = await lab.pxe(
    ...["--dhcp-range", RANGE, "--bios", BIOS_FILE, "--uefi", EFI_FILE],
  );
  await lab.lan.lose(LOSS_PER_MILLE);
  await lab.boot({ firmware: "bios" }, server);
  await lab.boot({ firmware: "uefi" }, server);
});
