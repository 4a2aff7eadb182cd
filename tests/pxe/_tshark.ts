/**
 * What Wireshark's tshark says of DHCP messages: another program's reading, to compare with.
 *
 * @module
 */

/** A message as tshark reads it. */
export interface TsharkMessage {
  readonly op: number;
  readonly hardwareType: number;
  readonly hardwareLength: number;
  readonly hops: number;
  readonly transactionId: number;
  readonly seconds: number;
  readonly flags: number;
  readonly clientAddress: string;
  readonly yourAddress: string;
  readonly serverAddress: string;
  readonly relayAddress: string;
  readonly mac: string;
  /** Absent when tshark reads the field as options, or as "not given". */
  readonly serverName?: string;
  readonly file?: string;
  /** Codes in the order of the wire, with pads left out. */
  readonly optionCodes: readonly number[];
  /** The values as hex, one for each code but the end. */
  readonly optionValues: readonly string[];
  /** What tshark finds wrong. */
  readonly complaints: readonly string[];
}

/** A datagram with the ends it had. */
export interface Datagram {
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
}

const FIELDS = [
  "dhcp.type",
  "dhcp.hw.type",
  "dhcp.hw.len",
  "dhcp.hops",
  "dhcp.id",
  "dhcp.secs",
  "dhcp.flags",
  "dhcp.ip.client",
  "dhcp.ip.your",
  "dhcp.ip.server",
  "dhcp.ip.relay",
  "dhcp.hw.mac_addr",
  "dhcp.server",
  "dhcp.file",
  "dhcp.option.type",
  "dhcp.option.value",
  "_ws.expert.message",
  "_ws.malformed",
  "ip.src",
  "ip.dst",
  "udp.srcport",
  "udp.dstport",
  "udp.payload",
] as const;

type Layers = Partial<Record<typeof FIELDS[number], readonly string[]>>;

/** Whether tshark is on this machine. */
export function hasTshark(): boolean {
  try {
    return new Deno.Command("tshark", {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

/** The DHCP messages of a capture file, with what tshark says of each. */
export async function readCapture(
  path: string,
): Promise<{ datagram: Datagram; message: TsharkMessage }[]> {
  const { code, stdout, stderr } = await new Deno.Command("tshark", {
    args: [
      ...["-n", "-r", path, "-Y", "dhcp", "-T", "json", "--no-duplicate-keys"],
      ...["-d", "udp.port==4011,dhcp"],
      ...FIELDS.flatMap((field) => ["-e", field]),
    ],
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`Cannot run tshark: ${decoder.decode(stderr)}`);
  }
  const packets: { _source: { layers: Layers } }[] = JSON.parse(
    decoder.decode(stdout),
  );
  return packets.map(({ _source: { layers } }) => ({
    datagram: toDatagram(layers),
    message: toMessage(layers),
  }));
}

/** What tshark says of datagrams that were just made. */
export async function readMessages(
  datagrams: readonly Datagram[],
): Promise<TsharkMessage[]> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, toPcap(datagrams));
    return (await readCapture(path)).map(({ message }) => message);
  } finally {
    await Deno.remove(path);
  }
}

function toDatagram(layers: Layers): Datagram {
  const first = (field: keyof Layers) => layers[field]?.[0] ?? "";
  return {
    from: `${first("ip.src")}:${first("udp.srcport")}`,
    to: `${first("ip.dst")}:${first("udp.dstport")}`,
    bytes: Uint8Array.fromHex(first("udp.payload").replaceAll(":", "")),
  };
}

function toMessage(layers: Layers): TsharkMessage {
  const first = (field: keyof Layers) => layers[field]?.[0] ?? "";
  const serverName = layers["dhcp.server"]?.[0];
  const file = layers["dhcp.file"]?.[0];
  return {
    op: Number(first("dhcp.type")),
    hardwareType: Number(first("dhcp.hw.type")),
    hardwareLength: Number(first("dhcp.hw.len")),
    hops: Number(first("dhcp.hops")),
    transactionId: Number(first("dhcp.id")),
    seconds: Number(first("dhcp.secs")),
    flags: Number(first("dhcp.flags")),
    clientAddress: first("dhcp.ip.client"),
    yourAddress: first("dhcp.ip.your"),
    serverAddress: first("dhcp.ip.server"),
    relayAddress: first("dhcp.ip.relay"),
    mac: first("dhcp.hw.mac_addr"),
    ...serverName !== undefined && { serverName },
    ...file !== undefined && { file },
    optionCodes: (layers["dhcp.option.type"] ?? []).map(Number)
      .filter((code) => code !== 0),
    optionValues: (layers["dhcp.option.value"] ?? [])
      .map((value) => value === "<MISSING>" ? "" : value.replaceAll(":", "")),
    complaints: [
      ...layers["_ws.expert.message"] ?? [],
      ...layers["_ws.malformed"] ?? [],
    ],
  };
}

const RAW_IPV4 = 228;

/** A capture file of IPv4 packets without frames around them. */
function toPcap(datagrams: readonly Datagram[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(24));
  head.setUint32(0, 0xa1b2c3d4);
  head.setUint16(4, 2);
  head.setUint16(6, 4);
  head.setUint32(16, 65535);
  head.setUint32(20, RAW_IPV4);
  return Uint8Array.from([
    ...new Uint8Array(head.buffer),
    ...datagrams.flatMap((datagram) => {
      const packet = toIp(datagram);
      const record = new DataView(new ArrayBuffer(16));
      record.setUint32(8, packet.length);
      record.setUint32(12, packet.length);
      return [...new Uint8Array(record.buffer), ...packet];
    }),
  ]);
}

function toIp({ from, to, bytes }: Datagram): Uint8Array {
  const packet = new Uint8Array(28 + bytes.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, packet.length);
  view.setUint8(8, 64);
  view.setUint8(9, 17);
  for (const [end, offset, port] of [[from, 12, 20], [to, 16, 22]] as const) {
    const [address = "", number = ""] = end.split(":");
    packet.set(address.split(".").map(Number), offset);
    view.setUint16(port, Number(number));
  }
  view.setUint16(24, 8 + bytes.length);
  packet.set(bytes, 28);
  return packet;
}
