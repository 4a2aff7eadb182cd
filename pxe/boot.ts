// Which file a machine boots. Rules:
// 1. A handler says what a client boots, or `undefined` where it has nothing to say of it. Handlers are put together in
//    order: the first that says something is heard.
// 2. What a handler leads to can be another handler, so that "by MAC address, then by firmware" is written as it is said.
// 3. A client of HTTP boot gets nothing but a URL. It is the responder that holds this, whatever a handler says.

import { formatMac, parseMac, type PxeClient } from "./client.ts";
import type { DhcpOptions } from "./dhcp_packet.ts";

/** What a client is to boot. */
export interface BootAnswer {
  /**
   * The boot file: a name to ask the server for by TFTP, or a URL for clients that know such. At most 255 octets, and 127 for
   * clients of BOOTP.
   */
  readonly file: string;
  /**
   * The server to ask, as an IPv4 address, or a name for clients that resolve one.
   *
   * @default {the responder's own address}
   */
  readonly server?: string;
  /**
   * Further options, sent to the client whether it asks for them or not. They win over what the responder says of the boot
   * and of the network; the times of the lease and what the message is built of are not for them.
   */
  readonly options?: DhcpOptions;
}

/**
 * Says what a client is to boot. It is called for each DISCOVER and each REQUEST, and should settle within a second or two:
 * iPXE waits for one, and asks again.
 *
 * @param client The client.
 * @returns The answer; `undefined` where it is not for this handler to say.
 */
export type BootHandler = (
  client: PxeClient,
) => BootAnswer | undefined | Promise<BootAnswer | undefined>;

/** What to boot: a file, a file and more, or a handler that says it. */
export type BootChoice = string | BootAnswer | BootHandler;

/** The files of {@linkcode bootFiles}. */
export interface BootFiles {
  /** For a BIOS. */
  readonly bios?: BootChoice;
  /** For UEFI, of any processor. */
  readonly uefi?: BootChoice;
  /** For iPXE, whatever firmware started it: a script, as a name or a URL. Without it, iPXE counts as its firmware. */
  readonly ipxe?: BootChoice;
  /** For HTTP boot of UEFI: a URL. */
  readonly http?: BootChoice;
  /** For processor architectures by their number (RFC 4578 section 2.1); looked at before `bios` and `uefi`. */
  readonly architectures?: Readonly<Record<number, BootChoice>>;
  /** For all others. */
  readonly default?: BootChoice;
}

/** One rule of {@linkcode bootRules}. */
export interface BootRule {
  /**
   * Whether the rule is for a client.
   *
   * @param client The client.
   * @returns Whether it is.
   * @default {it is for all}
   */
  readonly when?: (client: PxeClient) => boolean;
  /** What such a client boots. */
  readonly boot: BootChoice;
}

const MAC_PATTERN_REGEXP = /^(?:[0-9a-f]{2}|\*)(?::(?:[0-9a-f]{2}|\*)){5}$/;

/**
 * Makes a handler of the files that most networks need: one for a BIOS, one for UEFI, and a script for iPXE, which either of
 * them can be.
 *
 * @param files The files.
 * @returns The handler.
 *
 * @example The chain from UEFI to iPXE to a script
 * ```ts
 * import { bootFiles, type PxeClient } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const boot = bootFiles({ uefi: "ipxe.efi", ipxe: "http://192.0.2.1/boot.ipxe" });
 * const client = { firmware: "uefi", isIpxe: false } as PxeClient;
 * assertEquals(await boot(client), { file: "ipxe.efi" });
 * assertEquals(await boot({ ...client, isIpxe: true }), { file: "http://192.0.2.1/boot.ipxe" });
 * ```
 */
export function bootFiles(files: BootFiles): BootHandler {
  const { bios, uefi, ipxe, http, architectures = {} } = files;
  return (client) => {
    const choices = [
      client.isIpxe ? ipxe : undefined,
      client.isHttpBoot ? http : undefined,
      architectures[client.architecture ?? -1],
      client.firmware === "bios" ? bios : undefined,
      client.firmware === "uefi" ? uefi : undefined,
      files.default,
    ];
    return follow(choices.find((choice) => choice !== undefined), client);
  };
}

/**
 * Makes a handler that goes by the client's MAC address.
 *
 * @param choices What to boot by MAC address, as `parseMac` takes it, or with `*` for any octet, as
 * `52:54:00:*:*:*`.
 * @returns The handler. Of several patterns that fit, the first counts; addresses without `*` come before them.
 * @throws {TypeError} When a key is no MAC address.
 *
 * @example One machine, and all of QEMU's
 * ```ts
 * import { bootByMac, type PxeClient } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const boot = bootByMac({
 *   "52:54:00:*:*:*": "test.0",
 *   "52:54:00:12:34:56": "installer.0",
 * });
 * const client = { mac: "52:54:00:12:34:56" } as PxeClient;
 * assertEquals(await boot(client), { file: "installer.0" });
 * assertEquals(await boot({ ...client, mac: "52:54:00:00:00:01" }), { file: "test.0" });
 * assertEquals(await boot({ ...client, mac: "02:00:00:00:00:01" }), undefined);
 * ```
 */
export function bootByMac(
  choices: Readonly<Record<string, BootChoice>>,
): BootHandler {
  const exact = new Map<string, BootChoice>();
  const patterns: [RegExp, BootChoice][] = [];
  for (const [key, choice] of Object.entries(choices)) {
    const bytes = parseMac(key);
    const mac = bytes
      ? formatMac(bytes)
      : key.toLowerCase().replaceAll("-", ":");
    if (!MAC_PATTERN_REGEXP.test(mac)) {
      throw new TypeError(
        `Cannot choose boot file as its key must be a MAC address: current value is "${key}"`,
      );
    }
    if (!mac.includes("*")) exact.set(mac, choice);
    else {
      const source = mac.replaceAll("*", "[0-9a-f]{2}");
      patterns.push([new RegExp(`^${source}$`), choice]);
    }
  }
  return (client) => {
    const pattern = patterns.find(([regexp]) => regexp.test(client.mac));
    return follow(exact.get(client.mac) ?? pattern?.[1], client);
  };
}

/**
 * Makes a handler that goes by the client's user class (option 77), as that of a boot loader with an identity of its own.
 *
 * @param choices What to boot, by user class.
 * @returns The handler.
 *
 * @example A build of iPXE that calls itself by another name
 * ```ts
 * import { bootByUserClass, describeClient, DHCP_OPTION, textValue } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const boot = bootByUserClass({ "Example-iPXE": "menu.ipxe" });
 * const client = describeClient({
 *   hardwareAddress: new Uint8Array(6),
 *   relayAddress: "0.0.0.0",
 *   options: new Map([[DHCP_OPTION.UserClass, textValue("Example-iPXE")]]),
 * });
 * assertEquals(await boot(client), { file: "menu.ipxe" });
 * ```
 */
export function bootByUserClass(
  choices: Readonly<Record<string, BootChoice>>,
): BootHandler {
  const byClass = new Map(Object.entries(choices));
  return (client) => {
    const name = client.userClass.find((each) => byClass.has(each));
    return follow(byClass.get(name ?? ""), client);
  };
}

/**
 * Makes a handler of rules: the first one whose condition holds and which has something to say.
 *
 * @param rules The rules, or choices without a condition, in order.
 * @returns The handler.
 *
 * @example By MAC address, then by firmware
 * ```ts
 * import { bootByMac, bootFiles, bootRules, type PxeClient } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const boot = bootRules(
 *   bootByMac({ "52:54:00:12:34:56": "installer.0" }),
 *   { when: (client) => client.vendorClass.includes("U-Boot"), boot: "boot.scr" },
 *   bootFiles({ bios: "pxelinux.0", uefi: "grubx64.efi" }),
 * );
 * const client = { mac: "52:54:00:00:00:01", firmware: "uefi", vendorClass: "PXEClient" } as PxeClient;
 * assertEquals(await boot(client), { file: "grubx64.efi" });
 * ```
 */
export function bootRules(
  ...rules: readonly (BootRule | BootHandler)[]
): BootHandler {
  return async (client) => {
    for (const rule of rules) {
      const { when = () => true, boot } = typeof rule === "function"
        ? { boot: rule }
        : rule;
      const answer = when(client) ? await follow(boot, client) : undefined;
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
}

/**
 * Makes a handler of a choice, for functions that take any.
 *
 * @param choice A file, an answer, or a handler.
 * @returns The handler.
 *
 * @example The same file for all
 * ```ts
 * import { bootHandler, type PxeClient } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await bootHandler("pxelinux.0")({} as PxeClient), { file: "pxelinux.0" });
 * ```
 */
export function bootHandler(choice: BootChoice): BootHandler {
  return typeof choice === "function"
    ? choice
    : (client) => follow(choice, client);
}

function follow(
  choice: BootChoice | undefined,
  client: PxeClient,
): ReturnType<BootHandler> {
  if (typeof choice === "function") return choice(client);
  return typeof choice === "string" ? { file: choice } : choice;
}
