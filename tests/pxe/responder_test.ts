import { assert, assertEquals } from "@std/assert";
import {
  type BootAnswer,
  DHCP_OPTION,
  type DhcpPacket,
  type Lease,
  MESSAGE_TYPE,
  textValue,
} from "../../pxe/mod.ts";
import { isHostAddress } from "../../pxe/_addresses.ts";
import { forAllAsync, type Random } from "../_random.ts";
import {
  DHCLIENT,
  EDK2,
  EDK2_HTTP,
  EVERYBODY,
  type Firmware,
  heardAddress,
  IPXE_BIOS,
  Lab,
  type LabOptions,
  Machine,
  NETWORK,
  overTheWire,
  remote,
  SERVER,
  UDHCPC,
} from "./_client.ts";

const { Discover, Request } = MESSAGE_TYPE;
const DHCP: LabOptions = { mode: "dhcp", networks: [NETWORK], answerAll: true };

Deno.test("a reply is not answered, whatever the mode", async () => {
  for (const mode of ["proxy", "dhcp", "bootp"] as const) {
    const lab = new Lab({ ...DHCP, mode });
    const machine = new Machine(lab, EDK2);
    assertEquals(await machine.send(Discover, [], { op: "reply" }), undefined);
    assertEquals(lab.story(), ["DISCOVER ignored not a request"]);
  }
});

Deno.test("who says neither hardware address nor identifier gets nothing; an identifier will do", async () => {
  const lab = new Lab(DHCP);
  const machine = new Machine(lab, EDK2);
  for (const length of [0, 6, 16]) {
    const hardwareAddress = new Uint8Array(length);
    const more = { hardwareAddress };
    assertEquals(await machine.send(Discover, [], more), undefined);
  }
  assertEquals(lab.story(), Array(3).fill("DISCOVER ignored no identity"));
  const id = [[61, Uint8Array.of(0, 65)]] as const;
  const more = { hardwareAddress: new Uint8Array() };
  assert(await machine.send(Discover, id, more));
});

Deno.test("types that nobody asks a server are ignored", async () => {
  const lab = new Lab(DHCP);
  const machine = new Machine(lab, EDK2);
  for (const type of [0, 2, 5, 6, 9, 255]) {
    assertEquals(await machine.send(type), undefined);
  }
  const reasons = lab.story().map((line) => line.replace(/^.* ignored/, ""));
  assertEquals(reasons, Array(6).fill(" not a question"));
});

Deno.test("a boot handler that fails leaves the client without an answer, and is told", async () => {
  const failures: (() => BootAnswer)[] = [
    () => {
      throw new Error("Out of order");
    },
    () => ({ file: "a\0b" }),
    () => ({ file: "a".repeat(256) }),
    () => ({ file: "a", server: "x\0" }),
    () => ({ file: "a", options: new Map([[255, new Uint8Array()]]) }),
    () => ({ file: "a", options: new Map([[0, new Uint8Array()]]) }),
    () => ({ file: undefined } as unknown as BootAnswer),
    () => null as unknown as BootAnswer,
  ];
  for (const boot of failures) {
    const lab = new Lab({ ...DHCP, boot });
    assertEquals(await new Machine(lab, EDK2).discover(), undefined);
    assertEquals(lab.story(), ["DISCOVER failed"], String(boot));
    const rejecting = new Lab({ ...DHCP, boot: () => Promise.try(boot) });
    assertEquals(await new Machine(rejecting, EDK2).discover(), undefined);
  }
});

Deno.test("a boot handler can name another server, and options that win", async () => {
  const answer = {
    file: "menu.ipxe",
    server: "10.99.0.9",
    options: new Map([
      [DHCP_OPTION.RootPath, textValue("iscsi:10.99.0.9::::target")],
      [DHCP_OPTION.VendorSpecific, Uint8Array.of(6, 1, 0, 255)],
    ]),
  };
  for (const mode of ["dhcp", "proxy"] as const) {
    const machine = new Machine(new Lab({ ...DHCP, mode, boot: answer }), EDK2);
    const offer = await machine.discover();
    assert(offer);
    assertEquals(offer.packet.serverAddress, "10.99.0.9");
    assertEquals(heardAddress(offer, DHCP_OPTION.ServerId), SERVER);
    assertEquals(offer.packet.options.get(66), textValue("10.99.0.9"));
    assertEquals(offer.packet.options.get(43)?.join(" "), "6 1 0 255");
    assert(offer.packet.options.has(DHCP_OPTION.RootPath));
  }
});

Deno.test("a boot server that is a name goes where names go", async () => {
  const boot = { file: "a", server: "boot.lab.example" };
  const offer = await new Machine(new Lab({ boot }), EDK2).discover();
  assertEquals(offer?.packet.serverAddress, "0.0.0.0");
  assertEquals(offer?.packet.serverName, "boot.lab.example");
  assertEquals(
    offer?.packet.options.get(66),
    textValue("boot.lab.example"),
  );
});

Deno.test("telephones that ask for option 150 get the server there (RFC 5859)", async () => {
  const lab = new Lab(DHCP);
  const phone = new Machine(lab, { asks: [1, 3, 66, 150] });
  const offer = await phone.discover();
  assertEquals(heardAddress(offer, 150), SERVER);
  const other = new Machine(lab, EDK2, "02:00:00:00:00:02");
  assertEquals(heardAddress(await other.discover(), 150), undefined);
});

Deno.test("a client of HTTP boot gets an address where there is no URL for it, and no boot file", async () => {
  const offer = await new Machine(new Lab(DHCP), EDK2_HTTP).discover();
  assert(offer?.packet.yourAddress.startsWith("10.99.0."));
  assertEquals(offer?.packet.file, "");
  assertEquals(offer?.packet.options.get(60), undefined);
});

Deno.test("iPXE is served a script by its name, also where it came by HTTP boot", async () => {
  const lab = new Lab({ boot: "menu.ipxe" });
  const machine = new Machine(lab, { ...EDK2_HTTP, userClass: "iPXE" });
  const offer = await machine.discover();
  assertEquals(offer?.packet.file, "menu.ipxe");
  assertEquals(offer?.packet.options.get(60), textValue("HTTPClient"));
});

Deno.test("a limited number of messages wait for the boot handler", async () => {
  const { promise, resolve } = Promise.withResolvers<BootAnswer>();
  const lab = new Lab({ boot: () => promise });
  const machine = new Machine(lab, EDK2);
  const answers = Array.from({ length: 1030 }, () => machine.discover());
  await Promise.all(answers.slice(1024));
  assertEquals(lab.story(), Array(6).fill("DISCOVER ignored too many at once"));
  resolve({ file: "late.0" });
  const heard = await Promise.all(answers);
  assertEquals(heard.filter((each) => each !== undefined).length, 1024);
  assert(await machine.discover());
});

Deno.test("a boot handler that never comes back does not silence the responder for good", async () => {
  let isHung = true;
  const never = new Promise<BootAnswer>(() => {});
  const lab = new Lab({ boot: () => isHung ? never : { file: "boot.0" } });
  const machine = new Machine(lab, EDK2);
  for (let i = 0; i < 1024; i++) void machine.discover();
  isHung = false;
  lab.now += 59_999;
  assertEquals(await machine.discover(), undefined);
  lab.now += 1;
  assert(await machine.discover());
  lab.now -= 3_600_000;
  assert(await machine.discover());
});

Deno.test("an observer that throws stops no answer", async () => {
  const onEvent = () => {
    throw new Error("Out of order");
  };
  for (const options of [{ onEvent }, { ...DHCP, onEvent }]) {
    assert(await new Machine(new Lab(options), EDK2).discover());
  }
  const lab = new Lab({ onEvent, boot: onEvent });
  assertEquals(await new Machine(lab, EDK2).discover(), undefined);
});

Deno.test("an answer waits until its lease is saved, and comes also when that fails", async () => {
  const saved: Lease[] = [];
  const { promise, reject } = Promise.withResolvers<void>();
  const save = (lease: Lease) => {
    saved.push(lease);
    return promise;
  };
  const lab = new Lab({ ...DHCP, leaseStore: { leases: [], save } });
  const machine = new Machine(lab, UDHCPC);
  await machine.discover();
  assertEquals(saved, []);
  let isAnswered = false;
  const answer = machine.select().then((heard) => {
    isAnswered = true;
    return heard;
  });
  for (let i = 0; i < 50; i++) await Promise.resolve();
  assertEquals(saved.map(({ address }) => address), [machine.address]);
  assertEquals(isAnswered, false);
  reject(new Error("No space left"));
  assertEquals((await answer)?.type, MESSAGE_TYPE.Ack);
  assertEquals(lab.story(), [
    `DISCOVER offered ${machine.address}`,
    "REQUEST failed",
    `REQUEST leased ${machine.address}`,
  ]);
});

Deno.test("leases outlive the responder in a store", async () => {
  const kept = new Map<string, Lease>();
  const leaseStore = () => ({
    leases: [...kept.values()],
    save: (lease: Lease) => void kept.set(lease.address, lease),
  });
  const before = new Lab({ ...DHCP, leaseStore: leaseStore() });
  const machine = new Machine(before, DHCLIENT);
  const address = await machine.boot();
  const gone = new Machine(before, UDHCPC, "02:00:00:00:00:02");
  await gone.boot();
  await gone.release();

  const after = new Lab({ ...DHCP, leaseStore: leaseStore() });
  const [lease, ...others] = after.responder.leases(after.now);
  assertEquals(others, []);
  assertEquals(lease?.address, address);
  assertEquals(lease?.hostname, "lab-4");
  const again = new Machine(after, DHCLIENT);
  assertEquals((await again.renew(address))?.packet.yourAddress, address);
});

Deno.test("what was asked comes back with the answer: transaction, flags, identifiers", async () => {
  const lab = new Lab(DHCP);
  const machine = new Machine(lab, IPXE_BIOS);
  const more = { transactionId: 0xfedcba98, flags: 0x8001, hops: 3 };
  const offer = await machine.send(Discover, [], more);
  assertEquals(offer?.packet.transactionId, 0xfedcba98);
  assertEquals(offer?.packet.flags, 0x8001);
  assertEquals(offer?.packet.hops, 0);
  assertEquals(offer?.packet.hardwareAddress, machine.hardwareAddress);
  assertEquals(offer?.packet.options.get(61)?.length, 7);
});

const KINDS: Firmware[] = [IPXE_BIOS, EDK2, EDK2_HTTP, UDHCPC, DHCLIENT, {}];

/** A message that somebody may send, in parts as it should be and in parts not. */
function hostilePacket(random: Random): DhcpPacket {
  const address = () =>
    random.pick([
      "0.0.0.0",
      `10.99.0.${random.between(0, 255)}`,
      SERVER,
      "255.255.255.255",
      "224.0.0.1",
      "127.0.0.1",
      "8.8.8.8",
    ]);
  const octets = () => random.bytes(random.pick([0, 1, 2, 4, 4, 7, 17, 60]));
  const options = new Map<number, Uint8Array>();
  if (random.chance(9, 10)) {
    options.set(53, Uint8Array.of(random.between(0, 9)));
  }
  for (const code of [43, 50, 54, 50, 54, 51, 55, 57, 61, 77, 82, 93, 97]) {
    if (random.chance(1, 4)) options.set(code, octets());
  }
  for (const code of [50, 54]) {
    if (!random.chance(1, 2)) continue;
    options.set(code, Uint8Array.from(address().split("."), Number));
  }
  if (random.chance(1, 2)) {
    const text = random.pick([
      "PXEClient",
      "HTTPClient",
      "PXEClient:Arch:9",
      "",
    ]);
    options.set(60, textValue(text));
  }
  return {
    op: random.chance(9, 10) ? "request" : "reply",
    hardwareType: random.pick([1, 1, 1, 6, 0, 255]),
    hardwareAddress: random.chance(3, 4)
      ? Uint8Array.of(2, 0, 0, 0, 0, random.between(0, 30))
      : random.bytes(random.between(0, 16)),
    hops: random.between(0, 255),
    transactionId: random.word(),
    seconds: random.between(0, 0xffff),
    flags: random.between(0, 0xffff),
    clientAddress: address(),
    yourAddress: address(),
    serverAddress: address(),
    relayAddress: random.chance(3, 4) ? "0.0.0.0" : address(),
    serverName: random.chance(9, 10) ? "" : "\x01".repeat(60),
    file: random.chance(9, 10) ? "" : "\xff".repeat(60),
    options,
  };
}

Deno.test("whatever comes in, answers can be sent, and go to who asked or to all", () =>
  forAllAsync(60, async (random) => {
    const mode = random.pick(["proxy", "dhcp", "bootp"] as const);
    const lab = new Lab({
      ...DHCP,
      mode,
      answerAll: random.chance(1, 2),
      authoritative: random.chance(1, 2),
      bootpAddresses: random.pick(["none", "fixed", "range"]),
      fixedAddresses: { "02:00:00:00:00:01": "10.99.0.10" },
    });
    for (let i = 0; i < 200; i++) {
      lab.now += random.between(0, 60_000);
      const packet = hostilePacket(random);
      const from = random.pick([
        remote("0.0.0.0", 68),
        remote(packet.clientAddress, 68),
        remote("10.99.0.60", random.between(0, 0xffff)),
        remote("203.0.113.9", 67),
      ]);
      const port = random.chance(3, 4) ? 67 : 4011;
      const arrival = { now: lab.now, remote: from, port } as const;
      const replies = await lab.responder.respond(packet, arrival);
      assert(replies.length <= (packet.op === "request" ? 1 : 0));
      for (const reply of replies) {
        const { to } = overTheWire(reply);
        const isRelayed = packet.relayAddress !== "0.0.0.0" && port === 67;
        const isHost = isHostAddress(to.hostname);
        if (port === 4011) {
          assertEquals(to, { hostname: from.hostname, port: from.port });
        } else if (isRelayed) {
          assertEquals(to, { hostname: packet.relayAddress, port: 67 });
          assert(isHost);
        } else if (isHost) {
          assertEquals(to, { hostname: packet.clientAddress, port: 68 });
          const isLeased = lab.responder.leases(lab.now)
            .some(({ address }) => address === to.hostname);
          assert(isLeased || from.hostname === to.hostname, to.hostname);
        } else assertEquals(to, EVERYBODY);
        assertEquals(reply.from, port);
      }
    }
  }));

/** Machines that boot, renew, reboot, decline, release and vanish, with messages that get lost either way. */
Deno.test("machines that do as they should never share an address, and end with one each", () =>
  forAllAsync(60, async (random) => {
    const lab = new Lab({
      ...DHCP,
      authoritative: random.chance(1, 2),
      networks: [{
        ...NETWORK,
        ranges: [{ first: "10.99.0.50", last: "10.99.0.65" }],
      }],
    });
    const machines = random.list(12, () => ({
      machine: new Machine(
        lab,
        random.pick(KINDS),
        `02:00:00:00:00:${random.between(16, 255).toString(16)}`,
      ),
      until: 0,
    })).filter(({ machine }, i, all) =>
      all.findIndex((each) =>
        String(each.machine.hardwareAddress) === String(machine.hardwareAddress)
      ) === i
    );
    const step = async (each: typeof machines[number]) => {
      const { machine } = each;
      const heard = each.until > lab.now
        ? random.chance(1, 2) ? await machine.renew() : await machine.reboot()
        : await machine.discover().then(() => machine.select());
      if (random.chance(1, 4)) return; // The answer is lost.
      if (heard?.type === MESSAGE_TYPE.Ack) {
        machine.address = heard.packet.yourAddress;
        each.until = lab.now + 3_600_000;
      } else if (heard?.type === MESSAGE_TYPE.Nak) each.until = 0;
    };
    for (let i = 0; i < 150; i++) {
      lab.now += random.between(0, 600_000);
      const each = random.pick(machines);
      const has = each.until > lab.now;
      if (has && random.chance(1, 10)) {
        await each.machine.release();
        each.until = 0;
      } else if (has && random.chance(1, 20)) {
        await each.machine.decline();
        each.until = 0;
      } else await step(each);
      const held = machines.filter(({ until }) => until > lab.now)
        .map(({ machine }) => machine.address);
      assertEquals(new Set(held).size, held.length, held.join(" "));
    }
    // With all faults off, each ends with an address.
    lab.now += 7_200_000;
    const addresses = [];
    for (const { machine } of machines) addresses.push(await machine.boot());
    assertEquals(new Set(addresses).size, machines.length);
    assert(!addresses.includes("none"));
    assertEquals(await new Machine(lab, EDK2).send(Request), undefined);
  }));
