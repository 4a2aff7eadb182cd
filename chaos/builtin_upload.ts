// What a client meets in uploads. Block 2 is meant where any block in the middle would do.

import type { ChaosScenario } from "./scenario.ts";

const WRITE = { operation: "write" } as const;
const ACK = { ...WRITE, packet: "ACK" } as const;
const ONCE = { transmission: 1 } as const;
const SECOND = { ...ACK, block: 2 } as const;
const LAST = { ...ACK, block: "last" } as const;
const DROP = { action: "drop" } as const;
const STOP = { action: "stop" } as const;

/** Misbehaving uploads. */
export const UPLOAD_SCENARIOS: readonly ChaosScenario[] = [
  {
    name: "write-silence",
    description: "A write request gets no answer at all",
    expect: "fail",
    rules: [{ when: { packet: "WRQ" }, then: [DROP, STOP] }],
  },
  {
    name: "stop-ack",
    description: "Silence from ACK 2 on",
    expect: "fail",
    rules: [{ when: SECOND, then: [DROP, STOP] }],
  },
  {
    name: "no-last-ack",
    description: "The last ACK never comes",
    expect: "fail",
    rules: [{ when: LAST, then: [DROP] }],
  },
  {
    name: "drop-ack",
    description: "ACK 2 is lost once",
    expect: "finish",
    rules: [{ when: { ...SECOND, ...ONCE }, then: [DROP] }],
  },
  {
    name: "drop-last-ack",
    description: "The last ACK is lost once",
    expect: "finish",
    rules: [{ when: { ...LAST, ...ONCE }, then: [DROP] }],
  },
  {
    name: "skip-ack",
    description: "ACK 2 never comes, although all others would",
    expect: "fail",
    rules: [{ when: SECOND, then: [DROP] }],
  },
  {
    name: "drop-client-data",
    description: "The client's DATA 2 is lost once",
    expect: "finish",
    rules: [{
      when: {
        ...WRITE,
        packet: "DATA",
        direction: "from-client",
        block: 2,
        ...ONCE,
      },
      then: [DROP],
    }],
  },
  {
    name: "reorder-ack",
    description:
      "ACK 3, for a block that was never sent, and ACK 2 in this order",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{
        action: "send",
        place: "before",
        packet: { type: "ACK", block: "+1" },
      }],
    }],
  },
  {
    name: "duplicate-ack",
    description:
      "ACK 2 comes twice: DATA 3 must not (RFC 1123 section 4.2.3.1)",
    expect: "finish",
    rules: [{ when: { ...SECOND, ...ONCE }, then: [{ action: "duplicate" }] }],
  },
  {
    name: "duplicate-last-ack",
    description: "The last ACK comes twice",
    expect: "finish",
    rules: [{ when: { ...LAST, ...ONCE }, then: [{ action: "duplicate" }] }],
  },
  {
    name: "wrong-ack-block",
    description: "ACK 2 has the block number 1002, once",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{ action: "rewrite", block: 1002 }],
    }],
  },
  {
    name: "old-ack",
    description: "ACK 1 comes again before ACK 2",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{
        action: "send",
        place: "before",
        packet: { type: "ACK", block: 1 },
      }],
    }],
  },
  {
    name: "padded-ack",
    description:
      "Every ACK has zeros behind it, up to 46 octets, as Ethernet has",
    expect: "finish",
    rules: [{ when: ACK, then: [{ action: "resize", sizeBytes: 42 }] }],
  },
  {
    name: "write-bad-opcode",
    description: "ACK 2 has the opcode 9, once",
    expect: "finish",
    rules: [{
      when: { ...SECOND, ...ONCE },
      then: [{ action: "rewrite", opcode: 9 }],
    }],
  },
  {
    name: "write-denied",
    description: "A write request gets ERROR 2, access violation",
    expect: "fail",
    rules: [{
      when: { packet: "WRQ" },
      then: [{ action: "error", code: 2, text: "Access violation" }],
    }],
  },
  {
    name: "write-exists",
    description: "A write request gets ERROR 6, file already exists",
    expect: "fail",
    rules: [{
      when: { packet: "WRQ" },
      then: [{ action: "error", code: 6, text: "File already exists" }],
    }],
  },
  {
    name: "write-error",
    description: "ERROR 3, disk full, instead of ACK 2",
    expect: "fail",
    rules: [{
      when: SECOND,
      then: [{ action: "error", code: 3, text: "Disk full" }],
    }],
  },
  {
    name: "write-error-last",
    description: "ERROR 3, disk full, instead of the last ACK",
    expect: "fail",
    rules: [{
      when: LAST,
      then: [{ action: "error", code: 3, text: "Disk full" }],
    }],
  },
  {
    name: "write-bad-error-code",
    description: "ERROR 99, which no document knows, instead of ACK 2",
    expect: "fail",
    rules: [{
      when: SECOND,
      then: [{ action: "error", code: 99, text: "No such code" }],
    }],
  },
  {
    name: "write-wrong-port",
    description: "ACK 2 comes from another port, once",
    expect: "finish",
    rules: [{ when: { ...SECOND, ...ONCE }, then: [{ action: "stranger" }] }],
  },
];
