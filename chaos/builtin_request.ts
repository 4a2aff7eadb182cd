// What a client meets around its request and its options (RFC 2347, 2348, 2349, 7440), and in transfers of either kind.

import type { ChaosAction, ChaosCondition, ChaosScenario } from "./scenario.ts";

const REQUEST = { packet: ["RRQ", "WRQ"] } as const;
const OACK = { packet: "OACK" } as const;
const STEP = { packet: ["DATA", "ACK"], block: 2, transmission: 1 } as const;
const DROP = { action: "drop" } as const;

/** An OACK with other values. */
function withOptions(set: Readonly<Record<string, string>>): ChaosAction {
  return { action: "options", set };
}

function both(when: ChaosCondition): ChaosCondition {
  return { ...when, direction: "both" };
}

/** Misbehaving answers to requests, and misbehaving networks. */
export const REQUEST_SCENARIOS: readonly ChaosScenario[] = [
  {
    name: "calm",
    description: "Nothing is done",
    expect: "finish",
    rules: [],
  },
  {
    name: "drop-request",
    description: "The first request is lost",
    expect: "finish",
    rules: [{ when: { ...REQUEST, nth: 1 }, then: [DROP] }],
  },
  {
    name: "not-found",
    description: "Every request gets ERROR 1, file not found",
    expect: "fail",
    rules: [{
      when: REQUEST,
      then: [{ action: "error", code: 1, text: "File not found" }],
    }],
  },
  {
    name: "long-error",
    description: "Every request gets an ERROR with 490 octets of text",
    expect: "fail",
    rules: [{
      when: REQUEST,
      then: [{ action: "error", code: 1, text: "No! ".repeat(122) + "No" }],
    }],
  },
  {
    name: "bare-error",
    description: "Every request gets an ERROR of four octets, without a text",
    expect: "fail",
    rules: [{
      when: REQUEST,
      then: [
        { action: "send", packet: { type: "raw", hex: "00 05 00 01" } },
        { action: "stop" },
      ],
    }],
  },
  {
    name: "options-refused",
    description: "A request with options gets ERROR 8; one without is served",
    rules: [{
      when: { ...REQUEST, hasOptions: true },
      then: [{ action: "error", code: 8, text: "Options are not welcome" }],
    }],
  },
  {
    name: "options-silence",
    description: "A request with options gets no answer; one without is served",
    rules: [{
      when: { ...REQUEST, hasOptions: true },
      then: [DROP, { action: "stop" }],
    }],
  },
  {
    name: "drop-oack",
    description: "The OACK is lost once",
    expect: "finish",
    rules: [{ when: { ...OACK, nth: 1 }, then: [DROP] }],
  },
  {
    name: "duplicate-oack",
    description: "The OACK comes twice",
    expect: "finish",
    rules: [{ when: { ...OACK, nth: 1 }, then: [{ action: "duplicate" }] }],
  },
  {
    name: "late-oack",
    description: "An OACK comes before block 2, as if it had been delayed",
    rules: [{
      when: STEP,
      then: [{
        action: "send",
        place: "before",
        packet: { type: "OACK", options: { blksize: "512" } },
      }],
    }],
  },
  {
    name: "oack-unasked",
    description: "The OACK has an option that was not asked for",
    expect: "fail",
    rules: [{ when: OACK, then: [withOptions({ "x-unasked": "1" })] }],
  },
  {
    name: "oack-larger-blksize",
    description: "The OACK has a larger block size than was asked for",
    expect: "fail",
    rules: [{ when: OACK, then: [withOptions({ blksize: "+512" })] }],
  },
  {
    name: "oack-zero-blksize",
    description: "The OACK has the block size 0",
    expect: "fail",
    rules: [{ when: OACK, then: [withOptions({ blksize: "0" })] }],
  },
  {
    name: "oack-junk-blksize",
    description: "The OACK has a block size that is no number",
    expect: "fail",
    rules: [{ when: OACK, then: [withOptions({ blksize: "abc" })] }],
  },
  {
    name: "oack-larger-windowsize",
    description: "The OACK has a larger window than was asked for",
    expect: "fail",
    rules: [{ when: OACK, then: [withOptions({ windowsize: "+8" })] }],
  },
  {
    name: "oack-other-timeout",
    description: "The OACK has another timeout than was asked for",
    expect: "fail",
    rules: [{ when: OACK, then: [withOptions({ timeout: "+3" })] }],
  },
  {
    name: "oack-wrong-tsize",
    description: "The OACK announces a file that is longer than what comes",
    rules: [{ when: OACK, then: [withOptions({ tsize: "+5000" })] }],
  },
  {
    name: "oack-empty",
    description: "The OACK has no options in it",
    rules: [{
      when: OACK,
      then: [{ action: "send", packet: { type: "OACK", options: {} } }],
    }],
  },
  {
    name: "truncated-packet",
    description: "Block 2 comes as three octets, once",
    expect: "finish",
    rules: [{ when: STEP, then: [{ action: "truncate", sizeBytes: 3 }] }],
  },
  {
    name: "empty-packet",
    description: "A datagram without an octet comes before block 2",
    expect: "finish",
    rules: [{
      when: STEP,
      then: [{
        action: "send",
        place: "before",
        packet: { type: "raw", hex: "" },
      }],
    }],
  },
  {
    name: "slow",
    description: "Everything takes 700 ms",
    expect: "finish",
    rules: [{
      when: { direction: "to-client" },
      then: [{ action: "delay", ms: 700 }],
    }],
  },
  {
    name: "jitter",
    description: "Everything takes up to 300 ms, and overtakes",
    expect: "finish",
    rules: [{
      when: both({}),
      then: [{ action: "delay", ms: 1, jitterMs: 299 }],
    }],
  },
  {
    name: "drop-every-first",
    description: "Everything the server sends is lost the first time",
    expect: "finish",
    rules: [{
      when: { direction: "to-client", transmission: 1 },
      then: [DROP],
    }],
  },
  {
    name: "duplicate-all",
    description: "Everything comes twice, either way",
    expect: "finish",
    rules: [{
      when: both({ packet: ["DATA", "ACK", "OACK"] }),
      then: [{ action: "duplicate" }],
    }],
  },
  {
    name: "lossy",
    description: "One packet in ten is lost, either way",
    expect: "finish",
    rules: [{ when: both({ probability: 0.1 }), then: [DROP] }],
  },
  {
    name: "storm",
    description: "Loss, delays, copies and disorder, one packet in twenty each",
    expect: "finish",
    rules: [
      { when: both({ probability: 0.05 }), then: [DROP] },
      {
        when: both({ probability: 0.05 }),
        then: [{ action: "delay", ms: 100, jitterMs: 900 }],
      },
      {
        when: both({ probability: 0.05 }),
        then: [{ action: "duplicate", afterMs: 50 }],
      },
      { when: both({ probability: 0.05 }), then: [{ action: "swap" }] },
    ],
  },
];
