import { assert, assertEquals, assertLess } from "@std/assert";
import { Sandbox } from "../handlers/_sandbox.ts";
import { firstSeed, Random } from "../_random.ts";
import { settle } from "../_virtual.ts";
import { EDK2, Machine, remote } from "./_client.ts";
import { hostileMessage, messageCorpus } from "./_hostile.ts";
import { ServiceLab } from "./_service.ts";

const MESSAGES = 100_000;
const MAC = "02:00:00:00:00:07";

for (const mode of ["dhcp", "proxy"] as const) {
  Deno.test(`a hundred thousand hostile messages leave the service serving (${mode})`, async () => {
    const seed = firstSeed();
    const random = new Random(seed);
    const corpus = await messageCorpus();
    using sandbox = new Sandbox();
    let failures = 0;
    await using lab = new ServiceLab({
      mode,
      root: sandbox.path,
      bootpAddresses: "range",
      networks: [{
        network: "10.99.0.0/24",
        ranges: [{ first: "10.99.0.50", last: "10.99.0.99" }],
      }],
      fixedAddresses: mode === "dhcp" ? { [MAC]: "10.99.0.7" } : {},
      onEvent(event) {
        if (event.type === "failed") failures++;
      },
    });
    await lab.listening;
    for (let i = 0; i < MESSAGES; i++) {
      const port = random.chance(1, 4) ? 4011 : 67;
      const hostname = random.pick(["0.0.0.0", "10.99.0.60", "192.0.2.9"]);
      lab.send(hostileMessage(random, corpus), {
        remote: remote(hostname, random.between(0, 65535)),
        port,
      });
      if (i % 500 === 0) await settle();
      // What went out is nothing to keep.
      if (i % 5000 === 0) {
        await lab.answers();
        lab.network.transcript.length = 0;
      }
    }
    await lab.answers();
    assertEquals(failures, 0, `seed ${seed}`);
    const leases = lab.service.responder!.leases(Date.UTC(2030, 0, 1));
    assertLess(leases.length, 52, `seed ${seed}`);
    const machine = new Machine(lab, EDK2, MAC);
    const offer = await machine.discover();
    assertEquals(offer?.packet.file, "boot.0", `seed ${seed}`);
    if (mode === "dhcp") {
      assertEquals((await machine.select())?.packet.yourAddress, "10.99.0.7");
    }
    assert(lab.events.length === 0);
  });
}
