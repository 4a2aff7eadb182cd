/** What a client boots with. `unknown` is a client that did not say, `other` one with a type that says nothing of it. */
export type Firmware =
  | "bios"
  | "uefi"
  | "uboot"
  | "openfirmware"
  | "other"
  | "unknown";

/** A type of the registry "Processor Architecture Types". */
export interface Architecture {
  /** The number in option 93. */
  readonly type: number;
  /** The processor, in one word: `x86`, `x64`, `arm32`, `arm64`, `riscv64` and so on. */
  readonly processor: string;
  /** What starts the machine. */
  readonly firmware: Firmware;
  /** Whether it loads its boot file over HTTP (RFC 5970 names it for IPv6, UEFI 2.5 for both). */
  readonly http: boolean;
}

type Row = readonly [
  type: number,
  processor: string,
  firmware: Firmware,
  http?: "http",
];

/**
 * The registry, from RFC 4578 section 2.1 and RFC 5970 section 3.3 on. Types 7 and 9 changed places after RFC 4578 was
 * printed (an erratum says so): firmware says 7 for x64, some iPXE builds say 9, and EFI byte code is hardly seen.
 */
const ROWS: readonly Row[] = [
  [0, "x86", "bios"],
  [1, "pc98", "bios"],
  [2, "itanium", "uefi"],
  [3, "alpha", "other"],
  [4, "arc-x86", "other"],
  [5, "x86", "bios"],
  [6, "x86", "uefi"],
  [7, "x64", "uefi"],
  [8, "xscale", "uefi"],
  [9, "x64", "uefi"],
  [10, "arm32", "uefi"],
  [11, "arm64", "uefi"],
  [12, "powerpc", "openfirmware"],
  [13, "powerpc", "other"],
  [14, "powerpc", "other"],
  [15, "x86", "uefi", "http"],
  [16, "x64", "uefi", "http"],
  [17, "ebc", "uefi", "http"],
  [18, "arm32", "uefi", "http"],
  [19, "arm64", "uefi", "http"],
  [20, "x86", "bios", "http"],
  [21, "arm32", "uboot"],
  [22, "arm64", "uboot"],
  [23, "arm32", "uboot", "http"],
  [24, "arm64", "uboot", "http"],
  [25, "riscv32", "uefi"],
  [26, "riscv32", "uefi", "http"],
  [27, "riscv64", "uefi"],
  [28, "riscv64", "uefi", "http"],
  [29, "riscv128", "uefi"],
  [30, "riscv128", "uefi", "http"],
  [31, "s390", "other"],
  [32, "s390x", "other"],
  [33, "mips32", "uefi"],
  [34, "mips64", "uefi"],
  [35, "sunway32", "uefi"],
  [36, "sunway64", "uefi"],
  [37, "loongarch32", "uefi"],
  [38, "loongarch32", "uefi", "http"],
  [39, "loongarch64", "uefi"],
  [40, "loongarch64", "uefi", "http"],
  [41, "arm64", "other"],
];

/**
 * The processor architecture types that are known, by their numbers (IANA registry "Processor Architecture Types", RFC 4578
 * section 2.1, RFC 5970 section 3.3).
 *
 * @example Who is 64-bit ARM?
 * ```ts
 * import { ARCHITECTURES } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ARCHITECTURES.get(11)?.processor, "arm64");
 * ```
 */
export const ARCHITECTURES: ReadonlyMap<number, Architecture> = new Map(
  ROWS.map(([type, processor, firmware, http]) => [
    type,
    { type, processor, firmware, http: http === "http" },
  ]),
);

/**
 * The name of an architecture type, for logs and for tables by architecture.
 *
 * @param type The number in option 93; `undefined` where there is none.
 * @returns Firmware and processor, with `-http` where it boots over HTTP: `bios-x86`, `uefi-x64`, `uefi-arm64-http`;
 * `type N` for a number that is not known, `unknown` for none.
 *
 * @example Names
 * ```ts
 * import { architectureName } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(architectureName(0), "bios-x86");
 * assertEquals(architectureName(16), "uefi-x64-http");
 * ```
 */
export function architectureName(type: number | undefined): string {
  if (type === undefined) return "unknown";
  const known = ARCHITECTURES.get(type);
  if (!known) return `type ${type}`;
  const family = known.firmware === "other" ? "" : `${known.firmware}-`;
  return `${family}${known.processor}${known.http ? "-http" : ""}`;
}

/**
 * What a client of an architecture type boots with.
 *
 * @param type The number in option 93; `undefined` where there is none.
 * @returns The firmware.
 *
 * @example UEFI on 64-bit x86
 * ```ts
 * import { firmwareOf } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(firmwareOf(7), "uefi");
 * assertEquals(firmwareOf(undefined), "unknown");
 * ```
 */
export function firmwareOf(type: number | undefined): Firmware {
  if (type === undefined) return "unknown";
  return ARCHITECTURES.get(type)?.firmware ?? "other";
}
