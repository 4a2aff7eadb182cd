import { assertEquals } from "@std/assert";
import type { Packet } from "../../packet/mod.ts";
import { WRITE_CHECKS } from "../../probe/writes.ts";
import { found, probeTampered, resultOf, type Tamper } from "./_tampered.ts";

const OPTIONS = { isWritable: true, probe: { write: "scratch" } };

Deno.test("nothing is written unless a name is given, and then no other", async () => {
  for (const write of ["", "scratch"]) {
    const names = new Set<string>();
    await probeTampered({
      receive(packet) {
        if (packet?.type === "WRQ") names.add(packet.filename);
        return false;
      },
    }, { isWritable: true, probe: write ? { write } : {} });
    assertEquals([...names], write ? [write] : []);
  }
});

Deno.test("a server without faults passes every check of writes", async () => {
  const report = await probeTampered({}, OPTIONS);
  assertEquals(
    WRITE_CHECKS.map(({ id }) => found(report, id)),
    [
      "ok: taken; the last ACK is repeated when asked",
      "ok: can be replaced; one broken off changes nothing",
      'ok: ERROR 3 "Disk full or allocation exceeded"',
      "ok: answered again, same port",
    ],
  );
});

Deno.test("a server that takes no uploads says so four times", async () => {
  const report = await probeTampered({}, { ...OPTIONS, isWritable: false });
  for (const { id } of WRITE_CHECKS) {
    assertEquals(
      [id, resultOf(report, id).verdict, resultOf(report, id).values?.code],
      [id, "ok", id === "write-huge" ? 2 : 2],
    );
  }
});

const ACK_0: Packet = { type: "ACK", block: 0 };

const CASES: readonly (readonly [
  name: string,
  id: string,
  tamper: () => Tamper,
  expected: string,
])[] = [
  [
    "a server that goes with the last block",
    "write-new",
    () => {
      let count = 0;
      return {
        receive: (packet) =>
          packet?.type === "DATA" && packet.data.length < 512 &&
          packet.data.length > 1 && ++count > 1,
      };
    },
    "differs: taken; last DATA again: silence, no dally",
  ],
  [
    "a server that truncates at once",
    "write-existing",
    () => {
      let isLost = false;
      return {
        receive(packet) {
          if (packet?.type === "DATA" && packet.data.length === 512) {
            isLost = true;
          }
          return false;
        },
        send: (packet) =>
          isLost && packet.type === "DATA"
            ? [{ ...packet, data: new Uint8Array() }]
            : [packet],
      };
    },
    "fault: an upload broken off after DATA 1 destroys the old file",
  ],
  [
    "a size of 32 bits",
    "write-huge",
    () => ({
      receive(packet, answer) {
        if (packet?.type !== "WRQ" || packet.options.length === 0) return false;
        answer({ type: "OACK", options: [["tsize", "276447231"]] });
        return true;
      },
    }),
    "fault: OACK tsize=276447231 for 99999999999999",
  ],
  [
    "a server that knows no size",
    "write-huge",
    () => ({
      receive(packet, answer) {
        if (packet?.type !== "WRQ" || packet.options.length === 0) return false;
        answer(ACK_0);
        return true;
      },
    }),
    "differs: taken: no limit that would matter",
  ],
];

for (const [name, id, tamper, expected] of CASES) {
  Deno.test(`${id} tells of ${name}`, async () => {
    assertEquals(found(await probeTampered(tamper(), OPTIONS), id), expected);
  });
}
