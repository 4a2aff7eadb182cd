/**
 * What several tests of chaos begin with.
 *
 * @module
 */

import type { ChaosRule, ChaosScenario } from "../../chaos/scenario.ts";
import {
  encodePacket,
  type Packet,
  type RequestPacket,
} from "../../packet/mod.ts";

export const RRQ: RequestPacket = {
  type: "RRQ",
  filename: "file",
  mode: "octet",
  options: [],
};

export const WRQ: RequestPacket = { ...RRQ, type: "WRQ" };

/** A packet's octets. */
export const bytesOf: (packet: Packet) => Uint8Array = encodePacket;

/** A block of some octets. */
export function data(block: number, sizeBytes = 512): Uint8Array {
  return encodePacket({ type: "DATA", block, data: new Uint8Array(sizeBytes) });
}

/** An acknowledgment. */
export function ack(block: number): Uint8Array {
  return encodePacket({ type: "ACK", block });
}

/** An ERROR. */
export function error(code: number, message: string): Uint8Array {
  return encodePacket({ type: "ERROR", code, message });
}

/** A scenario of these rules. */
export function scenarioOf(...rules: ChaosRule[]): ChaosScenario {
  return { name: "mine", description: "Mine", rules };
}
