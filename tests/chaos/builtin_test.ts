import { assertEquals } from "@std/assert";
import { BUILTIN_SCENARIOS } from "../../chaos/builtin.ts";
import { findScenarioProblems } from "../../chaos/check.ts";

/** The fault modes of tftpqa, another server that misbehaves, and what they are called here. */
const TFTPQA: Readonly<Record<string, string>> = {
  RRQ_TIMEOUT: "read-silence",
  WRQ_TIMEOUT: "write-silence",
  MID_TIMEOUT_NO_DATA: "stop-data",
  MID_TIMEOUT_NO_ACK: "stop-ack",
  MID_TIMEOUT_NO_FINAL_ACK: "no-last-ack",
  MID_TIMEOUT_NO_FINAL_DATA: "no-last-data",
  FILE_NOT_FOUND: "not-found",
  PERM_DENIED_READ: "read-denied",
  PERM_DENIED_WRITE: "write-denied",
  SEND_ERROR_READ: "read-error",
  SEND_ERROR_WRITE: "write-error",
  DUP_FINAL_DATA: "duplicate-last-data",
  DUP_FINAL_ACK: "duplicate-last-ack",
  DUP_MID_DATA: "duplicate-data",
  DUP_MID_ACK: "duplicate-ack",
  SKIP_ACK: "skip-ack",
  SKIP_DATA: "skip-data",
  OOO_DATA: "reorder-data",
  OOO_ACK: "reorder-ack",
  INVALID_BLOCK_ACK: "wrong-ack-block",
  INVALID_BLOCK_DATA: "wrong-data-block",
  DATA_TOO_LARGE: "oversized-data",
  DATA_LEN_MISMATCH: "short-data",
  INVALID_OPCODE_READ: "read-bad-opcode",
  INVALID_OPCODE_WRITE: "write-bad-opcode",
  INVALID_ERR_CODE_READ: "read-bad-error-code",
  INVALID_ERR_CODE_WRITE: "write-bad-error-code",
  WRONG_TID_READ: "read-wrong-port",
  WRONG_TID_WRITE: "write-wrong-port",
  SLOW_RESPONSE: "slow",
  CORRUPT_DATA: "corrupt-data",
  TRUNCATED_PKT: "truncated-packet",
  BURST_DATA: "burst-data",
};

const names = BUILTIN_SCENARIOS.map(({ name }) => name);

Deno.test("the built-in scenarios are scenarios, each with its own name", () => {
  assertEquals(findScenarioProblems(BUILTIN_SCENARIOS), []);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("the built-in scenarios fit into a line of a terminal", () => {
  const tooLong = BUILTIN_SCENARIOS.filter(({ description }) =>
    description.length > 72
  );
  assertEquals(tooLong, []);
});

Deno.test("every fault mode of tftpqa is a built-in scenario", () => {
  const modes = Object.entries(TFTPQA);
  assertEquals(modes.length, 33);
  assertEquals(modes.filter(([, name]) => !names.includes(name)), []);
  assertEquals(new Set(Object.values(TFTPQA)).size, 33);
});

Deno.test("docs/chaos.md lists every built-in scenario", async () => {
  const url = new URL("../../docs/chaos.md", import.meta.url);
  const text = await Deno.readTextFile(url);
  const missing = BUILTIN_SCENARIOS.filter(({ name, description }) =>
    !text.includes(`| \`${name}\` `) || !text.includes(description)
  );
  assertEquals(missing.map(({ name }) => name), []);
});
