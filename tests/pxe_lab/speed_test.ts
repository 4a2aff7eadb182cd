/**
 * How long machines take to boot from us, and from dnsmasq, in turn. The ratio is shown; what fails a test is only one that
 * no noise explains.
 *
 * @module
 */

import { assertLess } from "@std/assert";
import {
  BIOS_FILE,
  DNSMASQ,
  EFI_FILE,
  type Lab,
  labTest,
  RANGE,
} from "./_lab.ts";

/** The best of so many counts. UEFI takes longer, and its times differ less. */
const ROUNDS = { bios: 2, uefi: 1 };

/** Three times as long is no noise; here we are faster, mostly. */
const MAX_RATIO = 3;

async function timed(
  lab: Lab,
  firmware: "bios" | "uefi",
  isOurs: boolean,
): Promise<number> {
  const file = firmware === "bios" ? BIOS_FILE : EFI_FILE;
  await using server = isOurs
    ? await lab.pxe("--dhcp-range", RANGE, "-f", file)
    : await lab.dnsmasq(lab.host, [
      ...["--enable-tftp", `--tftp-root=${lab.root}`],
      ...[`--dhcp-boot=${file}`],
    ]);
  return (await lab.boot({ firmware }, server)).durationMs;
}

for (const firmware of ["bios", "uefi"] as const) {
  labTest(`${firmware} boots no slower from us than from dnsmasq`, [
    DNSMASQ,
  ], async (lab) => {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS[firmware]; round++) {
      ours.push(await timed(lab, firmware, true));
      theirs.push(await timed(lab, firmware, false));
    }
    const best = [ours, theirs].map((times) => Math.min(...times) / 1000);
    const ratio = best[0]! / best[1]!;
    console.log(
      `${firmware}: ${best[0]!.toFixed(1)} s from us, ${
        best[1]!.toFixed(1)
      } s from dnsmasq, ratio ${ratio.toFixed(2)}`,
    );
    assertLess(ratio, MAX_RATIO);
  });
}
