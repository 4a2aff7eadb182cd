import { ack, read, REQUEST_PORT } from "../conformance/_packets.ts";
import type { ServerSide } from "../conformance/_server_side.ts";
import type { Peer } from "../_virtual.ts";

/** What {@linkcode proven} reads, and a file of one block. */
export const FILES = { file: "text", long: "x".repeat(2000) };

/** A client in the middle of a read of 2000 octets, so that its address is proved. */
export async function proven(
  side: ServerSide,
  hostname = "127.0.0.1",
): Promise<Peer> {
  const client = side.client({ hostname });
  await client.send(read("long"), REQUEST_PORT);
  await client.expect("DATA 1 (512 octets)");
  await client.send(ack(1));
  await client.expect("DATA 2 (512 octets)");
  return client;
}

/** Ends such a read well. */
export async function complete(client: Peer): Promise<void> {
  for (const [block, octets] of [[3, 512], [4, 464]] as const) {
    await client.send(ack(block - 1));
    await client.expect(`DATA ${block} (${octets} octets)`);
  }
  await client.send(ack(4));
}
