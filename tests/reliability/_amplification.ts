// How much a server sends to an address that has not proved to be there, for what it has been sent in its name.

import { type UdpAddress, udpNetwork } from "../../net/mod.ts";
import { encodePacket } from "../../packet/mod.ts";
import { ServerProcess } from "./_server_process.ts";

/** IPv4 and UDP headers, in octets. */
const HEADER_BYTES = 28;

/** No retransmission comes later than this after the one before, with a server that first waits for `TIMEOUT_SECONDS`. */
const QUIET_MS = 1500;
const TIMEOUT_SECONDS = "0.1";

/** What was sent, and what came for it. */
export interface Amplification {
  readonly request: string;
  readonly packetsIn: number;
  readonly bytesIn: number;
  readonly packetsOut: number;
  readonly bytesOut: number;
  /** Octets out for each octet in. */
  readonly factor: number;
  /** The same with the headers of IPv4 and UDP. */
  readonly factorOnWire: number;
}

const encode = (
  type: "RRQ" | "WRQ",
  filename: string,
  options: readonly (readonly [string, string])[] = [],
) => encodePacket({ type, filename, mode: "octet", options });

/** The requests, and how often each is sent. */
const REQUESTS: readonly (readonly [string, Uint8Array, number])[] = [
  ["read, no options", encode("RRQ", "f"), 1],
  ["read, no options, sent 20 times", encode("RRQ", "f"), 20],
  [
    "read, all options",
    encode("RRQ", "f", [["blksize", "65464"], ["tsize", "0"], [
      "windowsize",
      "64",
    ]]),
    1,
  ],
  ["write, no options", encode("WRQ", "w"), 1],
  ["write, blksize", encode("WRQ", "x", [["blksize", "65464"]]), 1],
  ["read, no such file", encode("RRQ", "m"), 1],
  ["request that is malformed", new Uint8Array([0, 1, 0]), 1],
  ["ACK", new Uint8Array([0, 4, 0, 1]), 1],
];

/** Measures all of them at the same time. */
export async function measureAmplification(): Promise<Amplification[]> {
  const root = await Deno.makeTempDir({ prefix: "tftpkit-load-" });
  try {
    await Deno.writeFile(`${root}/f`, new Uint8Array(100_000));
    await using server = await ServerProcess.start(root, [
      ...["--overwrite", "--timeout", TIMEOUT_SECONDS],
    ]);
    const to = {
      transport: "udp",
      hostname: "127.0.0.1",
      port: server.port,
    } as const;
    return await Promise.all(
      REQUESTS.map(([name, packet, times]) => measure(name, packet, times, to)),
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function measure(
  request: string,
  packet: Uint8Array,
  times: number,
  to: UdpAddress,
): Promise<Amplification> {
  const socket = await udpNetwork().bind({ hostname: "127.0.0.1", port: 0 });
  let packetsOut = 0;
  let bytesOut = 0;
  const buffer = new Uint8Array(65536);
  let timer = setTimeout(() => socket.close(), QUIET_MS);
  for (let i = 0; i < times; i++) await socket.send(packet, to);
  for (;;) {
    try {
      const [bytes] = await socket.receive(buffer);
      packetsOut++;
      bytesOut += bytes.length;
    } catch (error) {
      if (socket.isClosed) break;
      throw error;
    }
    clearTimeout(timer);
    timer = setTimeout(() => socket.close(), QUIET_MS);
  }
  const bytesIn = packet.length * times;
  const ratio = (out: number, into: number) =>
    Math.round(out / into * 100) / 100;
  return {
    ...{ request, packetsIn: times, bytesIn, packetsOut, bytesOut },
    factor: ratio(bytesOut, bytesIn),
    factorOnWire: ratio(
      bytesOut + HEADER_BYTES * packetsOut,
      bytesIn + HEADER_BYTES * times,
    ),
  };
}
