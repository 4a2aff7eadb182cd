/**
 * The options of a DHCP message by their codes, 1 to 254, in the order of the wire. The values of a code that comes more
 * than once are joined (RFC 3396 section 7), in the order options, `file`, `sname` where fields are overloaded. Codes that
 * nobody knows are kept. Pad (0), end (255) and overload (52) are how the area is built, and are not in here.
 */
export type DhcpOptions = ReadonlyMap<number, Uint8Array>;

/**
 * A BOOTP or DHCP message (RFC 951 section 3, RFC 2131 section 2). Addresses are dotted text, `0.0.0.0` where there is none.
 */
export interface DhcpPacket {
  /** What a client sends is a request, what a server sends is a reply. */
  readonly op: "request" | "reply";
  /** The kind of network, `htype`: 1 is Ethernet. */
  readonly hardwareType: number;
  /** The client's hardware address, `chaddr`: `hlen` octets, 0 to 16. */
  readonly hardwareAddress: Uint8Array;
  /** How many relay agents it passed, 0 to 255. */
  readonly hops: number;
  /** The number that joins question and answer, `xid`: 32 bits. */
  readonly transactionId: number;
  /** Seconds since the client began, as the client tells them: 16 bits. */
  readonly seconds: number;
  /** 16 bits, of which the first, 0x8000, asks for an answer by broadcast. */
  readonly flags: number;
  /** `ciaddr`: the address that the client has and answers to. */
  readonly clientAddress: string;
  /** `yiaddr`: the address that the client gets. */
  readonly yourAddress: string;
  /** `siaddr`: the server to boot from. */
  readonly serverAddress: string;
  /** `giaddr`: the relay agent's address on the client's network. */
  readonly relayAddress: string;
  /** `sname`: a name of a server; empty where the field holds options. */
  readonly serverName: string;
  /** `file`: the boot file; empty where the field holds options. */
  readonly file: string;
  /** The options. When there are none, the message is BOOTP without vendor information: no magic cookie is sent. */
  readonly options: DhcpOptions;
}
