/**
 * Floods a server with hostile DHCP messages over UDP. Arguments: the own address, the server's, how many, and the seed.
 *
 * @module
 */

import { Random } from "../_random.ts";
import { hostileMessage, messageCorpus } from "../pxe/_hostile.ts";

/** Messages that are sent before others get a turn. */
const BURST = 64;

const [own, server, count, seed] = Deno.args;
const random = new Random(Number(seed));
const corpus = await messageCorpus();
const socket = Deno.listenDatagram({
  transport: "udp",
  hostname: own!,
  port: 68,
});
for (let i = 0; i < Number(count); i++) {
  const hostname = random.chance(1, 2) ? server! : "255.255.255.255";
  const port = hostname === server && random.chance(1, 3) ? 4011 : 67;
  const bytes = hostileMessage(random, corpus);
  await socket.send(bytes, { transport: "udp", hostname, port });
  if (i % BURST === 0) await new Promise((resolve) => setTimeout(resolve, 0));
}
socket.close();
console.log(`Sent ${count}`);
