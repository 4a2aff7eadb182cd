// What a policy may say, and the check that it says nothing else. A word that is not known is refused: a slip of the pen in
// a list of who is kept out would let everybody in.

import { type CidrBlock, parseCidr } from "./cidr.ts";

/** What becomes of a request that is not served: an ERROR, or nothing at all. */
export type RefusalKind = "refuse" | "silent";

/** Rules that a request has to keep; what is left out is no rule. */
export interface AccessRules {
  /**
   * Blocks of addresses that are served, IPv4 or IPv6: `192.0.2.0/24`, `2001:db8::/32`, `fe80::/64`, or one address. IPv4
   * clients of a socket that speaks both are in IPv4 blocks. A zone such as `%eth0` is refused, as it is not told which one a
   * client is in.
   *
   * @default {all addresses}
   */
  readonly allow?: readonly string[];
  /**
   * Blocks of addresses that are not served, also when they are allowed.
   *
   * @default {[]}
   */
  readonly deny?: readonly string[];
  /**
   * What a client hears that is not allowed, or denied: ERROR 2, or nothing.
   *
   * @default {"refuse"; for reads and writes, what is said at the top}
   */
  readonly strangers?: RefusalKind;
  /**
   * Requests a second of one client, above 0. Those that find no such file count, too: this is what slows down who guesses
   * names.
   *
   * @default {unlimited}
   */
  readonly maxRequestsPerSecond?: number;
  /**
   * Requests of one client that may come at once, after a time in which none came.
   *
   * @default {three seconds' worth, and one at least}
   */
  readonly maxRequestBurst?: number;
  /**
   * Transfers of one client at once, from the request to the end.
   *
   * @default {unlimited}
   */
  readonly maxTransfersPerClient?: number;
  /**
   * What a client hears that asks too often, or for too much at once: nothing, so that it asks again and may have more
   * luck, or ERROR 2, so that it gives up.
   *
   * @default {"silent"; for reads and writes, what is said at the top}
   */
  readonly excess?: RefusalKind;
  /**
   * Endings of names that are served, in any case, with or without the dot before them: `cfg`, `.tar.gz`; an empty one
   * stands for names without a dot. As with all rules about names, the name that is looked at is the one that comes to
   * `restrict`, or to `restrictNames`: behind what rewrites names, the one that is opened.
   *
   * @default {all names}
   */
  readonly allowExtensions?: readonly string[];
  /**
   * Endings of names that are not served, also when they are allowed.
   *
   * @default {[]}
   */
  readonly denyExtensions?: readonly string[];
  /**
   * Longest name, in octets of UTF-8, with its directories but without what does not count, such as leading slashes.
   *
   * @default {unlimited}
   */
  readonly maxNameBytes?: number;
  /**
   * Deepest name: components, the file itself included. 1 is a file that is in no directory.
   *
   * @default {unlimited}
   */
  readonly maxDepth?: number;
}

/** Rules that a write has to keep. */
export interface WriteRules extends AccessRules {
  /**
   * Octets that one client may store. Counted is what was stored, not what was announced, and nothing is given back for what
   * is replaced or removed later.
   *
   * @default {unlimited}
   */
  readonly maxBytesPerClient?: number;
  /**
   * Octets that all clients together may store.
   *
   * @default {unlimited}
   */
  readonly maxBytes?: number;
  /**
   * How long octets count, in milliseconds: windows of that length follow each other from the start of the server, and with
   * each the count begins anew.
   *
   * @default {as long as the server runs}
   */
  readonly quotaWindowMs?: number;
  /**
   * Octets that have to stay free where uploads are stored. Needs `freeSpacePath`.
   *
   * @default {0}
   */
  readonly minFreeBytes?: number;
  /** A directory in the file system that uploads are stored in: what is free there is asked with `--allow-sys=statfs`. */
  readonly freeSpacePath?: string;
}

/** Who may read and write what, and how much: the rules at the top hold for every request, the others in addition. */
export interface AccessPolicy extends AccessRules {
  /** Rules for reads, in addition. */
  readonly reads?: AccessRules;
  /** Rules for writes, in addition. */
  readonly writes?: WriteRules;
}

/** Rules that were checked, ready to be applied. */
export interface CheckedRules {
  /** Where they stand, for messages: nothing, `reads.` or `writes.`. */
  readonly at: string;
  /** The rules as they were given. */
  readonly rules: WriteRules;
  readonly strangers: RefusalKind;
  readonly excess: RefusalKind;
  readonly allow: readonly CidrBlock[] | null;
  readonly deny: readonly CidrBlock[];
  /** In lower case, with a dot; empty for names without one. */
  readonly allowExtensions: readonly string[] | null;
  readonly denyExtensions: readonly string[];
}

/** A policy that was checked. */
export interface CheckedPolicy {
  readonly common: CheckedRules;
  readonly reads: CheckedRules;
  readonly writes: CheckedRules;
}

type Check = (name: string, value: unknown) => void;

const wholeFrom = (min: number): Check => (name, value) => {
  if (Number.isSafeInteger(value) && (value as number) >= min) return;
  throw new RangeError(
    wrong(name, `must be a whole number, ${min} at least`, value),
  );
};

const kind: Check = (name, value) => {
  if (value === "refuse" || value === "silent") return;
  throw new RangeError(wrong(name, 'must be "refuse" or "silent"', value));
};

const texts: Check = (name, value) => {
  if (
    Array.isArray(value) && value.every((each) => typeof each === "string")
  ) return;
  throw new TypeError(wrong(name, "must be a list of texts", value));
};

const rate: Check = (name, value) => {
  if (Number.isFinite(value) && (value as number) > 0) return;
  throw new RangeError(wrong(name, "must be a number above 0", value));
};

const path: Check = (name, value) => {
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(wrong(name, "must be a path", value));
};

const RULES: Readonly<Record<keyof AccessRules, Check>> = {
  allow: texts,
  deny: texts,
  strangers: kind,
  maxRequestsPerSecond: rate,
  maxRequestBurst: wholeFrom(1),
  maxTransfersPerClient: wholeFrom(1),
  excess: kind,
  allowExtensions: texts,
  denyExtensions: texts,
  maxNameBytes: wholeFrom(1),
  maxDepth: wholeFrom(1),
};

const WRITE_RULES: Readonly<Record<keyof WriteRules, Check>> = {
  ...RULES,
  maxBytesPerClient: wholeFrom(0),
  maxBytes: wholeFrom(0),
  quotaWindowMs: wholeFrom(1),
  minFreeBytes: wholeFrom(0),
  freeSpacePath: path,
};

/**
 * Checks a policy, as `restrict` does: for whoever reads a new one while the server runs, and wants to keep the old one when
 * the new one is wrong.
 *
 * @param policy The policy, of whatever type: it may come out of a file.
 * @throws {TypeError} When it has a word that is not known, or a value of another type.
 * @throws {RangeError} When a value is out of its range; the message names it.
 *
 * @example A slip of the pen
 * ```ts
 * import { checkAccessPolicy } from "@tftpkit/tftp/handlers";
 * import { assertThrows } from "@std/assert";
 *
 * checkAccessPolicy({ allow: ["192.0.2.0/24"], writes: { allow: ["192.0.2.7"] } });
 * assertThrows(() => checkAccessPolicy({ alow: ["192.0.2.0/24"] }), TypeError, "alow");
 * ```
 */
export function checkAccessPolicy(
  policy: unknown,
): asserts policy is AccessPolicy {
  resolvePolicy(policy as AccessPolicy);
}

/** Checks a policy, and makes it ready to be applied. */
export function resolvePolicy(policy: AccessPolicy): CheckedPolicy {
  assertObject("policy", policy);
  const { reads = {}, writes = {}, ...rules } = policy;
  const common = resolveRules("", rules, RULES, {});
  return {
    common,
    reads: resolveRules("reads.", reads, RULES, common),
    writes: resolveRules("writes.", writes, WRITE_RULES, common),
  };
}

/** The rules that hold now, checked once for each object that is given. */
export function lookAt(
  policy: AccessPolicy | (() => AccessPolicy),
): () => CheckedPolicy {
  const current = typeof policy === "function" ? policy : () => policy;
  let seen: AccessPolicy | null = null;
  let checked: CheckedPolicy;
  return () => {
    const next = current();
    if (next !== seen) {
      checked = resolvePolicy(next);
      seen = next;
    }
    return checked;
  };
}

function resolveRules(
  at: string,
  rules: WriteRules,
  checks: Readonly<Record<string, Check>>,
  defaults: { strangers?: RefusalKind; excess?: RefusalKind },
): CheckedRules {
  assertObject(at === "" ? "policy" : at.slice(0, -1), rules);
  for (const [name, value] of Object.entries(rules)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) {
      throw new TypeError(
        `Cannot use policy as it must hold nothing but rules that are known: it has ${
          JSON.stringify(at + name)
        }`,
      );
    }
    if (value !== undefined) check(at + name, value);
  }
  const needs = (
    one: keyof WriteRules,
    other: keyof WriteRules,
  ) => {
    if (rules[one] === undefined || rules[other] !== undefined) return;
    throw new TypeError(
      wrong(`${at}${one}`, `must come with ${at}${other}`, rules[one]),
    );
  };
  needs("maxRequestBurst", "maxRequestsPerSecond");
  needs("minFreeBytes", "freeSpacePath");
  return {
    at,
    rules,
    strangers: rules.strangers ?? defaults.strangers ?? "refuse",
    excess: rules.excess ?? defaults.excess ?? "silent",
    allow: blocksOf(`${at}allow`, rules.allow),
    deny: blocksOf(`${at}deny`, rules.deny) ?? [],
    allowExtensions: rules.allowExtensions?.map(normalizeExtension) ?? null,
    denyExtensions: rules.denyExtensions?.map(normalizeExtension) ?? [],
  };
}

function blocksOf(
  name: string,
  texts: readonly string[] | undefined,
): readonly CidrBlock[] | null {
  return texts?.map((text) => {
    let block: CidrBlock;
    try {
      block = parseCidr(text);
    } catch (error) {
      throw new RangeError(`${(error as Error).message}, in ${name}`);
    }
    // Deno tells no zone of a client, so that such a block would hold nobody: a denial would let everybody in.
    if (text.includes("%")) {
      throw new RangeError(
        wrong(
          name,
          "must have no block with a zone, as it is not told which zone a client is in",
          text,
        ),
      );
    }
    return block;
  }) ?? null;
}

function normalizeExtension(extension: string): string {
  const lower = extension.toLowerCase();
  return lower === "" || lower.startsWith(".") ? lower : `.${lower}`;
}

function assertObject(name: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return;
  }
  throw new TypeError(wrong(name, "must be an object", value));
}

function wrong(name: string, wish: string, value: unknown): string {
  return `Cannot use ${name} as it ${wish}: current value is ${
    typeof value === "function" ? "a function" : JSON.stringify(value)
  }`;
}
