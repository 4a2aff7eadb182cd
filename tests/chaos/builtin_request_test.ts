/**
 * What our own client makes of each built-in scenario of this kind, and what goes over the wire.
 *
 * @module
 */

import { REQUEST_SCENARIOS } from "../../chaos/builtin_request.ts";
import { type MeetingOptions, type Row, testTable } from "./_chaos.ts";

const ROWS: readonly Row[] = [
  {
    "scenario": "calm",
    "result": "ok",
    "outcome": "finished",
    "deed": "",
    "wire": [],
  },
  {
    "scenario": "drop-request",
    "result": "ok",
    "outcome": "finished",
    "deed": 'dropped RRQ "file" octet',
    "wire": [
      '+1000 ms: C > 69 RRQ "file" octet',
      "a > C DATA 1 (512 octets)",
      "C > a ACK 1",
    ],
  },
  {
    "scenario": "not-found",
    "result": "TftpError: File not found",
    "outcome": "stopped",
    "deed": 'sent ERROR 1 "File not found" instead of RRQ "file" octet',
    "wire": [
      '69 > C ERROR 1 "File not found"',
    ],
  },
  {
    "scenario": "long-error",
    "result": "TftpError: No! No! No! No! No! No! No! N",
    "outcome": "stopped",
    "deed":
      'sent ERROR 1 "No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No" instead of RRQ "file" octet',
    "wire": [
      '69 > C ERROR 1 "No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No! No"',
    ],
  },
  {
    "scenario": "bare-error",
    "result": "TftpError: File not found",
    "outcome": "stopped",
    "deed": 'sent a made-up ERROR 1 "" instead of RRQ "file" octet',
    "wire": [
      '69 > C ERROR 1 ""',
    ],
  },
  {
    "scenario": "options-refused",
    "result": "ok",
    "outcome": "retried",
    "deed":
      'sent ERROR 8 "Options are not welcome" instead of RRQ "file" octet blksize=700 timeout=3 tsize=0 windowsize=2',
    "wire": [
      '69 > C ERROR 8 "Options are not welcome"',
      'C1 > 69 RRQ "file" octet',
      "a > C1 DATA 1 (512 octets)",
    ],
  },
  {
    "scenario": "options-silence",
    "result": "ok",
    "outcome": "retried",
    "deed":
      'dropped RRQ "file" octet blksize=700 timeout=3 tsize=0 windowsize=2',
    "wire": [
      '+1000 ms: C > 69 RRQ "file" octet blksize=700 timeout=3 tsize=0 windowsize=2',
      '+2000 ms: C > 69 RRQ "file" octet blksize=700 timeout=3 tsize=0 windowsize=2',
      '+4000 ms: C > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "drop-oack",
    "result": "ok",
    "outcome": "finished",
    "deed": "dropped OACK blksize=700 timeout=3 tsize=1800 windowsize=2",
    "wire": [
      '+1000 ms: C > 69 RRQ "file" octet blksize=700 timeout=3 tsize=0 windowsize=2',
      "a > C OACK blksize=700 timeout=3 tsize=1800 windowsize=2",
      "C > a ACK 0",
    ],
  },
  {
    "scenario": "duplicate-oack",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent OACK blksize=700 timeout=3 tsize=1800 windowsize=2 again",
    "wire": [
      "a > C OACK blksize=700 timeout=3 tsize=1800 windowsize=2",
      "C > a ACK 0",
      "a > C DATA 1 (700 octets)",
    ],
  },
  {
    "scenario": "late-oack",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent a made-up OACK blksize=512 before DATA 2 (700 octets)",
    "wire": [
      "a > C OACK blksize=512",
      "a > C DATA 2 (700 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "oack-unasked",
    "result": "ok",
    "outcome": "refused",
    "deed":
      "changed OACK blksize=700 timeout=3 tsize=1800 windowsize=2 to OACK blksize=700 timeout=3 tsize=1800 windowsize=2 x-unasked=1",
    "wire": [
      "a > C OACK blksize=700 timeout=3 tsize=1800 windowsize=2 x-unasked=1",
      'C > a ERROR 8 "Cannot accept OACK: option \\"x-unasked\\" was not asked for"',
      'C1 > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "oack-larger-blksize",
    "result": "ok",
    "outcome": "refused",
    "deed":
      "changed OACK blksize=700 timeout=3 tsize=1800 windowsize=2 to OACK blksize=1212 timeout=3 tsize=1800 windowsize=2",
    "wire": [
      "a > C OACK blksize=1212 timeout=3 tsize=1800 windowsize=2",
      'C > a ERROR 8 "Cannot accept OACK: option \\"blksize\\" was asked for as \\"700\\", not \\"1212\\""',
      'C1 > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "oack-zero-blksize",
    "result": "ok",
    "outcome": "refused",
    "deed":
      "changed OACK blksize=700 timeout=3 tsize=1800 windowsize=2 to OACK blksize=0 timeout=3 tsize=1800 windowsize=2",
    "wire": [
      "a > C OACK blksize=0 timeout=3 tsize=1800 windowsize=2",
      'C > a ERROR 8 "Cannot accept OACK: option \\"blksize\\" was asked for as \\"700\\", not \\"0\\""',
      'C1 > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "oack-junk-blksize",
    "result": "ok",
    "outcome": "refused",
    "deed":
      "changed OACK blksize=700 timeout=3 tsize=1800 windowsize=2 to OACK blksize=abc timeout=3 tsize=1800 windowsize=2",
    "wire": [
      "a > C OACK blksize=abc timeout=3 tsize=1800 windowsize=2",
      'C > a ERROR 8 "Cannot accept OACK: option \\"blksize\\" was asked for as \\"700\\", not \\"abc\\""',
      'C1 > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "oack-larger-windowsize",
    "result": "ok",
    "outcome": "refused",
    "deed":
      "changed OACK blksize=700 timeout=3 tsize=1800 windowsize=2 to OACK blksize=700 timeout=3 tsize=1800 windowsize=10",
    "wire": [
      "a > C OACK blksize=700 timeout=3 tsize=1800 windowsize=10",
      'C > a ERROR 8 "Cannot accept OACK: option \\"windowsize\\" was asked for as \\"2\\", not \\"10\\""',
      'C1 > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "oack-other-timeout",
    "result": "ok",
    "outcome": "refused",
    "deed":
      "changed OACK blksize=700 timeout=3 tsize=1800 windowsize=2 to OACK blksize=700 timeout=6 tsize=1800 windowsize=2",
    "wire": [
      "a > C OACK blksize=700 timeout=6 tsize=1800 windowsize=2",
      'C > a ERROR 8 "Cannot accept OACK: option \\"timeout\\" was asked for as \\"3\\", not \\"6\\""',
      'C1 > 69 RRQ "file" octet',
    ],
  },
  {
    "scenario": "oack-wrong-tsize",
    "result": "ok",
    "outcome": "finished",
    "deed":
      "changed OACK blksize=700 timeout=3 tsize=1800 windowsize=2 to OACK blksize=700 timeout=3 tsize=6800 windowsize=2",
    "wire": [
      "a > C OACK blksize=700 timeout=3 tsize=6800 windowsize=2",
      "C > a ACK 0",
      "a > C DATA 1 (700 octets)",
    ],
  },
  {
    "scenario": "oack-empty",
    "result": "TftpError: DATA came with more than",
    "outcome": "refused",
    "deed":
      "sent a made-up OACK instead of OACK blksize=700 timeout=3 tsize=1800 windowsize=2",
    "wire": [
      "a > C OACK",
      "C > a ACK 0",
      "a > C DATA 1 (700 octets)",
    ],
  },
  {
    "scenario": "truncated-packet",
    "result": "ok",
    "outcome": "finished",
    "deed":
      "changed DATA 2 (512 octets) to malformed, 3 octets: 00 03 00 (Cannot decode DATA as it must have at least 4 octets: it has 3)",
    "wire": [
      "a > C malformed, 3 octets: 00 03 00 (Cannot decode DATA as it must have at least 4 octets: it has 3)",
      "+50 ms: a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "empty-packet",
    "result": "ok",
    "outcome": "finished",
    "deed":
      "sent a made-up malformed, 0 octets (Cannot decode packet as it must have at least 2 octets: it has 0) before DATA 2 (512 octets)",
    "wire": [
      "a > C malformed, 0 octets (Cannot decode packet as it must have at least 2 octets: it has 0)",
      "a > C DATA 2 (512 octets)",
      "C > a ACK 2",
    ],
  },
  {
    "scenario": "slow",
    "result": "ok",
    "outcome": "finished",
    "deed": "delayed DATA 1 (512 octets) by 700 ms",
    "wire": [
      "+700 ms: a > C DATA 1 (512 octets)",
      "C > a ACK 1",
      "+700 ms: a > C DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "jitter",
    "result": "ok",
    "outcome": "finished",
    "deed": 'delayed RRQ "file" octet by 173 ms',
    "wire": [
      "+350 ms: a > C DATA 1 (512 octets)",
      "C > a ACK 1",
      "+364 ms: a > C DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "drop-every-first",
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
    "scenario": "duplicate-all",
    "result": "ok",
    "outcome": "finished",
    "deed": "sent DATA 1 (512 octets) again",
    "wire": [
      "a > C DATA 1 (512 octets)",
      "C > a ACK 1",
      "a > C DATA 2 (512 octets)",
    ],
  },
  {
    "scenario": "lossy",
    "result": "ok",
    "outcome": "finished",
    "deed": 'dropped RRQ "file" octet',
    "wire": [
      '+1000 ms: C > 69 RRQ "file" octet',
      "+1000 ms: a > C DATA 1 (512 octets)",
      "C > a ACK 1",
    ],
  },
  {
    "scenario": "storm",
    "result": "ok",
    "outcome": "finished",
    "deed": 'sent RRQ "file" octet again after 50 ms',
    "wire": [
      "+50 ms: a > C DATA 4 (264 octets)",
      "C > a ACK 4",
    ],
  },
];

/** Whatever is about options needs some, and chance a seed with which something happens. */
function optionsFor(scenario: string): MeetingOptions {
  return /oack|options/.test(scenario)
    ? { client: { blksize: 700, windowsize: 2, timeout: 3 } }
    : /lossy|storm/.test(scenario)
    ? { chaos: { seed: 9 } }
    : {};
}

testTable(REQUEST_SCENARIOS, ROWS, optionsFor);
