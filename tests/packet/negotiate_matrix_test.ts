// Requests that other servers were seen to stumble over, from the octets of the request to those of the OACK. What they do
// is said beside each; what is expected here follows from the rules at the top of packet/negotiate.ts. No OACK means that
// the transfer starts at once, with DATA 1 or ACK 0.

import { assert, assertEquals } from "@std/assert";
import {
  decodePacket,
  DEFAULT_SETTINGS,
  encodePacket,
  negotiateOptions,
  netasciiLength,
  type TransferSettings,
} from "../../packet/mod.ts";
import { octets } from "./_octets.ts";

type Part = string | number;

interface Row {
  /** What is asked. */
  readonly name: string;
  /** The request behind `filename NUL mode NUL`. */
  readonly options: readonly Part[];
  /** The OACK behind its opcode; left out when there is none. */
  readonly oack?: readonly Part[];
  readonly settings?: Partial<TransferSettings>;
  readonly write?: boolean;
  readonly size?: number | null;
}

/** An option on the wire. */
function option(name: string, value: string): Part[] {
  return [name, 0, value, 0];
}

const ROWS: readonly Row[] = [
  // tftpy answers with a blksize nobody asked for.
  { name: "an unknown option alone", options: option("color", "blue") },
  // fbtftp and tftpy fall silent, ptftpd sends an empty datagram.
  { name: "an option without a value", options: ["blksize", 0] },
  { name: "an option without a value and without NUL", options: ["blksize"] },
  {
    name: "an option without a value behind a good one",
    options: [...option("blksize", "1024"), "tsize", 0],
    oack: option("blksize", "1024"),
    settings: { blockSize: 1024 },
  },
  // atftpd, dnsmasq and fbtftp answer in lower case, py3tftp and pin do not answer.
  {
    name: "BLKSIZE in capitals",
    options: option("BLKSIZE", "1024"),
    oack: option("BLKSIZE", "1024"),
    settings: { blockSize: 1024 },
  },
  // tftp-hpa, atftpd and ptftpd refuse with ERROR 8; dnsmasq and fbtftp answer 7, tftpy 8.
  { name: "blksize 7", options: option("blksize", "7") },
  // fbtftp and tftpy answer 65465, atftpd and ptftpd refuse with ERROR 8.
  {
    name: "blksize 65465",
    options: option("blksize", "65465"),
    oack: option("blksize", "65464"),
    settings: { blockSize: 65464 },
  },
  // dnsmasq answers 1, atftpd and ptftpd refuse, fbtftp falls silent; all of tftpy dies.
  { name: "blksize abc", options: option("blksize", "abc") },
  // atftpd and fbtftp answer -1, tftp-hpa 65464, dnsmasq 2263.
  { name: "blksize -1", options: option("blksize", "-1") },
  { name: "an empty blksize", options: option("blksize", "") },
  { name: "a hexadecimal blksize", options: option("blksize", "0x400") },
  // GRUB reads numbers with a leading 0 as octal ones: none is ever sent.
  {
    name: "a blksize with leading zeros",
    options: option("blksize", "01024"),
    oack: option("blksize", "1024"),
    settings: { blockSize: 1024 },
  },
  // tftp-hpa, atftpd and ptftpd refuse with ERROR 8, fbtftp answers both.
  { name: "timeout 0", options: option("timeout", "0") },
  { name: "timeout 256", options: option("timeout", "256") },
  // node-tftp means milliseconds.
  { name: "timeout 3000", options: option("timeout", "3000") },
  // tftp-hpa and ptftpd answer 999.
  {
    name: "tsize 999 in a read request",
    options: option("tsize", "999"),
    oack: option("tsize", "100000"),
    settings: { transferSize: 100_000 },
  },
  // py3tftp, pin and ptftpd tell the length of the file, atftpd 0; tftp-hpa refuses.
  {
    name: "tsize in mode netascii",
    options: option("tsize", "0"),
    oack: option("tsize", "9"),
    size: netasciiLength(octets("a\nb\nc\r")),
    settings: { transferSize: 9 },
  },
  {
    name: "tsize in mode netascii when the length on the wire is not known",
    options: option("tsize", "0"),
    size: null,
  },
  // curl 7.88 gives up on an answer of 0.
  {
    name: "tsize of an empty file",
    options: option("tsize", "0"),
    size: 0,
    settings: { transferSize: 0 },
  },
  // atftpd and ptftpd refuse with ERROR 8.
  { name: "windowsize 0", options: option("windowsize", "0") },
  { name: "windowsize -1", options: option("windowsize", "-1") },
  // More than fits into the receive buffer: each window would lose its end.
  {
    name: "windowsize 65535",
    options: option("windowsize", "65535"),
    oack: option("windowsize", "166"),
    settings: { windowSize: 166 },
  },
  // tftp-hpa answers both.
  {
    name: "blksize twice",
    options: [...option("blksize", "1000"), ...option("blksize", "600")],
    oack: option("blksize", "600"),
    settings: { blockSize: 600 },
  },
  {
    name: "blksize twice, the second time in vain",
    options: [...option("blksize", "1000"), ...option("blksize", "abc")],
  },
  // Of these three most servers know none, tftp-hpa all.
  {
    name: "blksize2 1000",
    options: option("blksize2", "1000"),
    oack: option("blksize2", "512"),
    settings: { blockSize: 512 },
  },
  {
    name: "utimeout",
    options: option("utimeout", "250000"),
    oack: option("utimeout", "250000"),
    settings: { timeoutMs: 250 },
  },
  {
    name: "rollover 1",
    options: option("rollover", "1"),
    oack: option("rollover", "1"),
    settings: { rollover: 1 },
  },
  // atftpd answers with a group, fbtftp falls silent.
  { name: "multicast", options: option("multicast", "") },
  {
    name: "multicast between others",
    options: [
      ...option("tsize", "0"),
      ...option("multicast", ""),
      ...option("blksize", "1428"),
    ],
    oack: [...option("tsize", "100000"), ...option("blksize", "1428")],
    settings: { transferSize: 100_000, blockSize: 1428 },
  },
  // Windows Deployment Services has a window of its own.
  {
    name: "msftwindow",
    options: [
      ...option("tsize", "0"),
      ...option("blksize", "1456"),
      ...option("msftwindow", "27182"),
    ],
    oack: [...option("tsize", "100000"), ...option("blksize", "1456")],
    settings: { transferSize: 100_000, blockSize: 1456 },
  },
  // atftpd and dnsmasq count in 32 bits.
  {
    name: "tsize 99999999999999 in a write request",
    options: option("tsize", "99999999999999"),
    oack: option("tsize", "99999999999999"),
    settings: { transferSize: 99_999_999_999_999 },
    write: true,
  },
  {
    name: "tsize -1 in a write request",
    options: option("tsize", "-1"),
    write: true,
  },
  {
    name: "what curl asks for",
    options: [
      ...option("tsize", "0"),
      ...option("blksize", "512"),
      ...option("timeout", "6"),
    ],
    oack: [
      ...option("tsize", "100000"),
      ...option("blksize", "512"),
      ...option("timeout", "6"),
    ],
    settings: { transferSize: 100_000, timeoutMs: 6000 },
  },
  {
    name: "what U-Boot asks for",
    options: [
      ...option("timeout", "5"),
      ...option("tsize", "0"),
      ...option("blksize", "1468"),
      ...option("windowsize", "16"),
    ],
    oack: [
      ...option("timeout", "5"),
      ...option("tsize", "100000"),
      ...option("blksize", "1468"),
      ...option("windowsize", "16"),
    ],
    settings: {
      timeoutMs: 5000,
      transferSize: 100_000,
      blockSize: 1468,
      windowSize: 16,
    },
  },
  { name: "nothing but padding", options: [0, 0, 0, 0] },
];

for (const { name, options, oack, settings, write, size = 100_000 } of ROWS) {
  const answer = oack === undefined ? "without OACK" : "with OACK";
  Deno.test(`a request with ${name} is served ${answer}`, () => {
    const operation = write ? "write" : "read";
    const request = decodePacket(
      octets(0, write ? 2 : 1, "f", 0, "octet", 0, ...options),
    );
    assert(request.type === "RRQ" || request.type === "WRQ");
    const outcome = negotiateOptions(request.options, {}, { operation, size });
    const wire = encodePacket({ type: "OACK", options: outcome.accepted });
    assertEquals(wire, octets(0, 6, ...oack ?? []));
    assertEquals(outcome.settings, { ...DEFAULT_SETTINGS, ...settings });
  });
}
