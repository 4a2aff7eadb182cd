import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Network } from "../../net/mod.ts";
import type { PortRange } from "../../server/options.ts";
import { NoSocketError } from "../../server/shortage.ts";
import { bindTransferSocket } from "../../server/transfer_socket.ts";
import { VirtualNetwork } from "../_virtual.ts";

const ADDRESS = { hostname: "192.0.2.1", port: 69 };

/** Opens a transfer's socket beside one that listens. */
function openOn(
  network: VirtualNetwork,
  options: {
    singlePort?: boolean;
    portRange?: PortRange;
    random?: () => number;
    network?: Network;
  } = {},
  own: { portsInUse?: Set<number>; yieldPort?: () => boolean } = {},
) {
  const listening = network.bind(ADDRESS);
  const opening = bindTransferSocket({
    config: {
      network,
      singlePort: false,
      portRange: null,
      random: () => 0,
      ...options,
    },
    listening,
    portsInUse: new Set(),
    yieldPort: () => false,
    ...own,
  });
  listening.close();
  return opening;
}

async function portOf(
  network: VirtualNetwork,
  portRange: PortRange,
  random: () => number,
): Promise<number> {
  return (await openOn(network, { portRange, random })).address.port;
}

Deno.test("bindTransferSocket() opens a free port of the address that was asked", async () => {
  const asked: unknown[] = [];
  const network = new VirtualNetwork();
  const socket = await openOn(network, {
    network: {
      bind(address) {
        asked.push(address);
        return network.bind(address);
      },
    },
  });
  assertEquals(asked, [{ hostname: "192.0.2.1", port: 0 }]);
  assertEquals(socket.address.hostname, "192.0.2.1");
});

Deno.test("bindTransferSocket() stays on the listener's socket in single-port mode", async () => {
  const network = new VirtualNetwork();
  const listening = network.bind(ADDRESS);
  const config = {
    network,
    singlePort: true,
    portRange: null,
    random: () => 0,
  };
  const context = {
    config,
    listening,
    portsInUse: new Set<number>(),
    yieldPort: () => false,
  };
  assertStrictEquals(await bindTransferSocket(context), listening);
  assertEquals(network.openSockets, 1);
});

Deno.test("bindTransferSocket() begins anywhere in a range", async () => {
  const range = { first: 50_000, last: 50_009 };
  for (
    const [random, port] of [[0, 50_000], [0.5, 50_005], [0.999, 50_009]]
  ) {
    const found = await portOf(new VirtualNetwork(), range, () => random!);
    assertEquals(found, port);
  }
});

Deno.test("bindTransferSocket() takes each port of a range, around its end, until all are in use", async () => {
  const network = new VirtualNetwork();
  const range = { first: 50_000, last: 50_003 };
  const ports = [];
  for (let i = 0; i < 4; i++) {
    ports.push(await portOf(network, range, () => 0.6));
  }
  assertEquals(ports, [50_002, 50_003, 50_000, 50_001]);
  await assertRejects(
    () => portOf(network, range, () => 0.6),
    NoSocketError,
    "All transfer ports from 50000 to 50003 are in use",
  );
});

Deno.test("bindTransferSocket() does not take another failure for a port in use", async () => {
  const network = new VirtualNetwork();
  let count = 0;
  const broken: Network = {
    bind() {
      count++;
      throw new Deno.errors.NotCapable("not allowed");
    },
  };
  const portRange = { first: 50_000, last: 50_003 };
  await assertRejects(
    () => openOn(network, { portRange, network: broken }),
    Deno.errors.NotCapable,
  );
  assertEquals(count, 1);
});

Deno.test("bindTransferSocket() does not even try the ports that this server uses itself", async () => {
  const network = new VirtualNetwork();
  const portRange = { first: 50_000, last: 50_999 };
  const portsInUse = new Set<number>();
  for (let port = 50_000; port < 50_999; port++) portsInUse.add(port);
  const tried: number[] = [];
  const counting: Network = {
    bind(address) {
      tried.push(address.port);
      return network.bind(address);
    },
  };
  const options = { portRange, network: counting };
  const socket = await openOn(network, options, { portsInUse });
  assertEquals(tried, [50_999]);
  assertEquals(socket.address.port, 50_999);
  assertEquals(portsInUse.has(50_999), true);
});

Deno.test("bindTransferSocket() lets a transfer that is done leave, when its port is wanted", async () => {
  const network = new VirtualNetwork();
  const portRange = { first: 50_000, last: 50_000 };
  const portsInUse = new Set<number>();
  const first = await openOn(network, { portRange }, { portsInUse });
  const yieldPort = () => {
    first.close();
    return portsInUse.delete(50_000);
  };
  const own = { portsInUse, yieldPort };
  const second = await openOn(network, { portRange }, own);
  assertEquals(second.address.port, 50_000);
});

Deno.test("bindTransferSocket() tells that the system has no more sockets", async () => {
  const broken: Network = {
    bind() {
      throw Object.assign(new Error("Too many open files"), { code: "EMFILE" });
    },
  };
  await assertRejects(
    () => openOn(new VirtualNetwork(), { network: broken }),
    NoSocketError,
    "raise its limit of open files",
  );
});
