import { assertEquals } from "@std/assert";
import { Encounter, type EncounterOptions } from "../../chaos/encounter.ts";
import type { ChaosExpectation } from "../../chaos/scenario.ts";
import { ChaosSocket } from "../../chaos/socket.ts";
import { seededRandom } from "../../simulator/random.ts";
import { settle, VirtualNetwork } from "../_virtual.ts";
import { ack, bytesOf, data, error, RRQ, scenarioOf, WRQ } from "./_values.ts";

const CLIENT = { transport: "udp", hostname: "192.0.2.5", port: 5000 } as const;

function make(
  expect: ChaosExpectation = "finish",
  network = new VirtualNetwork(),
): Encounter {
  const inner = network.bind({ hostname: "10.0.0.1", port: 0 });
  const nothing = () => Promise.resolve();
  const options: EncounterOptions = {
    id: 1,
    now: 1000,
    bytes: bytesOf(RRQ),
    asked: "mine/file",
    request: RRQ,
    client: CLIENT,
    scenario: { ...scenarioOf(), expect },
    random: seededRandom(1),
    socket: new ChaosSocket(inner, {
      handleSend: nothing,
      handleReceived: nothing,
      handleClose: () => false,
    }),
  };
  return new Encounter(options);
}

/** A whole download of one block. */
function finish(encounter: Encounter): void {
  encounter.flow.handle(data(1, 3), "to-client");
  encounter.watch.sent(data(1, 3), false, 1);
  encounter.hear(ack(1), 1500);
}

Deno.test("Encounter knows its own request, and a new one for the same file", () => {
  const it = make();
  assertEquals(it.isRequestedBy(bytesOf(RRQ)), true);
  assertEquals(it.isRequestedBy(bytesOf(WRQ)), false);
  const again = { ...RRQ, filename: "mine/file" };
  const port = { ...CLIENT, port: 5001 };
  assertEquals(it.isRestartedBy(again, port, 1499), false);
  assertEquals(it.isRestartedBy(again, port, 1500), true);
  assertEquals(it.isRestartedBy(again, CLIENT, 1500), false);
  assertEquals(it.isRestartedBy(RRQ, port, 1500), false);
  const other = { ...port, hostname: "192.0.2.6" };
  assertEquals(it.isRestartedBy(again, other, 1500), false);
  it.hear(error(8, "No"), 1400);
  assertEquals(it.isRestartedBy(again, port, 1401), true);
});

Deno.test("Encounter that has finished is not restarted", () => {
  const it = make();
  finish(it);
  const again = { ...RRQ, filename: "mine/file" };
  assertEquals(it.isRestartedBy(again, { ...CLIENT, port: 1 }, 9999), false);
  assertEquals(it.end(true).outcome, "finished");
});

const VERDICTS: readonly [
  expect: ChaosExpectation,
  isFinished: boolean,
  isAsExpected: boolean | null,
][] = [
  ["finish", true, true],
  ["finish", false, false],
  ["fail", true, false],
  ["fail", false, true],
  ["any", true, null],
  ["any", false, null],
];

for (const [expect, isFinished, isAsExpected] of VERDICTS) {
  Deno.test(`Encounter that should ${expect} and ${isFinished ? "does" : "gives up"}`, () => {
    const it = make(expect);
    it.note("something");
    if (isFinished) finish(it);
    it.isQuiet = !isFinished;
    const report = it.end(false);
    assertEquals(report.isAsExpected, isAsExpected);
    assertEquals(report.outcome, isFinished ? "finished" : "gave-up");
  });
}

Deno.test("Encounter judges nobody to whom nothing was done, or who is not done", () => {
  const calm = make();
  finish(calm);
  assertEquals(calm.end(false).isAsExpected, null);
  const cut = make();
  cut.note("something");
  const { outcome, isAsExpected } = cut.end(false);
  assertEquals([outcome, isAsExpected], ["under-way", null]);
});

Deno.test("Encounter calls it wrong to be deceived, whatever comes of it", () => {
  const it = make("any");
  it.note("something");
  it.watch.isDeceived = true;
  finish(it);
  assertEquals(it.end(false).isAsExpected, false);
});

Deno.test("Encounter keeps a hundred deeds, and counts the rest", () => {
  const it = make();
  for (let i = 0; i < 150; i++) it.note(`${i}`);
  const { deeds, deedCount, durationMs } = it.end(false);
  assertEquals([deeds.length, deedCount, durationMs], [100, 150, 0]);
});

Deno.test("Encounter listens at the other port, until it ends", async () => {
  const network = new VirtualNetwork();
  const it = make("finish", network);
  const bind = () => network.bind({ hostname: "10.0.0.1", port: 0 });
  const stranger = await it.openStranger(bind);
  assertEquals(await it.openStranger(bind), stranger);
  network.inject(CLIENT, stranger.address, error(5, "Who?"));
  network.inject({ ...CLIENT, port: 1 }, stranger.address, ack(1));
  await settle();
  assertEquals(it.end(false).toStranger, ['ERROR 5 "Who?"']);
  await settle();
  assertEquals(network.openSockets, 1);
});
