/**
 * A router that offers nothing: it sends an empty router advertisement (RFC 4861 section 4.2) twice a second, out of the
 * interface that is named as the argument. iPXE asks for an IPv6 router, and waits for 15 s where there is none.
 *
 * Deno opens no raw sockets, so this one is libc's. Runs until its standard input ends.
 *
 * @module
 */

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETHERTYPE_IPV6 = 0x86dd;
const INTERVAL_MS = 500;

const ROUTER_MAC = [0x02, 0, 0, 0, 0, 0xfe];
const ROUTER_ADDRESS = [0xfe, 0x80, ...new Array(13).fill(0), 1];
const ALL_NODES = [0xff, 2, ...new Array(13).fill(0), 1];

/** An Ethernet frame to all nodes of the link: hop limit 64, no default router, no prefix. */
function advertisement(): Uint8Array<ArrayBuffer> {
  const icmp = [134, 0, 0, 0, 64, 0, 0, 0, ...new Array(8).fill(0)];
  const length = icmp.length;
  const pseudo = [
    ...ROUTER_ADDRESS,
    ...ALL_NODES,
    0,
    0,
    0,
    length,
    0,
    0,
    0,
    58,
  ];
  const checksum = internetChecksum([...pseudo, ...icmp]);
  icmp[2] = checksum >> 8;
  icmp[3] = checksum & 0xff;
  return Uint8Array.from([
    ...[0x33, 0x33, 0, 0, 0, 1],
    ...ROUTER_MAC,
    ...[ETHERTYPE_IPV6 >> 8, ETHERTYPE_IPV6 & 0xff],
    ...[0x60, 0, 0, 0, 0, length, 58, 255],
    ...ROUTER_ADDRESS,
    ...ALL_NODES,
    ...icmp,
  ]);
}

function internetChecksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i]! << 8 | bytes[i + 1]!;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function openSender(name: string): (frame: Uint8Array<ArrayBuffer>) => void {
  const libc = Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    if_nametoindex: { parameters: ["buffer"], result: "u32" },
    sendto: {
      parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
      result: "isize",
    },
  }).symbols;
  const socket = libc.socket(AF_PACKET, SOCK_RAW, 0);
  const index = libc.if_nametoindex(new TextEncoder().encode(`${name}\0`));
  if (socket < 0 || index === 0) throw new Error(`Cannot send out of ${name}`);
  // struct sockaddr_ll
  const address = new Uint8Array(20);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETHERTYPE_IPV6);
  view.setInt32(4, index, true);
  address[11] = 6;
  return (frame) => {
    libc.sendto(
      socket,
      frame,
      BigInt(frame.length),
      0,
      address,
      address.length,
    );
  };
}

if (import.meta.main) {
  const send = openSender(Deno.args[0]!);
  const frame = advertisement();
  const timer = setInterval(() => send(frame), INTERVAL_MS);
  send(frame);
  await Deno.stdin.readable.pipeTo(new WritableStream());
  clearInterval(timer);
}
