/**
 * A server, a machine, and what it boots: the tests of this folder begin here.
 *
 * @module
 */

import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { findProgram, testWith } from "../interop/_peers.ts";
import { findLanTools, type Host, LAN, Lan } from "./_lan.ts";
import {
  boot,
  type BootOutcome,
  findMachineTools,
  type MachineOptions,
  type MachineTools,
} from "./_machine.ts";
import { biosPayload, efiPayload } from "./_payload.ts";
import type { LabProcess } from "./_process.ts";

/** The address of the host that serves, and of one that may have another server. */
export const SERVER = "10.99.0.1";
export const OTHER_SERVER = "10.99.0.2";

/** Addresses to give. */
export const RANGE = "10.99.0.50-10.99.0.99";

/** Octets of the payloads. */
const BIOS_BYTES = 400_000;
const EFI_BYTES = 1_000_000;

/** Where payloads are, below the root. */
export const BIOS_FILE = "nbp.0";
export const EFI_FILE = "app.efi";

/** The configuration that our programs run with. */
export const CONFIG: string = fromFileUrl(
  new URL("../../deno.json", import.meta.url),
);
const PROGRAM = fromFileUrl(new URL("../../cli.ts", import.meta.url));

const lanTools = await findLanTools();
const machineTools = findMachineTools();

/** dnsmasq, if it is here. */
export const DNSMASQ: string | null = findProgram("dnsmasq");

/** A network with a server's host and directory, and machines on it. */
export class Lab implements AsyncDisposable {
  readonly lan: Lan;
  /** Where our server runs. */
  readonly host: Host;
  /** The directory that is served. */
  readonly root: string;
  readonly #tools: MachineTools;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    lan: Lan,
    host: Host,
    root: string,
    tools: MachineTools,
    stack: AsyncDisposableStack,
  ) {
    this.lan = lan;
    this.host = host;
    this.root = root;
    this.#tools = tools;
    this.#stack = stack;
  }

  static async make(): Promise<Lab> {
    await using stack = new AsyncDisposableStack();
    const root = await Deno.makeTempDir({ prefix: "tftpkit-lab-" });
    stack.defer(() => Deno.remove(root, { recursive: true }));
    await Deno.chmod(root, 0o755);
    await Deno.writeFile(`${root}/${BIOS_FILE}`, biosPayload(BIOS_BYTES));
    await Deno.writeFile(`${root}/${EFI_FILE}`, efiPayload(EFI_BYTES));
    const lan = stack.use(await Lan.make(lanTools!));
    const host = await lan.addHost(SERVER);
    await lan.addRouter();
    return new Lab(lan, host, root, machineTools!, stack.move());
  }

  /** Puts a text into the directory. */
  async write(name: string, text: string): Promise<void> {
    const path = `${this.root}/${name}`;
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** Puts a copy of a file into the directory. */
  async copy(path: string): Promise<void> {
    const name = path.split("/").at(-1)!;
    await Deno.copyFile(path, `${this.root}/${name}`);
  }

  /** Starts `tftpkit pxe`, with no more permissions than it needs, until this lab or the process is disposed of. */
  async pxe(...args: readonly string[]): Promise<LabProcess> {
    return await this.run("pxe", ["--host", SERVER, ...args, this.root]);
  }

  /** Starts a command of ours on the server's host. */
  async run(
    command: string,
    args: readonly string[],
    permissions: readonly string[] = [],
  ): Promise<LabProcess> {
    const process = await this.lan.startIn(this.host, Deno.execPath(), [
      ...["run", "--quiet", "--no-prompt", "--config", CONFIG],
      `--allow-net=${LAN},255.255.255.255`,
      `--allow-read=${this.root}`,
      ...permissions,
      ...[PROGRAM, command, ...args],
    ], /Ctrl-C ends it/);
    return process;
  }

  /** Adds a host with dnsmasq as a DHCP server that knows nothing of booting. */
  async addDhcpServer(): Promise<void> {
    const host = await this.lan.addHost(OTHER_SERVER);
    this.#stack.use(await this.dnsmasq(host, []));
  }

  /** Starts dnsmasq on a host. */
  dnsmasq(host: Host, args: readonly string[]): Promise<LabProcess> {
    return this.lan.startIn(host, DNSMASQ!, [
      ...["--no-daemon", "--conf-file=/dev/null", "--port=0", "--no-ping"],
      ...[
        "--interface=lan0",
        "--bind-interfaces",
        "--user=root",
        "--pid-file=",
      ],
      `--dhcp-leasefile=${this.root}/dnsmasq-${host.hostname}`,
      `--dhcp-range=${RANGE.replace("-", ",")},1h`,
      ...args,
    ], /dnsmasq.*: started/);
  }

  /** Makes another network, without hosts. */
  async addLan(): Promise<Lan> {
    return this.#stack.use(await Lan.make(lanTools!));
  }

  /** Boots a machine, which must end with a payload that is whole. */
  async boot(
    options: MachineOptions,
    server?: LabProcess,
  ): Promise<BootOutcome> {
    const outcome = await boot(this.lan, this.#tools, options);
    assert(
      outcome.isWhole,
      `${outcome.text}\n--- server\n${server?.text ?? ""}`,
    );
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A test with a lab of its own. What else it needs is a path, or `null`. */
export function labTest<Needs extends readonly (string | null)[]>(
  name: string,
  needs: readonly [...Needs],
  run: (lab: Lab, ...needs: string[]) => Promise<void>,
): void {
  testWith(
    name,
    "what it takes (Linux, root, network namespaces, ip, nft, QEMU, OVMF, peers)",
    [lanTools, machineTools, ...needs] as const,
    async (_lan, _machine, ...paths) => {
      await using lab = await Lab.make();
      await run(lab, ...paths as string[]);
    },
  );
}

/** The path of a file that a package brings; `null` where it is not here. */
export function findFile(...paths: readonly string[]): string | null {
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  }) ?? null;
}
