import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { UdpAddress } from "../../net/mod.ts";
import {
  ERROR_CODE,
  TftpError,
  TransferTimeoutError,
} from "../../packet/mod.ts";
import { Peer } from "../_virtual.ts";
import {
  ack,
  data,
  error,
  NotingSink,
  pattern,
  runReceiver,
  runSender,
} from "./_run.ts";

const SERVER: UdpAddress = {
  transport: "udp",
  hostname: "127.0.0.1",
  port: 69,
};
const UNKNOWN_ID = 'ERROR 5 "Unknown transfer ID"';

// A transfer from its beginning to its end.

Deno.test("driver sends a file and is done with its last ACK", async () => {
  const run = await runSender(1025);
  for (const [block, octets] of [[1, 512], [2, 512], [3, 1]] as const) {
    await run.peer.expect(`DATA ${block} (${octets} octets)`);
    assertEquals(run.log, []);
    await run.peer.send(ack(block));
  }
  await run.peer.silence();
  assertEquals(run.log, ["end ok", "close"]);
  assertEquals(run.clock.pending, 0);
});

Deno.test("driver receives a file, and stays in case its last ACK is lost", async () => {
  const sink = new NotingSink();
  const run = await runReceiver(sink, { opening: ack(0) });
  await run.peer.expect("ACK 0");
  await run.peer.send(data(1, 512));
  await run.peer.expect("ACK 1");
  await run.peer.send(data(2, 3));
  await run.peer.expect("ACK 2");
  assertEquals(run.log, ["end ok"]);
  assertEquals(sink.log, ["write 515", "commit"]);

  await run.clock.advance(3000);
  await run.peer.send(data(2, 3));
  await run.peer.expect("ACK 2");
  await run.clock.advance(5999);
  assertEquals(run.log, ["end ok"]);
  await run.clock.advance(1);
  assertEquals(run.log, ["end ok", "close"]);
  assertEquals(run.clock.pending, 0);
  await run.peer.send(data(2, 3), SERVER);
  await run.peer.silence();
  assertEquals(sink.log, ["write 515", "commit"]);
});

Deno.test("driver wakes its machine at its deadline, and tells its events", async () => {
  const run = await runSender(10);
  await run.peer.expect("DATA 1 (10 octets)");
  await run.clock.advance(999);
  await run.peer.silence();
  await run.clock.advance(1);
  await run.peer.expect("DATA 1 (10 octets)");
  await run.clock.advance(1999);
  await run.peer.silence();
  await run.clock.advance(1);
  await run.peer.expect("DATA 1 (10 octets)");
  assertEquals(run.events, ["retransmission", "retransmission"]);
  await run.peer.send(ack(1));
  assertEquals(run.log, ["end ok", "close"]);
});

Deno.test("driver gives up when the other side stays silent", async () => {
  const run = await runSender(10);
  await run.clock.advance(60_000);
  assert(run.failure instanceof TransferTimeoutError);
  assertEquals(run.log.map((line) => line.slice(0, 5)), ["end T", "close"]);
  assertEquals(run.clock.pending, 0);
  // Nobody there: nobody to be told.
  const lines = await run.peer.drain();
  assertEquals(new Set(lines), new Set(["DATA 1 (10 octets)"]));
});

Deno.test("driver ends at an ERROR, and does not answer it", async () => {
  const run = await runSender(2000);
  await run.peer.expect("DATA 1 (512 octets)");
  await run.peer.send(error(3, "Disk full"));
  await run.peer.silence();
  assertEquals(run.log, ["end Disk full", "close"]);
  assert(run.failure instanceof TftpError);
  assertEquals(run.failure.origin, "remote");
  await run.clock.advance(60_000);
  await run.peer.silence();
});

Deno.test("driver takes nothing more once it is closed", async () => {
  const run = await runSender(10);
  await run.peer.expect("DATA 1 (10 octets)");
  await run.peer.send(ack(1));
  await run.peer.send(ack(1));
  await run.peer.send(error(0, "late"));
  await run.driver.pump();
  run.driver.tick(run.clock.now());
  run.driver.fail(new Error("late"));
  run.driver.abandon(new Error("late"));
  run.driver.dismiss();
  await run.peer.silence();
  assertEquals(run.log, ["end ok", "close"]);
});

// Who may take part.

Deno.test("a stranger gets ERROR 5, and the transfer goes on", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  const strangers = [
    new Peer(run.network, { port: 5001 }),
    new Peer(run.network, { hostname: "192.0.2.7", port: 5000 }),
  ];
  for (const stranger of strangers) {
    await stranger.send(ack(1), SERVER);
    await stranger.expect(UNKNOWN_ID);
    await stranger.silence();
  }
  await run.peer.silence();
  assertEquals(run.machine.statistics.strangers, 2);
  assertEquals(run.machine.statistics.packetsReceived, 0);
  await run.peer.send(ack(1));
  await run.peer.expect("DATA 2 (88 octets)");
  await run.peer.send(ack(2));
  assertEquals(run.log, ["end ok", "close"]);
});

Deno.test("a stranger's ERROR ends nothing and is not answered", async () => {
  const run = await runSender(600);
  const stranger = new Peer(run.network, { port: 5001 });
  await stranger.send(error(5, "Unknown transfer ID"), SERVER);
  await stranger.send(new Uint8Array([0, 5]), SERVER);
  await stranger.silence();
  assertEquals(run.log, []);
  assertEquals(run.machine.statistics.strangers, 2);
});

Deno.test("a stranger's junk is answered as its packets are", async () => {
  const run = await runSender(600);
  const stranger = new Peer(run.network, { port: 5001 });
  for (const junk of [[], [0], [0, 9], [0, 4]]) {
    await stranger.send(new Uint8Array(junk), SERVER);
    await stranger.expect(UNKNOWN_ID);
  }
});

Deno.test("strangers are answered sixteen times, whoever they are", async () => {
  const run = await runSender(600);
  const one = new Peer(run.network, { port: 5001 });
  const two = new Peer(run.network, { hostname: "192.0.2.7" });
  for (let i = 0; i < 10; i++) await one.send(ack(1), SERVER);
  for (let i = 0; i < 10; i++) await two.send(ack(1), SERVER);
  assertEquals(await one.drain(), Array(10).fill(UNKNOWN_ID));
  assertEquals(await two.drain(), Array(6).fill(UNKNOWN_ID));
  assertEquals(run.machine.statistics.strangers, 20);
});

Deno.test("an ERROR from a stranger does not count as an answer", async () => {
  const run = await runSender(600);
  const stranger = new Peer(run.network, { port: 5001 });
  for (let i = 0; i < 20; i++) await stranger.send(error(5, ""), SERVER);
  for (let i = 0; i < 20; i++) await stranger.send(ack(1), SERVER);
  assertEquals(await stranger.drain(), Array(16).fill(UNKNOWN_ID));
});

Deno.test("port 0 cannot be answered, so it is not", async () => {
  const run = await runSender(600);
  const before = run.network.transcript.length;
  const nobody: UdpAddress = { ...SERVER, port: 0 };
  run.network.inject(nobody, SERVER, new Uint8Array([0, 4, 0, 1]));
  await run.peer.expect("DATA 1 (512 octets)");
  await run.peer.silence();
  assertEquals(run.network.transcript.length, before + 1);
});

Deno.test("that a stranger cannot be reached changes nothing", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  run.socket.sendError = new Error("no route");
  const stranger = new Peer(run.network, { port: 5001 });
  await stranger.send(ack(1), SERVER);
  run.socket.sendError = null;
  await run.peer.send(ack(1));
  await run.peer.expect("DATA 2 (88 octets)");
  assertEquals(run.log, []);
});

Deno.test("a stranger is still told while the receiver dallies", async () => {
  const run = await runReceiver(new NotingSink());
  await run.peer.send(data(1, 0), SERVER);
  await run.peer.expect("ACK 1");
  const stranger = new Peer(run.network, { port: 5001 });
  await stranger.send(data(1, 0), SERVER);
  await stranger.expect(UNKNOWN_ID);
});

// The port that a server answers from.

Deno.test("an open port is settled by the first valid answer", async () => {
  const run = await runReceiver(new NotingSink(), {
    isPortOpen: true,
    peerAddress: { ...SERVER, port: 6900 },
  });
  assertEquals(run.driver.peer.port, 6900);
  await run.peer.send(data(1, 512), SERVER);
  await run.peer.expect("ACK 1");
  assertEquals(run.driver.peer, run.peer.address);

  const second = new Peer(run.network, { port: 5001 });
  await second.send(data(1, 512), SERVER);
  await second.expect(UNKNOWN_ID);
  await run.peer.send(data(2, 512));
  await run.peer.expect("ACK 2");
});

Deno.test("what is no answer does not settle an open port", async () => {
  const run = await runReceiver(new NotingSink(), {
    isPortOpen: true,
    peerAddress: { ...SERVER, port: 6900 },
  });
  const odd = new Peer(run.network, { port: 5001 });
  await odd.send(ack(7), SERVER);
  await odd.send(new Uint8Array([0, 9]), SERVER);
  await odd.silence();
  assertEquals(run.driver.peer.port, 6900);
  assertEquals(run.machine.statistics.strangers, 0);
  await run.peer.send(data(1, 512), SERVER);
  await run.peer.expect("ACK 1");
});

Deno.test("an open port is open for one host only", async () => {
  const run = await runReceiver(new NotingSink(), {
    isPortOpen: true,
    peerAddress: { ...SERVER, port: 6900 },
  });
  const stranger = new Peer(run.network, { hostname: "192.0.2.7" });
  await stranger.send(data(1, 512), SERVER);
  await stranger.expect(UNKNOWN_ID);
  assertEquals(run.driver.peer.port, 6900);
});

// How it ends from this side.

Deno.test("fail() tells the other side once, then is done", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  run.driver.fail(new TftpError(ERROR_CODE.DiskFull, "No room"));
  run.driver.fail(new TftpError(ERROR_CODE.NotDefined, "Again"));
  await run.peer.expect('ERROR 3 "No room"');
  await run.clock.advance(60_000);
  await run.peer.silence();
  assertEquals(run.log, ["end No room", "close"]);
});

Deno.test("fail() keeps to itself what is no TftpError", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  const cause = new Error("/etc/secret: permission denied");
  run.driver.fail(cause);
  await run.peer.expect('ERROR 0 "Internal error"');
  assertStrictEquals(run.failure, cause);
});

Deno.test("fail() may have other words for the other side", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  const reason = new DOMException("Stop", "AbortError");
  run.driver.fail(reason, new TftpError(0, "Transfer was aborted"));
  await run.peer.expect('ERROR 0 "Transfer was aborted"');
  assertStrictEquals(run.failure, reason);
});

Deno.test("abandon() says nothing to the other side", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  run.driver.abandon(new Error("started over"));
  await run.clock.advance(60_000);
  await run.peer.silence();
  assertEquals(run.log, ["end started over", "close"]);
});

Deno.test("dismiss() ends at once, and silently", async () => {
  const sink = new NotingSink();
  const run = await runReceiver(sink, { opening: ack(0) });
  await run.peer.expect("ACK 0");
  run.driver.dismiss();
  assertEquals(run.log, ["end Transfer was stopped", "close"]);
  assertEquals(sink.log, ["abort Transfer was stopped"]);
  assertEquals(run.clock.pending, 0);
  await run.peer.silence();
});

Deno.test("dismiss() cuts a dally short, and the end stays a good one", async () => {
  const run = await runReceiver(new NotingSink());
  await run.peer.send(data(1, 3), SERVER);
  await run.peer.expect("ACK 1");
  assertEquals(run.log, ["end ok"]);
  run.driver.dismiss();
  assertEquals(run.log, ["end ok", "close"]);
  assertEquals(run.clock.pending, 0);
});

Deno.test("a failure while the receiver dallies is no failure", async () => {
  const sink = new NotingSink();
  const run = await runReceiver(sink);
  await run.peer.send(data(1, 3), SERVER);
  await run.peer.expect("ACK 1");
  await run.peer.send(error(0, "never mind"));
  assertEquals(run.log, ["end ok"]);
  run.driver.abandon(new Error("later"));
  assertEquals(run.log, ["end ok", "close"]);
  assertEquals(sink.log, ["write 3", "commit"]);
});

Deno.test("driver sends the octets of its source, block by block", async () => {
  const run = await runSender(3000, { blockSize: 1000, windowSize: 2 });
  const sent: number[] = [];
  for (const block of [1, 2, 3, 4]) {
    const octets = block === 4 ? 0 : 1000;
    const packet = await run.peer.expect(`DATA ${block} (${octets} octets)`);
    sent.push(...packet.subarray(4));
    if (block % 2 === 0) await run.peer.send(ack(block));
  }
  assertEquals(Uint8Array.from(sent), pattern(3000));
  assertEquals(run.log, ["end ok", "close"]);
});
