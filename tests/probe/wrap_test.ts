import { assertEquals } from "@std/assert";
import type { Packet } from "../../packet/mod.ts";
import { found, probeTampered, type Tamper } from "./_tampered.ts";

const LARGE = { content: "0123456\n".repeat(66_000), probe: { wrap: true } };

Deno.test("wrap reads as far as the block after 65535", async () => {
  const report = await probeTampered({}, LARGE);
  assertEquals(found(report, "wrap"), "ok: 65535 is followed by 0");
});

Deno.test("wrap tells of a server that goes on with 1", async () => {
  const options = { ...LARGE, server: { rollover: 1 } as const };
  const report = await probeTampered({}, options);
  assertEquals(found(report, "wrap"), "differs: 65535 is followed by 1");
});

Deno.test("wrap tells of a server that ends there", async () => {
  const options = { ...LARGE, server: { rollover: "refuse" } as const };
  const report = await probeTampered({}, options);
  assertEquals(
    found(report, "wrap"),
    'differs: refused in so many blocks: ERROR 0 "File too large for this block size"',
  );
});

Deno.test("wrap wants a file that is large enough, and says how large", async () => {
  const report = await probeTampered({}, { probe: { wrap: true } });
  assertEquals(
    found(report, "wrap"),
    "unknown: the file must have 524280 octets or more",
  );
});

Deno.test("wrap is not asked unless it is wished for", async () => {
  assertEquals(
    found(await probeTampered(), "wrap"),
    "unknown: not asked without --wrap: takes 65536 blocks",
  );
});

Deno.test("wrap asks for less where window and block size do not go together", async () => {
  const refuse: Tamper = {
    receive(packet: Packet | null, answer) {
      if (packet?.type !== "RRQ") return false;
      const names = packet.options.map(([name]) => name).join();
      if (names !== "blksize,windowsize") return false;
      answer({ type: "ERROR", code: 8, message: "No" });
      return true;
    },
  };
  assertEquals(
    found(await probeTampered(refuse, { probe: { wrap: true } }), "wrap"),
    "unknown: the file must have 524280 octets or more",
  );
});
