import { assertEquals, assertThrows } from "@std/assert";
import { bootpCommand } from "../../cli/bootp.ts";
import { UsageError } from "../../cli/command.ts";
import { dhcpCommand } from "../../cli/dhcp.ts";
import { parseCommand } from "../../cli/parse.ts";
import { pxeCommand } from "../../cli/pxe.ts";
import { planPxe, type PxeCommand } from "../../cli/pxe_plan.ts";
import { bootHandler, describeClient, type PxeClient } from "../../pxe/mod.ts";

const COMMANDS = { pxe: pxeCommand, dhcp: dhcpCommand, bootp: bootpCommand };

const INTERFACES = [
  { name: "lo", family: "IPv4", address: "127.0.0.1", netmask: "255.0.0.0" },
  { name: "lan0", family: "IPv6", address: "fe80::1", netmask: "ffff::" },
  {
    name: "lan0",
    family: "IPv4",
    address: "10.99.3.1",
    netmask: "255.255.240.0",
  },
  {
    name: "lan0",
    family: "IPv4",
    address: "192.0.2.129",
    netmask: "255.255.255.128",
  },
] as Deno.NetworkInterfaceInfo[];

function plan(command: PxeCommand, line: string) {
  const args = parseCommand(
    COMMANDS[command],
    line.split(" ").filter((word) => word !== ""),
  );
  return planPxe(args, command, () => INTERFACES, () => () => undefined);
}

/** What machines boot under a plan, by what they say of themselves. */
async function files(line: string, command: PxeCommand = "pxe") {
  const { options } = plan(command, line);
  const boot = bootHandler(options.boot!);
  const client = describeClient({
    hardwareAddress: new Uint8Array([2, 0, 0, 0, 0, 7]),
    relayAddress: "0.0.0.0",
    options: new Map(),
  });
  const fileOf = async (more: Partial<PxeClient>) =>
    (await boot({ ...client, ...more }))?.file;
  return {
    bios: await fileOf({ firmware: "bios" }),
    uefi: await fileOf({ firmware: "uefi", architecture: 7 }),
    arm: await fileOf({ firmware: "uefi", architecture: 11 }),
    ipxe: await fileOf({ firmware: "bios", isIpxe: true }),
    own: await fileOf({ mac: "52:54:00:12:34:56" }),
  };
}

Deno.test("pxe is a proxy with files over TFTP, unless it gives addresses", () => {
  const { options, network, root } = plan("pxe", "--host 192.0.2.1 -f a.0");
  assertEquals([options.mode, options.networks], ["proxy", undefined]);
  assertEquals([options.hostname, network], ["192.0.2.1", "192.0.2.0/24"]);
  assertEquals([root, options.root, options.http], [
    "./srv",
    "./srv",
    undefined,
  ]);
  assertEquals([options.answerAll, options.authoritative], [false, false]);
});

Deno.test("pxe gives addresses with a range, or with fixed ones", () => {
  const { options } = plan(
    "pxe",
    "--host 10.99.0.1 --dhcp-range 10.99.0.50-10.99.0.99 --fixed 52-54-00-12-34-56=10.99.0.7 " +
      "-g 10.99.0.254 -n 10.99.0.2 -n 10.99.0.3 --domain lab --lease-time 12h --authoritative -a -f a /srv",
  );
  assertEquals(options.mode, "dhcp");
  assertEquals(options.networks, [{
    network: "10.99.0.0/24",
    ranges: [{ first: "10.99.0.50", last: "10.99.0.99" }],
    routers: ["10.99.0.254"],
    dnsServers: ["10.99.0.2", "10.99.0.3"],
    domain: "lab",
  }]);
  assertEquals(options.fixedAddresses, { "52-54-00-12-34-56": "10.99.0.7" });
  assertEquals(options.leaseMs, 12 * 3600 * 1000);
  assertEquals([options.answerAll, options.authoritative, options.root], [
    true,
    true,
    "/srv",
  ]);
});

Deno.test("an interface says address and network", () => {
  for (
    const [line, hostname, network] of [
      ["-i lan0", "10.99.3.1", "10.99.0.0/20"],
      ["-i lan0 --host 192.0.2.129", "192.0.2.129", "192.0.2.128/25"],
      ["-i lo --network 10.0.0.0/8", "127.0.0.1", "10.0.0.0/8"],
    ] as const
  ) {
    const it = plan("pxe", `${line} -f a`);
    assertEquals([it.options.hostname, it.network], [hostname, network]);
  }
});

Deno.test("files are chosen by MAC address, iPXE, architecture and firmware, in this order", async () => {
  assertEquals(
    await files(
      "--host 192.0.2.1 --bios b --uefi u --ipxe i --arch 11=arm -f all --mac 52:54:00:*:*:*=own=1",
    ),
    { bios: "b", uefi: "u", arm: "arm", ipxe: "i", own: "own=1" },
  );
  assertEquals(await files("--host 192.0.2.1 --uefi u"), {
    bios: undefined,
    uefi: "u",
    arm: "u",
    ipxe: undefined,
    own: undefined,
  });
});

Deno.test("dhcp and bootp have a boot file for an operand, and perhaps another server", async () => {
  const range = "--host 10.99.0.1 --dhcp-range 10.99.0.50-10.99.0.99";
  assertEquals((await files(`${range} boot.0`, "dhcp")).uefi, "boot.0");
  const dhcp = plan("dhcp", `${range} -t 10.99.0.9 boot.0`);
  const answer = await bootHandler(dhcp.options.boot!)({} as PxeClient);
  assertEquals(answer, { file: "boot.0", server: "10.99.0.9" });
  assertEquals([dhcp.root, dhcp.options.root], [null, undefined]);
  assertEquals(plan("dhcp", range).options.boot, undefined);
  const bootp = plan("bootp", `${range} boot.0`);
  assertEquals([bootp.options.mode, bootp.options.bootpAddresses], [
    "bootp",
    "range",
  ]);
});

Deno.test("TFTP, HTTP and files have options of their own", () => {
  const { options, leasePath } = plan(
    "pxe",
    "--host 10.99.0.1 -f a --http-port 8080 --single-port --rfc1350 --refuse tsize -b 1468 --windowsize 8 -t 2 -r 3 --symlinks never --ignore-case --drain 1 --fixed 02:00:00:00:00:01=10.99.0.7 --lease-file /l",
  );
  assertEquals(options.tftp, {
    singlePort: true,
    rfc1350: true,
    refuseOptions: ["tsize"],
    blksize: 1468,
    windowsize: 8,
    retransmission: { timeoutMs: 2000, retries: 3 },
  });
  assertEquals([options.http, options.symlinks, options.caseInsensitive], [
    { port: 8080, proxy: false },
    "never",
    true,
  ]);
  assertEquals([options.shutdownTimeoutMs, leasePath], [1000, "/l"]);
  const ports = plan("pxe", "--host 10.99.0.1 -f a --port-range 5000:5009");
  assertEquals(ports.options.tftp?.portRange, { first: 5000, last: 5009 });
});

Deno.test("an API is asked where HTTP is there to tell", () => {
  const { api, options } = plan(
    "pxe",
    "--host 10.99.0.1 --api http://192.0.2.9/a --api-timeout 1 --api-proxy --http-port 80",
  );
  assertEquals(api, { url: "http://192.0.2.9/a", timeoutMs: 1000 });
  assertEquals(typeof options.http?.machines, "function");
  assertEquals(options.http?.proxy, true);
});

const HOST = "--host 10.99.0.1";

const WRONG: readonly [PxeCommand, string, string][] = [
  ["pxe", "-f a", "Say which network to serve"],
  ["pxe", HOST, "Say what to boot"],
  ["pxe", `${HOST} -f a b c`, "One directory is enough"],
  ["dhcp", `${HOST} a b`, "One boot file is enough"],
  [
    "pxe",
    "-i eth9 -f a",
    "There is no interface eth9 with an IPv4 address: there is lo, lan0",
  ],
  [
    "pxe",
    `-i lan0 ${HOST} -f a`,
    "10.99.0.1 is not an address of lan0: use 10.99.3.1 or 192.0.2.129",
  ],
  [
    "pxe",
    `${HOST} -f a --gateway 10.99.0.2`,
    "--gateway is for a server that gives addresses",
  ],
  ["pxe", `${HOST} -f a --lease-file l`, "--lease-file is for"],
  [
    "pxe",
    `${HOST} -f a --proxy --dhcp-range 10.99.0.5-10.99.0.9`,
    "--proxy and --dhcp-range contradict",
  ],
  ["pxe", `${HOST} --api http://a/`, "add --http-port to --api"],
  ["dhcp", `${HOST} a`, "Say which addresses to give"],
  ["pxe", "--host fe80::1 -f a", "--host must be an IPv4 address"],
  [
    "pxe",
    `${HOST} -f a --fixed x=1`,
    "--fixed must be a MAC address and an address",
  ],
  ["pxe", `${HOST} --mac x=1`, "--mac must be a MAC address and a file"],
  ["pxe", `${HOST} --arch arm=1`, "--arch must be the number"],
  ["pxe", `${HOST} -f a --lease-time 1y`, "--lease-time must be a time"],
  [
    "pxe",
    `${HOST} -f a --dhcp-range 10.99.0.5`,
    "--dhcp-range must be two addresses",
  ],
  ["pxe", `${HOST} -f a --api ftp://a`, "--api must be a URL"],
];

for (const [command, line, text] of WRONG) {
  Deno.test(`${command} ${line}: ${text}`, () => {
    assertThrows(() => plan(command, line), UsageError, text);
  });
}
