// Packets that are almost right: made from good ones by small changes, or put together from parts that are each likely to hurt.

import type { Random } from "../_random.ts";
import { latin1, octets } from "../packet/_octets.ts";

/** Octets, and longer pieces, that decoders have stumbled over: ends of fields, digits, overlong and broken UTF-8, paths. */
const PIECES: readonly Uint8Array[] = [
  ...[0, 1, 2, 5, 6, 0x0a, 0x0d, 0x1b, 0x20, 0x2f, 0x30, 0x5c].map((octet) =>
    octets(octet)
  ),
  ...[0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff].map((octet) => octets(octet)),
  octets(0, 0),
  octets(0xff, 0xff),
  octets(0x0d, 0x0a),
  octets(0x0d, 0),
  latin1("\xc0\xae\xc0\xae/"),
  latin1("\xed\xa0\x80"),
  latin1("\xf4\x90\x80\x80"),
  latin1("\xef\xbb\xbf"),
  octets("../"),
  octets("..\\"),
  octets("%2e%2e%2f"),
  octets("\u202e"),
  octets("octet", 0),
  octets("blksize", 0, "65464", 0),
  octets("windowsize", 0, "65535", 0),
  octets("tsize", 0, "18446744073709551616", 0),
  octets("timeout", 0, "255", 0),
  octets("__proto__", 0, "1", 0),
  octets("99999999999999999999"),
  octets("-1"),
];

/** Changes a datagram in a few places; `corpus` is where it borrows from. */
export function mutate(
  random: Random,
  bytes: Uint8Array,
  corpus: readonly Uint8Array[],
): Uint8Array {
  let mutant = bytes;
  for (let left = random.between(1, 5); left > 0; left--) {
    mutant = random.pick(MUTATIONS)(random, mutant, corpus);
  }
  return mutant;
}

type Mutation = (
  random: Random,
  bytes: Uint8Array,
  corpus: readonly Uint8Array[],
) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(random, bytes) {
    if (bytes.length === 0) return bytes;
    const at = random.between(0, bytes.length - 1);
    return bytes.with(at, bytes[at]! ^ (1 << random.between(0, 7)));
  },
  function setWord(random, bytes) {
    if (bytes.length < 4) return bytes;
    const changed = bytes.slice();
    const word = random.pick([0, 1, 2, 5, 8, 0x7fff, 0x8000, 0xfffe, 0xffff]);
    const at = random.pick([0, 2, random.between(0, bytes.length - 2)]);
    changed[at] = word >> 8;
    changed[at + 1] = word & 0xff;
    return changed;
  },
  function changeOpcode(random, bytes) {
    return bytes.length < 2 ? bytes : bytes.with(1, random.between(0, 8));
  },
  function truncate(random, bytes) {
    return bytes.subarray(0, random.between(0, bytes.length));
  },
  function remove(random, bytes) {
    const [start, end] = range(random, bytes);
    return octets(bytes.subarray(0, start), bytes.subarray(end));
  },
  function repeat(random, bytes) {
    const [start, end] = range(random, bytes);
    if (bytes.length > 4096) return bytes;
    return octets(bytes.subarray(0, end), bytes.subarray(start));
  },
  function insert(random, bytes) {
    const at = random.between(0, bytes.length);
    return octets(
      bytes.subarray(0, at),
      random.pick(PIECES),
      bytes.subarray(at),
    );
  },
  function overwrite(random, bytes) {
    const piece = random.pick(PIECES);
    if (piece.length > bytes.length) return bytes;
    const changed = bytes.slice();
    changed.set(piece, random.between(0, bytes.length - piece.length));
    return changed;
  },
  function splice(random, bytes, corpus) {
    const other = random.pick(corpus);
    return octets(
      bytes.subarray(0, random.between(0, bytes.length)),
      other.subarray(random.between(0, other.length)),
    );
  },
  function pad(random, bytes) {
    const length = random.between(1, 64);
    return octets(
      bytes,
      random.chance(1, 2) ? new Uint8Array(length) : random.bytes(length),
    );
  },
];

function range(
  random: Random,
  bytes: Uint8Array,
): [start: number, end: number] {
  const start = random.between(0, bytes.length);
  const longest = random.chance(1, 4) ? bytes.length : 8;
  return [
    start,
    random.between(start, Math.min(bytes.length, start + longest)),
  ];
}

const NAMES: readonly string[] = [
  ...["hello", "empty", "exact", "large", "sub/inner", "/hello", "\\hello"],
  ...["", "/", ".", "..", "sub", "sub/", "missing", "hello/", "hello/x"],
  ...["out/secret", "out", "loop", "inside", "sub/../../outside/secret"],
  ...["../outside/secret", "..\\outside\\secret", "/../outside/secret"],
  ...["....//outside/secret", "..;/outside/secret", "%2e%2e/outside/secret"],
  ...["%252e%252e/x", "..%c0%af..", "\uff0e\uff0e/outside", "\u2025/x"],
  ...["/etc/passwd", "/proc/self/environ", "/dev/zero", "file:///etc/passwd"],
  ...["C:hello", "c:\\hello", "\\\\?\\C:\\x", "//host/share/x", "C:..\\x"],
  ...["hello::$DATA", "hello:x", "CON", "nul.txt", "com1", "LPT\xb9", "aux."],
  ...["hello.", "hello ", "a\x01b", "a\nb", "\x1b[2J", "a\x7f", "~/x", "$HOME"],
  ...[`.tftpkit-${"0".repeat(32)}.part`, ".hidden", "\u202egnp.exe", "-rf"],
  ...[
    "Gr\xf6\xdfe/\u6771\u4eac",
    "\ufeffhello",
    "a".repeat(255),
    "|id",
    "`id`",
  ],
];

const FRAGMENTS: readonly string[] = [
  ...[
    "..",
    ".",
    "",
    "hello",
    "sub",
    "inner",
    "out",
    "secret",
    "inside",
    "loop",
  ],
  ...["outside", "con", "a:", "x.", "x ", "%2e", "~", "\xff", "\u6771", "a"],
];

/** A name for a request: one that is there, one that leads astray, or something made of parts of those. */
export function hostileName(random: Random): string {
  switch (random.between(0, 5)) {
    case 0:
      return random.list(random.between(1, 12), () => random.pick(FRAGMENTS))
        .join(random.pick(["/", "/", "\\", "//", "/./"]));
    case 1:
      return `drop-${random.between(0, 63)}`;
    case 2:
      return random.pick(NAMES) +
        random.pick(["", "/", "/..", ".", "\x00", "x"]);
    case 3:
      return random.chance(1, 8)
        ? random.pick(FRAGMENTS).repeat(random.between(50, 400))
        : random.pick(NAMES);
    default:
      return random.pick(NAMES);
  }
}

const MODES = [
  ...["octet", "octet", "octet", "octet", "netascii", "NetASCII", "OCTET"],
  ...["mail", "", "binary", "octet ", "o", "\xff", "octet".repeat(50)],
];

const OPTION_NAMES = [
  ...["blksize", "blksize2", "timeout", "utimeout", "tsize", "windowsize"],
  ...["rollover", "BLKSIZE", "WindowSize", "multicast", "msftwindow", "color"],
  ...["__proto__", "constructor", "toString", "", "\xff", "bl\u212asize"],
];

const OPTION_VALUES = [
  ...[
    "0",
    "1",
    "2",
    "7",
    "8",
    "512",
    "1428",
    "65464",
    "65465",
    "65535",
    "65536",
  ],
  ...["32767", "255", "256", "10000", "4294967296", "9007199254740993", "-1"],
  ...["18446744073709551615", "99999999999999999999", "9".repeat(400), "+8"],
  ...["0x200", "010", "1e3", " 8", "8 ", "", "\u0661", "NaN", "\xff", "8\n"],
];

/** A request as nobody should make it, but well-formed more often than not. */
export function hostileRequest(
  random: Random,
  name: string = hostileName(random),
): Uint8Array {
  const parts: (number | string | Uint8Array)[] = [
    0,
    random.chance(2, 3) ? 1 : 2,
    random.chance(1, 8) ? latin1(name.replaceAll(/[^\0-\xff]/g, "?")) : name,
    0,
    random.chance(3, 4) ? "octet" : random.pick(MODES),
    0,
  ];
  const count = random.chance(1, 40)
    ? random.between(100, 400)
    : random.between(0, 6);
  for (let i = 0; i < count; i++) {
    parts.push(random.pick(OPTION_NAMES), 0, random.pick(OPTION_VALUES), 0);
  }
  if (random.chance(1, 8)) parts.pop();
  if (random.chance(1, 20)) parts.push(new Uint8Array(random.between(1, 600)));
  return octets(...parts);
}
