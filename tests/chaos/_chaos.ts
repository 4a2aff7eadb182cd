/**
 * Our own client against a server that misbehaves, on a network that exists only here.
 *
 * @module
 */

import { Chaos, type ChaosOptions } from "../../chaos/chaos.ts";
import type { ChaosEvent, ChaosReport } from "../../chaos/event.ts";
import { get, type GetOptions, put } from "../../client.ts";
import { serve, type ServeOptions, TftpResponse } from "../../server.ts";
import type { ChaosScenario } from "../../chaos/scenario.ts";
import { assertEquals, assertNotEquals } from "@std/assert";
import { VirtualNetwork } from "../_virtual.ts";

const SERVER = "10.0.0.1";

/** Three blocks of 512 octets, and a rest. */
export const FILE: Uint8Array<ArrayBuffer> = Uint8Array.from(
  { length: 1800 },
  (_, index) => (index * 7 + (index >> 9)) & 0xff,
);

/** Without options, and so block by block. */
export const PLAIN: GetOptions = { rfc1350: true, rollover: 0 };

export interface Meeting {
  /** What the client got: "ok" when it got all, or the server did; "other" for another content; or the error. */
  readonly result: string;
  /**
   * Every datagram: `C > 69 RRQ …`, `a > C DATA 1 …`, with ports named in the order they show up, and in front of it the time
   * since the one before, if any has passed.
   */
  readonly wire: readonly string[];
  readonly events: readonly ChaosEvent[];
  readonly reports: readonly ChaosReport[];
  /** Sockets and timers that were left. */
  readonly left: readonly [sockets: number, timers: number];
}

/** What is different about a meeting. */
export interface MeetingOptions {
  readonly operation?: "read" | "write";
  readonly client?: GetOptions;
  readonly server?: ServeOptions;
  readonly chaos?: ChaosOptions;
  readonly filename?: string;
}

/** Lets our client meet a scenario. */
export async function meet(
  scenario: string,
  options: MeetingOptions = {},
): Promise<Meeting> {
  const { operation = "read", client = PLAIN, filename = "file" } = options;
  const network = new VirtualNetwork();
  const { clock } = network;
  const times: number[] = [];
  network.fate = () => {
    times.push(clock.now());
    return [0];
  };
  const events: ChaosEvent[] = [];
  const chaos = new Chaos({
    network,
    clock,
    scenario,
    onEvent: (event) => void events.push(event),
    ...options.chaos,
  });
  let uploaded: Uint8Array | null = null;
  const server = serve({
    hostname: SERVER,
    network: chaos.network,
    clock,
    random: () => 0,
    ...options.server,
  }, async ({ body }) => {
    if (body) uploaded = await new Response(body).bytes();
    else return new TftpResponse(FILE);
  });
  const target = { hostname: SERVER, filename };
  const own = { network, clock, random: () => 0, ...client };
  const done = operation === "read"
    ? get(target, own).then(async (response) => {
      const bytes = await response.bytes();
      return isSame(bytes, FILE) ? "ok" : `other, ${bytes.length} octets`;
    })
    : put(target, FILE, own).then(() =>
      uploaded && isSame(uploaded, FILE) ? "ok" : "other"
    );
  let result = "(under way)";
  done.then(
    (text) => result = text,
    (error) => result = `${error.name}: ${error.message}`,
  );
  await clock.advance(200_000);
  const closed = server.shutdown();
  await clock.advance(60_000);
  await closed;
  chaos.close();
  return {
    result,
    wire: network.transcript.map(portNamer()).map((line, i) => {
      const gapMs = times[i]! - (times[i - 1] ?? 0);
      return gapMs > 0 ? `+${gapMs} ms: ${line}` : line;
    }),
    events,
    reports: events.flatMap((event) =>
      event.type === "ended" ? [event.report] : []
    ),
    left: [network.openSockets, clock.pending],
  };
}

/** What a scenario does: the first lines of the wire that are not those of a calm one. */
export async function deviation(
  scenario: string,
  options: MeetingOptions = {},
): Promise<{ readonly lines: readonly string[]; readonly meeting: Meeting }> {
  const calm = await meet("calm", options);
  const meeting = await meet(scenario, options);
  const start = meeting.wire.findIndex((line, i) => line !== calm.wire[i]);
  const lines = start < 0 ? [] : meeting.wire.slice(start, start + 3);
  return { lines, meeting };
}

/** What a client of ours makes of a scenario. */
export interface Row {
  readonly scenario: string;
  /** What the client, or the server, has in the end; the beginning of it. */
  readonly result: string;
  readonly outcome: ChaosReport["outcome"];
  /** What was done first. */
  readonly deed: string;
  /** What the wire has instead of a calm one's lines, up to three of them. */
  readonly wire: readonly string[];
}

/** A test for each scenario of a table, and one that the table is complete. */
export function testTable(
  scenarios: readonly ChaosScenario[],
  rows: readonly Row[],
  optionsFor: (scenario: string) => MeetingOptions,
): void {
  Deno.test("the table has every scenario", () => {
    assertEquals(
      rows.map(({ scenario }) => scenario),
      scenarios.map(({ name }) => name),
    );
  });
  for (const { scenario, result, outcome, deed, wire } of rows) {
    Deno.test(`our client meets ${scenario}`, async () => {
      const { lines, meeting } = await deviation(
        scenario,
        optionsFor(scenario),
      );
      assertEquals(lines, wire);
      assertEquals(meeting.reports[0]?.deeds[0] ?? "", deed);
      assertEquals(meeting.result.slice(0, result.length), result);
      assertEquals(meeting.reports[0]?.outcome, outcome);
      assertNotEquals(meeting.reports[0]?.isAsExpected, false);
      assertEquals(meeting.left, [0, 0], "sockets and timers left");
    });
  }
}

/** Gives names to ports, so that a wire can be compared. */
function portNamer(): (line: string) => string {
  const names = new Map<string, string>([[`${SERVER}:69`, "69"]]);
  let clients = 0;
  let servers = 0;
  return (line) =>
    line.replace(/^(\S+) > (\S+)/, (_, from: string, to: string) => {
      const named = [from, to].map((address) => {
        if (!names.has(address)) {
          names.set(
            address,
            address.startsWith(SERVER)
              ? String.fromCharCode(97 + servers++)
              : `C${clients++ || ""}`,
          );
        }
        return names.get(address);
      });
      return named.join(" > ");
    });
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
