import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/main.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";

/** An address that no machine has (RFC 5737), so that nothing is ever opened. */
const NOWHERE = "192.0.2.1";

Deno.test("pxe asks for no more than it needs, and says all that is missing", async () => {
  const { status, stderr } = await run([
    ...[
      "pxe",
      "--host",
      NOWHERE,
      "-f",
      "a",
      "--dhcp-range",
      "192.0.2.5-192.0.2.9",
    ],
    ...[
      "--lease-file",
      "/l",
      "--http-port",
      "8080",
      "--api",
      "http://192.0.2.9:1/a",
    ],
  ], { isGranted: () => false });
  assertEquals(status, 1);
  assertMatch(
    stderr,
    /add --allow-net=192\.0\.2\.0\/24,255\.255\.255\.255,192\.0\.2\.9:1 --allow-read=\.\/srv,\/l,\/l\.new --allow-write=\/l,\/l\.new after/,
  );
});

Deno.test("an interface takes a permission of its own, and then its network is served", async () => {
  const refused = await run(["pxe", "-i", "lan0", "-f", "a"], {
    isGranted: () => false,
  });
  assertStringIncludes(refused.stderr, "--allow-sys=networkInterfaces");
  const context = new FakeContext(["pxe", "-i", "lan0", "-f", "a"], {
    isGranted: ({ name }) => name === "sys",
  });
  context.interfaces = [{
    name: "lan0",
    family: "IPv4",
    address: "192.0.2.129",
    netmask: "255.255.255.128",
  } as Deno.NetworkInterfaceInfo];
  assertEquals(await main(context), 1);
  assertStringIncludes(
    context.stderr.text,
    "--allow-net=192.0.2.128/25,255.255.255.255 --allow-read=./srv",
  );
});

Deno.test({
  name:
    "pxe says in plain words why it cannot listen, and leaves nothing behind",
  // Elsewhere, the first socket is another one.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using sandbox = new Sandbox();
    const leases = `${sandbox.path}/leases`;
    await Deno.writeTextFile(leases, "nonsense\n");
    const context = new FakeContext([
      ...["pxe", "--host", NOWHERE, "--fixed", "02:00:00:00:00:01=192.0.2.7"],
      ...["-f", "a", "--lease-file", leases, sandbox.path],
    ]);
    assertEquals(await main(context), 1);
    assertEquals(context.stderr.lines.slice(0, 2), [
      `WARNING: ${leases} has 1 line that cannot be understood, and will be dropped`,
      `tftpkit: Cannot listen on ${NOWHERE} as it is not an address of this machine: use one of its own`,
    ]);
    assertEquals(context.isListening, false);
  },
});

const REFUSED: readonly [args: string, status: number, text: string][] = [
  [`pxe --host ${NOWHERE} -f a /nowhere`, 1, "there is no such directory"],
  [`pxe --host ${NOWHERE} -f a --network 192.0.2.0/99`, 2, "network"],
  [
    `pxe --host ${NOWHERE} -f a --dhcp-range 10.0.0.1-10.0.0.9 .`,
    2,
    "address range",
  ],
  [
    `dhcp --host ${NOWHERE} --fixed 02:00:00:00:00:01=10.0.0.1`,
    2,
    "fix address",
  ],
  ["bootp a", 2, "Say which network to serve"],
  [`pxe --host ${NOWHERE} -q -v -f a`, 2, "contradict each other"],
];

for (const [args, status, text] of REFUSED) {
  Deno.test(`"${args}" is refused: ${text}`, async () => {
    const outcome = await run(args.split(" "));
    assertEquals(outcome.status, status, outcome.stderr);
    assertStringIncludes(outcome.stderr, text);
  });
}

Deno.test("a configuration file says what the command line does, and which machine boots what", async () => {
  using sandbox = new Sandbox({
    "pxe.toml": `
root = "files"
host = "${NOWHERE}"
boot-file = "ipxe.efi"
http-port = 8080
fixed = ["02:00:00:00:00:01=192.0.2.7"]

[machines."02:00:00:00:00:01"]
kernel = "/vmlinuz"
`,
    "wrong.toml": 'host = 1\n[machines]\nx = {}\nhots = "a"\n',
  });
  const good = await run(["pxe", "--config", `${sandbox.path}/pxe.toml`], {
    isGranted: ({ name }) => name !== "net",
  });
  assertStringIncludes(good.stderr, "to listen on 192.0.2.1");
  const wrong = await run(["pxe", "-c", `${sandbox.path}/wrong.toml`]);
  assertEquals(wrong.status, 2);
  assertStringIncludes(
    wrong.stderr,
    "wrong.toml: host must be an IPv4 address",
  );
  assertStringIncludes(
    wrong.stderr,
    "machines.x must be a MAC address or default",
  );
});
