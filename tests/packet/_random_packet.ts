import type { OptionList, Packet } from "../../packet/mod.ts";
import type { Random } from "../_random.ts";

const CHARACTERS = [
  ..."abcXYZ019._-/\\ \"'%=\t\n\r\x1b\x7f",
  ..."äßé\u0080ÿ\u202e\ufeff東京\uffff\u{1f600}\u{10ffff}",
];
const MODES = ["octet", "netascii", "mail", "x", "größe"];
const TYPES = ["RRQ", "WRQ", "DATA", "ACK", "ERROR", "OACK"] as const;

/** A text without NUL, of ASCII and of characters that take two, three and four octets. */
export function randomText(random: Random, min: number, max: number): string {
  return random.list(random.between(min, max), () => random.pick(CHARACTERS))
    .join("");
}

function randomOptions(random: Random): OptionList {
  return random.list(
    random.between(0, 6),
    () => [randomText(random, 1, 12), randomText(random, 0, 12)] as const,
  );
}

/** A packet that can be sent, and that comes back the same when it is decoded. */
export function randomPacket(random: Random): Packet {
  const type = random.pick(TYPES);
  switch (type) {
    case "RRQ":
    case "WRQ":
      return {
        type,
        filename: randomText(random, 0, 40),
        mode: random.pick(MODES),
        options: randomOptions(random),
      };
    case "DATA":
      return {
        type,
        block: random.between(0, 65535),
        data: random.bytes(random.between(0, 600)),
      };
    case "ACK":
      return { type, block: random.between(0, 65535) };
    case "ERROR":
      return {
        type,
        code: random.between(0, 65535),
        message: randomText(random, 0, 100),
      };
    case "OACK":
      return { type, options: randomOptions(random) };
  }
}
