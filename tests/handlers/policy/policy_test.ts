import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type AccessPolicy,
  checkAccessPolicy,
  lookAt,
  resolvePolicy,
} from "../../../handlers/policy/policy.ts";

Deno.test("checkAccessPolicy() takes a policy as it comes out of a file", () => {
  checkAccessPolicy(JSON.parse(`{
    "allow": ["192.0.2.0/24", "2001:db8::/32"],
    "deny": ["192.0.2.66"],
    "strangers": "silent",
    "maxRequestsPerSecond": 0.5,
    "maxRequestBurst": 10,
    "maxTransfersPerClient": 4,
    "excess": "refuse",
    "reads": { "denyExtensions": ["key"], "maxNameBytes": 128, "maxDepth": 3 },
    "writes": {
      "allow": ["192.0.2.0/28"],
      "allowExtensions": [".cfg", "tar.gz", ""],
      "maxBytesPerClient": 1000000,
      "maxBytes": 100000000,
      "quotaWindowMs": 86400000,
      "minFreeBytes": 1000000000,
      "freeSpacePath": "./uploads"
    }
  }`));
  checkAccessPolicy({});
});

for (
  const [policy, error, hint] of [
    [null, TypeError, "Cannot use policy as it must be an object"],
    [[], TypeError, "Cannot use policy as it must be an object"],
    [{ alow: [] }, TypeError, 'it has "alow"'],
    [{ toString: 1 }, TypeError, 'it has "toString"'],
    [{ reads: { alow: [] } }, TypeError, 'it has "reads.alow"'],
    [{ reads: null }, TypeError, "Cannot use reads as it must be an object"],
    [{ writes: [] }, TypeError, "Cannot use writes as it must be an object"],
    // How much is stored is a matter of writes only.
    [{ maxBytes: 1 }, TypeError, 'it has "maxBytes"'],
    [{ reads: { maxBytes: 1 } }, TypeError, 'it has "reads.maxBytes"'],
    [{ allow: "192.0.2.1" }, TypeError, "allow as it must be a list of texts"],
    [{ deny: [1] }, TypeError, "deny as it must be a list of texts"],
    [{ deny: ["192.0.2.1/24"] }, RangeError, "in deny"],
    // Deno tells no zone of a client: such a block would hold nobody.
    [
      { deny: ["fe80::%eth0/64"] },
      RangeError,
      "Cannot use deny as it must have no block with a zone, as it is not told which zone a client is in",
    ],
    [
      { writes: { allow: ["192.0.2.1", "fe80::1%2"] } },
      RangeError,
      'current value is "fe80::1%2"',
    ],
    [{ deny: ["::ffff:192.0.2.1%eth0"] }, RangeError, "a zone"],
    [{ writes: { allow: ["x"] } }, RangeError, "in writes.allow"],
    [{ strangers: "no" }, RangeError, 'must be "refuse" or "silent"'],
    [{ excess: true }, RangeError, 'must be "refuse" or "silent"'],
    [{ maxRequestsPerSecond: 0 }, RangeError, "must be a number above 0"],
    [{ maxRequestsPerSecond: "5" }, RangeError, "must be a number above 0"],
    [{ maxRequestsPerSecond: NaN }, RangeError, "must be a number above 0"],
    [{ maxRequestBurst: 5 }, TypeError, "must come with maxRequestsPerSecond"],
    [
      { maxRequestsPerSecond: 5, maxRequestBurst: 0 },
      RangeError,
      "must be a whole number, 1 at least: current value is 0",
    ],
    [{ maxTransfersPerClient: 0 }, RangeError, "1 at least"],
    [{ maxTransfersPerClient: 1.5 }, RangeError, "must be a whole number"],
    [{ maxNameBytes: 0 }, RangeError, "1 at least"],
    [{ maxDepth: -1 }, RangeError, "1 at least"],
    [{ allowExtensions: "cfg" }, TypeError, "must be a list of texts"],
    [{ writes: { maxBytes: -1 } }, RangeError, "writes.maxBytes"],
    [{ writes: { maxBytesPerClient: "1" } }, RangeError, "writes.maxBytesPer"],
    [{ writes: { quotaWindowMs: 0 } }, RangeError, "1 at least"],
    [
      { writes: { minFreeBytes: 1 } },
      TypeError,
      "writes.minFreeBytes as it must come with writes.freeSpacePath",
    ],
    [{ writes: { freeSpacePath: "" } }, TypeError, "must be a path"],
    [{ allow: () => [] }, TypeError, "current value is a function"],
  ] as const
) {
  Deno.test(`checkAccessPolicy() refuses ${JSON.stringify(policy)}: ${hint}`, () => {
    assertThrows(() => checkAccessPolicy(policy), error, hint);
  });
}

Deno.test("lookAt() checks a policy once, and another one anew", () => {
  let policy: AccessPolicy = { maxDepth: 1 };
  const look = lookAt(() => policy);
  const first = look();
  assertStrictEquals(look(), first);
  policy = { maxDepth: 2 };
  assertEquals(look().common.rules.maxDepth, 2);
  policy = { maxDepth: 0 };
  assertThrows(look, RangeError);
  policy = { maxDepth: 3 };
  assertEquals(look().common.rules.maxDepth, 3);
});

Deno.test("resolvePolicy() writes extensions one way", () => {
  const { common } = resolvePolicy({ allowExtensions: ["CFG", ".Tar.GZ", ""] });
  assertEquals(common.allowExtensions, [".cfg", ".tar.gz", ""]);
});
