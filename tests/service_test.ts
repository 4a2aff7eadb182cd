/** `serve` as a service: the signals that a service manager sends, to a process of its own. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  type DatagramSocket,
  type UdpAddress,
  udpNetwork,
} from "../net/mod.ts";
import { PROGRAM, Program } from "./cli/_process.ts";
import { closeSockets, getText } from "./cli/_server.ts";
import { Sandbox } from "./handlers/_sandbox.ts";

const isWindows = Deno.build.os === "windows";
const LOCAL = { transport: "udp", hostname: "127.0.0.1" } as const;

/** Starts `serve` by a file. */
async function startServer(
  sandbox: Sandbox,
  ...args: string[]
): Promise<{ program: Program; port: number }> {
  const program = new Program([
    ...["--allow-net", `--allow-read=${sandbox.path}`, PROGRAM, "serve"],
    ...["--config", `${sandbox.path}/t.toml`, ...args],
  ]);
  const [, port] = await program.until(/^Serving .* on 127\.0\.0\.1:(\d+) /m);
  return { program, port: Number(port) };
}

/** A client that asks for a file, and acknowledges no more than its first block. */
async function beginDownload(
  port: number,
): Promise<{ client: DatagramSocket; from: UdpAddress }> {
  const client = await udpNetwork().bind({ hostname: LOCAL.hostname, port: 0 });
  const request = new TextEncoder().encode("\0\x01big\0octet\0");
  await client.send(request, { ...LOCAL, port });
  const buffer = new Uint8Array(1000);
  const [, from] = await client.receive(buffer);
  await client.send(new Uint8Array([0, 4, 0, 1]), from);
  await client.receive(buffer);
  return { client, from };
}

const CONFIG = 'root = "a"\nhost = ["127.0.0.1"]\nport = 0\n';

Deno.test({
  name:
    "serve breaks off at SIGTERM what takes longer than --drain, and tells its client",
  ignore: isWindows,
  async fn() {
    using sandbox = new Sandbox({
      "t.toml": `${CONFIG}drain = 0.3\n`,
      "a/big": "x".repeat(100_000),
    });
    const { program, port } = await startServer(sandbox);
    await using _ = program;
    const { client } = await beginDownload(port);
    program.kill("SIGTERM");
    const buffer = new Uint8Array(1000);
    let packet: Uint8Array;
    // Blocks may be sent again meanwhile.
    do [packet] = await client.receive(buffer); while (packet[1] === 3);
    client.close();
    assertEquals(
      new TextDecoder().decode(packet),
      "\0\x05\0\0Server is shutting down\0",
    );
    const { status, stderr } = await program.ended();
    assertEquals(status, 0);
    assertMatch(
      stderr,
      /^Ending\. Transfers under way get 0\.3 s to finish; .*\n.* WARN .* read "big" failed after .*: The server was shut down before the transfer had ended.*\n$/m,
    );
  },
});

Deno.test({
  name: "serve --drain 0 breaks off at once",
  ignore: isWindows,
  async fn() {
    using sandbox = new Sandbox({
      "t.toml": CONFIG,
      "a/big": "x".repeat(100_000),
    });
    const { program, port } = await startServer(sandbox, "--drain", "0");
    await using _ = program;
    const { client } = await beginDownload(port);
    program.kill("SIGTERM");
    assertEquals((await program.ended()).status, 0);
    client.close();
  },
});

Deno.test({
  name:
    "serve reads its file at SIGHUP, lets a transfer go on, and survives a wrong file",
  ignore: isWindows,
  async fn() {
    await using _ = closeSockets();
    using sandbox = new Sandbox({
      "t.toml": CONFIG,
      "a/big": "x".repeat(2000),
      "b/name": "b",
    });
    const file = `${sandbox.path}/t.toml`;
    const { program, port } = await startServer(sandbox);
    await using _program = program;
    const { client, from } = await beginDownload(port);
    Deno.writeTextFileSync(file, "root = [\n");
    program.kill("SIGHUP");
    await program.until(/^WARNING: Not reloaded: .*\n/m);
    Deno.writeTextFileSync(file, `${CONFIG.replace('"a"', '"b"')}`);
    program.kill("SIGHUP");
    await program.until(/^Reloaded: serving .*\/b, read-only\n/m);
    assertEquals(await getText(port, "name"), "b");
    await client.send(new Uint8Array([0, 4, 0, 2]), from);
    const buffer = new Uint8Array(1000);
    let packet: Uint8Array;
    do [packet] = await client.receive(buffer); while (packet[3]! < 3);
    assertEquals([...packet.subarray(0, 4)], [0, 3, 0, 3]);
    client.close();
    program.kill("SIGTERM");
    await program.until(/^Ending\. /m);
    program.kill("SIGTERM");
    assertEquals((await program.ended()).status, 1);
  },
});
