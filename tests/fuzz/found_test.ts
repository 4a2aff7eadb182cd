// What the floods have found, each as a test of its own.

import { get } from "../../client.ts";
import { withServer } from "../conformance/_server_side.ts";
import {
  ack,
  content,
  error,
  read,
  REQUEST_PORT,
} from "../conformance/_packets.ts";
import { assertEquals } from "@std/assert";

const FILES = { file: content(2000) };

for (const port of [7, 19, 53, 123, 389]) {
  Deno.test(`a transfer's port says nothing to a stranger from port ${port}, where a service might answer it`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(read("file"));
      await client.expect("DATA 1 (512 octets)");
      const service = side.client({ hostname: "192.0.2.7", port });
      await service.send(ack(1), client.from);
      await service.silence();
      const stranger = side.client({ hostname: "192.0.2.7" });
      await stranger.send(ack(1), client.from);
      await stranger.expect('ERROR 5 "Unknown transfer ID"');
      await client.send(error(0));
    }));
}

Deno.test("a client's port says nothing to a stranger from port 19, and downloads on", () =>
  withServer({ files: FILES }, async (side) => {
    const { network } = side;
    const service = side.client({ hostname: "192.0.2.7", port: 19 });
    let client: { hostname: string; port: number } | null = null;
    network.fate = ({ from, to, bytes, index }) => {
      if (to.port === REQUEST_PORT.port) client = from;
      // Chargen talks into the transfer each time that the server does.
      if (client && from.hostname === "127.0.0.1" && to.port === client.port) {
        network.inject(service.address, to, Uint8Array.of(index, ...bytes));
      }
      return [0];
    };
    await using download = await get(
      { ...REQUEST_PORT, filename: "file" },
      { network, clock: network.clock },
    );
    assertEquals(await download.bytes(), FILES.file);
    await service.silence();
  }));
