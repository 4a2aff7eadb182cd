import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { Network, UdpAddress } from "../../net/mod.ts";
import { type DhcpBinding, DhcpSockets } from "../../pxe/sockets.ts";
import { settle, VirtualNetwork } from "../_virtual.ts";

const HOST = "10.99.0.1";

function bindingOf(
  network: Network,
  more: Partial<DhcpBinding> = {},
): DhcpBinding {
  return { hostname: HOST, hasProxyPort: true, network, os: "linux", ...more };
}

function names(sockets: DhcpSockets): string[] {
  return sockets.ears.map(({ socket, port }) =>
    `${socket.address.hostname}:${socket.address.port} hears ${port}`
  );
}

Deno.test("Linux hears broadcasts on a socket of their own, and answers from the server's address", async () => {
  const network = new VirtualNetwork();
  const sockets = await DhcpSockets.open(bindingOf(network));
  assertEquals(names(sockets), [
    "10.99.0.1:67 hears 67",
    "255.255.255.255:67 hears 67",
    "10.99.0.1:4011 hears 4011",
  ]);
  assertEquals([sockets.warning, sockets.address.hostname], [null, HOST]);
  const to = { hostname: "255.255.255.255", port: 68 };
  await sockets.send(new Uint8Array(2), to, 67);
  await sockets.send(
    new Uint8Array(2),
    { hostname: "10.99.0.7", port: 68 },
    4011,
  );
  assertEquals(network.transcript.map((line) => line.split(" ", 3)[0]), [
    "10.99.0.1:67",
    "10.99.0.1:4011",
  ]);
  await sockets.close();
  assertEquals(network.openSockets, 0);
});

Deno.test("BOOTP needs no port 4011", async () => {
  const network = new VirtualNetwork();
  const sockets = await DhcpSockets.open(
    bindingOf(network, { hasProxyPort: false }),
  );
  assertEquals(names(sockets).length, 2);
  await assertRejects(
    () => sockets.send(new Uint8Array(1), { hostname: HOST, port: 1 }, 4011),
    TypeError,
    "port 4011",
  );
  await sockets.close();
});

for (const os of ["darwin", "windows", "freebsd"] as const) {
  Deno.test(`${os} hears all on one socket, and says what that means`, async () => {
    const bound: string[] = [];
    const network = new VirtualNetwork();
    const sockets = await DhcpSockets.open(bindingOf({
      bind(address) {
        bound.push(address.hostname);
        return network.bind(address);
      },
    }, { os }));
    assertEquals(bound, ["0.0.0.0", HOST]);
    assertStringIncludes(sockets.warning!, "default route");
    await sockets.close();
  });
}

const { AddrInUse, AddrNotAvailable, NotCapable, PermissionDenied } =
  Deno.errors;

for (
  const [cause, text] of [
    [new AddrInUse(), "another DHCP server on this machine has it"],
    [new PermissionDenied(), "run as root, or with CAP_NET_BIND_SERVICE"],
    [
      new AddrNotAvailable(),
      "10.99.0.1 as it is not an address of this machine",
    ],
    [new NotCapable(), "add --allow-net=10.99.0.0/24,255.255.255.255"],
  ] as const
) {
  Deno.test(`a socket that cannot be opened is explained: ${cause.name}`, async () => {
    for (const failing of [HOST, "255.255.255.255"]) {
      const network = new VirtualNetwork();
      const error = await assertRejects(() =>
        DhcpSockets.open(bindingOf({
          bind(address) {
            if (address.hostname === failing) throw cause;
            return network.bind(address);
          },
        }))
      );
      assertInstanceOf(error, cause.constructor as ErrorConstructor);
      assertStringIncludes(error.message, text);
      assertEquals([error.cause, network.openSockets], [cause, 0]);
    }
  });
}

Deno.test("an unknown failure is told as it is", async () => {
  const cause = new Error("odd");
  const bind = () => Promise.reject(cause);
  const error = await assertRejects(() =>
    DhcpSockets.open(bindingOf({ bind }))
  );
  assertEquals(error, cause);
});

Deno.test("each send waits for the one before, and one that fails holds up nobody", async () => {
  const network = new VirtualNetwork();
  const steps: string[] = [];
  let finishFirst = () => {};
  const sockets = await DhcpSockets.open(bindingOf({
    bind(address) {
      const socket = network.bind(address);
      const send = (bytes: Uint8Array, _to: UdpAddress) => {
        steps.push(`start ${bytes[0]}`);
        if (bytes[0] === 2) return Promise.reject(new Error("unreachable"));
        if (bytes[0] === 3) return Promise.resolve();
        return new Promise<void>((resolve) => finishFirst = resolve);
      };
      return Object.assign(socket, { send });
    },
  }));
  const to = { hostname: "255.255.255.255", port: 68 };
  const sent = [1, 2, 3].map((number) =>
    sockets.send(Uint8Array.of(number), to, 67)
  );
  const second = assertRejects(() => sent[1]!, Error, "unreachable");
  await settle();
  assertEquals(steps, ["start 1"]);
  finishFirst();
  await Promise.all([sent[0], second, sent[2]]);
  assertEquals(steps, ["start 1", "start 2", "start 3"]);
  sockets.setRef(false);
  await sockets.close();
});
