/**
 * Our own client against a server that misbehaves, on a network that exists only here.
 *
 * @module
 */

import { Chaos, type ChaosOptions } from "../../chaos/chaos.ts";
import type { ChaosEvent, ChaosReport } from "../../chaos/event.ts";
import { get, type GetOptions, put } from "../../client.ts";
import { serve, type ServeOptions, TftpResponse } from "../../server.ts";
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
  /** Every datagram: `C > 69 RRQ …`, `a > C DATA 1 …`, with ports named in the order they show up. */
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
    wire: network.transcript.map(portNamer()),
    events,
    reports: events.flatMap((event) =>
      event.type === "ended" ? [event.report] : []
    ),
    left: [network.openSockets, clock.pending],
  };
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
