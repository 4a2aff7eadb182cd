import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { bootFiles, MESSAGE_TYPE, servePxe } from "../../pxe/mod.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { Peer, settle } from "../_virtual.ts";
import { EDK2, EDK2_HTTP, IPXE_BIOS, Machine, remote } from "./_client.ts";
import { EVERYBODY, HOST, LOOPBACK, ServiceLab } from "./_service.ts";

const DHCP = {
  mode: "dhcp",
  networks: [{
    network: "10.99.0.0/24",
    ranges: [{ first: "10.99.0.50", last: "10.99.0.99" }],
  }],
} as const;

Deno.test("servePxe() gives an address and a file, and then the file", async () => {
  using sandbox = new Sandbox({ "boot.0": "boot me" });
  await using lab = new ServiceLab({ ...DHCP, root: sandbox.path });
  assertThrows(() => lab.service.addr, TypeError, "await service.listening");
  const { dhcp, tftp, http, warning } = await lab.listening;
  assertEquals(lab.service.addr, dhcp);
  assertEquals([dhcp.port, tftp?.port, http, warning], [67, 69, null, null]);
  const machine = new Machine(lab, EDK2);
  const offer = await machine.discover();
  assertEquals(offer?.to, { hostname: EVERYBODY, port: 68 });
  assertEquals([offer?.from, offer?.packet.file], [67, "boot.0"]);
  const address = (await machine.select())!.packet.yourAddress;
  assertMatch(address, /^10\.99\.0\.[5-9]\d$/);

  const peer = new Peer(lab.network, { hostname: address });
  const names = { filename: "boot.0", mode: "octet", options: [] } as const;
  await peer.send({ type: "RRQ", ...names }, remote(HOST, 69));
  await peer.expect("DATA 1 (7 octets)");
  await peer.send({ type: "ACK", block: 1 });
  peer.close();
  assertEquals(
    lab.events.flatMap((event) =>
      event.type === "dhcp" || event.type === "tftp" ? [event.event.type] : []
    ),
    ["offered", "leased", "request", "negotiated", "finished"],
  );
  assertEquals(lab.service.responder?.leases(Date.UTC(2030, 0, 1)).length, 1);
});

Deno.test("servePxe() is a proxy unless told otherwise, and answers port 4011 from port 4011", async () => {
  await using lab = new ServiceLab();
  assertEquals((await lab.listening).tftp, null);
  const machine = new Machine(lab, IPXE_BIOS);
  const offer = await machine.discover();
  assertEquals(offer?.packet.yourAddress, "0.0.0.0");
  assertEquals(await machine.select("10.99.0.77", "10.99.0.2"), undefined);
  const answer = await machine.ask4011(4011);
  assertEquals([answer?.type, answer?.from, answer?.to], [
    MESSAGE_TYPE.Ack,
    4011,
    { hostname: "10.99.0.77", port: 4011 },
  ]);
});

Deno.test("servePxe() turns files into URLs for those who know HTTP, and serves them", async () => {
  using sandbox = new Sandbox({ "dir/my app.efi": "MZ" });
  await using lab = new ServiceLab({
    hostname: LOOPBACK,
    root: sandbox.path,
    boot: bootFiles({ bios: "nbp.0", default: "dir/my app.efi" }),
    http: { port: 0 },
  });
  const { http } = await lab.listening;
  const offer = await new Machine(lab, EDK2_HTTP).discover();
  const url = offer!.packet.file;
  assertEquals(url, `http://${LOOPBACK}:${http!.port}/dir/my%20app.efi`);
  assertEquals(await (await fetch(url)).text(), "MZ");
  const bios = await new Machine(lab, IPXE_BIOS).discover();
  assertEquals(bios?.packet.file, "nbp.0");
  const missing = await fetch(new URL("/v1/boot/any", url));
  assertEquals([missing.status, await missing.text()], [404, "Not found\n"]);
});

Deno.test("servePxe() boots machines by what is said of each, and leaves others alone", async () => {
  const mac = "02:00:00:00:00:07";
  await using lab = new ServiceLab({
    hostname: LOOPBACK,
    boot: bootFiles({ uefi: "ipxe.efi" }),
    http: {
      port: 0,
      machines: (asked) => asked === mac ? { kernel: "/vmlinuz" } : undefined,
    },
  });
  const { http } = await lab.listening;
  const origin = `http://${LOOPBACK}:${http!.port}`;
  const first = await new Machine(lab, EDK2, mac).discover();
  assertEquals(first?.packet.file, "ipxe.efi");
  const second = await new Machine(lab, IPXE_BIOS, mac).discover();
  assertEquals(second?.packet.file, `${origin}/v1/ipxe/${mac}`);
  const script = await (await fetch(second!.packet.file)).text();
  assertEquals(
    script,
    `#!ipxe\nkernel --name kernel ${origin}/vmlinuz\nboot kernel\n`,
  );
  const stranger = await new Machine(lab, EDK2, "02:00:00:00:00:08").discover();
  assertEquals(stranger, undefined);
});

Deno.test("a slow boot handler holds up nobody else", async () => {
  const slow = Promise.withResolvers<void>();
  await using lab = new ServiceLab({
    boot: async (client) => {
      if (client.mac.endsWith("01")) await slow.promise;
      return { file: `${client.mac}.0` };
    },
  });
  await lab.listening;
  const first = new Machine(lab, EDK2, "02:00:00:00:00:01");
  assertEquals(await first.discover(), undefined);
  const second = new Machine(lab, EDK2, "02:00:00:00:00:02");
  assertEquals((await second.discover())?.packet.file, "02:00:00:00:00:02.0");
  slow.resolve();
  const [late] = await lab.answers();
  assertEquals(late?.packet.file, "02:00:00:00:00:01.0");
});

Deno.test("what is no message, and what cannot be sent, is told, and the next one is answered", async () => {
  await using lab = new ServiceLab();
  await lab.listening;
  lab.send(new Uint8Array(10));
  lab.send(new Uint8Array());
  await settle();
  assertEquals(lab.events.map(({ type }) => type), ["malformed", "malformed"]);
  const machine = new Machine(lab, EDK2);
  const [answering] = lab.sockets;
  answering!.sendError = new Deno.errors.NetworkUnreachable("No route");
  assertEquals(await machine.discover(), undefined);
  const last = lab.events.at(-1);
  assert(last?.type === "failed" && last.action === "answer over DHCP");
  answering!.sendError = null;
  assert(await machine.discover());
});

Deno.test("servePxe() outlives whoever watches", async () => {
  await using lab = new ServiceLab({
    onEvent() {
      throw new Error("watching went wrong");
    },
  });
  await lab.listening;
  assert(await new Machine(lab, EDK2).discover());
});

Deno.test("servePxe() ends with all its sockets, when told and when its signal is aborted", async () => {
  using sandbox = new Sandbox();
  for (const way of ["shutdown", "signal"] as const) {
    const controller = new AbortController();
    const lab = new ServiceLab({
      hostname: LOOPBACK,
      root: sandbox.path,
      http: { port: 0 },
      signal: controller.signal,
    });
    await lab.listening;
    lab.service.unref();
    lab.service.ref();
    if (way === "signal") controller.abort();
    else await lab.service.shutdown();
    await lab.service.finished;
    // Its own ear is left.
    assertEquals(lab.network.openSockets, 1);
    await lab[Symbol.asyncDispose]();
  }
});

Deno.test("servePxe() listens on everything or on nothing, and says why", async () => {
  using sandbox = new Sandbox();
  for (const port of [67, 69, 4011]) {
    const other = new ServiceLab({ root: sandbox.path });
    await other.service.shutdown();
    const taken = other.network.bind({ hostname: HOST, port });
    const { network } = other;
    const service = servePxe({
      hostname: HOST,
      boot: "boot.0",
      root: sandbox.path,
      os: "linux",
      network,
    });
    await assertRejects(() => service.listening, Deno.errors.AddrInUse);
    await assertRejects(() => service.finished, Deno.errors.AddrInUse);
    assertEquals(network.openSockets, 2);
    assertEquals(service.responder, null);
    await service.shutdown().catch(() => {});
    taken.close();
    await other[Symbol.asyncDispose]();
  }
});

Deno.test("servePxe() refuses at once what makes no sense", () => {
  const network = { bind: () => Promise.reject(new Error("not to be opened")) };
  assertThrows(() => servePxe({ hostname: HOST, network }), TypeError, "boot");
  assertThrows(
    () => servePxe({ hostname: "nonsense", boot: "a", network }),
    TypeError,
    "IPv4",
  );
});
