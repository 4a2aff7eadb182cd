// Who may read and write how much: the flags of `serve`, and the section "policy" of its configuration file. A flag counts
// instead of the same rule in the file, and leaves the others.

import {
  type AccessPolicy,
  checkAccessPolicy,
  parseCidr,
} from "../handlers/mod.ts";
import type { OptionSpec, ParsedArguments } from "./command.ts";
import type { ConfigSection } from "./config_section.ts";
import { explain } from "./explain.ts";
import type { JsonSchema, ValueType } from "./value.ts";

const CIDR: ValueType = {
  kind: "text",
  wish: "an address or a block of them, such as 192.0.2.0/24",
  isValid: isCidr,
};

/** The flags. */
export const POLICY_OPTIONS: readonly OptionSpec[] = [
  {
    name: "allow",
    value: "CIDR",
    type: CIDR,
    isRepeatable: true,
    isReloadable: true,
    description:
      "Serve clients of this block of addresses only; repeat it for several",
  },
  {
    name: "deny",
    value: "CIDR",
    type: CIDR,
    isRepeatable: true,
    isReloadable: true,
    description: "Serve no clients of this block of addresses",
  },
  {
    name: "upload-from",
    value: "CIDR",
    type: CIDR,
    isRepeatable: true,
    isReloadable: true,
    description: "Take uploads from this block of addresses only",
  },
  {
    name: "upload-type",
    value: "ENDING",
    type: { kind: "text", wish: "an ending of names, such as cfg" },
    isRepeatable: true,
    isReloadable: true,
    description: "Take uploads only of names that end so, such as cfg",
  },
  {
    name: "upload-quota",
    value: "OCTETS",
    type: { kind: "octets" },
    isReloadable: true,
    description: "Take this much in all, from the start on (default: no limit)",
  },
  {
    name: "min-free",
    value: "OCTETS",
    type: { kind: "octets" },
    isReloadable: true,
    description:
      "Take no uploads that leave less than this free on the disk (needs --allow-sys=statfs)",
  },
];

const ADDRESSES: JsonSchema = { type: "array", items: { type: "string" } };
const COUNT: JsonSchema = { type: "integer", minimum: 1 };
const KIND: JsonSchema = { enum: ["refuse", "silent"] };

const RULES: JsonSchema = {
  allow: ADDRESSES,
  deny: ADDRESSES,
  strangers: KIND,
  maxRequestsPerSecond: { type: "number", exclusiveMinimum: 0 },
  maxRequestBurst: COUNT,
  maxTransfersPerClient: COUNT,
  excess: KIND,
  allowExtensions: ADDRESSES,
  denyExtensions: ADDRESSES,
  maxNameBytes: COUNT,
  maxDepth: COUNT,
};

const WRITE_RULES: JsonSchema = {
  ...RULES,
  maxBytesPerClient: COUNT,
  maxBytes: COUNT,
  quotaWindowMs: COUNT,
  minFreeBytes: COUNT,
  freeSpacePath: { type: "string" },
};

function tableOf(properties: JsonSchema): JsonSchema {
  return { type: "object", additionalProperties: false, properties };
}

/** The section of a configuration file. */
export const POLICY_SECTION: ConfigSection<AccessPolicy> = {
  name: "policy",
  description:
    "Who is served, and how much of it: the options of `restrict()` in the library",
  schema: tableOf({
    ...RULES,
    reads: tableOf(RULES),
    writes: tableOf(WRITE_RULES),
  }),
  check(value, place) {
    const { minFreeBytes, freeSpacePath } = writesOf(value);
    const policy = typeof freeSpacePath === "string" && freeSpacePath !== ""
      ? withFreeSpacePath(value, place.resolvePath(freeSpacePath))
      : value;
    // Where uploads go is not known yet. For the rest to be checked, any path does.
    const isPathOpen = minFreeBytes !== undefined &&
      (freeSpacePath ?? null) === null;
    try {
      checkAccessPolicy(isPathOpen ? withFreeSpacePath(policy, ".") : policy);
      return policy as AccessPolicy;
    } catch (error) {
      const reason = explain(error).replace("Cannot use policy as ", "");
      place.report("policy", `does not hold: ${reason}`);
      return undefined;
    }
  },
};

/** What a policy says of the free space, whatever it is. */
function writesOf(
  policy: unknown,
): { readonly minFreeBytes?: unknown; readonly freeSpacePath?: unknown } {
  return Object(Object(policy).writes);
}

function withFreeSpacePath(policy: unknown, freeSpacePath: string): unknown {
  return {
    ...policy as object,
    writes: { ...writesOf(policy), freeSpacePath },
  };
}

/**
 * Works out the policy.
 *
 * @param args The arguments.
 * @param uploadRoot Where uploads go: the disk whose free space counts.
 * @returns The policy; `null` when there is none.
 */
export function planPolicy(
  args: ParsedArguments,
  uploadRoot: string,
): AccessPolicy | null {
  const file = args.section(POLICY_SECTION);
  const maxBytes = args.bytes("upload-quota");
  const minFreeBytes = args.bytes("min-free") ?? file?.writes?.minFreeBytes;
  const writes = {
    ...file?.writes,
    ...listOf("allow", args.all("upload-from")),
    ...listOf("allowExtensions", args.all("upload-type")),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(minFreeBytes === undefined ? {} : {
      minFreeBytes,
      freeSpacePath: file?.writes?.freeSpacePath ?? uploadRoot,
    }),
  };
  const policy = {
    ...file,
    ...listOf("allow", args.all("allow")),
    ...listOf("deny", args.all("deny")),
    ...(Object.keys(writes).length > 0 ? { writes } : {}),
  };
  return Object.keys(policy).length > 0 ? policy : null;
}

function listOf(
  name: string,
  values: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return values.length > 0 ? { [name]: values } : {};
}

function isCidr(text: string): boolean {
  try {
    parseCidr(text);
    return true;
  } catch {
    return false;
  }
}
