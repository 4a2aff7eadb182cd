/**
 * DHCP clients of other projects take a lease from `tftpkit dhcp`, renew it, and give it back.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { findProgram } from "../interop/_peers.ts";
import { DNSMASQ, labTest, RANGE, SERVER } from "./_lab.ts";

/** Does what a client's script does: sets the address, without which no unicast would come, and says so. */
const SCRIPT = `#!/bin/sh
case "$1$reason" in
  bound | BOUND) ip address replace "\${ip:-$new_ip_address}/24" dev "$interface" ;;
  deconfig | RELEASE | EXPIRE) ip address flush dev "$interface" ;;
esac
echo "EVENT $1$reason \${ip:-$new_ip_address} \${router:-$new_routers} \${dns:-$new_domain_name_servers}"
`;

/** Clients are not kept waiting for half of it. */
const LEASE_SECONDS = 6;

const SERVER_ARGS = [
  ...["--host", SERVER, "--answer-all", "--dhcp-range", RANGE],
  ...["--gateway", "10.99.0.254", "--dns", "10.99.0.253"],
];

labTest(
  "udhcpc takes, renews and releases a lease, whatever kills the server in between",
  [
    findProgram("udhcpc"),
  ],
  async (lab, udhcpc) => {
    const script = `${lab.root}/script`;
    await Deno.writeTextFile(script, SCRIPT, { mode: 0o755 });
    const leases = `${lab.root}/leases`;
    const host = await lab.lan.addHost(null);
    const startServer = () =>
      lab.run("dhcp", [
        ...SERVER_ARGS,
        ...["--lease-file", leases],
      ], [`--allow-write=${lab.root}`]);
    await using first = await startServer();
    await using client = await lab.lan.startIn(host, udhcpc!, [
      ...["-i", "lan0", "-f", "-R", "-s", script, "-x", "hostname:udhcpc-lab"],
    ], /EVENT bound/);
    const [, address] = /EVENT bound (\S+) 10\.99\.0\.254 10\.99\.0\.253/.exec(
      client.text,
    )!;
    first.kill("SIGKILL");
    await first.status;
    await using server = await startServer();
    client.kill("SIGUSR1");
    await client.until(/EVENT renew/);
    assertMatch(await Deno.readTextFile(leases), / udhcpc-lab /);
    client.kill("SIGTERM");
    await server.until(/gives \S+ back/);
    const text = first.text + server.text;
    assertEquals(
      [...text.matchAll(/A machine (takes|keeps|gives) (\S+)/g)]
        .map(([, verb, address]) => [verb, address]),
      [["takes", address], ["keeps", address], ["gives", address]],
    );
  },
);

labTest("udhcpc takes a lease through a relay agent", [
  findProgram("udhcpc"),
  DNSMASQ,
], async (lab, udhcpc, dnsmasq) => {
  const script = `${lab.root}/script`;
  await Deno.writeTextFile(script, SCRIPT, { mode: 0o755 });
  const remoteLan = await lab.addLan();
  const relay = await lab.lan.addHost("10.99.0.254");
  await remoteLan.attach(relay, "lan1", "10.98.0.254");
  await lab.lan.ip(lab.host, "route add 10.98.0.0/24 via 10.99.0.254");
  await using server = await lab.run("dhcp", [
    ...["--host", SERVER, "--answer-all", "--network", "10.98.0.0/24"],
    ...["--dhcp-range", "10.98.0.50-10.98.0.99"],
  ], ["--allow-net=10.99.0.0/24,10.98.0.0/24,255.255.255.255"]);
  await using _relay = await lab.lan.startIn(relay, dnsmasq!, [
    ...["--no-daemon", "--conf-file=/dev/null", "--port=0", "--user=root"],
    ...["--pid-file=", `--dhcp-relay=10.98.0.254,${SERVER}`],
  ], /started/);
  const host = await remoteLan.addHost(null);
  await using client = await lab.lan.startIn(host, udhcpc!, [
    ...["-i", "lan0", "-f", "-q", "-n", "-s", script],
  ], /EVENT bound/);
  const [, address] = /EVENT bound (10\.98\.0\.\d+)/.exec(client.text)!;
  assertMatch(server.text, new RegExp(`A machine takes ${address}`));
});

labTest("dhclient takes, renews and releases a lease", [
  findProgram("dhclient"),
], async (lab, dhclient) => {
  const script = `${lab.root}/script`;
  await Deno.writeTextFile(script, SCRIPT, { mode: 0o755 });
  const host = await lab.lan.addHost(null);
  await using server = await lab.run("dhcp", [
    ...SERVER_ARGS,
    ...["--lease-time", String(LEASE_SECONDS)],
  ]);
  const files = [
    ...["-sf", script, "-cf", "/dev/null"],
    ...[
      "-lf",
      `${lab.root}/dhclient.leases`,
      "-pf",
      `${lab.root}/dhclient.pid`,
    ],
  ];
  await using client = await lab.lan.startIn(
    host,
    dhclient!,
    ["-d", ...files, "lan0"],
    /EVENT BOUND/,
  );
  await client.until(/EVENT RENEW/);
  const [, address] = /EVENT BOUND (\S+) 10\.99\.0\.254 10\.99\.0\.253/.exec(
    client.text,
  )!;
  await host.run(dhclient!, ["-r", ...files, "lan0"]);
  await server.until(/gives \S+ back/);
  const steps = [
    ...server.text.matchAll(/A machine (takes|keeps|gives) (\S+)/g),
  ]
    .map(([, verb, address]) => `${verb} ${address}`);
  assertEquals([...new Set(steps)], [
    `takes ${address}`,
    `keeps ${address}`,
    `gives ${address}`,
  ]);
});
