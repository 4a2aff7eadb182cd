import { assertEquals, assertRejects } from "@std/assert";
import { type Sink, type Source, Ticker, toSource } from "../../net/mod.ts";
import { type RequestPacket, TftpError } from "../../packet/mod.ts";
import type { TftpHandler } from "../../server.ts";
import { resolveOptions, type ServeOptions } from "../../server/options.ts";
import {
  openReceiving,
  openSending,
  type TransferContext,
} from "../../server/transfer.ts";
import {
  ack,
  content,
  data,
  error,
  payload,
  read,
  write,
} from "../conformance/_packets.ts";
import { NoSocketError } from "../../server/shortage.ts";
import { Peer, settle, VirtualNetwork } from "../_virtual.ts";
import { messageOf, NotingSink, NotingSource } from "./_tell.ts";

const HANDLER: TftpHandler = () => {};

/** Everything around one transfer: a listening socket, a client, and a log of what the transfer tells. */
function stage(packet: RequestPacket, options: ServeOptions = {}) {
  const network = new VirtualNetwork();
  const listening = network.bind({ hostname: "127.0.0.1", port: 69 });
  const client = new Peer(network);
  const log: string[] = [];
  const config = resolveOptions({
    network,
    clock: network.clock,
    random: () => 0,
    ...options,
  }, HANDLER);
  const context: TransferContext = {
    request: {
      id: 1,
      operation: packet.type === "RRQ" ? "read" : "write",
      filename: packet.filename,
      mode: packet.mode,
      options: packet.options,
      remote: client.address,
      local: listening.address,
    },
    listening,
    config,
    ticker: new Ticker(network.clock),
    portsInUse: new Set(),
    collectAnswers: () => Promise.resolve(new Map()),
    yieldPort: () => false,
    isWanted: () => true,
    onEvent: ({ type }) => log.push(type),
    onEnd: (failure) =>
      log.push(failure === null ? "end ok" : `end ${messageOf(failure)}`),
    onClose: () => log.push("close"),
  };
  return { network, listening, client, log, context };
}

async function send(
  packet: RequestPacket,
  source: Source,
  options: ServeOptions = {},
) {
  const set = stage(packet, options);
  const transfer = await openSending(set.context, source);
  return { ...set, transfer };
}

async function receive(
  packet: RequestPacket,
  sink: Sink,
  options: ServeOptions = {},
) {
  const set = stage(packet, options);
  const transfer = await openReceiving(set.context, sink);
  return { ...set, transfer };
}

Deno.test("openSending() makes a transfer that says nothing before it starts", async () => {
  const source = new NotingSource(3);
  const { transfer, client, log, network } = await send(read("file"), source);
  await client.silence();
  transfer.start();
  await client.expect("DATA 1 (3 octets)");
  assertEquals(log, []);
  await client.send(ack(1));
  assertEquals(log, ["end ok", "close"]);
  assertEquals(source.closed, 1);
  // The listening socket and the client's.
  assertEquals(network.openSockets, 2);
  assertEquals(network.clock.pending, 0);
});

Deno.test("openSending() negotiates with the size of the source", async () => {
  const options = [["tsize", "0"], ["blksize", "100"]] as const;
  const source = new NotingSource(250);
  const { transfer, client } = await send(read("file", options), source);
  assertEquals(transfer.negotiation.accepted, [
    ["tsize", "250"],
    ["blksize", "100"],
  ]);
  transfer.start();
  await client.expect("OACK tsize=250 blksize=100");
  await client.send(ack(0));
  await client.expect("DATA 1 (100 octets)");
  transfer.dismiss();
});

Deno.test("openSending() keeps to the server's policy", async () => {
  const options = [
    ["blksize", "1468"],
    ["windowsize", "100"],
    ["tsize", "0"],
  ] as const;
  const { transfer } = await send(
    read("file", options),
    new NotingSource(250),
    {
      blksize: 512,
      windowsize: 50,
      receiveBufferBytes: 10_000,
      refuseOptions: ["TSIZE"],
    },
  );
  assertEquals(transfer.negotiation.accepted, [
    ["blksize", "512"],
    ["windowsize", "7"],
  ]);
  transfer.dismiss();
  const plain = await send(read("file", options), new NotingSource(250), {
    rfc1350: true,
  });
  assertEquals(plain.transfer.negotiation.accepted, []);
  plain.transfer.dismiss();
});

Deno.test("openSending() encodes netascii, whose size is not known before", async () => {
  const text = "one\ntwo\rthree\n";
  const { transfer, client, log } = await send(
    read("file", [["tsize", "0"]], "netascii"),
    toSource(text),
  );
  transfer.start();
  const block = await client.expect("DATA 1 (17 octets)");
  assertEquals(
    new TextDecoder().decode(payload(block)),
    "one\r\ntwo\r\0three\r\n",
  );
  await client.send(ack(1));
  assertEquals(log, ["end ok", "close"]);
});

for (const [rest, isTooLarge] of [[-1, false], [0, true]] as const) {
  const size = 65_535 * 512 + rest;
  const verb = isTooLarge ? "refuses" : "takes";
  Deno.test(`openSending() without rollover ${verb} ${size} octets in blocks of 512`, async () => {
    const source = new NotingSource(size);
    const opening = send(read("file"), source, { rollover: "refuse" });
    if (!isTooLarge) return (await opening).transfer.dismiss();
    const refusal = await assertRejects(() => opening, TftpError, `${size}`);
    assertEquals(
      [refusal.code, refusal.wireText],
      [0, "File too large for this block size"],
    );
    assertEquals(source.closed, 1);
  });
}

Deno.test("openSending() without rollover cannot tell beforehand what has no size, or was negotiated to roll over", async () => {
  const options = { rollover: "refuse" } as const;
  const unknown = await send(read("file"), new NotingSource(null, 1), options);
  unknown.transfer.dismiss();
  const negotiated = await send(
    read("file", [["rollover", "1"]]),
    new NotingSource(65_535 * 512),
    options,
  );
  negotiated.transfer.dismiss();
});

Deno.test("openSending() closes source and socket when the request was given up meanwhile", async () => {
  for (const singlePort of [false, true]) {
    const source = new NotingSource(3);
    const { context, network } = stage(read("file"), { singlePort });
    await assertRejects(
      () => openSending({ ...context, isWanted: () => false }, source),
      TftpError,
      "The request was given up",
    );
    assertEquals(source.closed, 1);
    assertEquals(network.openSockets, 2);
  }
});

Deno.test("openReceiving() tells the sink when there is no socket", async () => {
  const sink = new NotingSink();
  const { context, network } = stage(write("file"), {
    portRange: { first: 2000, last: 2000 },
  });
  network.bind({ hostname: "127.0.0.1", port: 2000 });
  await assertRejects(
    () => openReceiving(context, sink),
    NoSocketError,
    "All transfer ports from 2000 to 2000 are in use",
  );
  assertEquals(sink.log.length, 1);
});

Deno.test("openReceiving() answers with ACK 0, and stays for dallyMs after the last ACK", async () => {
  const sink = new NotingSink();
  const { transfer, client, log, network } = await receive(
    write("file"),
    sink,
    { dallyMs: 10_000 },
  );
  transfer.start();
  await client.expect("ACK 0");
  await client.send(data(1, 3));
  await client.expect("ACK 1");
  assertEquals(sink.log, ["write 3", "commit"]);
  assertEquals(log, ["end ok"]);
  await network.clock.advance(9999);
  await client.send(data(1, 3));
  await client.expect("ACK 1");
  await network.clock.advance(9999);
  assertEquals(network.openSockets, 3);
  await network.clock.advance(1);
  assertEquals(log, ["end ok", "close"]);
  assertEquals(network.openSockets, 2);
  assertEquals(network.clock.pending, 0);
});

Deno.test("openReceiving() decodes netascii", async () => {
  const parts: Uint8Array[] = [];
  const sink: Sink = {
    write: (bytes) => void parts.push(bytes.slice()),
    commit() {},
    abort() {},
  };
  const { transfer, client } = await receive(write("f", [], "netascii"), sink);
  transfer.start();
  await client.expect("ACK 0");
  const wire = new TextEncoder().encode("a\r\nb\r");
  await client.send({ type: "DATA", block: 1, data: wire });
  await client.expect("ACK 1");
  assertEquals(await new Blob(parts as BlobPart[]).text(), "a\nb\r");
  transfer.dismiss();
});

Deno.test("openReceiving() takes a block of one octet too many for what it is", async () => {
  const sink = new NotingSink();
  const { transfer, client, log } = await receive(write("file"), sink);
  transfer.start();
  await client.expect("ACK 0");
  await client.send({ type: "DATA", block: 1, data: content(513) });
  const lines = await client.drain();
  assertEquals(lines.map((line) => line.slice(0, 7)), ["ERROR 4"]);
  assertEquals(log.at(-1), "close");
  assertEquals(sink.log.length, 1);
});

Deno.test("a transfer that is dismissed closes without a word", async () => {
  const source = new NotingSource(3);
  const { transfer, client, log, network } = await send(read("file"), source);
  transfer.start();
  await client.expect("DATA 1 (3 octets)");
  transfer.dismiss();
  await settle();
  assertEquals(log, ["end Transfer was stopped", "close"]);
  assertEquals(source.closed, 1);
  assertEquals(network.openSockets, 2);
  assertEquals(network.clock.pending, 0);
  await client.silence();
});

Deno.test("a transfer on a port of its own hears its client only, and tells strangers so", async () => {
  const { transfer, client, network, log } = await send(
    read("file"),
    new NotingSource(3),
  );
  transfer.start();
  await client.expect("DATA 1 (3 octets)");
  const stranger = new Peer(network);
  await stranger.send(ack(1), client.from);
  await stranger.expect('ERROR 5 "Unknown transfer ID"');
  assertEquals(log.includes("end ok"), false);
  await client.send(error(0, "enough"));
  assertEquals(log.slice(-2), ["end enough", "close"]);
});

Deno.test("a transfer whose socket breaks ends with what broke it", async () => {
  const { context, network, client, log } = stage(read("file"));
  const source = new NotingSource(3);
  const { bind } = network;
  network.bind = (address) => {
    const socket = bind.call(network, address);
    socket.receive = () => Promise.reject(new Error("cable on fire"));
    return socket;
  };
  const transfer = await openSending(context, source);
  transfer.start();
  await settle();
  assertEquals(log, ["end cable on fire", "close"]);
  assertEquals(source.closed, 1);
  assertEquals(network.openSockets, 2);
  await client.drain();
});
