// What a service would answer to messages that somebody has captured, without a network. No lease is kept, and each message is
// answered as if the ones before it had just come.

import { formatAddress, type UdpAddress } from "../net/mod.ts";
import {
  decodeDhcpPacket,
  details,
  type DhcpEvent,
  type DhcpPacket,
  serviceResponder,
  summary,
} from "../pxe/mod.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import { type FilePacket, readPackets } from "./packet_file.ts";
import type { PxePlan } from "./pxe_plan.ts";

/** Time between two messages, in milliseconds. */
const STEP_MS = 1000;

const ANYBODY: UdpAddress = {
  transport: "udp",
  hostname: "0.0.0.0",
  port: 68,
};

/**
 * Shows the answers to the messages of a file.
 *
 * @param plan What would be served.
 * @param path The file.
 * @param context The process.
 * @returns The exit status: 0 when there was a message, 1 when there was none.
 */
export async function dryRun(
  plan: PxePlan,
  path: string,
  context: CliContext,
): Promise<number> {
  const { stdout, stderr } = context;
  const { options, isVerbose } = plan;
  const events: DhcpEvent[] = [];
  const responder = serviceResponder({
    ...options,
    onEvent: (event) => events.push(event),
  }, options.http?.port ?? null);
  const show = (packet: DhcpPacket): string =>
    isVerbose
      ? `${summary(packet)}\n${indent(details(packet))}`
      : summary(packet);
  const messages = (await read(path)).flatMap(messageOf);
  let now = context.time();
  for (const { packet, from, port } of messages) {
    events.length = 0;
    const arrival = { now, remote: from, port };
    const replies = await responder.respond(packet, arrival);
    now += STEP_MS;
    stdout.write(`${formatAddress(from)} > port ${port}: ${show(packet)}\n`);
    for (const { packet, to, from } of replies) {
      stdout.write(
        `  port ${from} > ${to.hostname}:${to.port}: ${show(packet)}\n`,
      );
    }
    if (replies.length === 0) stdout.write(`  no answer: ${whyNot(events)}\n`);
  }
  if (messages.length > 0) return 0;
  stderr.write(`There is no DHCP or BOOTP message for a server in ${path}\n`);
  return 1;
}

async function read(path: string): Promise<FilePacket[]> {
  try {
    return readPackets(await Deno.readFile(path));
  } catch (error) {
    throw new Error(`Cannot read packets from ${path}: ${explain(error)}`, {
      cause: error,
    });
  }
}

interface Message {
  readonly packet: DhcpPacket;
  readonly from: UdpAddress;
  readonly port: 67 | 4011;
}

/** What came to a port of ours, and is a message. */
function messageOf({ from, to, payload }: FilePacket): Message[] {
  const port = to?.port ?? 67;
  if (port !== 67 && port !== 4011) return [];
  try {
    const packet = decodeDhcpPacket(payload);
    return [{ packet, from: from ?? ANYBODY, port }];
  } catch {
    return [];
  }
}

function whyNot(events: readonly DhcpEvent[]): string {
  const event = events.at(-1);
  if (!event) return "nothing is to be said";
  switch (event.type) {
    case "ignored":
      return event.reason;
    case "failed":
      return `cannot ${event.action}: ${explain(event.error)}`;
    case "exhausted":
      return `no address of ${event.network} is free`;
    default:
      return event.type;
  }
}

function indent(text: string): string {
  return text.split("\n").map((line) => `      ${line}`).join("\n");
}
