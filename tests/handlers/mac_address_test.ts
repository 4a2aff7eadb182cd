import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { dashedMac, neighborLookup } from "../../handlers/mac_address.ts";

const ARP =
  `IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0
192.0.2.10       0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.100      0x1         0x2         02:FC:00:00:00:64     *        eth0
`;

const NEIGHBORS = `192.0.2.1 dev eth0 lladdr 02:fc:00:00:00:05 REACHABLE
192.0.2.10 dev eth0 FAILED
192.0.2.11 dev eth0 INCOMPLETE
fe80::1 dev eth0 lladdr 02:fc:00:00:00:06 router STALE
192.0.2.13 dev tun0 lladdr 10.0.0.1 REACHABLE
`;

const denied = () => Promise.reject(new Deno.errors.NotCapable("No"));
const never = () => Promise.reject(new Error("Not to be asked"));

Deno.test("neighborLookup() finds IPv4 addresses in the table of ARP", async () => {
  const lookup = neighborLookup({
    readArp: () => Promise.resolve(ARP),
    runIp: never,
  });
  assertEquals(await lookup("192.0.2.1"), "02:fc:00:00:00:05");
  assertEquals(await lookup("192.0.2.100"), "02:FC:00:00:00:64");
  // Asked for, and not known yet; not there; a part of another; a heading.
  for (const address of ["192.0.2.10", "192.0.2.2", "192.0.2", "IP", ""]) {
    assertEquals(await lookup(address), null);
  }
});

Deno.test("neighborLookup() runs ip where the table may not be read, and for IPv6", async () => {
  const runIp = () => Promise.resolve(NEIGHBORS);
  const restricted = neighborLookup({ readArp: denied, runIp });
  assertEquals(await restricted("192.0.2.1"), "02:fc:00:00:00:05");
  for (
    const address of ["192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13"]
  ) {
    assertEquals(await restricted(address), null);
  }
  const lookup = neighborLookup({ readArp: never, runIp });
  assertEquals(await lookup("fe80::1"), "02:fc:00:00:00:06");
  assertEquals(await lookup("fe80::2"), null);
});

Deno.test("neighborLookup() says what the system says", async () => {
  const lookup = neighborLookup({ readArp: denied, runIp: denied });
  await assertRejects(
    async () => await lookup("192.0.2.1"),
    Deno.errors.NotCapable,
  );
  const missing = () => Promise.reject(new Deno.errors.NotFound("No table"));
  const elsewhere = neighborLookup({ readArp: missing, runIp: never });
  await assertRejects(
    async () => await elsewhere("192.0.2.1"),
    Deno.errors.NotFound,
  );
});

Deno.test("neighborLookup() runs one process at a time, and tells nobody what was found before they asked", async () => {
  const runs: PromiseWithResolvers<string>[] = [];
  const lookup = neighborLookup({
    readArp: denied,
    runIp: () => {
      const run = Promise.withResolvers<string>();
      runs.push(run);
      return run.promise;
    },
  });
  const line = (mac: string) => `fe80::1 dev eth0 lladdr ${mac} STALE`;
  const [first, second] = ["02:00:00:00:00:01", "02:00:00:00:00:02"] as const;
  const early = lookup("fe80::1");
  const late = [lookup("fe80::1"), lookup("fe80::1"), lookup("fe80::2")];
  assertEquals(runs.length, 1);
  runs[0]!.resolve(line(first));
  assertEquals(await early, first);
  while (runs.length < 2) await Promise.resolve();
  runs[1]!.resolve(line(second));
  assertEquals(await Promise.all(late), [second, second, null]);
  assertEquals(runs.length, 2);
  // What fails is not kept, nor is it anybody else's.
  const failing = Promise.resolve(lookup("fe80::1")).catch(() => "failed");
  const waiting = lookup("fe80::1");
  runs[2]!.reject(new Error("No"));
  assertEquals(await failing, "failed");
  while (runs.length < 4) await Promise.resolve();
  runs[3]!.resolve(line(first));
  assertEquals(await waiting, first);
});

Deno.test("dashedMac() writes a MAC address as names of files have it", () => {
  assertEquals(dashedMac("02:FC:00:00:00:aB"), "02-fc-00-00-00-ab");
  assertEquals(dashedMac("02-fc-00-00-00-ab"), "02-fc-00-00-00-ab");
  for (
    const wrong of [
      "",
      "..",
      "../../etc",
      "02:fc:00:00:00",
      "02fc000000ab",
      "02:fc:00:00:00:0g",
    ]
  ) {
    assertThrows(() => dashedMac(wrong), TypeError, "MAC address");
  }
});
