// Files from an HTTP server or a bucket instead of directories: the flags of `serve`, and the sections "origin-headers" and
// "s3" of its configuration file. Keys of a bucket come from the environment, where other programs look for them as well.

import {
  diskCache,
  type HttpCache,
  httpOrigin,
  type HttpOriginEvent,
  type HttpOriginOptions,
  memoryCache,
  s3Origin,
  type TftpHandler,
} from "../handlers/mod.ts";
import { given } from "../packet/given.ts";
import {
  type OptionSpec,
  type ParsedArguments,
  UsageError,
} from "./command.ts";
import type { ConfigPlace, ConfigSection } from "./config_section.ts";
import { explain } from "./explain.ts";
import { filePermission, type NeededPermission } from "./permission.ts";
import type { ServePlan } from "./serve_plan.ts";

/** The flags. */
export const ORIGIN_OPTIONS: readonly OptionSpec[] = [
  {
    name: "origin",
    value: "URL",
    type: {
      kind: "text",
      wish: "the URL of an HTTP server, such as https://boot.example/tftp/",
      isValid: isHttpUrl,
    },
    isReloadable: true,
    description: "Serve what is below this http: or https: URL instead of DIR",
  },
  {
    name: "origin-cache",
    value: "DIR",
    type: { kind: "path" },
    isReloadable: true,
    description:
      "Keep what comes from there in this directory; each use is checked with the origin",
  },
  {
    name: "origin-cache-size",
    value: "OCTETS",
    type: { kind: "octets", min: 1 },
    isReloadable: true,
    description:
      "Keep no more than this; without --origin-cache, in memory (default: 4G on disk)",
  },
  {
    name: "origin-stale",
    value: "SECONDS",
    type: { kind: "seconds", min: 0 },
    isReloadable: true,
    description:
      "Use what is kept for this long when the origin fails (default: 0)",
  },
];

/** Headers for each request to the origin. */
export const ORIGIN_HEADERS_SECTION: ConfigSection<
  Readonly<Record<string, string>>
> = {
  name: "origin-headers",
  description: "Headers that the origin gets, such as authorization",
  schema: { type: "object", additionalProperties: { type: "string" } },
  check(value, place) {
    const table = checkTable("origin-headers", value, place);
    if (table === undefined) return undefined;
    try {
      new Headers(table);
      return table;
    } catch (error) {
      place.report("origin-headers", `must be headers: ${explain(error)}`);
      return undefined;
    }
  },
};

/** What says which bucket. */
export interface BucketPlan {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region?: string;
  readonly prefix?: string;
}

const BUCKET_KEYS: readonly string[] = [
  "endpoint",
  "bucket",
  "region",
  "prefix",
];

/** A bucket to serve from. */
export const S3_SECTION: ConfigSection<BucketPlan> = {
  name: "s3",
  description:
    "An S3-compatible bucket to serve from instead of DIR; the keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment",
  schema: {
    type: "object",
    additionalProperties: false,
    required: ["endpoint", "bucket"],
    properties: Object.fromEntries(
      BUCKET_KEYS.map((key) => [key, { type: "string", minLength: 1 }]),
    ),
  },
  check(value, place) {
    const table = checkTable("s3", value, place);
    if (table === undefined) return undefined;
    const unknown = Object.keys(table).filter((key) =>
      !BUCKET_KEYS.includes(key)
    );
    for (const key of unknown) place.report(`s3.${key}`, "is not a key here");
    const { endpoint = "", bucket = "", region, prefix } = table;
    if (!isHttpUrl(endpoint)) {
      place.report("s3.endpoint", "must be an http: or https: URL");
    } else if (bucket === "") place.report("s3.bucket", "must be a name");
    else if (unknown.length === 0) {
      return {
        endpoint,
        bucket,
        ...given({ region, prefix }),
      };
    }
    return undefined;
  },
};

/** Where files come from, if it is no directory. */
export interface OriginPlan {
  readonly url: string | null;
  readonly bucket: BucketPlan | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly cacheDirectory: string | null;
  readonly cacheBytes: number | null;
  readonly staleIfErrorMs: number;
}

/**
 * Works out where files come from.
 *
 * @returns The origin; `null` when directories are served.
 * @throws {UsageError} When it makes no sense.
 */
export function planOrigin(args: ParsedArguments): OriginPlan | null {
  const url = args.text("origin") ?? null;
  const bucket = args.section(S3_SECTION) ?? null;
  if (url === null && bucket === null) {
    const stray = ORIGIN_OPTIONS.find(({ name }) => args.has(name));
    if (!stray) return null;
    throw new UsageError(`--${stray.name} is for files of an --origin`);
  }
  if (url !== null && bucket !== null) {
    throw new UsageError("--origin and s3 contradict each other");
  }
  const rival = args.operands[0] ??
    ["upload-dir", "client-root", "symlinks", "ignore-case", "min-free"]
      .filter((name) => args.has(name)).map((name) => `--${name}`)[0];
  if (rival !== undefined) {
    throw new UsageError(
      `${rival} is for directories, and what is served is an origin: leave out one of them`,
    );
  }
  return {
    url,
    bucket,
    headers: args.section(ORIGIN_HEADERS_SECTION) ?? {},
    cacheDirectory: args.text("origin-cache") ?? null,
    cacheBytes: args.bytes("origin-cache-size") ?? null,
    staleIfErrorMs: args.seconds("origin-stale") ?? 0,
  };
}

/** The permissions that an origin needs besides the network. */
export function originPermissions(
  { cacheDirectory, bucket }: OriginPlan,
): NeededPermission[] {
  return [
    ...(cacheDirectory === null ? [] : [
      filePermission("read", cacheDirectory),
      filePermission("write", cacheDirectory),
    ]),
    ...(bucket === null ? [] : [{
      descriptors: KEY_VARIABLES.map((variable) => ({
        name: "env" as const,
        variable,
      })),
      purpose: "read the keys of the bucket",
      flag: "--allow-env",
      scope: KEY_VARIABLES,
    }]),
  ];
}

/** An origin in words, without what may be secret. */
export function originText({ url, bucket }: OriginPlan): string {
  if (bucket) return `bucket ${bucket.bucket}`;
  const { origin, pathname } = new URL(url!);
  return origin + pathname;
}

/** What handlers of origins are made with. */
export interface OriginResources {
  /** Caches that are open, by directory and size: they outlive a reload. */
  readonly caches: Map<string, HttpCache>;
  /** A variable of the environment. */
  readonly env: (name: string) => string | undefined;
  /** Tells what is wrong. */
  readonly warn: (text: string) => void;
}

/**
 * The handler that serves from an origin.
 *
 * @throws {UsageError} When the keys of a bucket are missing.
 */
export function serveOrigin(
  origin: OriginPlan,
  { write = false, overwrite = false, maxSizeBytes }: ServePlan["directory"],
  resources: OriginResources,
): TftpHandler {
  const options: Common = {
    cache: openCache(origin, resources.caches),
    staleIfErrorMs: origin.staleIfErrorMs,
    write,
    overwrite,
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
    onEvent: (event) => tell(event, resources.warn),
  };
  if (origin.bucket === null) {
    return httpOrigin(origin.url!, { ...options, headers: origin.headers });
  }
  const [accessKeyId, secretAccessKey, sessionToken] = KEY_VARIABLES.map(
    resources.env,
  );
  if (!accessKeyId || !secretAccessKey) {
    throw new UsageError(
      `A bucket needs ${KEY_VARIABLES[0]} and ${
        KEY_VARIABLES[1]
      } in the environment`,
    );
  }
  return s3Origin({
    ...options,
    ...origin.bucket,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
  });
}

/** What both kinds of origin understand. */
type Common =
  & Pick<HttpOriginOptions, "cache" | "staleIfErrorMs" | "onEvent">
  & Pick<HttpOriginOptions, "write" | "overwrite" | "maxSizeBytes">;

const KEY_VARIABLES: readonly string[] = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];

function openCache(
  { cacheDirectory: directory, cacheBytes }: OriginPlan,
  caches: Map<string, HttpCache>,
): HttpCache | null {
  if (directory === null && cacheBytes === null) return null;
  const size = cacheBytes === null ? {} : { maxBytes: cacheBytes };
  const key = JSON.stringify([directory, cacheBytes]);
  const cache = caches.get(key) ??
    (directory === null
      ? memoryCache(size)
      : diskCache({ directory, ...size }));
  caches.set(key, cache);
  return cache;
}

const WARNINGS: Readonly<Record<string, string>> = {
  resumed: "broke off, and is asked for again",
  stale: "cannot be asked for, so what is kept was used",
  "store-failed": "could not be kept",
};

function tell(
  { type, url, error }: HttpOriginEvent,
  warn: (text: string) => void,
): void {
  const text = WARNINGS[type];
  if (text) warn(`${url} ${text}: ${explain(error)}`);
}

function checkTable(
  name: string,
  value: unknown,
  place: ConfigPlace,
): Readonly<Record<string, string>> | undefined {
  const isTable = typeof value === "object" && value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "string");
  if (isTable) return value as Readonly<Record<string, string>>;
  place.report(name, "must be a table of texts");
  return undefined;
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ["http:", "https:"].includes(url.protocol);
}
