// Who may read and write how much: the flags of `serve`, and the section "policy" of its configuration file. A flag counts
// instead of the same rule in the file, and leaves the others.

import {
  type AccessPolicy,
  checkAccessPolicy,
  parseCidr,
} from "../handlers/mod.ts";
import type { OptionSpec, ParsedArguments } from "./command.ts";
import type { ConfigPlace, ConfigSection } from "./config_section.ts";
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
    try {
      // What is only known later is filled in, so that the rest can be checked now.
      const policy = withFreeSpacePath(value, place);
      checkAccessPolicy(policy);
      return policy;
    } catch (error) {
      const reason = explain(error).replace("Cannot use policy as ", "");
      place.report("policy", `does not hold: ${reason}`);
      return undefined;
    }
  },
};

/** The policy with the path of its disk: as it is meant in the file, or where uploads will go. */
function withFreeSpacePath(value: unknown, place: ConfigPlace): unknown {
  const { writes } = Object(value) as { readonly writes?: unknown };
  const { minFreeBytes, freeSpacePath } = Object(writes) as {
    readonly minFreeBytes?: unknown;
    readonly freeSpacePath?: unknown;
  };
  if (minFreeBytes === undefined) return value;
  const path = typeof freeSpacePath === "string"
    ? place.resolvePath(freeSpacePath)
    : freeSpacePath ?? WHERE_UPLOADS_GO;
  const fullWrites = { ...writes as object, freeSpacePath: path };
  return { ...value as object, writes: fullWrites };
}

/** Stands for a directory that is not known yet; no path can be this. */
const WHERE_UPLOADS_GO = "\0";

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
      freeSpacePath: namedPath(file?.writes?.freeSpacePath) ?? uploadRoot,
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

function namedPath(path: string | undefined): string | undefined {
  return path === WHERE_UPLOADS_GO ? undefined : path;
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
