/**
 * Virtual machines that boot from the network, in software: QEMU without a hypervisor.
 *
 * @module
 */

import { findProgram } from "../interop/_peers.ts";
import type { Lan } from "./_lan.ts";
import { WHOLE_STATUS } from "./_payload.ts";

/** What it takes to run machines. */
export interface MachineTools {
  readonly qemu: string;
  /** The UEFI firmware, and the template of what it remembers. */
  readonly ovmfCode: string;
  readonly ovmfVars: string;
}

/** The firmware of a machine, and its network card. */
export interface MachineOptions {
  /** SeaBIOS with iPXE in the card's ROM, or OVMF with a network stack of its own. */
  readonly firmware: "bios" | "uefi";
  readonly mac?: string;
  /** Whether UEFI is to boot by HTTP, and not by PXE. */
  readonly isHttpOnly?: boolean;
  /** The longest time that a boot may take. */
  readonly limitMs?: number;
}

/** How a boot went. */
export interface BootOutcome {
  /** Whether a payload has run, and was whole. */
  readonly isWhole: boolean;
  /** From the start of QEMU to its end, in milliseconds. */
  readonly durationMs: number;
  /** How it ended, and what was on the console. */
  readonly text: string;
}

/** What the console shows when nothing will boot any more. */
const FAILED_REGEXP =
  /No bootable (?:device|option)|No more network devices|Shell>|PXE-E\d\d/;

const DEFAULT_MAC = "02:00:00:6c:61:62";
const LIMIT_MS = 120_000;

/** Boots a machine from the network, until a payload has run, or nothing will. */
export async function boot(
  lan: Lan,
  tools: MachineTools,
  options: MachineOptions,
): Promise<BootOutcome> {
  const { firmware, mac = DEFAULT_MAC, limitMs = LIMIT_MS } = options;
  const directory = await Deno.makeTempDir({ prefix: "tftpkit-lab-" });
  const vars = `${directory}/vars.fd`;
  const tap = await lan.addTap();
  const isUefi = firmware === "uefi";
  if (isUefi) await Deno.copyFile(tools.ovmfVars, vars);
  const startedAt = performance.now();
  const machine = lan.startAtSwitch(tools.qemu, [
    ...["-accel", "tcg", "-m", "256", "-display", "none", "-vga", "std"],
    ...["-monitor", "none", "-serial", "stdio", "-nodefaults", "-no-reboot"],
    ...["-no-user-config", "-machine", `${isUefi ? "q35" : "pc"},graphics=off`],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ...["-netdev", `tap,id=net0,ifname=${tap},script=no,downscript=no`],
    ...isUefi
      ? [
        ...["-device", `virtio-net-pci,netdev=net0,mac=${mac},romfile=`],
        ...["-device", "virtio-rng-pci"],
        ...["-drive", flash(0, `readonly=on,file=${tools.ovmfCode}`)],
        ...["-drive", flash(1, `file=${vars}`)],
        ...withoutPxe(6),
        ...options.isHttpOnly ? withoutPxe(4) : [],
      ]
      : ["-device", `e1000,netdev=net0,mac=${mac},bootindex=1`],
  ]);
  const timer = setTimeout(() => machine.kill("SIGKILL"), limitMs);
  const failed = machine.until(FAILED_REGEXP, 2 * limitMs).then((match) => {
    if (match) machine.kill("SIGTERM");
  });
  const { code } = await machine.status;
  const durationMs = performance.now() - startedAt;
  clearTimeout(timer);
  await machine[Symbol.asyncDispose]();
  await failed;
  await Deno.remove(directory, { recursive: true });
  return {
    isWhole: code === WHOLE_STATUS,
    durationMs,
    text: `QEMU ended with ${code} after ${
      Math.round(durationMs)
    } ms\n${machine.text}`,
  };
}

function withoutPxe(version: 4 | 6): readonly string[] {
  return [
    "-fw_cfg",
    `name=opt/org.tianocore/IPv${version}PXESupport,string=no`,
  ];
}

function flash(unit: number, rest: string): string {
  return `if=pflash,format=raw,unit=${unit},${rest}`;
}

/** QEMU and its firmware, if they are here. */
export function findMachineTools(): MachineTools | null {
  const qemu = findProgram("qemu-system-x86_64");
  const folder = "/usr/share/OVMF/";
  const kind = ["_4M", ""].find((kind) =>
    isFile(`${folder}OVMF_CODE${kind}.fd`)
  );
  if (!qemu || kind === undefined) return null;
  return {
    qemu,
    ovmfCode: `${folder}OVMF_CODE${kind}.fd`,
    ovmfVars: `${folder}OVMF_VARS${kind}.fd`,
  };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
