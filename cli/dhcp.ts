import type { Command } from "./command.ts";
import { DHCP_COMMAND_OPTIONS } from "./pxe_options.ts";
import { runPxe } from "./pxe_run.ts";

/** `dhcp [BOOT-FILE]` */
export const dhcpCommand: Command = {
  name: "dhcp",
  summary: "Give addresses, and the name of a boot file, over DHCP alone",
  usage: ["dhcp [OPTIONS] [BOOT-FILE]"],
  options: DHCP_COMMAND_OPTIONS,
  notes: [
    "Only machines that boot from the network are answered, unless --answer-all is there. It listens on UDP ports 67 and 4011, for which it runs as root or with CAP_NET_BIND_SERVICE.",
  ],
  examples: [
    [
      "dhcp -i eth0 --dhcp-range 192.0.2.50-192.0.2.99 -t 192.0.2.9 boot.0",
      "has machines boot from the TFTP server 192.0.2.9",
    ],
    [
      "dhcp -i eth0 -a --dhcp-range 192.0.2.50-192.0.2.99 --lease-file leases",
      "gives addresses to all, and remembers them",
    ],
  ],
  run: (args, context) => runPxe(dhcpCommand, args, context),
};
