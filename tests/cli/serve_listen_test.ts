import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { listen, type ListenPlan } from "../../cli/serve_listen.ts";
import type { DatagramSocket, Network } from "../../net/mod.ts";
import { FakeContext } from "./_context.ts";

const { AddrInUse, AddrNotAvailable, PermissionDenied } = Deno.errors;

function makePlan(
  options: ListenPlan["options"],
  isPortGiven = false,
): ListenPlan {
  return { options, isPortGiven };
}

/** A network on which some ports cannot be had; told at once, or later. */
function network(errors: Record<number, Error>, isLate: boolean): Network {
  return {
    bind(address) {
      const error = errors[address.port];
      if (error && isLate) return Promise.reject(error);
      if (error) throw error;
      const received = Promise.withResolvers<never>();
      const socket: DatagramSocket = {
        address: { transport: "udp", ...address },
        isClosed: false,
        send: () => Promise.resolve(0),
        receive: () => received.promise,
        close() {
          Object.assign(socket, { isClosed: true });
          received.reject(new Deno.errors.Interrupted());
        },
        ref() {},
        unref() {},
      };
      return isLate ? Promise.resolve(socket) : socket;
    },
  };
}

for (const isLate of [false, true]) {
  const when = isLate ? "later" : "at once";

  Deno.test(`listen() falls back to port 6969 where the system says no ${when}`, async () => {
    const context = new FakeContext([]);
    const refusal = { 69: new PermissionDenied("Permission denied") };
    const plan = makePlan({ port: 69, network: network(refusal, isLate) });
    await using server = await listen(plan, context, () => {});
    assertEquals(server.addr.port, 6969);
    assertEquals(context.stderr.lines, [
      'WARNING: The system does not let this user listen on port 69: run as root, allow the executable with "setcap cap_net_bind_service=+ep", or use --port with a number above 1023',
      "WARNING: Listening on port 6969 instead, where boot ROMs and most devices will not look",
    ]);
  });

  const failures: readonly [
    name: string,
    error: Error,
    plan: ListenPlan["options"],
    message: RegExp,
  ][] = [
    [
      "a port that was asked for",
      new PermissionDenied("Permission denied"),
      {},
      /^The system does not let this user listen on port 69: .* use --port with a number above 1023$/,
    ],
    [
      "a port in use",
      new AddrInUse("Address already in use"),
      {},
      /^Port 69 is in use: stop the other server, or choose another port with --port$/,
    ],
    [
      "the address of another machine",
      new AddrNotAvailable("x"),
      { hostname: ["192.0.2.1"] },
      /^192\.0\.2\.1 is not an address of this machine: use one of its own with --host$/,
    ],
    [
      "addresses of other machines",
      new AddrNotAvailable("x"),
      { hostname: ["192.0.2.1", "192.0.2.2"] },
      /^Not all of 192\.0\.2\.1, 192\.0\.2\.2 are addresses of this machine: use its own with --host$/,
    ],
    [
      "a name that is none",
      new Error("failed to lookup address information"),
      { hostname: ["foo.invalid"] },
      /^There is no host "foo\.invalid" that is known here: use an address of this machine with --host$/,
    ],
    [
      "whatever else",
      new Error("Too many open files (os error 24)"),
      {},
      /^Cannot listen on port 69: Too many open files$/,
    ],
  ];
  for (const [name, error, options, message] of failures) {
    Deno.test(`listen() explains ${name}, told ${when}`, async () => {
      const context = new FakeContext([]);
      const plan = makePlan(
        { port: 69, network: network({ 69: error }, isLate), ...options },
        true,
      );
      const { message: told } = await assertRejects(
        () => listen(plan, context, () => {}),
        Error,
      );
      assertMatch(told, message);
      assertEquals(context.stderr.text, "");
    });
  }
}

Deno.test("listen() explains a port that is in use, after it fell back to it", async () => {
  const context = new FakeContext([]);
  const errors = {
    69: new PermissionDenied("Permission denied"),
    6969: new AddrInUse("Address already in use"),
  };
  const plan = makePlan({ port: 69, network: network(errors, false) });
  await assertRejects(
    () => listen(plan, context, () => {}),
    Error,
    "Port 6969 is in use",
  );
});
