import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../cli/command.ts";
import { applyConfig, type ConfigError } from "../../cli/config.ts";
import { parseCommand } from "../../cli/parse.ts";
import { SERVE_OPTIONS, SERVE_SECTIONS } from "../../cli/serve_options.ts";
import {
  originPermissions,
  type OriginPlan,
  type OriginResources,
  originText,
  planOrigin,
  serveOrigin,
} from "../../cli/serve_origin.ts";

const COMMAND = {
  name: "serve",
  options: SERVE_OPTIONS,
  sections: SERVE_SECTIONS,
};

function planned(content: object, ...args: string[]): OriginPlan | null {
  const parsed = parseCommand(COMMAND, args);
  return planOrigin(applyConfig(parsed, content, "a.toml", COMMAND));
}

function resources(variables: Record<string, string> = {}): OriginResources {
  const env = (name: string) => variables[name];
  return { caches: new Map(), env, warn: () => {} };
}

const S3 = { endpoint: "https://s3.example", bucket: "boot" };
const KEYS = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };

Deno.test("planOrigin() takes headers and buckets from the file", () => {
  const headers = { authorization: "Basic x" };
  const url = "http://h/";
  assertEquals(
    planned({ origin: url, "origin-headers": headers })?.headers,
    headers,
  );
  assertEquals(planned({ s3: S3 })?.bucket, S3);
  assertEquals(planned({}), null);
});

Deno.test("planOrigin() takes no two origins", () => {
  assertThrows(
    () => planned({ s3: S3 }, "--origin", "http://h/"),
    UsageError,
    "contradict each other",
  );
});

for (
  const [content, problem] of [
    [{ s3: { ...S3, buket: "x" } }, "a.toml: s3.buket is not a key here"],
    [
      { s3: { bucket: "x" } },
      "a.toml: s3.endpoint must be an http: or https: URL",
    ],
    [{ s3: "x" }, "a.toml: s3 must be a table of texts"],
    [
      { "origin-headers": { a: 1 } },
      "a.toml: origin-headers must be a table of texts",
    ],
  ] as const
) {
  Deno.test(`a configuration file is told: ${problem}`, () => {
    try {
      planned(content);
    } catch (error) {
      return assertEquals((error as ConfigError).problems, [problem]);
    }
    throw new Error("It was taken");
  });
}

Deno.test("originText() leaves out what may be secret", () => {
  const plan = planned({}, "--origin", "https://user:word@h/tftp/?token=1")!;
  assertEquals(originText(plan), "https://h/tftp/");
  assertEquals(originText(planned({ s3: S3 })!), "bucket boot");
});

Deno.test("originPermissions() are those of the cache and the keys", () => {
  const flags = (plan: OriginPlan | null) =>
    originPermissions(plan!).map(({ flag, scope }) => [flag, ...scope]);
  assertEquals(flags(planned({}, "--origin", "http://h/")), []);
  assertEquals(
    flags(planned({}, "--origin", "http://h/", "--origin-cache", "c")),
    [["--allow-read", "c"], ["--allow-write", "c"]],
  );
  assertEquals(flags(planned({ s3: S3 }))[0]?.slice(0, 2), [
    "--allow-env",
    "AWS_ACCESS_KEY_ID",
  ]);
});

Deno.test("serveOrigin() keeps its cache over a reload, and opens another for another size", () => {
  const shared = resources();
  const of = (size: string) =>
    serveOrigin(
      planned({}, "--origin", "http://h/", "--origin-cache-size", size)!,
      {},
      shared,
    );
  of("1M");
  const [cache] = shared.caches.values();
  of("1M");
  assertStrictEquals([...shared.caches.values()][0], cache);
  assertEquals(shared.caches.size, 1);
  of("2M");
  assertEquals(shared.caches.size, 2);
});

Deno.test("serveOrigin() wants the keys of a bucket from the environment", () => {
  const plan = planned({ s3: S3 })!;
  assertThrows(
    () => serveOrigin(plan, {}, resources()),
    UsageError,
    "AWS_ACCESS_KEY_ID",
  );
  assertEquals(typeof serveOrigin(plan, {}, resources(KEYS)), "function");
});
