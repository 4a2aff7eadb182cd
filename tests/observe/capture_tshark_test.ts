// What another program makes of our captures.

import { assert, assertEquals } from "@std/assert";
import { get, put, serve, TftpResponse } from "../../mod.ts";
import { capture, type CaptureOptions } from "../../observe/mod.ts";
import { decodePacket } from "../../packet/mod.ts";
import { Simulation } from "../../simulator/mod.ts";
import { content } from "../conformance/_packets.ts";
import { findProgram, testWith } from "../interop/_peers.ts";
import { concat, takeApart } from "./_pcap.ts";

interface Scene {
  readonly server: string;
  readonly client: string;
  readonly port?: number;
  readonly singlePort?: boolean;
  readonly lossProbability?: number;
  readonly capture?: CaptureOptions;
}

/** All kinds of requests and packets, as the server's side sees them. */
async function makeCapture(
  { server, client, port = 69, singlePort = false, ...scene }: Scene,
): Promise<Uint8Array<ArrayBuffer>> {
  const { lossProbability = 0 } = scene;
  const simulation = new Simulation({ seed: 7, link: { lossProbability } });
  const parts: Uint8Array[] = [];
  const host = simulation.host(server);
  const network = capture(host.network, (bytes) => parts.push(bytes), {
    now: () => Date.UTC(2026, 10, 20) + host.clock.now(),
    ...scene.capture,
  });
  const running = serve({
    ...host,
    network,
    hostname: server,
    port,
    singlePort,
  }, async ({ operation, filename, body }) => {
    if (operation === "write") await new Response(body).bytes();
    else if (filename === "image") return new TftpResponse(content(30_000));
  });
  const target = (filename: string) => ({ hostname: server, port, filename });
  await simulation.run(async () => {
    const options = simulation.host(client);
    for (
      const wishes of [
        { blksize: 512, tsize: false },
        { windowsize: 8 },
        { blksize: 65464 },
      ]
    ) {
      const response = await get(target("image"), { ...options, ...wishes });
      assertEquals((await response.bytes()).length, 30_000);
    }
    await put(target("up"), content(5000), options);
    const refusal = await get(target("none"), options).catch((error) => error);
    assert(refusal instanceof Error);
  });
  await simulation.run(() => running.shutdown());
  return concat(parts);
}

/** The fields of each packet, as tshark sees them. */
async function dissect(
  tshark: string,
  file: Uint8Array,
  fields: readonly string[],
): Promise<Record<string, string>[]> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await Deno.writeFile(path, file);
    const checks = ["ip", "udp"].flatMap((it) => [
      "-o",
      `${it}.check_checksum:TRUE`,
    ]);
    const { success, stdout, stderr } = await new Deno.Command(tshark, {
      args: [
        "-r",
        path,
        "-n",
        ...checks,
        "-T",
        "fields",
        ...fields.flatMap((field) => ["-e", field]),
      ],
      env: { LC_ALL: "C" },
    }).output();
    const decoder = new TextDecoder();
    assert(success, decoder.decode(stderr));
    return decoder.decode(stdout).trimEnd().split("\n").map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(fields.map((name, i) => [name, values[i]!]));
    });
  } finally {
    await Deno.remove(path);
  }
}

const OPCODES = { RRQ: 1, WRQ: 2, DATA: 3, ACK: 4, ERROR: 5, OACK: 6 } as const;

/** What tshark must see in each packet, the name of the file that it belongs to included. */
function expectedPackets(file: Uint8Array) {
  const names = new Map<string, string>();
  return takeApart(file).map(({ from, to, payload }) => {
    const packet = decodePacket(payload);
    if ("filename" in packet) names.set(from, packet.filename);
    return {
      opcode: String(OPCODES[packet.type]),
      block: "block" in packet ? String(packet.block) : "",
      name: names.get(from) ?? names.get(to) ?? "",
      code: packet.type === "ERROR" ? String(packet.code) : "",
      malformed: "",
      checksums: GOOD,
    };
  });
}

/** A checksum that was looked at and is right. */
const GOOD = "1";

const SCENES: readonly [name: string, scene: Scene][] = [
  ["IPv4", { server: "192.0.2.1", client: "192.0.2.9" }],
  ["IPv6", { server: "2001:db8::1", client: "2001:db8::9" }],
  [
    "a single port",
    { server: "192.0.2.1", client: "192.0.2.9", singlePort: true },
  ],
  [
    "a wire that loses packets",
    { server: "192.0.2.1", client: "192.0.2.9", lossProbability: 0.1 },
  ],
];

for (const [name, scene] of SCENES) {
  testWith(
    `tshark sees each packet of a capture of ${name} for what it is, with good checksums`,
    "tshark",
    [findProgram("tshark")],
    async (tshark) => {
      const file = await makeCapture(scene);
      const packets = expectedPackets(file);
      const seen = await dissect(tshark, file, [
        "tftp.opcode",
        "tftp.block",
        "tftp.source_file",
        "tftp.destination_file",
        "tftp.error.code",
        "_ws.malformed",
        "ip.checksum.status",
        "udp.checksum.status",
      ]);
      const isV4 = !scene.server.includes(":");
      assertEquals<unknown>(
        seen.map((fields) => ({
          opcode: fields["tftp.opcode"],
          block: fields["tftp.block"],
          name: fields["tftp.source_file"] || fields["tftp.destination_file"],
          code: fields["tftp.error.code"],
          malformed: fields["_ws.malformed"],
          // IPv6 has none of its own.
          checksums: isV4 && fields["ip.checksum.status"] !== GOOD
            ? "bad"
            : fields["udp.checksum.status"],
        })),
        packets,
      );
      const kinds = new Set(packets.map(({ opcode }) => opcode));
      assertEquals(kinds.size, 6, "not all kinds of packets were tried");
    },
  );
}

testWith(
  "tshark knows the times, and a server on all addresses by the address that was given for it",
  "tshark",
  [findProgram("tshark")],
  async (tshark) => {
    const parts: Uint8Array[] = [];
    let time = 1_795_132_800_000;
    const address = { transport: "udp", hostname: "::", port: 69 } as const;
    const peer = { ...address, hostname: "::ffff:192.0.2.9", port: 1024 };
    const network = capture(
      {
        bind: () => ({
          address,
          isClosed: false,
          send: () => Promise.resolve(),
          receive: () => new Promise(() => {}),
          close() {},
          ref() {},
          unref() {},
        }),
      },
      (bytes) => parts.push(bytes),
      { localAddresses: ["192.0.2.1"], now: () => time },
    );
    const socket = await network.bind(address);
    for (let block = 1; block <= 2; block++) {
      socket.send(Uint8Array.of(0, 4, 0, block), peer);
      time += 1.5;
    }
    const fields = ["frame.time_epoch", "ip.src", "ip.dst"];
    const seen = await dissect(tshark, concat(parts), fields);
    assertEquals(seen.map((packet) => Object.values(packet).join(" ")), [
      "1795132800.000000000 192.0.2.1 192.0.2.9",
      "1795132800.001500000 192.0.2.1 192.0.2.9",
    ]);
  },
);

testWith(
  "tshark finds nothing malformed in packets that were cut",
  "tshark",
  [findProgram("tshark")],
  async (tshark) => {
    const [, scene] = SCENES[0]!;
    const file = await makeCapture({ ...scene, capture: { snapBytes: 200 } });
    const fields = ["tftp.opcode", "_ws.malformed", "frame.len", "udp.length"];
    const seen = await dissect(tshark, file, fields);
    assertEquals(seen.length, takeApart(file).length);
    for (const packet of seen) {
      assertEquals(packet["_ws.malformed"], "");
      assert(/^[1-6]$/.test(packet["tftp.opcode"]!));
      assertEquals(
        Number(packet["frame.len"]),
        Number(packet["udp.length"]) + 20,
      );
    }
    assert(takeApart(file).some(({ isCut }) => isCut));
  },
);
