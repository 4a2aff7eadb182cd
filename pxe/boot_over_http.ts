// What a machine boots where the service speaks HTTP as well. Rules:
// 1. A name that is no URL becomes the URL of that file on this service for whoever can do with it: UEFI's HTTP boot, which
//    takes nothing else, and an iPXE that says it knows HTTP, which loads faster that way. The rest gets the name, for TFTP.
// 2. An answer with a server of its own, or with options, is meant as it is.
// 3. Where machines are looked up one by one, one that is not found boots nothing. One that is found gets a boot loader by
//    the usual choice, and iPXE then gets its script.
// Pure: the address comes in as an argument.

import { type BootAnswer, type BootHandler, bootHandler } from "./boot.ts";
import type { PxeClient } from "./client.ts";
import type { MachineLookup } from "./machine_boot.ts";
import { type DhcpResponder, dhcpResponder } from "./responder.ts";
import type { DhcpResponderOptions } from "./responder_options.ts";

/** HTTP of {@linkcode servePxe}. */
export interface PxeHttpOptions {
  /**
   * The TCP port to listen on; 0 finds a free one.
   *
   * @default {80}
   */
  readonly port?: number;
  /**
   * What each machine boots. With it, machines that it does not know are left alone, those that it knows get a boot loader
   * by `boot`, and iPXE then gets a script; `GET /v1/boot/MAC` tells the same to other programs, as pixiecore's API does.
   */
  readonly machines?: MachineLookup;
  /**
   * Whether machines load kernels and initial file systems of other servers through this service, as with pixiecore, and not
   * directly: for those that have no HTTPS, or no way there. It takes `--allow-net` for those servers.
   *
   * @default {false}
   */
  readonly proxy?: boolean;
}

/** What a network boot service answers by. */
export interface ServiceResponderOptions
  extends Omit<DhcpResponderOptions, "serverAddress"> {
  /** The server's own IPv4 address, in the network of the machines. */
  readonly hostname: string;
  /** The directory that files are read from, over TFTP and HTTP. Without it, and without `handler`, there is no TFTP. */
  readonly root?: string | URL;
  /**
   * HTTP from the same directory, for UEFI and iPXE, which are told URLs then.
   *
   * @default {no HTTP}
   */
  readonly http?: PxeHttpOptions;
}

/** Where iPXE asks for the script of a machine, before the MAC address. */
export const SCRIPT_PATH = "/v1/ipxe/";

/** What there is over HTTP. */
export interface HttpOffer {
  /** Where the service is, as `http://192.0.2.1:8080`. */
  readonly origin: string;
  /** Whether it has the files that TFTP has. */
  readonly hasFiles: boolean;
  /** What each machine boots; `null` when they are not told apart. */
  readonly machines: MachineLookup | null;
}

const URL_REGEXP = /^[a-z][a-z0-9+.-]*:\/\//i;

/** The same choice, with URLs where they serve. */
export function bootOverHttp(
  boot: BootHandler,
  { origin, hasFiles, machines }: HttpOffer,
): BootHandler {
  return async (client) => {
    if (machines) {
      if (!await machines(client.mac)) return undefined;
      if (client.isIpxe) {
        return { file: `${origin}${SCRIPT_PATH}${client.mac}` };
      }
    }
    const answer = await boot(client);
    return answer && hasFiles && isForHttp(client, answer)
      ? { file: fileUrl(origin, answer.file) }
      : answer;
  };
}

function isForHttp(client: PxeClient, answer: BootAnswer): boolean {
  const { file, server, options } = answer;
  if (URL_REGEXP.test(file) || server !== undefined || options) return false;
  return client.isHttpBoot ||
    client.isIpxe && client.ipxe?.features.includes("http") === true;
}

function fileUrl(origin: string, file: string): string {
  const path = file.replaceAll("\\", "/").split("/")
    .filter((component) => component !== "").map(encodeURIComponent);
  return `${origin}/${path.join("/")}`;
}

/**
 * The responder of a service: what `servePxe` answers by, without a network.
 *
 * @param options What it knows.
 * @param httpPort The TCP port that HTTP is on; `null` for no HTTP.
 * @returns The responder.
 * @throws {TypeError} When something is missing, or is not what it must be.
 * @throws {RangeError} When a number or a range is not possible.
 *
 * @example What UEFI is told that boots by HTTP
 * ```ts
 * import { decodeDhcpPacket, serviceResponder, summary } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const responder = serviceResponder({ hostname: "192.0.2.1", root: "./srv", boot: "app.efi" }, 8080);
 * const discover = new Uint8Array(300);
 * discover.set([1, 1, 6, 0, 0, 0, 0, 7]);
 * discover.set([2, 0, 0, 0, 0, 7], 28);
 * discover.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 60, 10, ...new TextEncoder().encode("HTTPClient")], 236);
 * const remote = { transport: "udp", hostname: "0.0.0.0", port: 68 } as const;
 * const [offer] = await responder.respond(decodeDhcpPacket(discover), { now: 0, remote, port: 67 });
 * assertEquals(offer?.packet.file, "http://192.0.2.1:8080/app.efi");
 * ```
 */
export function serviceResponder(
  options: ServiceResponderOptions,
  httpPort: number | null,
): DhcpResponder {
  const { hostname, root, boot, http } = options;
  const offer = httpPort === null ? null : {
    origin: `http://${hostname}:${httpPort}`,
    hasFiles: root !== undefined,
    machines: http?.machines ?? null,
  };
  return dhcpResponder({
    ...options,
    serverAddress: hostname,
    ...boot === undefined || offer === null
      ? {}
      : { boot: bootOverHttp(bootHandler(boot), offer) },
  });
}
