import {
  DEFAULT_SETTINGS,
  TftpError,
  TransferTimeoutError,
} from "../../packet/mod.ts";
import type {
  RequestInfo,
  ServerEvent,
  TransferSummary,
} from "../../server.ts";
import { emptyStatistics } from "../../transfer/mod.ts";

/** A request for `boot.img`, with options. */
export const REQUEST: RequestInfo = {
  id: 7,
  operation: "read",
  filename: "boot.img",
  mode: "octet",
  options: [["tsize", "0"], ["BLKSIZE", "1428"]],
  remote: { transport: "udp", hostname: "::ffff:192.0.2.7", port: 50000 },
  local: { transport: "udp", hostname: "::", port: 69 },
};

/** A transfer of 3 MB in a second and a half. */
export const TRANSFER: TransferSummary = {
  settings: DEFAULT_SETTINGS,
  acknowledged: [["tsize", "3000000"], ["BLKSIZE", "1428"]],
  statistics: { ...emptyStatistics(), blocks: 2101, bytes: 3_000_000 },
  durationMs: 1500.1234567,
  roundTripMs: 0.1234567,
  isLastAckMissing: false,
};

const request = REQUEST;
const transfer = TRANSFER;

/** One event of each type, with its level, its text behind the client's address, and what its record has besides. */
export const EVENTS: readonly {
  event: ServerEvent;
  level: string;
  text: string;
  details: object;
}[] = [
  {
    event: { type: "request", request },
    level: "DEBUG",
    text: 'read "boot.img" asked, mode "octet", tsize=0 BLKSIZE=1428',
    details: { options: { tsize: "0", blksize: "1428" } },
  },
  {
    event: {
      type: "negotiated",
      request,
      settings: DEFAULT_SETTINGS,
      acknowledged: [["windowsize", "4"]],
    },
    level: "DEBUG",
    text: 'read "boot.img" begins, windowsize=4',
    details: { options: { windowsize: "4" } },
  },
  {
    event: {
      type: "progress",
      request,
      bytes: 1_500_000,
      size: 3_000_000,
      durationMs: 1000.4,
    },
    level: "DEBUG",
    text: 'read "boot.img" has 1.5 MB of 3.0 MB after 1.00 s (1.5 MB/s)',
    details: { bytes: 1_500_000, size: 3_000_000, seconds: 1.0004 },
  },
  {
    event: {
      type: "progress",
      request,
      bytes: 1_500_000,
      size: null,
      durationMs: 2000,
    },
    level: "DEBUG",
    text: 'read "boot.img" has 1.5 MB after 2.00 s (750.0 kB/s)',
    details: { bytes: 1_500_000, seconds: 2 },
  },
  {
    event: { type: "finished", request, transfer },
    level: "INFO",
    text:
      'read "boot.img" 3.0 MB in 1.50 s (2.0 MB/s), tsize=3000000 BLKSIZE=1428',
    details: {
      options: { tsize: "3000000", blksize: "1428" },
      bytes: 3_000_000,
      seconds: 1.500123,
      retransmissions: 0,
      timeouts: 0,
      roundTripMs: 0.123,
    },
  },
  {
    event: {
      type: "probed",
      request,
      transfer: { ...transfer, statistics: emptyStatistics(), roundTripMs: -1 },
    },
    level: "DEBUG",
    text: 'read "boot.img" asked for the size only, tsize=3000000 BLKSIZE=1428',
    details: {
      options: { tsize: "3000000", blksize: "1428" },
      bytes: 0,
      seconds: 1.500123,
      retransmissions: 0,
      timeouts: 0,
    },
  },
  {
    event: {
      type: "failed",
      request,
      transfer: {
        ...transfer,
        acknowledged: [],
        statistics: { ...transfer.statistics, retransmissions: 2, timeouts: 1 },
      },
      error: new TransferTimeoutError("The client fell silent"),
    },
    level: "WARN",
    text:
      'read "boot.img" failed after 3.0 MB and 1.50 s: The client fell silent, 2 retransmissions',
    details: {
      options: {},
      bytes: 3_000_000,
      seconds: 1.500123,
      retransmissions: 2,
      timeouts: 1,
      roundTripMs: 0.123,
      reason: "The client fell silent",
    },
  },
  {
    event: {
      type: "refused",
      request,
      code: 1,
      error: new TftpError(
        1,
        "Cannot send file: No such file or directory (os error 2): realpath './srv/x'",
      ),
    },
    level: "INFO",
    text:
      'read "boot.img" refused with code 1: Cannot send file: No such file or directory',
    details: {
      code: 1,
      reason:
        "Cannot send file: No such file or directory (os error 2): realpath './srv/x'",
    },
  },
  {
    event: { type: "dropped", request, reason: "256 transfers are under way" },
    level: "WARN",
    text: 'read "boot.img" left unanswered: 256 transfers are under way',
    details: { reason: "256 transfers are under way" },
  },
  {
    event: { type: "retransmission", request, block: 5, silenceMs: 1000 },
    level: "DEBUG",
    text: 'read "boot.img" silent for 1.00 s, sent again from block 5',
    details: { block: 5 },
  },
  {
    event: { type: "gap", request, block: 6 },
    level: "DEBUG",
    text: 'read "boot.img" lost block 6',
    details: { block: 6 },
  },
  {
    event: { type: "unexpected", request, packet: "ACK 9" },
    level: "DEBUG",
    text: 'read "boot.img" ignored a packet that has no place: ACK 9',
    details: { packet: "ACK 9" },
  },
];

/** An event that belongs to no request. */
export const IGNORED: ServerEvent = {
  type: "ignored",
  remote: { transport: "udp", hostname: "2001:db8::7", port: 50000 },
  packet: "ACK 3",
};
