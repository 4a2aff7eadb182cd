// What `pxe`, `dhcp` and `bootp` have in common: permissions, the service, its story, and its end.

import {
  askMachineApi,
  type DhcpPort,
  LeaseFile,
  leaseStorage,
  type PxeAddresses,
  type PxeEvent,
  type PxeService,
  PxeStory,
  servePxe,
  serviceResponder,
} from "../pxe/mod.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import { withConfigFile } from "./config_file.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import {
  filePermission,
  type NeededPermission,
  needPermissions,
} from "./permission.ts";
import { dryRun } from "./pxe_dry_run.ts";
import { planPxe, type PxeCommand, type PxePlan } from "./pxe_plan.ts";
import { checkRoot } from "./serve_root.ts";

const BROADCAST_ADDRESS = "255.255.255.255";
const DHCP_PORTS: readonly DhcpPort[] = [67, 4011];
const TFTP_PORT = 69;

/**
 * Runs one of the three commands.
 *
 * @param command The command, for its tables.
 * @param commandLine The arguments.
 * @param context The process.
 * @returns The exit status.
 */
export async function runPxe(
  command: Command,
  commandLine: ParsedArguments,
  context: CliContext,
): Promise<number> {
  commandLine.check();
  const args = await withConfigFile(commandLine, command, context);
  if (args.has("interface")) {
    await needPermissions(context, [INTERFACES_PERMISSION]);
  }
  const plan = planChecked(args, command.name as PxeCommand, context);
  if (plan.dryRunPath !== null) {
    await needPermissions(context, [filePermission("read", plan.dryRunPath)]);
    return await dryRun(plan, plan.dryRunPath, context);
  }
  await needPermissions(context, permissionsFor(plan));
  if (plan.root !== null) await checkRoot(plan.root);
  return await serve(plan, context);
}

const INTERFACES_PERMISSION: NeededPermission = {
  descriptors: [{ name: "sys", kind: "networkInterfaces" }],
  purpose: "look at the network interfaces",
  flag: "--allow-sys",
  scope: ["networkInterfaces"],
};

/** What the library refuses is a call that makes no sense. */
function planChecked(
  args: ParsedArguments,
  command: PxeCommand,
  context: CliContext,
): PxePlan {
  try {
    const plan = planPxe(
      args,
      command,
      () => context.networkInterfaces(),
      (api) =>
        askMachineApi({
          ...api,
          onError: (error, mac) =>
            context.stderr.write(
              `WARNING: ${mac}: ${api.url} did not say what to boot: ${
                explain(error)
              }\n`,
            ),
        }),
    );
    serviceResponder(plan.options, null);
    return plan;
  } catch (error) {
    const isWrong = error instanceof TypeError || error instanceof RangeError;
    throw isWrong ? new UsageError(error.message, { cause: error }) : error;
  }
}

function permissionsFor(plan: PxePlan): NeededPermission[] {
  const { options: { hostname, http }, network, root, api, leasePath } = plan;
  const ports = [
    ...DHCP_PORTS,
    ...root === null ? [] : [TFTP_PORT],
    ...http ? [http.port!] : [],
  ];
  const hosts = [
    ...ports.map((port) => `${hostname}:${port}`),
    `${BROADCAST_ADDRESS}:67`,
  ];
  return [
    {
      descriptors: hosts.map((host) => ({ name: "net", host })),
      purpose: `listen on ${hostname}, and hear broadcasts`,
      flag: "--allow-net",
      scope: [network, BROADCAST_ADDRESS],
    },
    ...root === null ? [] : [filePermission("read", root)],
    ...api === null ? [] : [apiPermission(api.url)],
    ...leasePath === null ? [] : leasePermissions(leasePath),
  ];
}

function apiPermission(url: string): NeededPermission {
  const { host } = new URL(url);
  return {
    descriptors: [{ name: "net", host }],
    purpose: `ask ${host}`,
    flag: "--allow-net",
    scope: [host],
  };
}

/** A new file takes the place of the old one under its name, and has another before. */
function leasePermissions(path: string): NeededPermission[] {
  return [path, `${path}.new`].flatMap((each) => [
    filePermission("read", each),
    filePermission("write", each),
  ]);
}

/** What is told with --verbose only; putting it into words would cost more than the answer. */
const DETAILS: ReadonlySet<PxeEvent["type"]> = new Set([
  "received",
  "sent",
  "malformed",
]);

async function serve(plan: PxePlan, context: CliContext): Promise<number> {
  const { stderr } = context;
  const story = new PxeStory();
  const leaseFile = plan.leasePath === null
    ? null
    : await openLeases(plan.leasePath, context);
  const service = servePxe({
    ...plan.options,
    ...leaseFile ? { leaseStore: leaseFile } : {},
    onEvent: (event) => {
      if (!plan.isVerbose && DETAILS.has(event.type)) return;
      const line = story.tell(event, context.clock.now());
      if (line === null) return;
      const isFault = line.level === "WARN" || line.level === "ERROR";
      if (isFault) stderr.write(`WARNING: ${line.text}\n`);
      else if (!plan.isQuiet && (plan.isVerbose || line.level === "INFO")) {
        stderr.write(`${line.text}\n`);
      }
    },
  });
  const stop = context.onTerminate(makeTerminator(service, context));
  try {
    const addresses = await service.listening.catch((error) => {
      // Who waits for the one need not hear of it from the other as well.
      service.finished.catch(() => {});
      throw error;
    });
    if (addresses.warning !== null) {
      stderr.write(`WARNING: ${addresses.warning}\n`);
    }
    if (!plan.isQuiet) stderr.write(announcement(plan, addresses));
    await service.finished;
    return 0;
  } finally {
    stop();
    await leaseFile?.close();
  }
}

async function openLeases(
  path: string,
  { stderr }: CliContext,
): Promise<LeaseFile> {
  let file: LeaseFile;
  try {
    file = await LeaseFile.open(leaseStorage(path));
  } catch (error) {
    throw new Error(`Cannot read leases from ${path}: ${explain(error)}`, {
      cause: error,
    });
  }
  if (file.skippedLines > 0) {
    stderr.write(
      `WARNING: ${path} has ${file.skippedLines} ${
        file.skippedLines === 1 ? "line" : "lines"
      } that cannot be understood, and will be dropped\n`,
    );
  }
  return file;
}

const MODES = {
  proxy: "beside the DHCP server of the network",
  dhcp: "as the DHCP server of the network",
  bootp: "as a BOOTP server",
} as const;

/** "Network boot on 192.0.2.1 beside the DHCP server of the network: ..." */
function announcement(plan: PxePlan, { http }: PxeAddresses): string {
  const { options: { hostname, mode = "proxy" }, network, root } = plan;
  const files = root === null
    ? ""
    : `, files of ${root} over TFTP${
      http ? ` and http://${hostname}:${http.port}/` : ""
    }`;
  const what = root === null ? "Serving" : "Serving network boot on";
  return `${what} ${hostname} for ${network}, ${
    MODES[mode]
  }${files}. Ctrl-C ends it.\n`;
}

/** The first wish to end lets transfers finish; the second does not. */
function makeTerminator(service: PxeService, context: CliContext): () => void {
  let count = 0;
  return () => {
    if (++count > 1) return context.exit(1);
    // The terminal has shown "^C" without a line end.
    if (context.stderr.isTerminal) context.stderr.write("\n");
    service.shutdown();
  };
}
