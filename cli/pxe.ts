import type { Command } from "./command.ts";
import { MACHINES_SECTION } from "./pxe_machines.ts";
import { PXE_OPERAND, PXE_OPTIONS } from "./pxe_options.ts";
import { runPxe } from "./pxe_run.ts";

/** `pxe [DIR]` */
export const pxeCommand: Command = {
  name: "pxe",
  summary: "Boot machines over the network: DHCP or proxyDHCP, TFTP and HTTP",
  usage: ["pxe [OPTIONS] [DIR]"],
  options: PXE_OPTIONS,
  operand: PXE_OPERAND,
  sections: [MACHINES_SECTION],
  notes: [
    "Without --dhcp-range it gives no addresses, and tells machines only what to boot: that works beside any DHCP server, but not on the same machine. It listens on UDP ports 67, 69 and 4011, for which it runs as root or with CAP_NET_BIND_SERVICE.",
    "Each line of the story has the machine, the time since it first asked, and what it asked, got or loaded.",
  ],
  examples: [
    [
      "pxe -i eth0 --bios pxelinux.0 --uefi grubx64.efi /srv/tftp",
      "boots machines beside a DHCP server that knows nothing of it",
    ],
    [
      "pxe --host 192.0.2.1 --dhcp-range 192.0.2.50-192.0.2.99 -f boot.0",
      "is the DHCP server as well",
    ],
    [
      "pxe -i eth0 --bios undionly.kpxe --uefi ipxe.efi --ipxe boot.ipxe --http-port 8080",
      "starts iPXE, which loads a script, and the rest, over HTTP",
    ],
    [
      "pxe --host 192.0.2.1 -f boot.0 --dry-run capture.pcap",
      "shows what it would answer to what was captured",
    ],
  ],
  run: (args, context) => runPxe(pxeCommand, args, context),
};
