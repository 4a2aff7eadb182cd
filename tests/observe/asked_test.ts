import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  assertAsked,
  type AssertAskedOptions,
  isAsExpected,
  type RecordedRequest,
  type RequestExpectation,
  UnexpectedRequestsError,
} from "../../observe/mod.ts";

/** A finished read of 5 octets, unless said otherwise. */
function request(
  filename: string,
  overrides: Partial<RecordedRequest> = {},
): RecordedRequest {
  return {
    id: 1,
    time: "2026-11-20T03:00:00.000Z",
    device: "192.0.2.7",
    client: "192.0.2.7:50000",
    operation: "read",
    filename,
    mode: "octet",
    options: {},
    outcome: "finished",
    bytes: 5,
    ...overrides,
  };
}

/** Requests with one letter each as their names. */
function named(names: string): RecordedRequest[] {
  return [...names].map((name) => request(name));
}

/** The lines of the difference. */
function diff(
  requests: readonly RecordedRequest[],
  expected: readonly RequestExpectation[],
  options?: AssertAskedOptions,
): string[] {
  const { message } = assertThrows(
    () => assertAsked(requests, expected, options),
    UnexpectedRequestsError,
  );
  return message.split("\n").slice(1);
}

const FITS: readonly [
  expectation: RequestExpectation,
  overrides: Partial<RecordedRequest>,
  fits: boolean,
][] = [
  ["boot.img", {}, true],
  ["boot", {}, false],
  [/boot/, {}, true],
  [/^img/, {}, false],
  [{}, {}, true],
  [{ filename: "boot.img", operation: "read" }, {}, true],
  [{ operation: "write" }, {}, false],
  [{ mode: "octet" }, {}, true],
  [{ mode: "netascii" }, {}, false],
  [{ outcome: "finished" }, {}, true],
  [{ outcome: "finished" }, { outcome: "failed" }, false],
  [{ bytes: 5 }, {}, true],
  [{ bytes: 6 }, {}, false],
  [{ options: {} }, { options: { tsize: "0" } }, true],
  [{ options: { tsize: "0" } }, { options: { tsize: "0" } }, true],
  [{ options: { tsize: "1" } }, { options: { tsize: "0" } }, false],
  [{ options: { blksize: /^14/ } }, { options: { blksize: "1468" } }, true],
  [{ options: { blksize: true } }, { options: { blksize: "1468" } }, true],
  [{ options: { blksize: true } }, {}, false],
  [{ options: { blksize: false } }, {}, true],
  [{ options: { blksize: false } }, { options: { blksize: "" } }, false],
  [{ options: { toString: true } }, {}, false],
];

for (const [expectation, overrides, fits] of FITS) {
  const shown = expectation instanceof RegExp
    ? String(expectation)
    : JSON.stringify(expectation);
  Deno.test(`a request ${JSON.stringify(overrides)} ${fits ? "is" : "is not"} as expected by ${shown}`, () => {
    assertEquals(
      isAsExpected(request("boot.img", overrides), expectation),
      fits,
    );
  });
}

Deno.test("a pattern that remembers where it was does not", () => {
  const pattern = /boot/g;
  for (let i = 0; i < 3; i++) {
    assert(isAsExpected(request("boot.img"), pattern));
    assertFalse(isAsExpected(request("other"), pattern));
  }
});

Deno.test("assertAsked() takes what is expected, in its order, and nothing else", () => {
  assertAsked([], []);
  assertAsked(named("abc"), ["a", /b/, { filename: "c", bytes: 5 }]);
  assertEquals(diff(named("abc"), ["a", "c"]), [
    '= read "a", finished, 5 B',
    '+ read "b", finished, 5 B',
    '= read "c", finished, 5 B',
  ]);
  assertEquals(diff(named("ac"), ["a", "b", "c"]), [
    '= read "a", finished, 5 B',
    '- "b"',
    '= read "c", finished, 5 B',
  ]);
  assertEquals(diff(named("ba"), ["a", "b"]), [
    '- "a"',
    '= read "b", finished, 5 B',
    '+ read "a", finished, 5 B',
  ]);
  assertEquals(diff([], ["a"]), ['- "a"']);
  assertEquals(diff(named("a"), []), ['+ read "a", finished, 5 B']);
});

Deno.test("assertAsked() joins as much as can be joined", () => {
  const lines = diff(named("xaybzc"), [..."abcd"]);
  assertEquals(
    lines.map((line) => line.replace(/(read )?"(.)".*/, "$2")),
    ["+ x", "= a", "+ y", "= b", "+ z", "= c", "- d"],
  );
});

Deno.test("assertAsked() lets others come between where it is told to", () => {
  const options = { allowOthers: true };
  assertAsked(named("xaybz"), ["a", "b"], options);
  assertAsked(named("aab"), ["a", "b"], options);
  assertAsked(named("x"), [], options);
  assertEquals(diff(named("xb"), ["a", "b"], options), [
    '- "a"',
    '  read "x", finished, 5 B',
    '= read "b", finished, 5 B',
  ]);
  assertEquals(diff(named("ba"), ["a", "b"], options).length, 3);
});

Deno.test("assertAsked() looks at one device, where it is named", () => {
  const requests = [
    request("a"),
    request("b", { device: "lab-3" }),
    request("c"),
  ];
  assertAsked(requests, ["a", "b", "c"]);
  assertAsked(requests, ["a", "c"], { device: "192.0.2.7" });
  assertAsked(requests, ["b"], { device: "lab-3" });
  const { message } = assertThrows(
    () => assertAsked(requests, [], { device: "lab-3" }),
    UnexpectedRequestsError,
  );
  assertEquals(
    message,
    'lab-3 is not as expected: - is missing, + was not expected\n+ read "b", finished, 5 B',
  );
});

Deno.test("assertAsked() leaves out size probes, unless it is told not to", () => {
  const probe = request("a", { outcome: "probed", bytes: 0 });
  assertAsked([probe, request("a")], ["a"]);
  const options = { includeProbes: true };
  assertAsked([probe, request("a")], [{ outcome: "probed" }, "a"], options);
  assertEquals(diff([probe], [], options), ['+ read "a", probed']);
});

Deno.test("assertAsked() shows what it knows of requests and expectations", () => {
  const refused = request('a\n"', {
    operation: "write",
    options: { blksize: "1468", "x\u202e": "\x1b" },
    outcome: "refused",
    code: 2,
    bytes: 0,
  });
  const options = { blksize: /^5/, tsize: true, windowsize: false, a: "b" };
  assertEquals(
    diff([refused], [
      {
        filename: /^fw/,
        operation: "read",
        mode: "octet",
        options,
        outcome: "failed",
        bytes: 2000,
      },
      { operation: "write", bytes: 1 },
    ]),
    [
      "- read /^fw/, mode octet, blksize=/^5/, tsize, no windowsize, a=b, failed, 2.0 kB",
      "- write /.*/, 1 B",
      '+ write "a\\n\\"", blksize=1468, x\\u202e=\\u001b, refused with code 2',
    ],
  );
});

Deno.test("assertAsked() shows the place where a long record differs, and not all of it", () => {
  const requests = Array.from({ length: 3000 }, (_, i) => request(`n${i}`));
  const expected = requests.map(({ filename }) => filename);
  expected[1500] = "other";
  const lines = diff(requests, expected);
  assertEquals(lines.length, 202);
  assertEquals([lines.at(0), lines.at(-1)], [
    "  (1400 before)",
    "  (1401 more)",
  ]);
  assert(lines.includes('- "other"'));
  // Nothing at all in common, and too much of it to be compared.
  const others = requests.map((_, i) => `m${i}`);
  assertEquals(diff(requests, others).length, 201);
});
