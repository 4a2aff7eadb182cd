import { assertEquals, assertMatch } from "@std/assert";
import {
  describeClient,
  DHCP_OPTION,
  type DhcpEvent,
  type HttpExchange,
  MESSAGE_TYPE,
  parseMac,
  type PxeClient,
  type PxeEvent,
  PxeStory,
  u8Value,
} from "../../pxe/mod.ts";
import type { ServerEvent } from "../../server.ts";
import { EDK2, EDK2_HTTP, IPXE_BIOS, Machine, remote } from "./_client.ts";

const MAC = "02:00:00:00:00:07";
const START = `${MAC} +0 ms `;
const LOCAL = remote("10.99.0.1", 69);

/** A client as its messages tell it. */
async function clientOf(firmware: typeof EDK2, mac = MAC): Promise<PxeClient> {
  let client: PxeClient | undefined;
  const machine = new Machine(
    {
      hear(packet) {
        client = describeClient(packet);
        return Promise.resolve([]);
      },
    },
    firmware,
    mac,
  );
  await machine.discover();
  return client!;
}

const UEFI = await clientOf(EDK2);

function dhcp(
  event: Record<string, unknown>,
  client = UEFI,
  message = "DISCOVER",
): PxeEvent {
  return {
    type: "dhcp",
    event: { client, message, ...event } as unknown as DhcpEvent,
  };
}

function tftp(
  event: Record<string, unknown>,
  hostname = "10.99.0.60",
): PxeEvent {
  const request = {
    id: 1,
    operation: "read",
    filename: "app.efi",
    mode: "octet",
    options: [],
    remote: remote(hostname, 50000),
    local: LOCAL,
  };
  return {
    type: "tftp",
    event: { request, ...event } as unknown as ServerEvent,
  };
}

const TRANSFER = {
  acknowledged: [["blksize", "1468"]],
  durationMs: 200,
  statistics: { bytes: 1_000_000, retransmissions: 0 },
  isLastAckMissing: false,
};

function http(exchange: Partial<HttpExchange>): PxeEvent {
  return {
    type: "http",
    exchange: {
      hostname: "10.99.0.60",
      method: "GET",
      path: "/app.efi",
      status: 200,
      bytes: 1_000_000,
      durationMs: 100,
      error: null,
      ...exchange,
    },
  };
}

const LEASED = {
  type: "leased",
  address: "10.99.0.60",
  durationMs: 3_600_000,
  isRenewal: false,
  file: "app.efi",
};

/** What is told of one event: the level, and the line. */
function tell(event: PxeEvent, story = new PxeStory(), now = 0): string {
  const line = story.tell(event, now);
  return line === null ? "nothing" : `${line.level} ${line.text}`;
}

const LINES: readonly [PxeEvent, string][] = [
  [
    dhcp({ type: "offered", address: "10.99.0.60", file: "app.efi" }),
    `INFO ${START} UEFI (uefi-x64) asks: offered 10.99.0.60, boot "app.efi"`,
  ],
  [
    dhcp({ type: "offered", address: null, file: null }),
    `INFO ${START} UEFI (uefi-x64) asks: nothing to offer`,
  ],
  [
    dhcp(LEASED),
    `INFO ${START} UEFI (uefi-x64) takes 10.99.0.60 for 60 min 0 s, boot "app.efi"`,
  ],
  [
    dhcp({ ...LEASED, isRenewal: true, durationMs: Infinity, file: null }),
    `INFO ${START} UEFI (uefi-x64) keeps 10.99.0.60 for ever`,
  ],
  [
    dhcp({ type: "informed", address: "10.99.0.60", file: "a" }),
    `INFO ${START} UEFI (uefi-x64) asks again: boot "a"`,
  ],
  [
    dhcp({ type: "released", address: "10.99.0.60" }),
    `INFO ${START} UEFI (uefi-x64) gives 10.99.0.60 back`,
  ],
  [
    dhcp({ type: "refused", address: "10.9.0.60", reason: "wrong network" }),
    `WARN ${START} UEFI (uefi-x64) cannot have 10.9.0.60: wrong network`,
  ],
  [
    dhcp({ type: "declined", address: "10.99.0.60" }),
    `WARN ${START} UEFI (uefi-x64) found 10.99.0.60 in use by another machine`,
  ],
  [
    dhcp({ type: "exhausted", network: "10.99.0.0/24" }),
    `WARN ${START} UEFI (uefi-x64) gets nothing: no address of 10.99.0.0/24 is free`,
  ],
  [
    dhcp({ type: "ignored", reason: "no boot file" }),
    `WARN ${START} UEFI (uefi-x64) gets no answer to DISCOVER: no boot file`,
  ],
  [
    dhcp({ type: "ignored", reason: "no network boot" }),
    `DEBUG ${MAC} UEFI (uefi-x64) gets no answer to DISCOVER: no network boot`,
  ],
  [
    dhcp({
      type: "failed",
      action: "choose boot file",
      error: new Error("odd\x1b[31m"),
    }),
    `WARN ${START} UEFI (uefi-x64): cannot choose boot file: odd\\u001b[31m`,
  ],
  [
    dhcp(
      { type: "offered", address: null, file: "n.0" },
      await clientOf(IPXE_BIOS),
    ),
    `INFO ${START} iPXE on BIOS (bios-x86) asks: boot "n.0"`,
  ],
  [
    dhcp(
      { type: "offered", address: null, file: "http://a/" },
      await clientOf(EDK2_HTTP),
    ),
    `INFO ${START} UEFI (uefi-x64-http) by HTTP boot asks: boot "http://a/"`,
  ],
  [
    dhcp({ type: "offered", address: null, file: "n.0" }, await clientOf({})),
    `INFO ${START} A machine asks: boot "n.0"`,
  ],
  [
    tftp({ type: "finished", transfer: TRANSFER }),
    'INFO 10.99.0.60 loaded "app.efi" by TFTP: 1.0 MB in 200 ms (5.0 MB/s), blksize=1468',
  ],
  [
    tftp({ type: "refused", code: 1, error: new Error("No such file") }),
    'INFO 10.99.0.60 asked for "app.efi" by TFTP: there is no such file',
  ],
  [
    tftp({ type: "refused", code: 2, error: new Error("No") }),
    'WARN 10.99.0.60 TFTP: 10.99.0.60:50000 read "app.efi" refused with code 2: No',
  ],
  [
    tftp({ type: "probed", transfer: TRANSFER }),
    'DEBUG 10.99.0.60:50000 read "app.efi" asked for the size only, blksize=1468',
  ],
  [
    {
      type: "tftp",
      event: { type: "ignored", remote: LOCAL, packet: "ACK 1" },
    },
    "DEBUG 10.99.0.1:69 ignored: ACK 1",
  ],
  [
    http({}),
    'INFO 10.99.0.60 loaded "/app.efi" by HTTP: 1.0 MB in 100 ms (10.0 MB/s)',
  ],
  [
    http({ error: new Error("gone"), bytes: 1000 }),
    'WARN 10.99.0.60 broke off "/app.efi" by HTTP after 1.0 kB',
  ],
  [
    http({ method: "HEAD", bytes: 0 }),
    'DEBUG 10.99.0.60 asked for "/app.efi" by HTTP: HEAD 200',
  ],
  [
    http({ status: 404, hostname: null }),
    'INFO ? asked for "/app.efi" by HTTP: GET 404',
  ],
  [
    http({ path: "/a%3ab%0a%e2%80%ae" }),
    'INFO 10.99.0.60 loaded "/a:b\\n\\u202e" by HTTP: 1.0 MB in 100 ms (10.0 MB/s)',
  ],
  [
    http({ path: "/100%" }),
    'INFO 10.99.0.60 loaded "/100%" by HTTP: 1.0 MB in 100 ms (10.0 MB/s)',
  ],
  [
    http({ status: 403, path: "/\u202e" }),
    'WARN 10.99.0.60 asked for "/\\u202e" by HTTP: GET 403',
  ],
  [
    {
      type: "malformed",
      remote: remote("0.0.0.0", 68),
      error: new Error("short"),
    },
    "DEBUG 0.0.0.0:68 ignored: short",
  ],
  [
    { type: "failed", action: "answer over DHCP", error: "No route" },
    "WARN Cannot answer over DHCP: No route",
  ],
];

for (const [event, line] of LINES) {
  Deno.test(`PxeStory tells: ${line}`, () => {
    assertEquals(tell(event), line);
  });
}

Deno.test("PxeStory tells messages in detail only", async () => {
  const packets: PxeEvent[] = [];
  const machine = new Machine(
    {
      hear(packet) {
        packets.push({
          type: "received",
          packet,
          remote: remote("0.0.0.0", 68),
          port: 67,
        }, { type: "sent", packet, to: remote("255.255.255.255", 68) });
        return Promise.resolve([]);
      },
    },
    EDK2,
    MAC,
  );
  await machine.send(MESSAGE_TYPE.Discover);
  const [received, sent] = packets.map((event) => tell(event));
  assertMatch(received!, /^DEBUG 0\.0\.0\.0:68 > port 67: DISCOVER 02:00/);
  assertMatch(sent!, /^DEBUG > 255\.255\.255\.255:68: DISCOVER 02:00/);
});

Deno.test("PxeStory knows whose transfer it is, from a lease and from what another server's client asks for", () => {
  const story = new PxeStory();
  tell(dhcp(LEASED), story, 0);
  assertMatch(
    tell(tftp({ type: "finished", transfer: TRANSFER }), story, 1500),
    /^INFO 02:00:00:00:00:07 \+1\.50 s {2}loaded "app\.efi"/,
  );
  const other = {
    ...UEFI,
    mac: "02:00:00:00:00:08",
    requestedAddress: "10.99.0.61",
  };
  tell(dhcp({ type: "offered", address: null, file: "a" }, other), story, 2000);
  tell(
    dhcp({ type: "ignored", reason: "for the DHCP server" }, other, "REQUEST"),
    story,
    2100,
  );
  assertMatch(
    tell(
      tftp({ type: "finished", transfer: TRANSFER }, "10.99.0.61"),
      story,
      2500,
    ),
    /^INFO 02:00:00:00:00:08 \+500 ms {2}loaded/,
  );
});

Deno.test("PxeStory counts anew after a minute of silence, and bounds what it knows", () => {
  const story = new PxeStory();
  const offered = dhcp({ type: "offered", address: null, file: "a" });
  const at = (now: number) => /\+(.+?) {2}/.exec(tell(offered, story, now))![1];
  assertEquals([at(0), at(59_000), at(118_000), at(179_000)], [
    "0 ms",
    "59.00 s",
    "1 min 58 s",
    "0 ms",
  ]);
  for (let i = 0; i < 5000; i++) {
    const mac = `06:00:00:00:${(i >> 8).toString(16).padStart(2, "0")}:${
      (i & 255).toString(16).padStart(2, "0")
    }`;
    tell(
      dhcp({ type: "offered", address: null, file: "a" }, { ...UEFI, mac }),
      story,
      180_000,
    );
  }
  assertEquals(at(180_001), "0 ms");
});

Deno.test("PxeStory outlives whatever a client calls itself", () => {
  const client = describeClient({
    hardwareAddress: parseMac(MAC)!.slice(0, 0),
    relayAddress: "0.0.0.0",
    options: new Map([[DHCP_OPTION.MessageType, u8Value(1)]]),
  });
  assertEquals(
    tell(dhcp({ type: "ignored", reason: "no identity" }, client)),
    "DEBUG  A machine gets no answer to DISCOVER: no identity",
  );
});
