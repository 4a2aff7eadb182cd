/**
 * What reading, telling and writing a DHCP message costs: run with `deno task bench tests/bench/dhcp_bench.ts`.
 *
 * @module
 */

import {
  decodeDhcpPacket,
  describeClient,
  details,
  encodeDhcpPacket,
  summary,
} from "../../pxe/mod.ts";
import { GOLDEN_CAPTURES } from "../pxe/_golden.ts";

const DISCOVER = GOLDEN_CAPTURES.ipxeBios[0]!.bytes;
const ACK = GOLDEN_CAPTURES.edk2.at(-1)!.bytes;
const OVERLOADED = GOLDEN_CAPTURES.relayOverload[1]!.bytes;
const discover = decodeDhcpPacket(DISCOVER);
const ack = decodeDhcpPacket(ACK);
const overloaded = decodeDhcpPacket(OVERLOADED);

Deno.bench("decodeDhcpPacket: a DISCOVER of iPXE", { group: "decode" }, () => {
  decodeDhcpPacket(DISCOVER);
});

Deno.bench("decodeDhcpPacket: an ACK", { group: "decode" }, () => {
  decodeDhcpPacket(ACK);
});

Deno.bench("decodeDhcpPacket: overloaded fields", { group: "decode" }, () => {
  decodeDhcpPacket(OVERLOADED);
});

Deno.bench("encodeDhcpPacket: a DISCOVER of iPXE", { group: "encode" }, () => {
  encodeDhcpPacket(discover);
});

Deno.bench("encodeDhcpPacket: an ACK", { group: "encode" }, () => {
  encodeDhcpPacket(ack);
});

Deno.bench("encodeDhcpPacket: overloaded fields", { group: "encode" }, () => {
  encodeDhcpPacket(overloaded);
});

Deno.bench("describeClient: iPXE", { group: "tell" }, () => {
  describeClient(discover);
});

Deno.bench("summary: a DISCOVER of iPXE", { group: "tell" }, () => {
  summary(discover);
});

Deno.bench("details: a DISCOVER of iPXE", { group: "tell" }, () => {
  details(discover);
});
