import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pcapHeader, pcapRecord } from "../../observe/pcap.ts";
import { encodeDhcpPacket } from "../../pxe/mod.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { EDK2, Machine, remote, UDHCPC } from "../pxe/_client.ts";
import { FakeContext, run } from "./_context.ts";
import { main } from "../../cli/main.ts";

/** A capture with what these machines send, and something for nobody. */
async function capture(path: string): Promise<void> {
  const records: Uint8Array[] = [pcapHeader(65535)];
  const recorder = {
    hear(packet: Parameters<typeof encodeDhcpPacket>[0], arrival = {}) {
      const { remote: from = remote("0.0.0.0", 68), port = 67 } = arrival as {
        remote?: ReturnType<typeof remote>;
        port?: number;
      };
      records.push(
        pcapRecord({
          timeMs: 0,
          from,
          to: remote("255.255.255.255", port),
          payload: encodeDhcpPacket(packet, { maxMessageBytes: 1500 }),
        }, 65535)!,
      );
      return Promise.resolve([]);
    },
  };
  await new Machine(recorder, EDK2, "02:00:00:00:00:01").discover();
  await new Machine(recorder, UDHCPC, "02:00:00:00:00:02").discover();
  await new Machine(recorder, EDK2, "02:00:00:00:00:01").ask4011(4011);
  records.push(
    pcapRecord({
      timeMs: 0,
      from: remote("10.99.0.60", 50000),
      to: remote("10.99.0.1", 69),
      payload: new Uint8Array(10),
    }, 65535)!,
  );
  const bytes = await new Blob(records as Uint8Array<ArrayBuffer>[]).bytes();
  await Deno.writeFile(path, bytes);
}

Deno.test("--dry-run shows each message with its answer, or why there is none", async () => {
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/capture`;
  await capture(path);
  const { status, stdout, stderr } = await run(
    ["pxe", "--host", "10.99.0.1", "--uefi", "grubx64.efi", "--dry-run", path],
  );
  assertEquals([status, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 6);
  assertMatch(
    lines[0]!,
    /^0\.0\.0\.0:68 > port 67: DISCOVER 02:00:00:00:00:01 /,
  );
  assertMatch(
    lines[1]!,
    /^ {2}port 67 > 255\.255\.255\.255:68: OFFER 02:00:00:00:00:01 .*file="grubx64\.efi"/,
  );
  assertMatch(lines[2]!, /DISCOVER 02:00:00:00:00:02/);
  assertEquals(lines[3], "  no answer: no network boot");
  assertMatch(lines[4]!, /^10\.99\.0\.77:4011 > port 4011: REQUEST/);
  assertMatch(lines[5]!, /^ {2}port 4011 > 10\.99\.0\.77:4011: ACK/);
});

Deno.test("--dry-run gives addresses as the server would, and shows all with --verbose", async () => {
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/capture`;
  await capture(path);
  const { stdout } = await run([
    ...["dhcp", "--host", "10.99.0.1", "-a", "-v", "--dry-run", path],
    ...["--dhcp-range", "10.99.0.50-10.99.0.50", "boot.0"],
  ]);
  assertMatch(stdout, /OFFER 02:00:00:00:00:01 .*yiaddr=10\.99\.0\.50/);
  assertStringIncludes(
    stdout,
    "  no answer: no address of 10.99.0.0/24 is free",
  );
  assertStringIncludes(stdout, "      ");
});

Deno.test("--dry-run needs to read the file, and nothing else", async () => {
  using sandbox = new Sandbox({ text: "hello", none: "00" });
  const at = (name: string) => `${sandbox.path}/${name}`;
  for (
    const [name, text] of [
      ["text", "neither a capture (pcap, pcapng) nor a packet in hexadecimal"],
      ["none", "There is no DHCP or BOOTP message for a server in"],
      ["missing", "No such file"],
    ] as const
  ) {
    const context = new FakeContext([
      ...["pxe", "--host", "10.99.0.1", "-f", "a", "--dry-run", at(name)],
    ]);
    assertEquals(await main(context), 1);
    assertStringIncludes(context.stderr.text, text);
    assertEquals(context.asked, [{ name: "read", path: at(name) }]);
  }
});
