// What single machines boot, as a section of the configuration file of `pxe` says it: by MAC address, what an API of pixiecore
// would answer.

import {
  formatMac,
  type MachineBoot,
  type MachineLookup,
  parseMac,
  parseMachineBoot,
} from "../pxe/mod.ts";
import type { ConfigSection } from "./config_section.ts";
import type { JsonSchema } from "./value.ts";

/** What a machine boots that has no entry of its own. */
const ALL_OTHERS = "default";

/** Relative URLs are checked against this; machines get those of the server. */
const ANY_BASE = "http://localhost/";

const TEXT: JsonSchema = { type: "string" };

/** `[machines."52:54:00:12:34:56"]` */
export const MACHINES_SECTION: ConfigSection<ReadonlyMap<string, MachineBoot>> =
  {
    name: "machines",
    description:
      'What each machine boots, by MAC address, or "default": a kernel with its initrd and cmdline, or an ipxe-script. Needs http-port, and a file that starts iPXE',
    schema: {
      type: "object",
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        properties: {
          kernel: TEXT,
          initrd: { type: "array", items: TEXT },
          cmdline: TEXT,
          message: TEXT,
          "ipxe-script": TEXT,
        },
      },
    },
    check(value, place) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        place.report("machines", "must be a table, with MAC addresses as keys");
        return undefined;
      }
      const machines = new Map<string, MachineBoot>();
      for (const [key, boot] of Object.entries(value)) {
        const mac = parseMac(key);
        if (!mac && key !== ALL_OTHERS) {
          place.report(`machines.${key}`, `must be a MAC address or default`);
          continue;
        }
        try {
          parseMachineBoot(boot, ANY_BASE);
          machines.set(mac ? formatMac(mac) : key, boot as MachineBoot);
        } catch (error) {
          const { message } = error as Error;
          const problem = message.replace(/^Cannot boot a machine as /, "");
          place.report(`machines.${key}`, `does not hold: ${problem}`);
        }
      }
      return machines;
    },
  };

/** A lookup in the section. */
export function lookupIn(
  machines: ReadonlyMap<string, MachineBoot>,
): MachineLookup {
  return (mac) => machines.get(mac) ?? machines.get(ALL_OTHERS);
}
