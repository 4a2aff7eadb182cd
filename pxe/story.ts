// The story of each boot, a line for each step: which machine, what its firmware asked, what it got, which file, how fast.
// Rules:
// 1. DHCP tells machines apart by their MAC address, TFTP and HTTP by their IP address. What joins the two is a lease, or the
//    address that a machine asks another DHCP server for, which everybody hears.
// 2. Times count from a machine's first question; a machine that was silent for a minute begins anew.
// 3. What belongs to any network and to any boot is detail: other machines, size probes, names that a boot loader tries one
//    after the other.
// 4. What came over the network is quoted, so that it cannot steer a terminal. The number of machines that are known is
//    bounded, whoever makes up addresses.
// Pure: the time comes in as an argument.

import {
  describeEvent,
  describeTransfer,
  type EventDescription,
  formatBytes,
  formatDuration,
  formatRate,
} from "../observe/mod.ts";
import { oneLine, systemText } from "../observe/text.ts";
import { quoteText } from "../packet/mod.ts";
import { plainHostname, type UdpAddress } from "../net/mod.ts";
import type { PxeClient } from "./client.ts";
import type { DhcpEvent } from "./dhcp_event.ts";
import type { HttpExchange } from "./http_exchange.ts";
import type { PxeEvent } from "./pxe_event.ts";
import { summary } from "./summary.ts";

/** A machine that is silent for this long, in milliseconds, begins a new story. */
const SILENCE_MS = 60_000;

/** Machines that are remembered; the one that was heard of longest ago goes first. */
const MAX_MACHINES = 4096;

const ERROR_FILE_NOT_FOUND = 1;

interface Machine {
  readonly mac: string;
  startedAt: number;
  heardAt: number;
}

/**
 * Turns the events of a network boot service into lines that say how each machine boots.
 *
 * @example A machine that is told what to boot
 * ```ts
 * import { describeClient, DHCP_OPTION, PxeStory, textValue } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const story = new PxeStory();
 * const client = describeClient({
 *   hardwareAddress: new Uint8Array([2, 0, 0, 0, 0, 7]),
 *   relayAddress: "0.0.0.0",
 *   options: new Map([[DHCP_OPTION.VendorClass, textValue("PXEClient:Arch:00007")]]),
 * });
 * const line = story.tell({
 *   type: "dhcp",
 *   event: { type: "offered", client, message: "DISCOVER", address: null, file: "grubx64.efi" },
 * }, 0);
 * assertEquals(line?.text, '02:00:00:00:00:07 +0 ms  UEFI (uefi-x64) asks: boot "grubx64.efi"');
 * ```
 */
export class PxeStory {
  readonly #machines = new Map<string, Machine>();
  readonly #macs = new Map<string, string>();

  /**
   * Tells an event.
   *
   * @param event The event.
   * @param now The time in milliseconds, from whenever.
   * @returns The line, and how much it matters; `null` when there is nothing to tell.
   */
  tell(event: PxeEvent, now: number): EventDescription | null {
    switch (event.type) {
      case "dhcp":
        return this.#tellDhcp(event.event, now);
      case "tftp":
        return this.#tellTftp(event.event, now);
      case "http":
        return this.#tellHttp(event.exchange, now);
      case "received":
        return debug(
          `${address(event.remote)} > port ${event.port}: ${
            summary(event.packet)
          }`,
        );
      case "sent": {
        const { hostname, port } = event.to;
        return debug(`> ${hostname}:${port}: ${summary(event.packet)}`);
      }
      case "malformed":
        return debug(
          `${address(event.remote)} ignored: ${reasonOf(event.error)}`,
        );
      case "failed":
        return warn(`Cannot ${event.action}: ${reasonOf(event.error)}`);
    }
  }

  #tellDhcp(event: DhcpEvent, now: number): EventDescription | null {
    const { client } = event;
    this.#learn(client.mac, addressOf(event));
    const text = dhcpText(event);
    const isDetail = event.type === "ignored" &&
      !IS_WORTH_TELLING.has(event.reason);
    // Machines that do not boot are none of ours.
    if (isDetail) return debug(`${client.mac} ${text}`);
    const machine = this.#meet(client.mac, now);
    const line = `${this.#start(machine, now)} ${text}`;
    const isFault = ["failed", "exhausted", "refused", "declined", "ignored"]
      .includes(event.type);
    return { level: isFault ? "WARN" : "INFO", text: line };
  }

  #tellTftp(
    event: Extract<PxeEvent, { type: "tftp" }>["event"],
    now: number,
  ): EventDescription | null {
    const plain = describeEvent(event);
    if (event.type === "ignored") return plain;
    const start = this.#startOf(event.request.remote.hostname, now);
    const file = quoteText(event.request.filename);
    if (event.type === "finished") {
      const verb = event.request.operation === "read" ? "loaded" : "sent";
      return info(
        `${start} ${verb} ${file} by TFTP: ${describeTransfer(event.transfer)}`,
      );
    }
    // A boot loader looks for its configuration under many names.
    const isMissing = event.type === "refused" &&
      event.code === ERROR_FILE_NOT_FOUND;
    if (isMissing) {
      return info(`${start} asked for ${file} by TFTP: there is no such file`);
    }
    return plain.level === "DEBUG"
      ? plain
      : { level: plain.level, text: `${start} TFTP: ${plain.text}` };
  }

  #tellHttp(exchange: HttpExchange, now: number): EventDescription {
    const { hostname, method, path, status, bytes, durationMs } = exchange;
    const start = this.#startOf(hostname ?? "?", now);
    const file = quoteText(readable(path));
    const isLoaded = (status === 200 || status === 206) && method === "GET";
    if (exchange.error !== null && isLoaded) {
      return warn(
        `${start} broke off ${file} by HTTP after ${formatBytes(bytes)}`,
      );
    }
    if (isLoaded) {
      return info(
        `${start} loaded ${file} by HTTP: ${formatBytes(bytes)} in ${
          formatDuration(durationMs)
        } (${formatRate(bytes, durationMs)})`,
      );
    }
    const line = `${start} asked for ${file} by HTTP: ${method} ${status}`;
    return status < 400
      ? debug(line)
      : status === 404
      ? info(line)
      : warn(line);
  }

  /** What a line begins with: the machine, and how far it has got. */
  #start({ mac, startedAt }: Machine, now: number): string {
    return `${mac} +${formatDuration(now - startedAt)} `;
  }

  /** The same for who is known by an IP address. */
  #startOf(hostname: string, now: number): string {
    const plain = plainHostname(hostname);
    const mac = this.#macs.get(plain);
    return mac === undefined ? plain : this.#start(this.#meet(mac, now), now);
  }

  #meet(mac: string, now: number): Machine {
    let machine = this.#machines.get(mac);
    if (!machine || now - machine.heardAt > SILENCE_MS) {
      machine = { mac, startedAt: now, heardAt: now };
    }
    machine.heardAt = now;
    remember(this.#machines, mac, machine);
    return machine;
  }

  #learn(mac: string, hostname: string | null): void {
    if (hostname !== null && mac !== "") remember(this.#macs, hostname, mac);
  }
}

/** Why a machine got nothing that boots from the network, and would like to. */
const IS_WORTH_TELLING: ReadonlySet<string> = new Set([
  "no boot file",
  "no URL for HTTP boot",
  "unknown network",
  "no fixed address",
  "too many at once",
]);

function remember<Value>(
  map: Map<string, Value>,
  key: string,
  value: Value,
): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_MACHINES) map.delete(map.keys().next().value!);
}

/** The address that a machine has, or is about to have. */
function addressOf(event: DhcpEvent): string | null {
  switch (event.type) {
    case "leased":
    case "informed":
      return event.address;
    case "ignored":
      return event.message === "REQUEST"
        ? event.client.requestedAddress ?? null
        : null;
    default:
      return null;
  }
}

function dhcpText(event: DhcpEvent): string {
  const who = clientText(event.client);
  switch (event.type) {
    case "offered":
      return `${who} asks: ${
        [addressText(event.address), fileText(event.file)]
          .filter((text) => text !== "").join(", ") || "nothing to offer"
      }`;
    case "leased": {
      const verb = event.isRenewal ? "keeps" : "takes";
      const length = event.durationMs === Infinity
        ? "ever"
        : formatDuration(event.durationMs);
      const file = fileText(event.file);
      return `${who} ${verb} ${event.address} for ${length}${
        file === "" ? "" : `, ${file}`
      }`;
    }
    case "informed":
      return `${who} asks again: ${fileText(event.file) || "no file"}`;
    case "refused":
      return `${who} cannot have ${event.address}: ${event.reason}`;
    case "declined":
      return `${who} found ${event.address} in use by another machine`;
    case "released":
      return `${who} gives ${event.address} back`;
    case "exhausted":
      return `${who} gets nothing: no address of ${event.network} is free`;
    case "ignored":
      return `${who} gets no answer to ${event.message}: ${event.reason}`;
    case "failed":
      return `${who}: cannot ${event.action}: ${reasonOf(event.error)}`;
  }
}

function addressText(address: string | null): string {
  return address === null ? "" : `offered ${address}`;
}

function fileText(file: string | null): string {
  return file === null || file === "" ? "" : `boot ${quoteText(file)}`;
}

/** What a machine says of itself: "iPXE on BIOS (bios-x86)". */
function clientText(client: PxeClient): string {
  const { firmware, architectureName, architecture, isIpxe, isPxe } = client;
  const name = firmware === "bios" || firmware === "uefi"
    ? firmware.toUpperCase()
    : "A machine";
  const kind = architecture === undefined ? "" : ` (${architectureName})`;
  if (architecture === undefined && !isIpxe && !isPxe) return "A machine";
  const via = client.isHttpBoot ? " by HTTP boot" : "";
  return `${isIpxe ? "iPXE on " : ""}${name}${kind}${via}`;
}

/** A path as its name was meant: iPXE writes a colon as "%3A". */
function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return oneLine(systemText(text));
}

function address({ hostname, port }: UdpAddress): string {
  return `${plainHostname(hostname)}:${port}`;
}

function info(text: string): EventDescription {
  return { level: "INFO", text };
}

function warn(text: string): EventDescription {
  return { level: "WARN", text };
}

function debug(text: string): EventDescription {
  return { level: "DEBUG", text };
}
