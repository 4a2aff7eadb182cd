/**
 * RFC 2131, table 3: what a server puts into its messages, and what it must not.
 *
 * Two later RFCs hold where they differ: the client identifier is echoed (RFC 6842), and so are the machine identifier (RFC
 * 4578 section 2.3) and what a relay agent put in (RFC 3046 section 2.2), also in a NAK.
 */
import { assert, assertEquals } from "@std/assert";
import {
  addressValue,
  DHCP_OPTION,
  dhcpOptionName,
  type DhcpPacket,
  MESSAGE_TYPE,
  messageTypeName,
  readText,
} from "../../pxe/mod.ts";
import {
  dhcpLab,
  type Heard,
  heardAddress,
  IPXE_BIOS,
  Machine,
  remote,
  SERVER,
} from "../pxe/_client.ts";

const { Ack, Inform, Nak, Offer, Request } = MESSAGE_TYPE;

/** What a client sends that must come back. */
const ASKED: Partial<DhcpPacket> = {
  transactionId: 0x12345678,
  seconds: 77,
  hops: 3,
  flags: 0x8000,
};

interface Said {
  readonly name: string;
  readonly type: number;
  readonly heard: Heard;
  readonly client: Machine;
  /** `ciaddr` of the question. */
  readonly clientAddress: string;
}

/** One of each that a server sends. */
async function allMessages(): Promise<Said[]> {
  const lab = dhcpLab();
  const client = new Machine(lab, IPXE_BIOS);
  const said: Said[] = [];
  const ask = async (
    name: string,
    type: number,
    options: [number, Uint8Array][],
    clientAddress = "0.0.0.0",
  ) => {
    const more = { ...ASKED, clientAddress };
    const arrival = { remote: remote(clientAddress, 68) };
    const heard = await client.send(type, options, more, arrival);
    assert(heard, name);
    assertEquals(messageTypeName(heard.type), name.split(" ")[0]);
    said.push({ name, type: heard.type!, heard, client, clientAddress });
    return heard;
  };
  const offer = await ask("OFFER", MESSAGE_TYPE.Discover, []);
  const address = offer.packet.yourAddress;
  const wanted: [number, Uint8Array] = [50, addressValue(address)];
  await ask("ACK to SELECTING", Request, [[54, addressValue(SERVER)], wanted]);
  await ask("ACK to INIT-REBOOT", Request, [wanted]);
  await ask("ACK to RENEWING", Request, [], address);
  await ask("ACK to INFORM", Inform, [], address);
  await ask("NAK to INIT-REBOOT", Request, [[50, addressValue("10.1.1.1")]]);
  return said;
}

Deno.test("RFC 2131 table 3: the fields", async () => {
  for (
    const { name, type, heard, client, clientAddress } of await allMessages()
  ) {
    const { packet } = heard;
    assertEquals(packet.op, "reply", name);
    assertEquals(packet.hardwareType, 1, name);
    assertEquals(packet.hardwareAddress, client.hardwareAddress, name);
    assertEquals(packet.hops, 0, name);
    assertEquals(packet.seconds, 0, name);
    assertEquals(packet.transactionId, ASKED.transactionId, name);
    assertEquals(packet.flags, ASKED.flags, name);
    assertEquals(packet.relayAddress, "0.0.0.0", name);
    const isAck = type === Ack;
    assertEquals(packet.clientAddress, isAck ? clientAddress : "0.0.0.0", name);
    const hasAddress = type !== Nak && name !== "ACK to INFORM";
    assertEquals(packet.yourAddress !== "0.0.0.0", hasAddress, name);
    const boots = type !== Nak;
    assertEquals(packet.serverAddress, boots ? SERVER : "0.0.0.0", name);
    assertEquals(packet.file, boots ? "boot.0" : "", name);
  }
});

Deno.test("RFC 2131 table 3: options that must be there, and options that must not", async () => {
  const never = [
    DHCP_OPTION.RequestedAddress,
    DHCP_OPTION.ParameterRequestList,
    DHCP_OPTION.MaxMessageSize,
  ];
  for (const { name, type, heard } of await allMessages()) {
    const { options } = heard.packet;
    for (const code of never) {
      assert(!options.has(code), `${name} has ${dhcpOptionName(code)}`);
    }
    assertEquals(heardAddress(heard, DHCP_OPTION.ServerId), SERVER, name);
    const hasLease = type === Offer || type === Ack && name !== "ACK to INFORM";
    for (
      const code of [
        DHCP_OPTION.LeaseTime,
        DHCP_OPTION.RenewalTime,
        DHCP_OPTION.RebindingTime,
      ]
    ) assertEquals(options.has(code), hasLease, `${name}: ${code}`);
  }
});

Deno.test("RFC 2131 table 3: a NAK says why, and nothing of addresses, networks and files", async () => {
  const nak = (await allMessages()).at(-1)!.heard;
  assertEquals(readText(nak.packet.options, 56), "wrong network");
  assertEquals(
    [...nak.packet.options.keys()].sort((a, b) => a - b),
    [53, 54, 56, 61, 97],
  );
});

Deno.test("RFC 6842 section 3: the client identifier comes back in every message", async () => {
  for (const { name, heard, client } of await allMessages()) {
    const expected = Uint8Array.of(1, ...client.hardwareAddress);
    assertEquals(heard.packet.options.get(61), expected, name);
  }
});

Deno.test("RFC 2131 section 4.3.1: every answer of a client to one transaction offers the same address", async () => {
  const lab = dhcpLab();
  const machine = new Machine(lab, IPXE_BIOS);
  const first = await machine.discover();
  for (let i = 0; i < 3; i++) {
    lab.now += 4000;
    const again = await machine.discover();
    assertEquals(again?.packet.yourAddress, first?.packet.yourAddress);
  }
});
