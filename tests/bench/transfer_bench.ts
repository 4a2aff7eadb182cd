/**
 * What a whole transfer costs: our server and our client on the loopback, from memory to a sink that counts. Run with
 * `deno task bench tests/bench/transfer_bench.ts`.
 *
 * Both sides share one thread here, and the kernel works for both: two processes on two processors are faster. What these
 * figures are good for is comparing one version with another, and one block size with another.
 *
 * @module
 */

import { get, put } from "../../client.ts";
import {
  bytesSource,
  type DatagramSocket,
  type Network,
  type Sink,
  udpNetwork,
} from "../../net/mod.ts";
import { serve, TftpResponse, type TftpServer } from "../../server.ts";

const SIZE_BYTES = 16 * 1024 * 1024;

/** Block sizes and windows; a window of large blocks is limited by what a socket's buffer holds. */
const SHAPES = [[512, 1], [1428, 1], [1428, 16], [8192, 8], [
  65464,
  1,
]] as const;

const file = Uint8Array.from({ length: SIZE_BYTES }, (_, i) => i & 0xff);

/** The client's sockets, closed after each run instead of some seconds later, so that they do not pile up. */
class Sockets implements Network {
  #open: DatagramSocket[] = [];

  async bind(
    address: { hostname: string; port: number },
  ): Promise<DatagramSocket> {
    const socket = await udpNetwork().bind(address);
    this.#open.push(socket);
    return socket;
  }

  close(): void {
    for (const socket of this.#open) socket.close();
    this.#open = [];
  }
}

class CountingSink implements Sink {
  count = 0;

  write(bytes: Uint8Array): void {
    this.count += bytes.length;
  }

  commit(): void {
    if (this.count !== SIZE_BYTES) {
      throw new Error(`${this.count} octets came instead of ${SIZE_BYTES}`);
    }
  }

  abort(): void {}
}

function start(): TftpServer {
  return serve(
    { hostname: "127.0.0.1", port: 0 },
    ({ operation }) =>
      operation === "read"
        ? new TftpResponse(bytesSource(file))
        : TftpResponse.upload(new CountingSink()),
  );
}

for (const [blksize, windowsize] of SHAPES) {
  const options = { blksize, windowsize } as const;
  const name = `${windowsize} x ${blksize}`;

  Deno.bench({
    name: `download 16 MiB, ${name}`,
    group: "download",
    baseline: blksize === 512,
  }, async (b) => {
    const network = new Sockets();
    const server = start();
    const { port } = server.addr;
    const target = { hostname: "127.0.0.1", port, filename: "file" };
    const sink = new CountingSink();
    b.start();
    const { finished } = await get(target, { ...options, network, sink });
    await finished;
    b.end();
    network.close();
    await server.shutdown();
  });

  Deno.bench({
    name: `upload 16 MiB, ${name}`,
    group: "upload",
    baseline: blksize === 512,
  }, async (b) => {
    const network = new Sockets();
    const server = start();
    const { port } = server.addr;
    const target = { hostname: "127.0.0.1", port, filename: "file" };
    b.start();
    await put(target, bytesSource(file), { ...options, network });
    b.end();
    network.close();
    await server.shutdown();
  });
}
