/**
 * Codes of options (RFC 2132, and what is named beside them).
 *
 * @example The code of the boot file's name
 * ```ts
 * import { DHCP_OPTION } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(DHCP_OPTION.BootFileName, 67);
 * ```
 */
export const DHCP_OPTION = {
  /** 1: the mask of the client's network, section 3.3. */
  SubnetMask: 1,
  /** 2: seconds from UTC, section 3.4. */
  TimeOffset: 2,
  /** 3: addresses of routers, section 3.5. */
  Router: 3,
  /** 4: addresses of time servers, section 3.6. */
  TimeServer: 4,
  /** 5: addresses of IEN 116 name servers, section 3.7. */
  NameServer: 5,
  /** 6: addresses of DNS servers, section 3.8. */
  DomainNameServer: 6,
  /** 7: addresses of log servers, section 3.9. */
  LogServer: 7,
  /** 12: the client's name, section 3.14. */
  HostName: 12,
  /** 13: size of the boot file in blocks of 512 octets, section 3.15. */
  BootFileSize: 13,
  /** 15: the client's domain, section 3.17. */
  DomainName: 15,
  /** 16: address of a swap server, section 3.18. */
  SwapServer: 16,
  /** 17: path of the root file system, section 3.19. */
  RootPath: 17,
  /** 18: a file with more options, section 3.20. */
  ExtensionsPath: 18,
  /** 26: largest packet of the interface in octets, section 5.1. */
  InterfaceMtu: 26,
  /** 28: the broadcast address, section 5.3. */
  BroadcastAddress: 28,
  /** 33: routes to single hosts, section 5.8. */
  StaticRoute: 33,
  /** 40: NIS domain, section 8.1. */
  NisDomain: 40,
  /** 42: addresses of NTP servers, section 8.3. */
  NtpServer: 42,
  /** 43: what the vendor class means by it; for PXE see `PXE_OPTION`, section 8.4. */
  VendorSpecific: 43,
  /** 50: the address that the client asks for, section 9.1. */
  RequestedAddress: 50,
  /** 51: seconds that a lease holds, section 9.2. */
  LeaseTime: 51,
  /** 52: fields that hold options, section 9.3; read and written by the codec. */
  Overload: 52,
  /** 53: the type of the message, section 9.6. */
  MessageType: 53,
  /** 54: the address of the server that answers, or is meant, section 9.7. */
  ServerId: 54,
  /** 55: codes of the options that the client wants, section 9.8. */
  ParameterRequestList: 55,
  /** 56: a text that says why, section 9.9. */
  Message: 56,
  /** 57: the largest message that the client takes, section 9.10. */
  MaxMessageSize: 57,
  /** 58: seconds until the client renews, section 9.11. */
  RenewalTime: 58,
  /** 59: seconds until the client asks any server, section 9.12. */
  RebindingTime: 59,
  /** 60: the class of the client, such as PXEClient or HTTPClient, section 9.13. */
  VendorClass: 60,
  /** 61: what the client is known by, section 9.14. */
  ClientId: 61,
  /** 66: name of the TFTP server, section 9.4. */
  TftpServerName: 66,
  /** 67: name of the boot file, section 9.5. */
  BootFileName: 67,
  /** 77: the class of the user; iPXE says here what it is, RFC 3004. */
  UserClass: 77,
  /** 80: answer with a lease at once, RFC 4039. */
  RapidCommit: 80,
  /** 81: the client's full name, RFC 4702. */
  ClientFqdn: 81,
  /** 82: what the relay agent added; it goes back as it came, RFC 3046. */
  RelayAgentInformation: 82,
  /** 93: architectures of the client, RFC 4578 section 2.1. */
  ClientArchitecture: 93,
  /** 94: its network interface, RFC 4578 section 2.2. */
  ClientNetworkInterface: 94,
  /** 97: the machine's UUID, RFC 4578 section 2.3. */
  ClientMachineId: 97,
  /** 116: whether a client may choose an address itself, RFC 2563. */
  AutoConfigure: 116,
  /** 118: the network to choose an address from, RFC 3011. */
  SubnetSelection: 118,
  /** 119: domains to search, RFC 3397. */
  DomainSearch: 119,
  /** 121: routes, RFC 3442. */
  ClasslessStaticRoute: 121,
  /** 124: vendor classes by enterprise, RFC 3925. */
  VendorIdentifyingClass: 124,
  /** 125: vendor options by enterprise, RFC 3925. */
  VendorIdentifyingOptions: 125,
  /** 150: addresses of TFTP servers, RFC 5859. */
  TftpServerAddress: 150,
  /** 175: what iPXE and gPXE tell and take; see `IPXE_OPTION`. */
  Ipxe: 175,
  /** 203: name of the iSCSI initiator, asked for by iPXE. */
  IscsiInitiator: 203,
  /** 208: the magic in front of PXELINUX options, RFC 5071 section 3. */
  PxelinuxMagic: 208,
  /** 209: name of PXELINUX's configuration file, RFC 5071 section 4. */
  PxelinuxConfigFile: 209,
  /** 210: path in front of PXELINUX's file names, RFC 5071 section 5. */
  PxelinuxPathPrefix: 210,
  /** 211: seconds until PXELINUX starts over, RFC 5071 section 6. */
  PxelinuxRebootTime: 211,
} as const;

/** One of the values of {@linkcode DHCP_OPTION}; on the wire any code from 1 to 254 can stand. */
export type DhcpOption = typeof DHCP_OPTION[keyof typeof DHCP_OPTION];

const NAMES = new Map<number, string>(
  Object.entries(DHCP_OPTION).map(([name, code]) => [
    code,
    name.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase(),
  ]),
);

/**
 * The name of an option, for logs.
 *
 * @param code The code.
 * @returns The name in lower case, or `option N` for a code that has none here.
 *
 * @example Names of options
 * ```ts
 * import { dhcpOptionName } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dhcpOptionName(67), "boot file name");
 * assertEquals(dhcpOptionName(222), "option 222");
 * ```
 */
export function dhcpOptionName(code: number): string {
  return NAMES.get(code) ?? `option ${code}`;
}
