import { assert, assertEquals, assertRejects } from "@std/assert";
import { resolveHost, resolveServer } from "../../client/resolve_host.ts";

for (
  const [hostname, address] of [
    ["192.0.2.1", "192.0.2.1"],
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    // An IPv6 address as sockets spell it.
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8::0:1", "2001:db8::1"],
    ["0::0", "::"],
    // IPv4 in IPv6 is IPv4, and comes from there.
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:0201", "192.0.2.1"],
  ] as const
) {
  Deno.test(`resolveHost() takes ${hostname} for ${address}`, async () => {
    assertEquals(await resolveHost(hostname), address);
  });
}

Deno.test("resolveServer() keeps the port", async () => {
  assertEquals(await resolveServer({ hostname: "0::1", port: 6969 }), {
    transport: "udp",
    hostname: "::1",
    port: 6969,
  });
});

Deno.test("resolveHost() knows localhost", async () => {
  const address = await resolveHost("localhost");
  assert(["127.0.0.1", "::1"].includes(address), address);
});

for (const hostname of ["no-such-host.invalid", "192.0.2.256", "a b"]) {
  Deno.test(`resolveHost() says what to do about "${hostname}"`, async () => {
    await assertRejects(
      () => resolveHost(hostname),
      Deno.errors.NotFound,
      `Cannot find host "${hostname}": check the name, or use its address`,
    );
  });
}

Deno.test("resolveHost() cannot tell zones apart, and says so", async () => {
  await assertRejects(
    () => resolveHost("fe80::1%eth0"),
    TypeError,
    "fe80::1%eth0",
  );
});
