import type { Command } from "./command.ts";
import { BOOTP_COMMAND_OPTIONS } from "./pxe_options.ts";
import { runPxe } from "./pxe_run.ts";

/** `bootp [BOOT-FILE]` */
export const bootpCommand: Command = {
  name: "bootp",
  summary: "Give addresses, and the name of a boot file, over BOOTP alone",
  usage: ["bootp [OPTIONS] [BOOT-FILE]"],
  options: BOOTP_COMMAND_OPTIONS,
  notes: [
    "BOOTP knows no leases: an address that was given is never free again. It listens on UDP port 67, for which it runs as root or with CAP_NET_BIND_SERVICE.",
  ],
  examples: [
    [
      "bootp -i eth0 --fixed 08:00:20:12:34:56=192.0.2.7 -t 192.0.2.9 sun.img",
      "boots one old machine",
    ],
  ],
  run: (args, context) => runPxe(bootpCommand, args, context),
};
