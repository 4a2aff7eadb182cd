import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  acceptOptionAck,
  DEFAULT_SETTINGS,
  ERROR_CODE,
  negotiateOptions,
  type Operation,
  type OptionList,
  type OptionWishes,
  requestOptions,
  TftpError,
  type TransferSettings,
} from "../../packet/mod.ts";
import { forAll, type Random } from "../_random.ts";

Deno.test("requestOptions() asks for nothing when nothing is wished for", () => {
  assertEquals(requestOptions({}), []);
});

Deno.test("requestOptions() asks in one order, whatever the order of the wishes", () => {
  assertEquals(
    requestOptions({
      rollover: 1,
      windowSize: 16,
      transferSize: 0,
      timeoutMicroseconds: 500_000,
      timeoutSeconds: 5,
      blockSizePowerOfTwo: 1024,
      blockSize: 1428,
    }),
    [
      ["blksize", "1428"],
      ["blksize2", "1024"],
      ["timeout", "5"],
      ["utimeout", "500000"],
      ["tsize", "0"],
      ["windowsize", "16"],
      ["rollover", "1"],
    ],
  );
});

Deno.test("requestOptions() writes large sizes in digits", () => {
  assertEquals(requestOptions({ transferSize: Number.MAX_SAFE_INTEGER }), [
    ["tsize", "9007199254740991"],
  ]);
});

type Wish = keyof OptionWishes;

const WISH_RANGES: readonly [Wish, option: string, min: number, max: number][] =
  [
    ["blockSize", "blksize", 8, 65464],
    ["blockSizePowerOfTwo", "blksize2", 8, 65464],
    ["timeoutSeconds", "timeout", 1, 255],
    ["timeoutMicroseconds", "utimeout", 10_000, 255_000_000],
    ["transferSize", "tsize", 0, Number.MAX_SAFE_INTEGER],
    ["windowSize", "windowsize", 1, 32767],
    ["rollover", "rollover", 0, 1],
  ];

for (const [wish, option, min, max] of WISH_RANGES) {
  Deno.test(`requestOptions() takes ${wish} from ${min} to ${max}`, () => {
    for (const value of [min, max]) {
      const options = requestOptions({ [wish]: value });
      assertEquals(options, [[option, String(value)]]);
    }
  });

  for (const value of [min - 1, max + 1, min + 0.5, -1, NaN, Infinity]) {
    Deno.test(`requestOptions() throws on ${wish} ${value}`, () => {
      assertThrows(
        () => requestOptions({ [wish]: value }),
        RangeError,
        `Cannot ask for ${wish} as it must be a whole number from ${min} to ${max}: current value is ${value}`,
      );
    });
  }
}

const ASKED: OptionList = [
  ["blksize", "1428"],
  ["timeout", "5"],
  ["tsize", "0"],
  ["windowsize", "16"],
];

const ACCEPTED: readonly [
  name: string,
  asked: OptionList,
  acknowledged: OptionList,
  settings: Partial<TransferSettings>,
][] = [
  ["takes an OACK without options for RFC 1350", ASKED, [], {}],
  [
    "takes what was asked for",
    ASKED,
    [
      ["blksize", "1428"],
      ["timeout", "5"],
      ["tsize", "9000"],
      ["windowsize", "16"],
    ],
    { blockSize: 1428, timeoutMs: 5000, transferSize: 9000, windowSize: 16 },
  ],
  [
    "takes an option that is left out as if it had not been asked for",
    ASKED,
    [["tsize", "9000"]],
    { transferSize: 9000 },
  ],
  [
    "takes a lower blksize",
    [["blksize", "65464"]],
    [["blksize", "2263"]],
    { blockSize: 2263 },
  ],
  [
    "takes the lowest blksize",
    [["blksize", "8"]],
    [["blksize", "8"]],
    { blockSize: 8 },
  ],
  [
    "takes a lower windowsize",
    [["windowsize", "64"]],
    [["windowsize", "1"]],
    { windowSize: 1 },
  ],
  [
    "takes a lower blksize2",
    [["blksize2", "65464"]],
    [["blksize2", "32768"]],
    { blockSize: 32768 },
  ],
  [
    "takes utimeout as milliseconds",
    [["utimeout", "10500"]],
    [["utimeout", "10500"]],
    { timeoutMs: 10.5 },
  ],
  [
    "takes rollover 0",
    [["rollover", "0"]],
    [["rollover", "0"]],
    { rollover: 0 },
  ],
  [
    "takes rollover 1",
    [["rollover", "1"]],
    [["rollover", "1"]],
    { rollover: 1 },
  ],
  [
    "takes a tsize of 0",
    [["tsize", "0"]],
    [["tsize", "0"]],
    { transferSize: 0 },
  ],
  [
    "takes an upload's tsize from a server that counts in 32 bits (atftpd)",
    [["tsize", "99999999999999"]],
    [["tsize", "276447231"]],
    { transferSize: 276_447_231 },
  ],
  [
    "takes names in any case, on both sides",
    [["BlkSize", "1428"]],
    [["BLKSIZE", "1428"]],
    { blockSize: 1428 },
  ],
  [
    "takes options in another order",
    ASKED,
    [["windowsize", "4"], ["blksize", "512"]],
    { blockSize: 512, windowSize: 4 },
  ],
  [
    "takes the last of an option that stands twice",
    [["blksize", "1428"]],
    [["blksize", "1000"], ["blksize", "600"]],
    { blockSize: 600 },
  ],
  [
    "takes an unknown option that was asked for, whatever its value",
    [["multicast", ""], ["blksize", "1024"]],
    [["multicast", "239.255.0.0,1758,1"], ["blksize", "1024"]],
    { blockSize: 1024 },
  ],
];

for (const [name, asked, acknowledged, settings] of ACCEPTED) {
  Deno.test(`acceptOptionAck() ${name}`, () => {
    assertEquals(acceptOptionAck(asked, acknowledged), {
      ...DEFAULT_SETTINGS,
      ...settings,
    });
  });
}

const REFUSED: readonly [
  name: string,
  asked: OptionList,
  acknowledged: OptionList,
  reason: string,
][] = [
  [
    "an option when none was asked for",
    [],
    [["blksize", "512"]],
    'option "blksize" was not asked for',
  ],
  [
    "an option that was not asked for (tftpy)",
    [["tsize", "0"]],
    [["tsize", "9"], ["blksize", "512"]],
    'option "blksize" was not asked for',
  ],
  [
    "an unknown option that was not asked for",
    [["blksize", "1428"]],
    [["blksize", "1428"], ["Color", "blue"]],
    'option "Color" was not asked for',
  ],
  [
    "blksize2 when blksize was asked for",
    [["blksize", "1024"]],
    [["blksize2", "1024"]],
    'option "blksize2" was not asked for',
  ],
];

/** Answers that an option's RFC does not allow to what was asked. */
const WRONG_ANSWERS: readonly [
  option: string,
  asked: string,
  answers: readonly string[],
][] = [
  // -1: atftpd and fbtftp; 1: dnsmasq, asked for "abc"; 65465: fbtftp and tftpy.
  ["blksize", "1428", ["1429", "65464", "7", "1", "0", "-1", "", "abc"]],
  ["blksize", "65464", ["65465", "1e3", "0x200", " 512", "512 ", "512k"]],
  ["blksize2", "1024", ["2048", "4", "-1", ""]],
  // 0: ptftpd.
  ["windowsize", "16", ["17", "65535", "0", "-1", "", "4.5"]],
  ["timeout", "5", ["4", "6", "0", "256", "5000", "-5", ""]],
  ["utimeout", "500000", ["499999", "500001", "0", ""]],
  ["rollover", "0", ["1", "2", ""]],
  ["rollover", "1", ["0", "-1"]],
  ["tsize", "0", ["-1", "", "abc", "1 MB", "100000000000000000000"]],
];

for (const [name, asked, acknowledged, reason] of REFUSED) {
  Deno.test(`acceptOptionAck() refuses ${name} with ERROR 8`, () => {
    assertRefusal(asked, acknowledged, reason);
  });
}

for (const [option, asked, answers] of WRONG_ANSWERS) {
  for (const answer of answers) {
    Deno.test(`acceptOptionAck() refuses ${option} ${JSON.stringify(answer)} when ${asked} was asked for`, () => {
      assertRefusal(
        [[option, asked]],
        [[option, answer]],
        `option "${option}" was asked for as "${asked}", not "${answer}"`,
      );
    });
  }
}

function assertRefusal(
  asked: OptionList,
  acknowledged: OptionList,
  reason: string,
): void {
  const error = assertThrows(() => acceptOptionAck(asked, acknowledged));
  assertInstanceOf(error, TftpError);
  assertEquals(error.code, ERROR_CODE.OptionNegotiation);
  assertEquals(error.origin, "local");
  assertEquals(error.message, `Cannot accept OACK: ${reason}`);
  assertEquals(error.wireText, error.message);
}

function randomWishes(random: Random, operation: Operation): OptionWishes {
  const wishes: { -readonly [K in keyof OptionWishes]: OptionWishes[K] } = {};
  if (random.chance(1, 2)) wishes.blockSize = random.between(8, 65464);
  if (random.chance(1, 4)) {
    wishes.blockSizePowerOfTwo = random.between(8, 65464);
  }
  if (random.chance(1, 2)) wishes.windowSize = random.between(1, 32767);
  if (random.chance(1, 2)) wishes.timeoutSeconds = random.between(1, 255);
  if (random.chance(1, 4)) {
    wishes.timeoutMicroseconds = random.between(10_000, 255_000_000);
  }
  if (random.chance(1, 2)) {
    wishes.transferSize = operation === "read" ? 0 : random.word();
  }
  if (random.chance(1, 2)) wishes.rollover = random.pick([0, 1]);
  return wishes;
}

Deno.test("acceptOptionAck() takes every OACK of negotiateOptions(), and both sides hold the same", () => {
  forAll(1000, (random) => {
    const operation = random.pick(["read", "write"] as const);
    const asked = requestOptions(randomWishes(random, operation));
    const policy = {
      maxBlockSize: random.between(8, 65464),
      maxWindowSize: random.between(1, 32767),
    };
    // Not 0: of an empty file the server says nothing, and the client learns nothing.
    const size = random.pick([null, random.between(1, 1e9)]);
    const server = negotiateOptions(asked, policy, { operation, size });
    assertEquals(acceptOptionAck(asked, server.accepted), server.settings);
  });
});

Deno.test("acceptOptionAck() refuses, or gives settings that can be used, whatever the OACK says", () => {
  forAll(1000, (random) => {
    const asked = requestOptions(randomWishes(random, "read"));
    const acknowledged = asked.map(([name, value]) =>
      [
        random.chance(1, 10) ? "color" : name,
        random.chance(1, 2)
          ? value
          : random.pick(["0", "1", "8", "-1", "99999", "", "x", "1000"]),
      ] as const
    );
    try {
      const settings = acceptOptionAck(asked, acknowledged);
      assert(settings.blockSize >= 8 && settings.blockSize <= 65464);
      assert(settings.windowSize >= 1 && settings.windowSize <= 32767);
      assert(settings.timeoutMs === null || settings.timeoutMs >= 10);
      assert(settings.transferSize === null || settings.transferSize >= 0);
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
      assertEquals(error.code, ERROR_CODE.OptionNegotiation);
    }
  });
});
