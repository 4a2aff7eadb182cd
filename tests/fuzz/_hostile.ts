// Makes hostile traffic: every kind of datagram that a TFTP server should not be harmed by, in a mixture that follows from a seed.

import type { UdpAddress } from "../../net/mod.ts";
import { encodePacket } from "../../packet/mod.ts";
import type { Random } from "../_random.ts";
import { GOLDEN } from "../packet/_golden.ts";
import { octets } from "../packet/_octets.ts";
import { randomPacket } from "../packet/_random_packet.ts";
import { hostileName, hostileRequest, mutate } from "./_mutate.ts";
import type { TaggedAddress } from "./_watch.ts";

/** One datagram, and what it wants to be. */
export interface Shot {
  readonly from: TaggedAddress;
  readonly to: UdpAddress;
  readonly bytes: Uint8Array;
  readonly kind: string;
}

/** What hostile traffic is aimed at. */
export interface Targets {
  /** Where requests go. */
  readonly server: UdpAddress;
  /** Hosts of honest clients: their addresses are forged, too, with other ports. */
  readonly honest: readonly string[];
  /** Whether transfers use the request port. */
  readonly singlePort: boolean;
  /** Ports of the server's transfers, now. */
  readonly livePorts: readonly number[];
  /** Ports that honest clients use, now. */
  readonly clientPorts: readonly UdpAddress[];
  /** Whom a transfer's port talks to. */
  peerOf(port: number): UdpAddress | null;
  /** Whether whom it talks to has answered. */
  isProven(port: number): boolean;
}

type Make = (hostile: Hostile) => readonly Shot[];

const CORPUS = GOLDEN.map(({ bytes }) => bytes);
const SERVICE_PORTS = [0, 7, 13, 17, 19, 37, 53, 69, 111, 123, 161, 389, 514];
const ANYONE_ASKS = ["hello", "empty", "exact", "large", "sub/inner"];

/** How many transfers forged answers keep open: a server that is full of proven clients rightly takes no more. */
const MAX_PLAYED = 256;

/** Makes shots. */
export class Hostile {
  readonly random: Random;
  readonly targets: Targets;
  /** What passed lately, to be replayed. */
  readonly #recorded: Uint8Array[] = [];
  #recordedCount = 0;
  /** Addresses that have asked for something lately: on a single port, their transfers. */
  readonly #askers: TaggedAddress[] = [];
  #played = 0;
  #fresh = 0;
  #asked = 0;

  constructor(random: Random, targets: Targets) {
    this.random = random;
    this.targets = targets;
  }

  /** The next datagram, or burst of them. */
  next(): readonly Shot[] {
    let ticket = this.random.between(1, TOTAL_WEIGHT);
    for (const [weight, make] of KINDS) {
      ticket -= weight;
      if (ticket <= 0) return make(this);
    }
    return [];
  }

  /** All transfers have ended. */
  forget(): void {
    this.#askers.length = this.#asked = 0;
    this.#played = 0;
  }

  /** Keeps a datagram that has passed. */
  record(bytes: Uint8Array): void {
    this.#recorded[this.#recordedCount++ % 512] = bytes.slice(0, 2048);
  }

  recorded(): Uint8Array {
    return this.#recorded.length > 0
      ? this.random.pick(this.#recorded)
      : this.random.pick(CORPUS);
  }

  /** An address that was never used before. */
  stranger(kind: string, port?: number): TaggedAddress {
    const { random } = this;
    // Never twice within any time that matters: what comes back can only be for this one.
    const count = this.#fresh++;
    const hostname = random.chance(1, 50)
      ? `2001:db8::${(count >>> 16).toString(16)}:${
        (count & 0xffff).toString(16)
      }`
      : `${random.chance(1, 50) ? "::ffff:" : ""}10.${(count >>> 16) & 255}.${
        (count >>> 8) & 255
      }.${count & 255}`;
    return {
      transport: "udp",
      hostname,
      port: port ?? random.between(1024, 65535),
      kind,
    };
  }

  shot(
    kind: string,
    bytes: Uint8Array,
    from: TaggedAddress = this.stranger(kind),
    to: UdpAddress = this.targets.server,
  ): Shot {
    return { from, to, bytes, kind };
  }

  /** A request that is going to be served, and the address it comes from. */
  ask(kind: string, from: TaggedAddress = this.stranger(kind)): Shot {
    const { random } = this;
    const isWrite = random.chance(1, 4);
    const name = isWrite
      ? `drop-${random.between(0, 1_000_000)}`
      : random.pick(ANYONE_ASKS);
    const options = random.chance(1, 2)
      ? []
      : [["blksize", random.pick(["8", "1428", "65464"])], [
        "windowsize",
        random.pick(["1", "4", "64"]),
      ]] as const;
    this.#askers[this.#asked++ % 256] = from;
    return this.shot(
      kind,
      encodePacket({
        type: isWrite ? "WRQ" : "RRQ",
        filename: name,
        mode: random.pick(["octet", "netascii"]),
        options,
      }),
      from,
    );
  }

  /** Where a transfer listens that is not an honest client's, and whom it listens to. */
  victim(): { port: number; peer: TaggedAddress } | null {
    const { targets, random } = this;
    if (targets.singlePort) {
      if (this.#askers.length === 0) return null;
      const peer = random.pick(this.#askers);
      return { port: targets.server.port, peer };
    }
    if (targets.livePorts.length === 0) return null;
    const port = random.pick(targets.livePorts);
    const peer = targets.peerOf(port);
    if (!peer || targets.honest.includes(peer.hostname)) return null;
    return { port, peer };
  }

  /** Whether one more transfer may be played along with. */
  mayPlay(port: number): boolean {
    return this.targets.isProven(port) || this.#played++ < MAX_PLAYED;
  }
}

/** Anything that is not a request. */
function answerPacket(random: Random): Uint8Array {
  const block = random.pick([0, 1, 2, 65535, random.between(0, 65535)]);
  switch (random.between(0, 4)) {
    case 0:
      return encodePacket({ type: "ACK", block });
    case 1:
      return encodePacket({
        type: "DATA",
        block,
        data: new Uint8Array(random.pick([0, 1, 8, 512, 513, 1428])),
      });
    case 2:
      return encodePacket({ type: "ERROR", code: block % 9, message: "No" });
    case 3:
      return encodePacket({ type: "OACK", options: [["blksize", "512"]] });
    default:
      return octets(
        0,
        random.between(3, 8),
        random.bytes(random.between(0, 9)),
      );
  }
}

function aim(targets: Targets, port: number): UdpAddress {
  return { ...targets.server, port };
}

/** Kinds of traffic, and how often each is chosen. Bursts weigh little, as each is many. */
const KINDS: readonly [weight: number, make: Make][] = [
  [60, function randomOctets(it) {
    const length = it.random.chance(1, 200)
      ? it.random.between(600, 65507)
      : it.random.between(0, 100);
    return [it.shot("random octets", it.random.bytes(length))];
  }],
  [60, function truncated(it) {
    const bytes = it.random.pick([it.random.pick(CORPUS), it.recorded()]);
    const end = it.random.between(0, bytes.length);
    return [it.shot("cut packets", bytes.subarray(0, end))];
  }],
  [100, function mutated(it) {
    const bytes = it.random.pick([it.random.pick(CORPUS), it.recorded()]);
    return [it.shot("mutated packets", mutate(it.random, bytes, CORPUS))];
  }],
  [150, function requests(it) {
    return [it.shot("strange requests", hostileRequest(it.random))];
  }],
  [10, function hugeRequest(it) {
    const { random } = it;
    const length = random.pick([256, 511, 2030, 2048, 4000, 65000]);
    const name = random.pick(["a", "a/", "../", "\xe9"]).repeat(length)
      .slice(0, length);
    return [it.shot("huge requests", hostileRequest(random, name))];
  }],
  [100, function notRequests(it) {
    return [it.shot("answers to the request port", answerPacket(it.random))];
  }],
  [60, function replayed(it) {
    return [it.shot("replayed packets", it.recorded())];
  }],
  [100, function strangers(it) {
    const { targets, random } = it;
    const honest = random.chance(1, 4) ? targets.clientPorts : [];
    const to = honest.length > 0
      ? random.pick(honest)
      : targets.livePorts.length > 0
      ? aim(targets, random.pick(targets.livePorts))
      : targets.server;
    const from = it.stranger(
      "strangers to transfers",
      random.chance(1, 4) ? random.pick(SERVICE_PORTS) : undefined,
    );
    const bytes = random.pick([
      () => answerPacket(random),
      () => it.recorded(),
      () => encodePacket(randomPacket(random)),
      () => random.bytes(random.between(0, 40)),
    ])();
    return [it.shot("strangers to transfers", bytes, from, to)];
  }],
  [3, function swarm(it) {
    const { targets, random } = it;
    if (targets.livePorts.length === 0) return [];
    const to = aim(targets, random.pick(targets.livePorts));
    const kind = "swarms of strangers";
    const bytes = answerPacket(random);
    return Array.from(
      { length: 40 },
      () => it.shot(kind, bytes, it.stranger(kind), to),
    );
  }],
  [100, function services(it) {
    const { random } = it;
    const port = random.pick(SERVICE_PORTS);
    const kind = port === 69 ? "from port 69" : "from answering ports";
    const from = it.stranger(kind, port);
    const bytes = random.chance(1, 2)
      ? hostileRequest(random)
      : it.ask(kind, from).bytes;
    return [it.shot(kind, bytes, from)];
  }],
  [20, function fromServer(it) {
    const kind = "from the server's own address";
    const from = { ...it.targets.server, kind };
    return [
      it.random.chance(1, 2)
        ? it.shot(kind, answerPacket(it.random), from)
        : it.ask(kind, from),
    ];
  }],
  [60, function fromHonestHosts(it) {
    const kind = "from an honest client's host";
    const hostname = it.random.pick(it.targets.honest);
    // Its own ports are ephemeral ones: these are others.
    const port = it.random.between(1024, 49151);
    return [it.ask(kind, { transport: "udp", hostname, port, kind })];
  }],
  [60, function players(it) {
    const { random, targets } = it;
    const victim = it.victim();
    if (!victim || !it.mayPlay(victim.port)) return [];
    const kind = "played transfers";
    const bytes = random.pick([
      () => answerPacket(random),
      () => encodePacket({ type: "ACK", block: random.between(0, 3) }),
      () =>
        encodePacket({
          type: "DATA",
          block: random.between(0, 3),
          data: new Uint8Array(random.pick([0, 8, 511, 512, 513])),
        }),
      () => it.recorded(),
      () => mutate(random, it.recorded(), CORPUS),
    ])();
    const shot = it.shot(kind, bytes, victim.peer, aim(targets, victim.port));
    return Array.from({ length: random.pick([1, 1, 2, 5]) }, () => shot);
  }],
  [4, function repeatedRequests(it) {
    const shot = it.ask("repeated requests");
    return Array.from({ length: it.random.between(2, 30) }, () => shot);
  }],
  [1, function halfOpen(it) {
    const length = it.random.pick([20, 200, 1200]);
    return Array.from({ length }, () => it.ask("half-open requests"));
  }],
  [3, function manyAddresses(it) {
    const kind = "one request from many addresses";
    const { bytes } = it.shot(
      kind,
      encodePacket({
        type: it.random.pick(["RRQ", "WRQ"]),
        filename: hostileName(it.random).replaceAll("\0", ""),
        mode: "octet",
        options: [["tsize", "0"]],
      }),
    );
    return Array.from({ length: 60 }, () => it.shot(kind, bytes));
  }],
];

const TOTAL_WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0);
