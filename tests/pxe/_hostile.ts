/**
 * DHCP messages that mean no good: broken ones, and well-made ones from machines that there are not.
 *
 * @module
 */

import { encodeDhcpPacket } from "../../pxe/mod.ts";
import { mutate } from "../fuzz/_mutate.ts";
import type { Random } from "../_random.ts";
import { EDK2, IPXE_BIOS, Machine, UDHCPC } from "./_client.ts";

const TYPES = [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255];

/** Messages to make worse ones of: each type, from each kind of client. */
export async function messageCorpus(): Promise<Uint8Array[]> {
  const corpus: Uint8Array[] = [];
  const recorder = {
    hear(packet: Parameters<typeof encodeDhcpPacket>[0]) {
      corpus.push(encodeDhcpPacket(packet, { maxMessageBytes: 1500 }));
      return Promise.resolve([]);
    },
  };
  for (const firmware of [IPXE_BIOS, EDK2, UDHCPC]) {
    const machine = new Machine(recorder, firmware);
    for (const type of TYPES) await machine.send(type);
    await machine.select("10.99.0.60");
    await machine.renew("10.99.0.60");
  }
  return corpus;
}

/** A datagram of no good. */
export function hostileMessage(
  random: Random,
  corpus: readonly Uint8Array[],
): Uint8Array {
  const kind = random.between(0, 9);
  if (kind === 0) return random.bytes(random.between(0, 600));
  const bytes = random.pick(corpus).slice();
  // Another machine each time, and so another lease if it can be had.
  bytes.set(random.bytes(6), 28);
  return kind < 4 ? bytes : mutate(random, bytes, corpus);
}
