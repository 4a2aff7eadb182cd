// What a client meets in downloads. Blocks 2 and 3 are meant where any block in the middle would do, so that a file of four
// blocks is enough to meet everything.

import type { ChaosScenario } from "./scenario.ts";

const READ = { operation: "read" } as const;
const DATA = { ...READ, packet: "DATA" } as const;
const ONCE = { transmission: 1 } as const;
const SECOND = { ...DATA, block: 2 } as const;
const THIRD = { ...DATA, block: 3 } as const;
const LAST = { ...DATA, block: "last" } as const;
const DROP = { action: "drop" } as const;
const STOP = { action: "stop" } as const;

/** Misbehaving downloads. */
export const DOWNLOAD_SCENARIOS: readonly ChaosScenario[] = [
  {
    name: "read-silence",
    description: "A read request gets no answer at all",
    expect: "fail",
    rules: [{ when: { packet: "RRQ" }, then: [DROP, STOP] }],
  },
  {
    name: "stop-data",
    description: "Silence from DATA 3 on",
    expect: "fail",
    rules: [{ when: THIRD, then: [DROP, STOP] }],
  },
  {
    name: "no-last-data",
    description: "The last DATA never comes",
    expect: "fail",
    rules: [{ when: LAST, then: [DROP] }],
  },
  {
    name: "drop-data",
    description: "DATA 3 is lost once",
    expect: "finish",
    rules: [{ when: { ...THIRD, ...ONCE }, then: [DROP] }],
  },
  {
    name: "drop-first-data",
    description: "DATA 1 is lost once",
    expect: "finish",
    rules: [{ when: { ...DATA, block: 1, ...ONCE }, then: [DROP] }],
  },
  {
    name: "drop-last-data",
    description: "The last DATA is lost once",
    expect: "finish",
    rules: [{ when: { ...LAST, ...ONCE }, then: [DROP] }],
  },
  {
    name: "drop-client-ack",
    description: "The client's ACK 2 is lost once, and DATA 2 comes again",
    expect: "finish",
    rules: [{
      when: {
        ...READ,
        packet: "ACK",
        direction: "from-client",
        block: 2,
        ...ONCE,
      },
      then: [DROP],
    }],
  },
  {
    name: "lost-last-ack",
    description: "The client's last ACK is lost, and the last DATA comes again",
    expect: "finish",
    rules: [{
      when: {
        ...READ,
        packet: "ACK",
        direction: "from-client",
        block: "last",
        ...ONCE,
      },
      then: [DROP],
    }],
  },
  {
    name: "skip-data",
    description: "DATA 3 is left out, and DATA 4 comes behind DATA 2",
    expect: "fail",
    rules: [{ when: THIRD, then: [{ action: "acknowledge" }, DROP] }],
  },
  {
    name: "reorder-data",
    description: "DATA 3 and DATA 2 come in this order",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{ action: "acknowledge" }, { action: "swap" }],
    }],
  },
  {
    name: "burst-data",
    description: "DATA 1 to 4 come at once, without waiting for an ACK",
    expect: "finish",
    rules: [{
      when: { ...DATA, block: [1, 3], ...ONCE },
      then: [{ action: "acknowledge" }],
    }],
  },
  {
    name: "duplicate-data",
    description: "DATA 2 comes twice",
    expect: "finish",
    rules: [{ when: { ...SECOND, ...ONCE }, then: [{ action: "duplicate" }] }],
  },
  {
    name: "duplicate-last-data",
    description: "The last DATA comes twice",
    expect: "finish",
    rules: [{ when: { ...LAST, ...ONCE }, then: [{ action: "duplicate" }] }],
  },
  {
    name: "late-data",
    description:
      "DATA 2 comes a second time, 1.5 s late, and DATA 4 waits for it",
    expect: "finish",
    rules: [
      {
        when: { ...SECOND, ...ONCE },
        then: [{ action: "duplicate", afterMs: 1500 }],
      },
      {
        when: { ...DATA, block: 4, ...ONCE },
        then: [{ action: "delay", ms: 2000 }],
      },
    ],
  },
  {
    name: "slow-last-data",
    description: "The last DATA takes 3 s",
    expect: "finish",
    rules: [{ when: LAST, then: [{ action: "delay", ms: 3000 }] }],
  },
  {
    name: "wrong-data-block",
    description: "DATA 2 has the block number 1002, once",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{ action: "rewrite", block: 1002 }],
    }],
  },
  {
    name: "block-zero",
    description: "DATA 2 has the block number 0, once",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{ action: "rewrite", block: 0 }],
    }],
  },
  {
    name: "oversized-data",
    description: "DATA 2 is longer than the block size, by 188 octets",
    expect: "fail",
    rules: [{
      when: SECOND,
      then: [{ action: "resize", sizeBytes: "+188" }],
    }],
  },
  {
    name: "short-data",
    description: "DATA 2 has one octet less, which ends the file; then silence",
    rules: [{
      when: SECOND,
      then: [{ action: "resize", sizeBytes: "-1" }, STOP],
    }],
  },
  {
    name: "empty-data",
    description: "DATA 2 is empty, which ends the file; then silence",
    rules: [{ when: SECOND, then: [{ action: "resize", sizeBytes: 0 }, STOP] }],
  },
  {
    name: "corrupt-data",
    description: "One octet of DATA 2 is wrong, which UDP alone cannot tell",
    expect: "finish",
    rules: [{ when: SECOND, then: [{ action: "corrupt", offset: 4 }] }],
  },
  {
    name: "read-bad-opcode",
    description: "DATA 2 has the opcode 9, once",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{ action: "rewrite", opcode: 9 }],
    }],
  },
  {
    name: "request-back",
    description: "The client is sent a read request of its own before DATA 2",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{
        action: "send",
        place: "before",
        packet: { type: "raw", hex: "00 01 61 00 6f 63 74 65 74 00" },
      }],
    }],
  },
  {
    name: "read-denied",
    description: "A read request gets ERROR 2, access violation",
    expect: "fail",
    rules: [{
      when: { packet: "RRQ" },
      then: [{ action: "error", code: 2, text: "Access violation" }],
    }],
  },
  {
    name: "read-error",
    description: "ERROR 0 instead of DATA 2",
    expect: "fail",
    rules: [{
      when: SECOND,
      then: [{ action: "error", code: 0, text: "Something went wrong" }],
    }],
  },
  {
    name: "read-error-last",
    description: "ERROR 3 instead of the last DATA",
    expect: "fail",
    rules: [{
      when: LAST,
      then: [{ action: "error", code: 3, text: "Disk full" }],
    }],
  },
  {
    name: "read-bad-error-code",
    description: "ERROR 99, which no document knows, instead of DATA 2",
    expect: "fail",
    rules: [{
      when: SECOND,
      then: [{ action: "error", code: 99, text: "No such code" }],
    }],
  },
  {
    name: "read-wrong-port",
    description: "DATA 2 comes from another port, once",
    expect: "finish",
    rules: [{ when: { ...SECOND, ...ONCE }, then: [{ action: "stranger" }] }],
  },
  {
    name: "stranger-data",
    description: "Another port sends a DATA 2 of its own instead, once",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{
        action: "send",
        from: "stranger",
        packet: { type: "DATA", block: 2, sizeBytes: 512 },
      }],
    }],
  },
  {
    name: "stranger-error",
    description: "Another port sends an ERROR before DATA 2",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{
        action: "send",
        from: "stranger",
        place: "before",
        packet: { type: "ERROR", code: 0, text: "Not your transfer" },
      }],
    }],
  },
];
