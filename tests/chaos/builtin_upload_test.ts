/**
 * What our own client makes of each built-in scenario of this kind, and what goes over the wire.
 *
 * @module
 */

import { UPLOAD_SCENARIOS } from "../../chaos/builtin_upload.ts";
import { type Row, testTable } from "./_chaos.ts";

const ROWS: readonly Row[] = [
  {
    "scenario": "write-silence",
    "result": "TransferTimeoutError: No answer from 10.",
    "outcome": "gave-up",
    "deed": 'dropped WRQ "file" octet',
    "wire": [
      '+1000 ms: C > 69 WRQ "file" octet',
      '+2000 ms: C > 69 WRQ "file" octet',
      '+4000 ms: C > 69 WRQ "file" octet',
    ],
  },
  {
    "scenario": "stop-ack",
    "result": "TransferTimeoutError: 10.0.0.1:49153 fel",
    "outcome": "gave-up",
    "deed": "dropped ACK 2",
    "wire": [
      "+50 ms: C > a DATA 2 (512 octets)",
      "+100 ms: C > a DATA 2 (512 octets)",
      "+200 ms: C > a DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "no-last-ack",
    "result": "TransferTimeoutError: 10.0.0.1:49153 fel",
    "outcome": "gave-up",
    "deed": "dropped ACK 4",
    "wire": [
      "+50 ms: C > a DATA 4 (264 octets)",
      "+100 ms: C > a DATA 4 (264 octets)",
      "+200 ms: C > a DATA 4 (264 octets)",
    ],
  },
  {
    "scenario": "drop-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped ACK 2",
    "wire": [
      "+50 ms: C > a DATA 2 (512 octets)",
      "a > C ACK 2",
      "C > a DATA 3 (512 octets)",
    ],
  },
  {
    "scenario": "drop-last-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped ACK 4",
    "wire": [
      "+50 ms: C > a DATA 4 (264 octets)",
      "a > C ACK 4",
    ],
  },
  {
    "scenario": "skip-ack",
    "result": "TransferTimeoutError: 10.0.0.1:49153 fel",
    "outcome": "gave-up",
    "deed": "dropped ACK 2",
    "wire": [
      "+50 ms: C > a DATA 2 (512 octets)",
      "+100 ms: C > a DATA 2 (512 octets)",
      "+200 ms: C > a DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "drop-client-data",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped DATA 2 (512 octets)",
    "wire": [
      "+50 ms: C > a DATA 2 (512 octets)",
      "a > C ACK 2",
      "C > a DATA 3 (512 octets)",
    ],
  },
  {
    "scenario": "reorder-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent a made-up ACK 3 before ACK 2",
    "wire": [
      "a > C ACK 3",
      "a > C ACK 2",
      "C > a DATA 3 (512 octets)",
    ],
  },
  {
    "scenario": "duplicate-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent ACK 2 again",
    "wire": [
      "a > C ACK 2",
      "a > C ACK 3",
      "C > a DATA 4 (264 octets)",
    ],
  },
  {
    "scenario": "duplicate-last-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent ACK 4 again",
    "wire": [
      "a > C ACK 4",
    ],
  },
  {
    "scenario": "wrong-ack-block",
    "result": "ok",
    "outcome": "finished",
    "deed": "changed ACK 2 to ACK 1002",
    "wire": [
      "a > C ACK 1002",
      "+50 ms: C > a DATA 2 (512 octets)",
      "a > C ACK 2",
    ],
  },
  {
    "scenario": "old-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent a made-up ACK 1 before ACK 2",
    "wire": [
      "a > C ACK 1",
      "a > C ACK 2",
      "C > a DATA 3 (512 octets)",
    ],
  },
  {
    "scenario": "padded-ack",
    "result": "ok",
    "outcome": "finished",
    "deed": "made ACK 0 46 octets long",
    "wire": [],
  },
  {
    "scenario": "write-bad-opcode",
    "result": "ok",
    "outcome": "finished",
    "deed":
      "changed ACK 2 to malformed, 4 octets: 00 09 00 02 (Cannot decode packet as its opcode must be 1 to 6: current value is 9)",
    "wire": [
      "a > C malformed, 4 octets: 00 09 00 02 (Cannot decode packet as its opcode must be 1 to 6: current value is 9)",
      "+50 ms: C > a DATA 2 (512 octets)",
      "a > C ACK 2",
    ],
  },
  {
    "scenario": "write-denied",
    "result": "TftpError: Access violation",
    "outcome": "stopped",
    "deed": 'sent ERROR 2 "Access violation" instead of WRQ "file" octet',
    "wire": [
      '69 > C ERROR 2 "Access violation"',
    ],
  },
  {
    "scenario": "write-exists",
    "result": "TftpError: File already exists",
    "outcome": "stopped",
    "deed": 'sent ERROR 6 "File already exists" instead of WRQ "file" octet',
    "wire": [
      '69 > C ERROR 6 "File already exists"',
    ],
  },
  {
    "scenario": "write-error",
    "result": "TftpError: Disk full",
    "outcome": "stopped",
    "deed": 'sent ERROR 3 "Disk full" instead of ACK 2',
    "wire": [
      'a > C ERROR 3 "Disk full"',
    ],
  },
  {
    "scenario": "write-error-last",
    "result": "TftpError: Disk full",
    "outcome": "stopped",
    "deed": 'sent ERROR 3 "Disk full" instead of ACK 4',
    "wire": [
      'a > C ERROR 3 "Disk full"',
    ],
  },
  {
    "scenario": "write-bad-error-code",
    "result": "TftpError: No such code",
    "outcome": "stopped",
    "deed": 'sent ERROR 99 "No such code" instead of ACK 2',
    "wire": [
      'a > C ERROR 99 "No such code"',
    ],
  },
  {
    "scenario": "write-wrong-port",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent ACK 2 from another port",
    "wire": [
      "b > C ACK 2",
      'C > b ERROR 5 "Unknown transfer ID"',
      "+50 ms: C > a DATA 2 (512 octets)",
    ],
  },
];

testTable(UPLOAD_SCENARIOS, ROWS, () => ({ operation: "write" }));
