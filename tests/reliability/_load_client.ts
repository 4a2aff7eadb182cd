// A process full of clients. Takes what to do as JSON, and tells what became of it as JSON.

import { Buffer } from "node:buffer";
import { get, put } from "../../client.ts";
import { type Sink, udpNetwork } from "../../net/mod.ts";
import { encodePacket } from "../../packet/mod.ts";
import { contentOf } from "./_content.ts";
import {
  clientAddress,
  type ClientReport,
  type ClientTask,
  FILE_SIZES,
  uploadSeed,
  uploadSize,
} from "./_load.ts";

const task: ClientTask = JSON.parse(Deno.args[0]!);
const report: ClientReport = {
  ...{ transfers: 0, bytes: 0, retransmissions: 0, failures: {} },
  ...{ durationsMs: [], last: [] },
};
const startedAt = performance.now();
const expected: Uint8Array[] = [];

/** A sink that finds out whether what comes is what was to come. */
class Comparer implements Sink {
  readonly #expected: Uint8Array;
  #length = 0;
  isRight = true;

  constructor(expected: Uint8Array) {
    this.#expected = expected;
  }

  write(bytes: Uint8Array): void {
    const part = this.#expected.subarray(
      this.#length,
      this.#length += bytes.length,
    );
    // At the speed of memory.
    this.isRight &&= Buffer.compare(part, bytes) === 0;
  }

  commit(): void {
    this.isRight &&= this.#length === this.#expected.length;
  }

  abort(): void {}
}

if (task.kind === "half-open") await leaveHalfOpen();
else {
  console.log("begun");
  await Promise.all(
    Array.from({ length: task.clients }, (_, client) => runClient(client)),
  );
}
report.durationsMs = report.durationsMs.sort((a, b) => a - b)
  .map((duration) => Math.round(duration * 10) / 10);
console.log(JSON.stringify(report));

function isTimeLeft(): boolean {
  return performance.now() - startedAt < task.seconds * 1000;
}

async function runClient(client: number): Promise<void> {
  const localHostname = clientAddress(task, client);
  for (let round = 0; round < task.rounds || isTimeLeft(); round++) {
    const begunAt = performance.now();
    try {
      const statistics = task.kind === "download"
        ? await download((client + round) % FILE_SIZES.length, localHostname)
        : await upload(client, round, localHostname);
      report.transfers++;
      report.bytes += statistics.bytes;
      report.retransmissions += statistics.retransmissions;
      report.durationsMs.push(performance.now() - begunAt);
      report.last[client] = round;
    } catch (error) {
      const text = String(error).replace(/127\.[\d.]+:\d+|\d{3,}/g, "N");
      report.failures[text] = (report.failures[text] ?? 0) + 1;
    }
  }
}

async function download(file: number, localHostname: string) {
  expected[file] ??= contentOf(file, FILE_SIZES[file]!);
  const sink = new Comparer(expected[file]);
  await using response = await get(
    `tftp://127.0.0.1:${task.port}/down/${file};mode=octet`,
    { sink, localHostname },
  );
  const { statistics } = await response.finished;
  if (!sink.isRight) throw new Error("Wrong bytes came");
  return statistics;
}

async function upload(client: number, round: number, localHostname: string) {
  const { statistics } = await put(
    `tftp://127.0.0.1:${task.port}/up/${client};mode=octet`,
    contentOf(uploadSeed(client, round), uploadSize(client, round)),
    { localHostname },
  );
  return statistics;
}

/** Asks from as many ports as there are clients, and leaves it at that; every five seconds once more. */
async function leaveHalfOpen(): Promise<void> {
  const request = encodePacket({
    type: "RRQ",
    filename: "down/9",
    mode: "octet",
    options: [],
  });
  const to = {
    transport: "udp",
    hostname: "127.0.0.1",
    port: task.port,
  } as const;
  const sockets = await Promise.all(
    Array.from(
      { length: task.clients },
      (_, client) =>
        udpNetwork().bind({ hostname: clientAddress(task, client), port: 0 }),
    ),
  );
  do {
    for (const [index, socket] of sockets.entries()) {
      await socket.send(request, to);
      report.transfers++;
      // A burst would only overflow the server's receive buffer.
      if (index % 50 === 49) await sleep(5);
    }
    if (report.transfers === sockets.length) console.log("begun");
    if (isTimeLeft()) await sleep(5000);
  } while (isTimeLeft());
  for (const socket of sockets) socket.close();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
