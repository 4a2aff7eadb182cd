import { assert, assertEquals } from "@std/assert";
import {
  encodePacket,
  ERROR_CODE,
  formatPacket,
  TftpError,
} from "../../packet/mod.ts";
import {
  BaseMachine,
  emptyStatistics,
  type Machine,
  Opening,
  Receiver,
  Sender,
} from "../../transfer/mod.ts";
import { forAll, type Random } from "../_random.ts";
import {
  ack,
  agreed,
  data,
  Dialogue,
  error,
  fileOf,
  oack,
  still,
} from "./_dialogue.ts";
import { assertArrived, transfer } from "./_pair.ts";

const START = { settings: agreed(), now: 0, random: still };

/** Each kind of machine, at work. */
const MACHINES: Readonly<Record<string, () => Machine>> = {
  opening: () =>
    new Opening({
      ...START,
      request: { type: "RRQ", filename: "a", mode: "octet", options: [] },
    }),
  sender: () => {
    const sender = new Sender(START);
    sender.fill(512);
    return sender;
  },
  receiver: () => new Receiver(START),
};

for (const [name, create] of Object.entries(MACHINES)) {
  Deno.test(`${name}: an ERROR is never answered (RFC 1350 section 7)`, () => {
    const talk = new Dialogue(create());
    talk.machine.pollTransmit(0);
    talk.hear(error(2, "No")).ends("failed").hear(error(2)).ends("failed");
    assertEquals(talk.machine.failure?.message, "No");
    talk.at(60_000).ends("failed");
  });

  Deno.test(`${name}: an ERROR without text or code is one all the same`, () => {
    for (const bytes of [[0, 5], [0, 5, 0], [0, 5, 0, 1], [0, 5, 0, 1, 0]]) {
      const talk = new Dialogue(create()).hear(new Uint8Array(bytes));
      talk.ends("failed");
      const code = bytes.length < 4 ? 0 : 1;
      assertEquals(talk.machine.failure?.code, code);
      assertEquals(talk.machine.failure?.origin, "remote");
    }
  });

  Deno.test(`${name}: fail() sends one ERROR with the text for the wire; the first reason stays`, () => {
    const talk = new Dialogue(create());
    talk.machine.pollTransmit(0);
    const reason = new TftpError(ERROR_CODE.DiskFull, "/secret is full", {
      wireText: "Disk full",
    });
    talk.do((machine) => machine.fail(reason));
    talk.do((machine) => machine.fail(new TftpError(0, "Again")));
    talk.expect('ERROR 3 "Disk full"').ends("failed");
    assertEquals(talk.machine.failure, reason);
  });

  Deno.test(`${name}: abandon() ends without a word`, () => {
    const talk = new Dialogue(create());
    talk.do((machine) => machine.abandon(new TftpError(0, "Unreachable")));
    talk.ends("failed").do((machine) => machine.fail(new TftpError(1)));
    talk.ends("failed");
  });

  Deno.test(`${name}: handleTimeout() that comes too early does nothing`, () => {
    const talk = new Dialogue(create());
    talk.machine.pollTransmit(0);
    for (let now = 0; now < 1000; now += 100) {
      talk.do((machine) => machine.handleTimeout(now)).silent();
    }
    talk.counts({ timeouts: 0 });
    talk.do((machine) => machine.handleTimeout(2000));
    talk.do((machine) => machine.handleTimeout(2000)).counts({ timeouts: 1 });
  });

  Deno.test(`${name}: a packet without a place is counted, told and not answered`, () => {
    const talk = new Dialogue(create());
    talk.machine.pollTransmit(0);
    const packets = [new Uint8Array([9, 9]), new Uint8Array([0, 4])];
    talk.hear(...packets).silent().counts({ unexpected: 2 });
    talk.tells(...packets.map((bytes) => ({
      type: "unexpected" as const,
      packet: formatPacket(bytes),
    })));
  });

  Deno.test(`${name}: a flood of junk is counted, but only so much of it is kept`, () => {
    const machine = create();
    for (let i = 0; i < 10_000; i++) {
      machine.handleDatagram(new Uint8Array([0, 0]), 0);
    }
    let kept = 0;
    while (machine.pollEvent()) kept++;
    assertEquals([machine.statistics.unexpected, kept], [10_000, 64]);
    assertEquals(machine.state, "open");
  });

  Deno.test(`${name}: whatever comes, in whatever state, nothing is thrown`, () => {
    forAll(300, (random) => {
      const machine = create();
      for (let now = 0; now < 60_000; now += random.between(0, 2000)) {
        machine.handleDatagram(anything(random), now);
        if (random.chance(1, 3)) machine.handleTimeout(now);
        while (machine.pollTransmit(now));
        while (random.chance(1, 2) && machine.pollEvent());
        machine.pollTimeout();
      }
    });
  });
}

/** Octets of any kind; most look like packets. */
function anything(random: Random): Uint8Array {
  const bytes = random.bytes(random.between(0, 600));
  if (bytes.length >= 2 && random.chance(9, 10)) {
    bytes[0] = 0;
    bytes[1] = random.between(0, 7);
  }
  if (bytes.length >= 4 && random.chance(1, 2)) {
    bytes[2] = random.pick([0, 0, 255]);
    bytes[3] = random.pick([0, 1, 2, 255]);
  }
  return bytes.subarray(0, random.chance(1, 4) ? 4 : bytes.length);
}

/** Octets that no sender and no receiver has a use for, whatever it waits for. */
function junk(random: Random): Uint8Array {
  return random.pick([
    () => random.bytes(random.between(0, 3)),
    () => new Uint8Array([0, random.between(7, 255), ...random.bytes(30)]),
    () => new Uint8Array([random.between(1, 255), ...random.bytes(30)]),
    () => encodePacket(ack(random.between(500, 65_535))),
    () => encodePacket(data(random.between(500, 65_535), 8)),
    () => encodePacket(data(0, random.between(0, 8))),
    () => encodePacket(oack(["blksize", "9"], ["windowsize", "7"])),
    () =>
      encodePacket({
        type: random.pick(["RRQ", "WRQ"]),
        filename: "x",
        mode: "octet",
        options: [],
      }),
  ])();
}

Deno.test("sender and receiver: junk among a transfer's packets never changes its outcome", () => {
  forAll(300, (random) => {
    const windowSize = random.between(1, 5);
    const settings = agreed({ blockSize: 8, windowSize });
    const file = fileOf(random.between(0, 200));
    // A machine in between gives each side junk before and after what was meant for it.
    const inject = (machine: Sender | Receiver) => {
      const { handleDatagram } = machine;
      machine.handleDatagram = (bytes, now) => {
        while (random.chance(1, 2)) {
          handleDatagram.call(machine, junk(random), now);
        }
        const fits = handleDatagram.call(machine, bytes, now);
        while (random.chance(1, 2)) {
          handleDatagram.call(machine, junk(random), now);
        }
        return fits;
      };
    };
    const options = { file, sender: { settings }, receiver: { settings } };
    const quiet = transfer(options);
    const noisy = transfer({ ...options, prepare: inject });
    assertArrived(noisy, file);
    assertEquals(noisy.link.transcript, quiet.link.transcript);
  });
});

Deno.test("receiver: a flood of gaps is kept no better", () => {
  const receiver = new Receiver({
    ...START,
    settings: agreed({ windowSize: 2 }),
  });
  const beyond = encodePacket(data(2));
  for (let i = 0; i < 1000; i++) receiver.handleDatagram(beyond, 0);
  let kept = 0;
  while (receiver.pollEvent()) kept++;
  assertEquals([receiver.statistics.gaps, kept], [1000, 64]);
});

Deno.test("sender: what has finished stays finished", () => {
  const sender = new Sender(START);
  sender.fill(0);
  const talk = new Dialogue(sender).expect("DATA 1 (0 octets)").hear(ack(1));
  talk.ends("finished").do(() => sender.abandon(new TftpError(0)));
  talk.do(() => sender.fail(new TftpError(0))).hear(error(1)).ends("finished");
  assertEquals(sender.failure, null);
});

Deno.test("the datagram that pollTransmit() gives holds until the next call", () => {
  const receiver = new Receiver(START);
  receiver.handleDatagram(encodePacket(data(1)), 0);
  assertEquals(formatPacket(receiver.pollTransmit(0)!), "ACK 1");
  assertEquals(receiver.pollTransmit(0), null);
});

Deno.test("BaseMachine starts open, with nothing counted, sent or told", () => {
  class Bare extends BaseMachine {
    take(): Uint8Array | null {
      return this.takeLastWords();
    }
  }
  const bare = new Bare();
  assertEquals(bare.state, "open");
  assertEquals(bare.failure, null);
  assertEquals(bare.statistics, emptyStatistics());
  assertEquals([bare.take(), bare.pollEvent()], [null, null]);
  bare.fail(new TftpError(1));
  assert(bare.take());
  assertEquals([bare.take(), bare.statistics.packetsSent], [null, 1]);
});
