// A server that does everything on one port, for clients behind NAT or a firewall: the address of the other side is the
// whole transfer ID.

import { assertEquals } from "@std/assert";
import { get, put } from "../../client.ts";
import { withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  raw,
  read,
  REQUEST_PORT,
  write,
} from "./_packets.ts";

const OPTIONS = {
  files: { file: content(1300), small: content(3) },
  singlePort: true,
} as const;

Deno.test("single port: answers come from the port that was asked", () =>
  withServer(OPTIONS, async (side) => {
    const reader = await side.ask(read("small"));
    await reader.expect("DATA 1 (3 octets)");
    assertEquals(reader.from, REQUEST_PORT);
    await reader.send(ack(1));
    const writer = await side.ask(write("new"));
    await writer.expect("ACK 0");
    assertEquals(writer.from, REQUEST_PORT);
    await writer.send(data(1, 3));
    await writer.expect("ACK 1");
    assertEquals(side.network.openSockets, 3);
  }));

Deno.test("single port: transfers of many clients run beside each other", () =>
  withServer(OPTIONS, async (side) => {
    const { network } = side;
    const options = { network, clock: network.clock, blksize: 512 };
    const target = { ...REQUEST_PORT, filename: "file" };
    const reads = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        if (i % 2 === 0) return (await get(target, options)).bytes();
        await put({ ...target, filename: `${i}` }, content(1300), options);
        return side.uploads.get(`${i}`);
      }),
    );
    for (const bytes of reads) assertEquals(bytes, content(1300));
    await side.advance(10_000);
    assertEquals(network.openSockets, 1);
  }));

Deno.test("single port: hosts with the same port are told apart", () =>
  withServer(OPTIONS, async (side) => {
    const a = side.client({ hostname: "192.0.2.1", port: 2000 });
    const b = side.client({ hostname: "192.0.2.2", port: 2000 });
    await a.send(read("file"), REQUEST_PORT);
    await b.send(read("file"), REQUEST_PORT);
    await a.expect("DATA 1 (512 octets)");
    await b.expect("DATA 1 (512 octets)");
    await a.send(ack(1));
    await a.expect("DATA 2 (512 octets)");
    await b.silence();
    await b.send(error(0));
    await a.send(ack(2));
    await a.expect("DATA 3 (276 octets)");
    await a.send(ack(3));
    assertEquals(side.ends, ["failed", "finished"]);
  }));

Deno.test("single port: a stranger's packet belongs to no transfer, and gets no answer", () =>
  withServer(OPTIONS, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    const stranger = side.client();
    await stranger.send(ack(1), REQUEST_PORT);
    await stranger.send(error(0), REQUEST_PORT);
    await stranger.silence();
    await client.silence();
    await client.send(error(0));
  }));

Deno.test("single port: the last block is acknowledged again, until the client asks for something else", () =>
  withServer(OPTIONS, async (side) => {
    const client = await side.ask(write("new"));
    await client.expect("ACK 0");
    await client.send(data(1, 3));
    await client.expect("ACK 1");
    await client.send(data(1, 3));
    await client.expect("ACK 1");
    await client.send(read("small"));
    await client.expect("DATA 1 (3 octets)");
    await client.send(ack(1));
    await client.send(data(1, 3));
    await client.silence();
  }));

Deno.test("single port: a request that comes again gets its first answer again", () =>
  withServer(OPTIONS, async (side) => {
    const client = await side.ask(read("file", [["tsize", "0"]]));
    await client.expect("OACK tsize=1300");
    await client.send(read("file", [["tsize", "0"]]));
    await client.expect("OACK tsize=1300");
    await client.send(ack(0));
    await client.expect("DATA 1 (512 octets)");
    await client.send(read("file", [["tsize", "0"]]));
    await client.silence();
    await client.send(error(0));
  }));

Deno.test("single port: more data in a block than agreed on gets ERROR 4", () =>
  withServer(OPTIONS, async (side) => {
    const client = await side.ask(write("new"));
    await client.expect("ACK 0");
    await client.send(data(1, 60_000));
    const [answer] = await client.drain();
    assertEquals(answer?.slice(0, 8), "ERROR 4 ");
    assertEquals(side.aborted, ["new"]);
  }));

Deno.test("single port: a shutdown lets transfers finish, and takes no new ones", () =>
  withServer(OPTIONS, async (side) => {
    const client = await side.ask(write("new"));
    await client.expect("ACK 0");
    const stopped = side.server.shutdown();
    await side.advance(0);
    const late = await side.ask(read("small"));
    await late.silence();
    await client.send(data(1, raw("end")));
    await client.expect("ACK 1");
    await stopped;
    assertEquals(side.ends, ["finished"]);
  }));
