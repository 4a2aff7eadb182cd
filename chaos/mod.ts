/**
 * A server that misbehaves on purpose, for those who test TFTP clients: boot loaders, ROMs, devices. Between a real server and
 * its clients, packets are dropped, delayed, doubled, swapped, damaged, or replaced, by scenario and by seed; and it is found
 * out what each client made of it.
 *
 * ```ts
 * import { BUILTIN_SCENARIOS, findScenarioProblems } from "@tftpkit/tftp/chaos";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assert(BUILTIN_SCENARIOS.some(({ name }) => name === "drop-data"));
 * assertEquals(findScenarioProblems(BUILTIN_SCENARIOS), []);
 * ```
 *
 * @module
 */

export { BUILTIN_SCENARIOS } from "./builtin.ts";
export { Chaos, type ChaosOptions } from "./chaos.ts";
export {
  type ChaosProblem,
  checkScenarios,
  findScenarioProblems,
} from "./check.ts";
export type { ChaosChoice, ChooseOptions } from "./choose.ts";
export type {
  ChaosEvent,
  ChaosOutcome,
  ChaosReport,
  ChaosTransfer,
} from "./event.ts";
export type { ChaosDirection } from "./match.ts";
export type {
  ChaosAction,
  ChaosCondition,
  ChaosExpectation,
  ChaosNumber,
  ChaosPacket,
  ChaosPacketType,
  ChaosRange,
  ChaosRule,
  ChaosScenario,
} from "./scenario.ts";
export { parseScenarioFile, ScenarioFileError } from "./scenario_file.ts";
export { describeChaosEvent } from "./text.ts";
