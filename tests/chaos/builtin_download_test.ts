/**
 * What our own client makes of each built-in scenario of this kind, and what goes over the wire.
 *
 * @module
 */

import { DOWNLOAD_SCENARIOS } from "../../chaos/builtin_download.ts";
import { type Row, testTable } from "./_chaos.ts";

const ROWS: readonly Row[] = [
  {
    "scenario": "read-silence",
    "result": "TransferTimeoutError: No answer from 10.",
    "outcome": "gave-up",
    "deed": 'dropped RRQ "file" octet',
    "wire": [
      '+1000 ms: C > 69 RRQ "file" octet',
      '+2000 ms: C > 69 RRQ "file" octet',
      '+4000 ms: C > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "stop-data",
    "result": "TransferTimeoutError: 10.0.0.1:49153 fel",
    "outcome": "gave-up",
    "deed": "dropped DATA 3 (512 octets)",
    "wire": [
      "+100 ms: C > a ACK 2",
      "+200 ms: C > a ACK 2",
      "+400 ms: C > a ACK 2",
    ],
  },
  {
    "scenario": "no-last-data",
    "result": "TransferTimeoutError: 10.0.0.1:49153 fel",
    "outcome": "gave-up",
    "deed": "dropped DATA 4 (264 octets)",
    "wire": [
      "+100 ms: C > a ACK 3",
      "+200 ms: C > a ACK 3",
      "+400 ms: C > a ACK 3",
    ],
  },
  {
    "scenario": "drop-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped DATA 3 (512 octets)",
    "wire": [
      "+50 ms: a > C DATA 3 (512 octets)",
      "C > a ACK 3",
      "a > C DATA 4 (264 octets)",
    ],
  },
  {
    "scenario": "drop-first-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped DATA 1 (512 octets)",
    "wire": [
      '+1000 ms: C > 69 RRQ "file" octet',
      "a > C DATA 1 (512 octets)",
      "C > a ACK 1",
    ],
  },
  {
    "scenario": "drop-last-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped DATA 4 (264 octets)",
    "wire": [
      "+50 ms: a > C DATA 4 (264 octets)",
      "C > a ACK 4",
    ],
  },
  {
    "scenario": "drop-client-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped ACK 2",
    "wire": [
      "+50 ms: a > C DATA 2 (512 octets)",
      "C > a ACK 2",
      "a > C DATA 3 (512 octets)",
    ],
  },
  {
    "scenario": "lost-last-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped ACK 4",
    "wire": [
      "+50 ms: a > C DATA 4 (264 octets)",
      "C > a ACK 4",
    ],
  },
  {
    "scenario": "skip-data",
    "result": "TransferTimeoutError: 10.0.0.1:49153 fel",
    "outcome": "gave-up",
    "deed": "acknowledged DATA 3 (512 octets) in the client's name",
    "wire": [
      "a > C DATA 4 (264 octets)",
      "+50 ms: a > C DATA 4 (264 octets)",
      "+50 ms: C > a ACK 2",
    ],
  },
  {
    "scenario": "reorder-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "acknowledged DATA 2 (512 octets) in the client's name",
    "wire": [
      "a > C DATA 3 (512 octets)",
      "a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "burst-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "acknowledged DATA 1 (512 octets) in the client's name",
    "wire": [],
  },
  {
    "scenario": "duplicate-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent DATA 2 (512 octets) again",
    "wire": [
      "a > C DATA 2 (512 octets)",
      "C > a ACK 2",
      "a > C DATA 3 (512 octets)",
    ],
  },
  {
    "scenario": "duplicate-last-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent DATA 4 (264 octets) again",
    "wire": [
      "a > C DATA 4 (264 octets)",
      "C > a ACK 4",
    ],
  },
  {
    "scenario": "late-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent DATA 2 (512 octets) again after 1500 ms",
    "wire": [
      "+50 ms: a > C DATA 4 (264 octets)",
      "C > a ACK 4",
      "+1450 ms: a > C DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "slow-last-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "delayed DATA 4 (264 octets) by 3000 ms",
    "wire": [
      "+100 ms: C > a ACK 3",
      "+200 ms: C > a ACK 3",
      "+400 ms: C > a ACK 3",
    ],
  },
  {
    "scenario": "wrong-data-block",
    "result": "ok",
    "outcome": "finished",
    "deed": "changed DATA 2 (512 octets) to DATA 1002 (512 octets)",
    "wire": [
      "a > C DATA 1002 (512 octets)",
      "+50 ms: a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "block-zero",
    "result": "ok",
    "outcome": "finished",
    "deed": "changed DATA 2 (512 octets) to DATA 0 (512 octets)",
    "wire": [
      "a > C DATA 0 (512 octets)",
      "+50 ms: a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "oversized-data",
    "result": "TftpError: DATA came with more than",
    "outcome": "refused",
    "deed": "changed DATA 2 (512 octets) to DATA 2 (700 octets)",
    "wire": [
      "a > C DATA 2 (700 octets)",
      'C > a ERROR 4 "DATA came with more than the 512 octets of a block that were agreed on"',
    ],
  },
  {
    "scenario": "short-data",
    "result": "other, 1023 octets",
    "outcome": "finished-early",
    "deed": "changed DATA 2 (512 octets) to DATA 2 (511 octets)",
    "wire": [
      "a > C DATA 2 (511 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "empty-data",
    "result": "other, 512 octets",
    "outcome": "finished-early",
    "deed": "changed DATA 2 (512 octets) to DATA 2 (0 octets)",
    "wire": [
      "a > C DATA 2 (0 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "corrupt-data",
    "result": "other, 1800 octets",
    "outcome": "finished",
    "deed": "corrupted DATA 2 (512 octets)",
    "wire": [],
  },
  {
    "scenario": "read-bad-opcode",
    "result": "ok",
    "outcome": "finished",
    "deed":
      "changed DATA 2 (512 octets) to malformed, 516 octets: 00 09 00 02 01 08 0f 16 1d 24 2b 32 39 40 47 4e … (Cannot decode packet as its opcode must be 1 to 6: current value is 9)",
    "wire": [
      "a > C malformed, 516 octets: 00 09 00 02 01 08 0f 16 1d 24 2b 32 39 40 47 4e … (Cannot decode packet as its opcode must be 1 to 6: current value is 9)",
      "+50 ms: a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "request-back",
    "result": "ok",
    "outcome": "finished",
    "deed": 'sent a made-up RRQ "a" octet before DATA 2 (512 octets)',
    "wire": [
      'a > C RRQ "a" octet',
      "a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "read-denied",
    "result": "TftpError: Access violation",
    "outcome": "stopped",
    "deed": 'sent ERROR 2 "Access violation" instead of RRQ "file" octet',
    "wire": [
      '69 > C ERROR 2 "Access violation"',
    ],
  },
  {
    "scenario": "read-error",
    "result": "TftpError: Something went wrong",
    "outcome": "stopped",
    "deed":
      'sent ERROR 0 "Something went wrong" instead of DATA 2 (512 octets)',
    "wire": [
      'a > C ERROR 0 "Something went wrong"',
    ],
  },
  {
    "scenario": "read-error-last",
    "result": "TftpError: Disk full",
    "outcome": "stopped",
    "deed": 'sent ERROR 3 "Disk full" instead of DATA 4 (264 octets)',
    "wire": [
      'a > C ERROR 3 "Disk full"',
    ],
  },
  {
    "scenario": "read-bad-error-code",
    "result": "TftpError: No such code",
    "outcome": "stopped",
    "deed": 'sent ERROR 99 "No such code" instead of DATA 2 (512 octets)',
    "wire": [
      'a > C ERROR 99 "No such code"',
    ],
  },
  {
    "scenario": "read-wrong-port",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent DATA 2 (512 octets) from another port",
    "wire": [
      "b > C DATA 2 (512 octets)",
      'C > b ERROR 5 "Unknown transfer ID"',
      "+50 ms: a > C DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "stranger-data",
    "result": "ok",
    "outcome": "finished",
    "deed":
      "sent a made-up DATA 2 (512 octets) from another port instead of DATA 2 (512 octets)",
    "wire": [
      "b > C DATA 2 (512 octets)",
      'C > b ERROR 5 "Unknown transfer ID"',
      "+50 ms: a > C DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "stranger-error",
    "result": "ok",
    "outcome": "finished",
    "deed":
      'sent a made-up ERROR 0 "Not your transfer" from another port before DATA 2 (512 octets)',
    "wire": [
      'b > C ERROR 0 "Not your transfer"',
      "a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
];

testTable(DOWNLOAD_SCENARIOS, ROWS, () => ({}));
