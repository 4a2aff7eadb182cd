import { assert, assertEquals } from "@std/assert";
import { DHCP_OPTION, type Lease, readText } from "../../pxe/mod.ts";
import {
  EVERYBODY,
  heardAddress,
  IPXE_BIOS,
  Lab,
  type LabOptions,
  Machine,
  NETWORK,
  NOW,
  remote,
  SERVER,
} from "./_client.ts";

const MAC = "52:54:00:4c:41:42";

function bootpLab(options: LabOptions = {}): Lab {
  return new Lab({ mode: "bootp", networks: [NETWORK], ...options });
}

Deno.test("BOOTP: a machine with a fixed address gets it, its file and its network", async () => {
  const lab = bootpLab({ fixedAddresses: { [MAC]: "10.99.0.20" } });
  const reply = await new Machine(lab, {}, MAC).send(undefined);
  assert(reply);
  const { packet } = reply;
  assertEquals(reply.to, EVERYBODY);
  assertEquals(reply.type, undefined);
  assertEquals(packet.op, "reply");
  assertEquals(packet.yourAddress, "10.99.0.20");
  assertEquals(packet.serverAddress, SERVER);
  assertEquals(packet.file, "boot.0");
  assertEquals(heardAddress(reply, DHCP_OPTION.SubnetMask), "255.255.255.0");
  assertEquals(heardAddress(reply, DHCP_OPTION.Router), "10.99.0.254");
  assertEquals(readText(packet.options, DHCP_OPTION.DomainName), "lab.example");
  for (const code of [51, 53, 54, 58, 59, 43, 60]) {
    assert(!packet.options.has(code), `option ${code}`);
  }
  assertEquals(lab.story(), ["BOOTP leased 10.99.0.20"]);
});

Deno.test("BOOTP: others get nothing, unless the range is for them, and then for ever", async () => {
  const lab = bootpLab();
  assertEquals(await new Machine(lab, {}, MAC).send(undefined), undefined);
  assertEquals(lab.story(), ["BOOTP ignored no fixed address"]);

  const range = bootpLab({ bootpAddresses: "range" });
  const machine = new Machine(range, {}, MAC);
  const address = (await machine.send(undefined))?.packet.yourAddress;
  assert(address?.startsWith("10.99.0."));
  range.now += 1e12;
  const again = await machine.send(undefined);
  assertEquals(again?.packet.yourAddress, address);
  const [lease] = range.responder.leases(range.now);
  assertEquals(lease?.expiresAt, Infinity);
  assertEquals(range.story(), [
    `BOOTP leased ${address}`,
    `BOOTP leased ${address} again`,
  ]);
});

Deno.test("BOOTP: a machine gets no other address while its fixed one is somebody else's", async () => {
  for (const bootpAddresses of ["fixed", "range"] as const) {
    const lab = bootpLab({
      bootpAddresses,
      fixedAddresses: { [MAC]: "10.99.0.20" },
      leaseStore: {
        leases: [{
          address: "10.99.0.20",
          mac: "02:00:00:00:00:09",
          state: "leased",
          expiresAt: NOW + 1000,
        }],
        save: () => {},
      },
    });
    const machine = new Machine(lab, {}, MAC);
    assertEquals(await machine.send(undefined), undefined);
    lab.now += 1000;
    const reply = await machine.send(undefined);
    assertEquals(reply?.packet.yourAddress, "10.99.0.20");
    assertEquals(lab.story(), ["BOOTP exhausted", "BOOTP leased 10.99.0.20"]);
  }
});

Deno.test("BOOTP: a full range is told", async () => {
  const ranges = [{ first: "10.99.0.50", last: "10.99.0.50" }];
  const lab = bootpLab({
    bootpAddresses: "range",
    networks: [{ ...NETWORK, ranges }],
  });
  await new Machine(lab, {}, MAC).send(undefined);
  const other = new Machine(lab, {}, "02:00:00:00:00:02");
  assertEquals(await other.send(undefined), undefined);
  assertEquals(lab.story(), ["BOOTP leased 10.99.0.50", "BOOTP exhausted"]);
});

Deno.test("BOOTP: a machine that has an address is told its file there, and nowhere else", async () => {
  const lab = bootpLab();
  const machine = new Machine(lab, {}, MAC);
  const ask = (has: string, from: string) =>
    machine.send(undefined, [], { clientAddress: has }, {
      remote: remote(from, 68),
    });
  const reply = await ask("10.99.0.20", "10.99.0.20");
  assertEquals(reply?.to, { hostname: "10.99.0.20", port: 68 });
  assertEquals(reply?.packet.yourAddress, "0.0.0.0");
  assertEquals(reply?.packet.file, "boot.0");
  assertEquals(await ask("10.99.0.20", "10.99.0.21"), undefined);
  assertEquals(await ask("8.8.8.8", "8.8.8.8"), undefined);
});

Deno.test("BOOTP: who names another server is left to it", async () => {
  const lab = bootpLab({
    serverName: "boot",
    fixedAddresses: { [MAC]: "10.99.0.20" },
  });
  const machine = new Machine(lab, {}, MAC);
  const ask = (serverName: string) =>
    machine.send(undefined, [], { serverName });
  assertEquals((await ask("boot"))?.packet.serverName, "boot");
  assertEquals((await ask(""))?.packet.serverName, "boot");
  assertEquals(await ask("other"), undefined);
});

Deno.test("BOOTP: a relay agent brings question and answer", async () => {
  const lab = bootpLab({ fixedAddresses: { [MAC]: "10.99.0.20" } });
  const machine = new Machine(lab, {}, MAC);
  machine.relayAddress = "10.99.0.254";
  const reply = await machine.send(undefined);
  assertEquals(reply?.to, { hostname: "10.99.0.254", port: 67 });
});

Deno.test("BOOTP and DHCP: each mode serves its own, and mode dhcp those of BOOTP with fixed addresses", async () => {
  const bootp = bootpLab();
  assertEquals(await new Machine(bootp, IPXE_BIOS).discover(), undefined);
  assertEquals(bootp.story(), ["DISCOVER ignored not served in this mode"]);

  const fixedAddresses = { [MAC]: "10.99.0.20" };
  const dhcp = bootpLab({ mode: "dhcp", fixedAddresses });
  const reply = await new Machine(dhcp, {}, MAC).send(undefined);
  assertEquals(reply?.packet.yourAddress, "10.99.0.20");

  const none = bootpLab({ mode: "dhcp", bootpAddresses: "none" });
  assertEquals(await new Machine(none, {}).send(undefined), undefined);
  const proxy = new Lab({});
  assertEquals(await new Machine(proxy, {}).send(undefined), undefined);
});

Deno.test("BOOTP: a file that has no room is the handler's fault", async () => {
  const lab = bootpLab({
    fixedAddresses: { [MAC]: "10.99.0.20" },
    boot: () => ({ file: "a".repeat(128) }),
  });
  assertEquals(await new Machine(lab, {}, MAC).send(undefined), undefined);
  assertEquals(lab.story(), ["BOOTP failed"]);
});

Deno.test("BOOTP: an address that is known already is not saved again", async () => {
  const saved: Lease[] = [];
  const lab = bootpLab({
    fixedAddresses: { [MAC]: "10.99.0.20" },
    leaseStore: { leases: [], save: (lease) => void saved.push(lease) },
  });
  const machine = new Machine(lab, {}, MAC);
  for (let i = 0; i < 3; i++) await machine.send(undefined);
  assertEquals(saved.map(({ address }) => address), ["10.99.0.20"]);
});

Deno.test("BOOTP: a boot handler that fails leaves the client without an answer", async () => {
  const lab = bootpLab({
    fixedAddresses: { [MAC]: "10.99.0.20" },
    boot: () => Promise.reject(new Error("Out of order")),
  });
  const machine = new Machine(lab, {}, MAC);
  assertEquals(await machine.send(undefined), undefined);
  const has = { clientAddress: "10.99.0.20" };
  const from = { remote: remote("10.99.0.20", 68) };
  assertEquals(await machine.send(undefined, [], has, from), undefined);
  assertEquals(lab.story(), ["BOOTP failed", "BOOTP failed"]);
});
