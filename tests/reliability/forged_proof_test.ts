/**
 * With a single port, the ACK that proves a client's address can be forged as its request can. What a forger gets with
 * these two packets is bounded: the first window, and the same again until the silence is too long.
 *
 * @module
 */

import { assertLess } from "@std/assert";
import { encodePacket } from "../../packet/mod.ts";
import { serve, TftpResponse } from "../../server.ts";
import { settle, VirtualNetwork } from "../_virtual.ts";

const SERVER = { transport: "udp", hostname: "192.0.2.1", port: 69 } as const;
const VICTIM = { transport: "udp", hostname: "192.0.2.66", port: 6 } as const;

const LARGE: readonly (readonly [string, string])[] = [
  ["blksize", "65464"],
  ["windowsize", "64"],
];

/** Octets that the victim of a forged request and a forged ACK is sent. */
async function sentFor(
  options: readonly (readonly [string, string])[],
): Promise<number> {
  const network = new VirtualNetwork();
  const { clock } = network;
  let octets = 0;
  network.fate = ({ from, bytes }) => {
    if (from.port === SERVER.port) octets += bytes.length;
    return [0];
  };
  const server = serve(
    { ...SERVER, network, clock, random: () => 0, singlePort: true },
    () => new TftpResponse(new Uint8Array(1_000_000)),
  );
  const request = { filename: "f", mode: "octet", options };
  for (
    const bytes of [
      encodePacket({ type: "RRQ", ...request }),
      encodePacket({ type: "ACK", block: 0 }),
    ]
  ) {
    await settle();
    network.inject(VICTIM, SERVER, bytes);
    await settle();
  }
  await clock.advance(600_000);
  await server.shutdown();
  return octets;
}

for (
  const [name, options, maxMegabytes] of [
    ["without a timeout", LARGE, 2.5],
    ["with a timeout of a second", [...LARGE, ["timeout", "1"]], 6.5],
    ["with a timeout of 10 ms", [...LARGE, ["utimeout", "10000"]], 9],
  ] as const
) {
  Deno.test(`a request and an ACK, both forged, ${name} have no more than ${maxMegabytes} MB sent`, async () => {
    const octets = await sentFor(options);
    assertLess(octets, maxMegabytes * 1e6);
    // That it was more than the answer to a request shows that the forgery has worked.
    assertLess(500_000, octets);
  });
}
