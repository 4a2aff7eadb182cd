/** Where the fields of a message lie, in octets from its start (RFC 2131 figure 1). */
export const OFFSET = {
  op: 0,
  hardwareType: 1,
  hardwareLength: 2,
  hops: 3,
  transactionId: 4,
  seconds: 8,
  flags: 10,
  clientAddress: 12,
  yourAddress: 16,
  serverAddress: 20,
  relayAddress: 24,
  hardwareAddress: 28,
  serverName: 44,
  file: 108,
  cookie: 236,
  options: 240,
} as const;

/** The four octets in front of options (RFC 1497, RFC 2131 section 3). */
export const MAGIC_COOKIE = 0x63825363;

/** Values of `op` (RFC 951 section 3). */
export const OP = { request: 1, reply: 2 } as const;

/** Room for a hardware address, in octets. */
export const MAX_HARDWARE_ADDRESS_BYTES = 16;

/** Option codes that build the area and are no options: RFC 2132 sections 3.1, 3.2 and 9.3. */
export const FRAMING = { Pad: 0, End: 255, Overload: 52 } as const;

/** Bits of option 52 (RFC 2132 section 9.3). */
export const OVERLOAD = { File: 1, ServerName: 2 } as const;

/** Octets that every client takes, with the headers of IP and UDP (RFC 2131 section 2, RFC 2132 section 9.10). */
export const DEFAULT_MAX_DHCP_MESSAGE_BYTES = 576;
