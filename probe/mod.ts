/**
 * What is that TFTP server? A few dozen short conversations tell which options it takes and within which limits, how it
 * counts blocks, what it makes of duplicates, strangers and odd names, which timers it has, and what a forged request brings:
 * a finding and a verdict for each, by RFC.
 *
 * ```ts
 * import { probe } from "@tftpkit/tftp/probe";
 * import { memory, serve } from "@tftpkit/tftp";
 * import { Simulation } from "@tftpkit/tftp/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * const simulation = new Simulation({ seed: 1 });
 * const server = serve(
 *   { ...simulation.host("192.0.2.1"), hostname: "192.0.2.1" },
 *   memory({ "boot.img": "x".repeat(5000) }),
 * );
 * const { verdicts } = await simulation.run(() =>
 *   probe("tftp://192.0.2.1/boot.img", simulation.host("192.0.2.9"))
 * );
 * assertEquals(verdicts.filter(({ verdict }) => verdict === "fault"), []);
 * await simulation.run(() => server.shutdown());
 * ```
 *
 * @module
 */

export type { TftpTarget } from "../client/target.ts";
export type { Clock, DatagramSocket, Network, UdpAddress } from "../net/mod.ts";
export type { TransferMode } from "../packet/mod.ts";
export { probe, type ProbeOptions } from "./probe.ts";
export type {
  Finding,
  GroupVerdict,
  ProbePacket,
  ProbeReport,
  ProbeResult,
  Verdict,
} from "./report.ts";
