// The same hostile traffic over the UDP of this machine, against the program in a process of its own. Addresses cannot be forged
// here: it comes from some dozens of sockets, on as many addresses where the system has them.

import { assertEquals } from "@std/assert";
import { get, put } from "../../client.ts";
import {
  type DatagramSocket,
  receiveEach,
  type UdpAddress,
  udpNetwork,
} from "../../net/mod.ts";
import { formatPacket, OPCODE, peekOpcode } from "../../packet/mod.ts";
import { PROGRAM, Program } from "../cli/_process.ts";
import { Random } from "../_random.ts";
import { Grounds } from "./_grounds.ts";
import { Hostile } from "./_hostile.ts";
import { HONEST_FILE } from "./_honest.ts";
import { ERROR_TEXT_REGEXP } from "./_watch.ts";

const HOST = "127.0.0.1";
const SOCKETS = 48;

/** Datagrams between two pauses of a millisecond: what a kernel's receive buffer takes. */
const BURST = 16;

/** What came of a flood over UDP. */
export interface UdpReport {
  readonly sent: number;
  readonly elapsedMs: number;
  readonly downloads: number;
  readonly uploads: number;
  readonly answers: ReadonlyMap<string, number>;
}

/** A flood over UDP. */
export interface UdpOptions {
  readonly seed: number;
  readonly datagrams: number;
  readonly singlePort: boolean;
  /** More arguments of `tftpkit serve`. */
  readonly args?: readonly string[];
}

/** Floods the program, transfers files meanwhile and afterwards, and ends it. Throws when anything is not as it must be. */
export async function floodProgram(
  { seed, datagrams, singlePort, args = [] }: UdpOptions,
): Promise<UdpReport> {
  using grounds = new Grounds();
  const random = new Random(seed);
  const content = random.bytes(200_000);
  await Deno.writeFile(`${grounds.root}/${HONEST_FILE}`, content);
  await using program = new Program([
    ...["--allow-net", `--allow-read=${grounds.root}`],
    ...[`--allow-write=${grounds.root}`, PROGRAM, "serve"],
    ...["--host", HOST, "--port", "0", "--write"],
    ...singlePort ? ["--single-port"] : [],
    ...args,
    grounds.root,
  ]);
  const [, port] = await program.until(/127\.0\.0\.1:([0-9]+)/);
  const server: UdpAddress = {
    transport: "udp",
    hostname: HOST,
    port: Number(port),
  };
  const flood = new Flood(random, server, singlePort);
  const honest = new Honest(server, content, grounds.root);
  const start = performance.now();
  try {
    await flood.open();
    const stop = honest.run();
    await flood.send(datagrams);
    await stop();
  } finally {
    flood.close();
  }
  const elapsedMs = performance.now() - start;
  await honest.transferBoth();
  program.kill("SIGTERM");
  const { status, stderr } = await program.ended();
  assertEquals(status, 0, stderr.slice(-2000));
  assertEquals(flood.violations, []);
  const told = stderr.split("\n").find((line) => UNSEEN_REGEXP.test(line));
  assertEquals(told, undefined, "A line that is not printable");
  assertEquals(grounds.complaints(), []);
  return {
    sent: datagrams,
    elapsedMs,
    downloads: honest.downloads,
    uploads: honest.uploads,
    answers: flood.answers,
  };
}

const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Sockets that send hostile datagrams, and look at what comes back. */
class Flood {
  readonly answers: Map<string, number> = new Map();
  readonly violations: string[] = [];
  readonly #random: Random;
  readonly #server: UdpAddress;
  readonly #hostile: Hostile;
  readonly #sockets: DatagramSocket[] = [];
  /** Ports that the server has answered from lately, and to whom. */
  readonly #peers = new Map<number, UdpAddress>();
  readonly #livePorts: number[] = [];

  constructor(random: Random, server: UdpAddress, singlePort: boolean) {
    this.#random = random;
    this.#server = server;
    this.#hostile = new Hostile(random, {
      server,
      singlePort,
      honest: [HOST],
      livePorts: this.#livePorts,
      clientPorts: [],
      peerOf: (port) => this.#peers.get(port) ?? null,
      isProven: () => false,
    });
  }

  async open(): Promise<void> {
    const network = udpNetwork();
    for (let i = 0; i < SOCKETS; i++) {
      const hostname = Deno.build.os === "linux" ? `127.0.1.${i + 1}` : HOST;
      const socket = await network.bind({ hostname, port: 0 });
      this.#sockets.push(socket);
      receiveEach(
        socket,
        new Uint8Array(65536),
        (bytes, from) => this.#note(socket, bytes, from),
      );
    }
  }

  async send(datagrams: number): Promise<void> {
    let sent = 0;
    while (sent < datagrams) {
      for (const { from, to, bytes } of this.#hostile.next()) {
        const socket = this.#sockets.find(({ address }) =>
          address.port === from.port && address.hostname === from.hostname
        ) ?? this.#random.pick(this.#sockets);
        // Nothing can be sent that is longer than a datagram, or to a port that is none.
        if (bytes.length <= 65507) {
          await socket.send(bytes, to).catch(() => {});
        }
        if (this.#random.chance(1, 16)) {
          this.#hostile.record(bytes);
        }
        if (++sent % BURST === 0) {
          await pause(1);
        }
      }
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #note(socket: DatagramSocket, bytes: Uint8Array, from: UdpAddress): void {
    const line = formatPacket(bytes);
    const name = line.split(" ", peekOpcode(bytes) === OPCODE.ERROR ? 2 : 1)
      .join(" ");
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
    const text = /^ERROR \d+ "(.*)"$/.exec(line)?.[1];
    const isSane = text === undefined
      ? /^(DATA|ACK|OACK)\b/.test(line)
      : ERROR_TEXT_REGEXP.test(text);
    if (!isSane && this.violations.length < 20) this.violations.push(line);
    if (from.port === this.#server.port || this.#peers.has(from.port)) return;
    this.#peers.set(from.port, socket.address);
    const slot = this.#peers.size % 256;
    this.#livePorts[Math.min(slot, this.#livePorts.length)] = from.port;
  }
}

/** A client over UDP that means well. Its requests may be lost in a full buffer, and are sent again. */
class Honest {
  downloads = 0;
  uploads = 0;
  readonly #server: UdpAddress;
  readonly #content: Uint8Array;
  readonly #root: string;

  constructor(server: UdpAddress, content: Uint8Array, root: string) {
    this.#server = server;
    this.#content = content;
    this.#root = root;
  }

  /** Transfers until it is told to stop; that is fulfilled when the last transfer has ended, and rejected if one has failed. */
  run(): () => Promise<void> {
    let isStopping = false;
    const running = (async () => {
      do await this.transferBoth(); while (!isStopping);
    })();
    running.catch(() => {});
    return () => {
      isStopping = true;
      return running;
    };
  }

  async transferBoth(): Promise<void> {
    {
      await using download = await get(
        { ...this.#server, filename: HONEST_FILE },
        { timeoutMs: 200, retries: 8 },
      );
      assertEquals(await download.bytes(), this.#content);
      this.downloads++;
    }
    const filename = `honest-${this.uploads}`;
    const body = this.#content.subarray(this.uploads % 1000);
    await put({ ...this.#server, filename }, body, {
      timeoutMs: 200,
      retries: 8,
    });
    assertEquals(Deno.readFileSync(`${this.#root}/${filename}`), body);
    Deno.removeSync(`${this.#root}/${filename}`);
    this.uploads++;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
