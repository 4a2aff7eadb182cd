import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { DatagramSocket, Network } from "../../net/mod.ts";
import { bindListeners } from "../../server/bind.ts";
import { VirtualNetwork } from "../_virtual.ts";

/** A network that notes what it is asked for, fails where it is told to, and takes its time if it must. */
class PickyNetwork implements Network {
  readonly asked: string[] = [];
  readonly #virtual = new VirtualNetwork();

  constructor(
    readonly failures: Readonly<Record<string, Error>> = {},
    readonly isSlow = false,
  ) {}

  get openSockets(): number {
    return this.#virtual.openSockets;
  }

  bind(
    address: { hostname: string; port: number },
  ): DatagramSocket | Promise<DatagramSocket> {
    this.asked.push(`${address.hostname} ${address.port}`);
    const bind = () => {
      const failure = this.failures[address.hostname];
      if (failure) throw failure;
      return this.#virtual.bind(address);
    };
    return this.isSlow ? Promise.resolve().then(bind) : bind();
  }
}

/** The sockets, or what was thrown. */
async function bind(
  network: PickyNetwork,
  hostnames: readonly string[] | null,
  port = 69,
): Promise<DatagramSocket[]> {
  const sockets = bindListeners({ network, hostnames, port });
  assertEquals(sockets instanceof Promise, network.isSlow);
  return await sockets;
}

for (const isSlow of [false, true]) {
  const kind = isSlow ? "in its own time" : "at once";

  Deno.test(`bindListeners() opens one socket on all addresses, ${kind}`, async () => {
    const network = new PickyNetwork({}, isSlow);
    // The second attempt finds the port in use: by the first socket, which has both.
    assertEquals((await bind(network, null)).length, 1);
    assertEquals(network.asked, [":: 69", "0.0.0.0 69"]);
    assertEquals(network.openSockets, 1);
  });

  Deno.test(`bindListeners() opens two sockets where one cannot have both IPv6 and IPv4, ${kind}`, async () => {
    const network = new PickyNetwork({}, isSlow);
    const both: Network = {
      bind: ({ hostname, port }) =>
        network.bind({
          hostname: hostname === "::" ? "::1" : "192.0.2.1",
          port,
        }),
    };
    const sockets = await bindListeners({
      network: both,
      hostnames: null,
      port: 0,
    });
    assertEquals(sockets.map(({ address }) => address.hostname), [
      "::1",
      "192.0.2.1",
    ]);
    assertEquals(sockets[0]!.address.port, sockets[1]!.address.port);
  });

  Deno.test(`bindListeners() does without IPv6 where there is none, ${kind}`, async () => {
    const failures = { "::": new Deno.errors.AddrNotAvailable("no IPv6") };
    const network = new PickyNetwork(failures, isSlow);
    assertEquals((await bind(network, null)).length, 1);
    assertEquals(network.asked, [":: 69", "0.0.0.0 69"]);
  });

  Deno.test(`bindListeners() throws when there is neither, ${kind}`, async () => {
    const failures = {
      "::": new Deno.errors.NotCapable("no IPv6"),
      "0.0.0.0": new Deno.errors.NotCapable("no IPv4"),
    };
    const network = new PickyNetwork(failures, isSlow);
    await assertRejects(
      () => bind(network, null),
      Deno.errors.NotCapable,
      "no IPv4",
    );
    assertEquals(network.asked, [":: 69", "0.0.0.0 69"]);
  });

  for (
    const failure of [
      new Deno.errors.AddrInUse("in use"),
      new Deno.errors.PermissionDenied("below 1024"),
    ]
  ) {
    Deno.test(`bindListeners() does not try IPv4 after ${failure.name}, ${kind}`, async () => {
      const network = new PickyNetwork({ "::": failure }, isSlow);
      const error = await assertRejects(() => bind(network, null));
      assertEquals(error, failure);
      assertEquals(network.asked, [":: 69"]);
    });
  }

  Deno.test(`bindListeners() opens a socket for each address, all with the port that the first one found, ${kind}`, async () => {
    const network = new PickyNetwork({}, isSlow);
    const hostnames = ["192.0.2.1", "192.0.2.2", "::1"];
    const sockets = await bind(network, hostnames, 0);
    const { port } = sockets[0]!.address;
    assert(port > 0);
    assertEquals(
      sockets.map(({ address }) => address),
      hostnames.map((hostname) => ({ transport: "udp", hostname, port })),
    );
    assertEquals(network.asked, [
      "192.0.2.1 0",
      `192.0.2.2 ${port}`,
      `::1 ${port}`,
    ]);
  });

  Deno.test(`bindListeners() closes the others when one address fails, ${kind}`, async () => {
    const failures = { "192.0.2.3": new Deno.errors.AddrNotAvailable("gone") };
    const network = new PickyNetwork(failures, isSlow);
    const hostnames = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    await assertRejects(
      () => bind(network, hostnames),
      Deno.errors.AddrNotAvailable,
      "gone",
    );
    assertEquals(network.openSockets, 0);
    assertEquals(network.asked.length, 3);
  });
}

Deno.test("bindListeners() throws at once what is thrown at once", () => {
  const network = new PickyNetwork({ "::1": new Error("broken") });
  assertThrows(
    () => bindListeners({ network, hostnames: ["::1"], port: 69 }),
    Error,
    "broken",
  );
  assertInstanceOf(
    bindListeners({ network, hostnames: ["127.0.0.1"], port: 69 }),
    Array,
  );
});
