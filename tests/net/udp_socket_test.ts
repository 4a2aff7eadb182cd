import { assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  type UdpImplementation,
  udpImplementation,
  udpNetwork,
} from "../../net/mod.ts";
import { VirtualNetwork } from "../_virtual.ts";
import { bind, octets, testSockets } from "./_socket_suite.ts";

/** A process that should end by itself is ended after this time, so that the test fails. */
const MAX_PROCESS_MS = 20_000;

const IMPLEMENTATIONS: readonly UdpImplementation[] = ["deno", "node"];

testSockets("virtual", new VirtualNetwork());

for (const implementation of IMPLEMENTATIONS) {
  const network = udpNetwork(implementation);
  testSockets(implementation, network);

  Deno.test(`${implementation}: an address of another machine throws AddrNotAvailable`, async () => {
    await assertRejects(
      async () => await network.bind({ hostname: "192.0.2.1", port: 0 }),
      Deno.errors.AddrNotAvailable,
    );
  });

  Deno.test({
    name: `${implementation}: a low port throws PermissionDenied`,
    ignore: Deno.build.os === "windows" || Deno.uid() === 0,
    fn: async () => {
      await assertRejects(
        async () => await network.bind({ hostname: "127.0.0.1", port: 69 }),
        Deno.errors.PermissionDenied,
      );
    },
  });

  Deno.test({
    name: `${implementation}: a broadcast can be sent`,
    // The loopback has a broadcast address on Linux only.
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      using it = await bind(network);
      const to = {
        transport: "udp",
        hostname: "127.255.255.255",
        port: 9,
      } as const;
      await it.socket.send(octets(1), to);
    },
  });

  Deno.test(`${implementation}: a datagram that is too large cannot be sent`, async () => {
    using it = await bind(network);
    await assertRejects(async () =>
      await it.socket.send(new Uint8Array(65508), it.socket.address)
    );
    await it.socket.send(octets(1), it.socket.address);
    const [bytes] = await it.socket.receive(new Uint8Array(16));
    assertEquals(bytes, octets(1));
  });

  Deno.test({
    name: `${implementation}: IPv6`,
    ignore: !hasIpv6(),
    fn: async () => {
      using one = await bind(network, { hostname: "::1" });
      using two = await bind(network, { hostname: "::1" });
      assertEquals(one.socket.address.hostname, "::1");
      await one.socket.send(octets(6), two.socket.address);
      const [bytes, from] = await two.socket.receive(new Uint8Array(16));
      assertEquals(bytes, octets(6));
      assertEquals({ ...from }, { ...one.socket.address });
    },
  });

  Deno.test({
    name: `${implementation}: IPv4 on a socket for all addresses`,
    ignore: !hasIpv6(),
    fn: async () => {
      using all = await bind(network, { hostname: "::" });
      using one = await bind(network);
      const { port } = all.socket.address;
      await one.socket.send(octets(4), {
        transport: "udp",
        hostname: "127.0.0.1",
        port,
      });
      const [, from] = await all.socket.receive(new Uint8Array(16));
      assertEquals(from.hostname, "::ffff:127.0.0.1");
      await all.socket.send(octets(5), from);
      const [bytes, answerer] = await one.socket.receive(new Uint8Array(16));
      assertEquals(bytes, octets(5));
      assertEquals(answerer.hostname, "127.0.0.1");
    },
  });

  Deno.test(`${implementation}: a socket that waits unreferenced lets the process end`, async () => {
    for (const order of ["before", "after"]) {
      const { code, lines } = await run(`
        const socket = await udpNetwork("${implementation}")
          .bind({ hostname: "127.0.0.1", port: 0 });
        if ("${order}" === "before") socket.unref();
        socket.receive(new Uint8Array(16));
        if ("${order}" === "after") socket.unref();
        console.log("end");
      `);
      assertEquals([code, ...lines], [0, "end"]);
    }
  });

  Deno.test(`${implementation}: a socket that waits keeps the process alive`, async () => {
    using parent = await bind(network);
    const { port } = parent.socket.address;
    // Should the child not stay, it never receives what it is sent.
    const child = run(`
      const socket = await udpNetwork("${implementation}")
        .bind({ hostname: "127.0.0.1", port: 0 });
      socket.unref();
      socket.ref();
      const parent = { transport: "udp", hostname: "127.0.0.1", port: ${port} };
      await socket.send(new Uint8Array(1), parent);
      socket.receive(new Uint8Array(16)).then(([bytes]) => {
        console.log("received", bytes.length);
        socket.close();
      });
    `);
    const [, from] = await parent.socket.receive(new Uint8Array(16));
    await parent.socket.send(octets(1, 2, 3), from);
    const { code, lines } = await child;
    assertEquals([code, ...lines], [0, "received 3"]);
  });

  Deno.test(`${implementation}: without --allow-net it throws NotCapable`, async () => {
    const { lines } = await run(
      `
      try {
        await udpNetwork("${implementation}")
          .bind({ hostname: "127.0.0.1", port: 0 });
      } catch (error) {
        console.log(error.name);
      }
    `,
      ["--unstable-net"],
    );
    assertEquals(lines, ["NotCapable"]);
  });

  Deno.test(`${implementation}: an address that --allow-net leaves out cannot be sent to`, async () => {
    const { lines } = await run(
      `
      const socket = await udpNetwork("${implementation}")
        .bind({ hostname: "127.0.0.1", port: 0 });
      const to = { transport: "udp", hostname: "192.0.2.1", port: 69 };
      await socket.send(new Uint8Array(1), to)
        .catch((error) => console.log(error.name));
      socket.close();
    `,
      ["--unstable-net", "--allow-net=127.0.0.1"],
    );
    assertEquals(lines, ["NotCapable"]);
  });
}

Deno.test("Deno's own sockets are used where they are enabled, without a wait", () => {
  assertEquals(udpImplementation(), "deno");
  const socket = udpNetwork().bind({ hostname: "127.0.0.1", port: 0 });
  assertEquals(socket instanceof Promise, false);
  if (!(socket instanceof Promise)) socket.close();
});

Deno.test("node:dgram is used where they are not", async () => {
  const { code, lines } = await run(
    `
    console.log(udpImplementation());
    const socket = await udpNetwork()
      .bind({ hostname: "127.0.0.1", port: 0 });
    await socket.send(new Uint8Array(7), socket.address);
    const [bytes] = await socket.receive(new Uint8Array(16));
    console.log(bytes.length);
    socket.close();
  `,
    ["--allow-net"],
  );
  assertEquals([code, ...lines], [0, "node", "7"]);
});

/** Runs a script in a process of its own, without this project's deno.json. */
async function run(
  script: string,
  flags = ["--unstable-net", "--allow-net"],
): Promise<{ code: number; lines: string[] }> {
  const module = new URL("../../net/udp_socket.ts", import.meta.url).href;
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-config",
      "--no-check",
      "--no-prompt",
      ...flags,
      "-",
    ],
    cwd: fromFileUrl(new URL("./", import.meta.url)),
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stdin = process.stdin.getWriter();
  await stdin.write(
    new TextEncoder().encode(
      `import { udpImplementation, udpNetwork } from ${
        JSON.stringify(module)
      };\n${script}`,
    ),
  );
  await stdin.close();
  const timer = setTimeout(() => process.kill(), MAX_PROCESS_MS);
  const { code, stdout } = await process.output();
  clearTimeout(timer);
  const text = new TextDecoder().decode(stdout);
  return { code, lines: text.split("\n").filter((line) => line !== "") };
}

function hasIpv6(): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
