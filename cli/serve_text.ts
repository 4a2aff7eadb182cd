// What a plan means, in words: for the line that announces the server, and for `--check`.

import { DEFAULT_MAX_UPLOAD_BYTES } from "../handlers/mod.ts";
import type { CliContext } from "./context.ts";
import {
  filePermission,
  flagsFor,
  type NeededPermission,
} from "./permission.ts";
import { logPermissions } from "./serve_logs.ts";
import { originPermissions, originText } from "./serve_origin.ts";
import type { ServePlan } from "./serve_plan.ts";

/** How long transfers may go on in the end, unless told otherwise; the server's own default. */
export const DEFAULT_DRAIN_MS = 10_000;

/** The permissions that a plan needs, and its configuration file. */
export function permissionsFor(
  plan: ServePlan,
  configPath?: string,
): NeededPermission[] {
  const { roots, uploadRoot, directory, options, policy, pcapPath } = plan;
  const port = options.port!;
  const hosts = options.hostname as readonly string[] | undefined;
  const needed: NeededPermission[] = (hosts ?? ["0.0.0.0"]).map((host) => ({
    descriptors: [{
      name: "net",
      host: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    }],
    purpose: `listen on ${host === "0.0.0.0" ? "the network" : host}`,
    flag: "--allow-net",
    // Answers go to clients at any address, and each one is checked.
    scope: [],
  }));
  if (configPath !== undefined) {
    needed.push(filePermission("read", configPath));
  }
  for (const root of new Set([...roots, uploadRoot])) {
    if (root !== "") needed.push(filePermission("read", root));
  }
  if (plan.origin) needed.push(...originPermissions(plan.origin));
  for (const path of [plan.mapPath, plan.pcrePath]) {
    if (path !== null) needed.push(filePermission("read", path));
  }
  if (directory.write && !plan.origin) {
    needed.push(filePermission("write", uploadRoot));
  }
  if (plan.clientRoot === "mac") {
    needed.push({
      descriptors: [{ name: "run", command: "ip" }],
      purpose: "look up MAC addresses",
      flag: "--allow-run",
      scope: ["ip"],
    });
  }
  const { minFreeBytes, freeSpacePath } = policy?.writes ?? {};
  if (directory.write && minFreeBytes !== undefined) {
    if (freeSpacePath) needed.push(filePermission("read", freeSpacePath));
    needed.push({
      descriptors: [{ name: "sys", kind: "statfs" }],
      purpose: "see how much of the disk is free",
      flag: "--allow-sys",
      scope: ["statfs"],
    });
  }
  if (pcapPath !== null) needed.push(filePermission("write", pcapPath));
  return [...needed, ...logPermissions(plan.logs)];
}

/** What is served, as it stands in a sentence. */
export function rootsText({ roots, origin }: ServePlan): string {
  return origin ? originText(origin) : roots.join(" and ");
}

/** What is served, to be read behind "Serving ROOT on ADDRESS". */
export function modeText(
  { roots, uploadRoot, directory, options }: ServePlan,
): string {
  const uploads = !directory.write
    ? "read-only"
    : `uploads up to ${
      sizeText(directory.maxSizeBytes ?? DEFAULT_MAX_UPLOAD_BYTES)
    }${uploadRoot === (roots[0] ?? "") ? "" : ` into ${uploadRoot}`}${
      directory.overwrite ? ", also over files that exist" : ""
    }`;
  return uploads + (options.rfc1350 ? ", without options" : "");
}

/** A number of octets in the form that --max-size takes. */
function sizeText(bytes: number): string {
  let value = bytes;
  let power = 0;
  while (value > 0 && value % 1024 === 0 && power < 4) {
    value /= 1024;
    power++;
  }
  return power === 0 ? `${bytes} octets` : `${value}${"kMGT"[power - 1]}`;
}

/** What `--check` tells of a plan, a line each. */
const CHECK_LINES: readonly [
  title: string,
  text: (plan: ServePlan) => string,
][] = [
  ["Directory", rootsText],
  ["Access", modeText],
  [
    "Addresses",
    ({ options: { hostname } }) =>
      hostname === undefined ? "all" : [hostname].flat().join(", "),
  ],
  [
    "Port",
    ({ options: { port }, isPortGiven }) =>
      isPortGiven ? `${port}` : `${port}, or 6969 where that is not allowed`,
  ],
  [
    "Transfers",
    ({ options: { singlePort, portRange } }) =>
      singlePort
        ? "on the same port"
        : portRange
        ? `on ports ${portRange.first} to ${portRange.last}`
        : "on a port of its own each",
  ],
  ["Policy", ({ policy }) => policy === null ? "none" : JSON.stringify(policy)],
  [
    "Drain",
    ({ options: { shutdownTimeoutMs = DEFAULT_DRAIN_MS } }) =>
      `${shutdownTimeoutMs / 1000} s`,
  ],
];

/**
 * What `serve --check` tells.
 *
 * @param plan What would be done.
 * @param context The process.
 * @param configPath The configuration file, if there is one.
 * @returns Lines.
 */
export function checkText(
  plan: ServePlan,
  context: Pick<CliContext, "programName">,
  configPath?: string,
): string {
  const flags = flagsFor(permissionsFor(plan, configPath)).join(" ");
  const lines = [
    ...CHECK_LINES.map(([title, text]) => [title, text(plan)] as const),
    ["Permissions", flags] as const,
  ].map(([title, text]) => `${title.padEnd(12)} ${text}\n`);
  const what = configPath ?? "The command line";
  return `${context.programName}: ${what} is fine\n${lines.join("")}`;
}
