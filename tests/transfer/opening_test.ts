import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DEFAULT_SETTINGS,
  encodePacket,
  ERROR_CODE,
  type OptionList,
  type Packet,
  TransferTimeoutError,
} from "../../packet/mod.ts";
import { Opening, type OpeningOptions } from "../../transfer/mod.ts";
import { ack, data, Dialogue, error, oack, still } from "./_dialogue.ts";

interface OpenOptions extends Partial<OpeningOptions> {
  readonly type?: "RRQ" | "WRQ";
  readonly options?: OptionList;
}

function open(
  { type = "RRQ", options = [], ...rest }: OpenOptions = {},
): Dialogue<Opening> {
  const request = { type, filename: "a", mode: "octet", options };
  return new Dialogue(new Opening({ request, now: 0, random: still, ...rest }));
}

const BLKSIZE: OptionList = [["blksize", "1428"]];
const PLAIN = 'RRQ "a" octet';
const OPTIONED = 'RRQ "a" octet blksize=1428';

// A read request.

Deno.test("read: DATA 1 accepts the request without options", () => {
  const talk = open({ options: BLKSIZE });
  talk.at(0).expect(OPTIONED).at(30);
  const bytes = encodePacket(data(1));
  talk.do((opening, now) => assert(opening.handleDatagram(bytes, now)));
  talk.ends("finished");
  const { result } = talk.machine;
  assertEquals(result?.settings, DEFAULT_SETTINGS);
  assertEquals([result?.acknowledged, result?.roundTripMs], [null, 30]);
  assertEquals(result?.data, bytes);
  bytes.fill(0);
  assertEquals(result?.data, encodePacket(data(1)));
});

Deno.test("read: an OACK accepts it with options", () => {
  const talk = open({ options: [["BlkSize", "1428"], ["tsize", "0"]] });
  talk.at(0).expect('RRQ "a" octet BlkSize=1428 tsize=0').at(20);
  talk.hear(oack(["blksize", "1400"], ["tsize", "77"])).ends("finished");
  const { result } = talk.machine;
  assertEquals(result?.settings.blockSize, 1400);
  assertEquals(result?.settings.transferSize, 77);
  assertEquals(result?.acknowledged, [["blksize", "1400"], ["tsize", "77"]]);
});

Deno.test("an answer to a custom option is checked, where there is a check", () => {
  const optionChecks = new Map([["md5", (answer: string) => answer === "x"]]);
  const options: OptionList = [["MD5", ""], ["lang", ""]];
  for (const type of ["RRQ", "WRQ"] as const) {
    const good = open({ type, options, optionChecks });
    good.at(0).expect(`${type} "a" octet MD5= lang=`);
    good.hear(oack(["md5", "x"], ["lang", "any"])).ends("finished");
    assertEquals(good.machine.result?.acknowledged?.length, 2);
    const bad = open({ type, options, optionChecks });
    bad.at(0).expect(`${type} "a" octet MD5= lang=`).hear(oack(["md5", "y"]));
    bad.expect(
      String
        .raw`ERROR 8 "Cannot accept OACK: option \"md5\" must not be \"y\""`,
    );
    assertEquals(bad.machine.failure?.code, ERROR_CODE.OptionNegotiation);
  }
});

Deno.test("read: an ERROR refuses it", () => {
  const talk = open().at(0).expect(PLAIN).hear(error(1, "File not found"));
  talk.ends("failed");
  assertEquals(talk.machine.result, null);
  assertEquals(talk.machine.failure?.code, ERROR_CODE.FileNotFound);
});

Deno.test("read: anything else is no answer, and the request goes on", () => {
  const others: Packet[] = [data(0), data(2), data(65_535), ack(0), ack(1)];
  const talk = open().at(0).expect(PLAIN);
  for (const packet of others) {
    const bytes = encodePacket(packet);
    assertEquals(talk.machine.handleDatagram(bytes, 0), false);
  }
  talk.counts({ unexpected: others.length, packetsReceived: others.length });
  talk.at(1000).expect(PLAIN).hear(data(1)).ends("finished");
});

// A write request.

Deno.test("write: ACK 0 accepts it without options", () => {
  const talk = open({ type: "WRQ", options: BLKSIZE });
  talk.at(0).expect('WRQ "a" octet blksize=1428').hear(ack(0));
  talk.ends("finished");
  assertEquals(talk.machine.result?.settings, DEFAULT_SETTINGS);
});

Deno.test("write: ACK 0 in a padded datagram is one, too", () => {
  const padded = new Uint8Array(46);
  padded.set([0, 4, 0, 0]);
  open({ type: "WRQ" }).hear(padded).ends("finished");
});

Deno.test("write: an OACK accepts it with options", () => {
  const talk = open({ type: "WRQ", options: BLKSIZE }).hear(oack(...BLKSIZE));
  talk.ends("finished");
  assertEquals(talk.machine.result?.settings.blockSize, 1428);
});

Deno.test("write: ACK 1 and DATA 1 are no answers", () => {
  const talk = open({ type: "WRQ" }).at(0).expect('WRQ "a" octet');
  talk.hear(ack(1), data(1), data(0)).counts({ unexpected: 3 }).ends("open");
});

// Options: the OACK must fit what was asked.

const MISFITS: readonly [name: string, asked: OptionList, told: OptionList][] =
  [
    ["an option that was not asked for", BLKSIZE, [["tsize", "1"]]],
    ["a larger block", BLKSIZE, [["blksize", "1429"]]],
    ["a block too small", BLKSIZE, [["blksize", "7"]]],
    ["a larger window", [["windowsize", "4"]], [["windowsize", "5"]]],
    ["another timeout", [["timeout", "4"]], [["timeout", "5"]]],
    ["no number", BLKSIZE, [["blksize", "0x200"]]],
    ["options where none were asked for", [], BLKSIZE],
    ["nothing in it where no options were asked for", [], []],
  ];

for (const [name, asked, told] of MISFITS) {
  Deno.test(`options: an OACK with ${name} is answered with ERROR 8, once`, () => {
    const talk = open({ options: asked });
    talk.machine.pollTransmit(0);
    talk.hear(oack(...told));
    const words = talk.machine.pollTransmit(0);
    assertEquals(words?.subarray(0, 4), new Uint8Array([0, 5, 0, 8]));
    talk.ends("failed").hear(oack(...told)).ends("failed");
    assertEquals(talk.machine.failure?.code, ERROR_CODE.OptionNegotiation);
    assertEquals(talk.machine.failure?.origin, "local");
    assertEquals(talk.machine.result, null);
  });
}

Deno.test("options: an OACK that names none accepts the request without", () => {
  const talk = open({ options: BLKSIZE }).hear(oack()).ends("finished");
  assertEquals(talk.machine.result?.settings, DEFAULT_SETTINGS);
  assertEquals(talk.machine.result?.acknowledged, []);
});

Deno.test("options: after three requests in vain the same goes out without them", () => {
  const talk = open({ options: BLKSIZE });
  talk.at(0).expect(OPTIONED).at(1000).expect(OPTIONED).at(3000);
  talk.expect(OPTIONED).at(7000).expect(PLAIN).at(15_000).expect(PLAIN);
  talk.hear(data(1)).ends("finished").counts({ retransmissions: 4 });
});

Deno.test("options: an OACK to an earlier request comes too late after that", () => {
  const talk = open({ options: BLKSIZE, optionAttempts: 1 });
  talk.at(0).expect(OPTIONED).at(1000).expect(PLAIN).hear(oack(...BLKSIZE));
  talk.counts({ unexpected: 1 }).at(1001).hear(data(1)).ends("finished");
  assertEquals(talk.machine.result?.settings, DEFAULT_SETTINGS);
});

Deno.test("options: they are asked for to the end where there is no way without", () => {
  const talk = open({ options: BLKSIZE, optionAttempts: Infinity });
  for (const time of [0, 1000, 3000, 7000, 15_000, 23_000]) {
    talk.at(time).expect(OPTIONED);
  }
  talk.at(31_000).ends("failed");
});

// Silence.

Deno.test("silence: the request is sent again, waits double, and after 31 seconds it is over", () => {
  const talk = open();
  for (const time of [0, 1000, 3000, 7000, 15_000, 23_000]) {
    talk.at(time).expect(PLAIN);
  }
  talk.at(30_999).ends("open").at(31_000).ends("failed");
  assert(talk.machine.failure instanceof TransferTimeoutError);
  talk.counts({ packetsSent: 6, retransmissions: 5, timeouts: 6 });
});

Deno.test("silence: junk is silence, too", () => {
  const talk = open({ retransmission: { retries: 1 } });
  talk.at(0).expect(PLAIN).at(900).hear(ack(7)).at(1000).expect(PLAIN);
  talk.at(2900).hear(data(9)).at(3000).ends("failed");
});

Deno.test("silence: an answer to a request that went twice measures nothing (Karn)", () => {
  const talk = open().at(0).expect(PLAIN).at(1000).expect(PLAIN);
  talk.hear(data(1)).ends("finished");
  assertEquals(talk.machine.result?.roundTripMs, null);
});

Deno.test("a request that cannot be put into a packet is refused at once", () => {
  const request = {
    type: "RRQ",
    filename: "a\0b",
    mode: "octet",
    options: [],
  } as const;
  assertThrows(
    () => new Opening({ request, now: 0, random: still }),
    TypeError,
    "file name",
  );
});
