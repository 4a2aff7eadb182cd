import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { parseCommand } from "../../cli/parse.ts";
import { applyConfig, type ConfigError } from "../../cli/config.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import { planPolicy, POLICY_SECTION } from "../../cli/serve_policy.ts";

const COMMAND = {
  name: "serve",
  options: SERVE_OPTIONS,
  sections: [POLICY_SECTION],
};

function planned(args: readonly string[], policy?: unknown) {
  const content = policy === undefined ? {} : { policy };
  const parsed = parseCommand(COMMAND, args);
  return planPolicy(applyConfig(parsed, content, "a.toml", COMMAND), "/srv");
}

Deno.test("planPolicy() is none where nothing is said", () => {
  assertEquals(planned([]), null);
});

Deno.test("planPolicy() takes the section as it is", () => {
  const policy = { allow: ["192.0.2.0/24"], writes: { maxBytes: 1000 } };
  assertEquals(planned([], policy), policy);
});

Deno.test("planPolicy() puts flags instead of the same rules, and leaves the others", () => {
  const policy = {
    allow: ["192.0.2.0/24"],
    maxRequestsPerSecond: 5,
    writes: { allow: ["192.0.2.1"], maxDepth: 2 },
  };
  const args = ["--allow", "198.51.100.0/24", "--upload-from", "198.51.100.1"];
  assertEquals(planned([...args, "--upload-type", "cfg"], policy), {
    allow: ["198.51.100.0/24"],
    maxRequestsPerSecond: 5,
    writes: {
      allow: ["198.51.100.1"],
      allowExtensions: ["cfg"],
      maxDepth: 2,
    },
  });
});

Deno.test("planPolicy() looks for free space where uploads go, unless told otherwise", () => {
  assertEquals(planned(["--min-free", "1G", "--upload-quota", "2G"]), {
    writes: { minFreeBytes: 2 ** 30, freeSpacePath: "/srv", maxBytes: 2 ** 31 },
  });
  const writes = { minFreeBytes: 5, freeSpacePath: "/data" };
  assertEquals(planned([], { writes })?.writes, writes);
  assertEquals(planned([], { writes: { minFreeBytes: 5 } })?.writes, {
    minFreeBytes: 5,
    freeSpacePath: "/srv",
  });
});

Deno.test("planPolicy() takes the path for free space from the directory of the file, also for --min-free", () => {
  const planIn = (words: readonly string[], writes: unknown) => {
    const content = { policy: { writes } };
    const args = parseCommand(COMMAND, words);
    const merged = applyConfig(args, content, "/etc/a.toml", COMMAND);
    return planPolicy(merged, "/srv")?.writes;
  };
  const path = { freeSpacePath: "disk" };
  const writes = { minFreeBytes: 5, freeSpacePath: join("/etc", "disk") };
  assertEquals(planIn([], { minFreeBytes: 5, ...path }), writes);
  assertEquals(planIn(["--min-free", "5"], path), writes);
});

Deno.test("POLICY_SECTION refuses what is no policy, in words that fit behind its key", () => {
  const problems = (policy: unknown) => {
    try {
      planned([], policy);
      return [];
    } catch (error) {
      return (error as ConfigError).problems;
    }
  };
  const [problem] = problems({ alow: [] });
  assertEquals(
    problem?.startsWith("a.toml: policy does not hold: "),
    true,
    problem,
  );
  assertEquals(problems({ allow: ["here"] }).length, 1);
  assertEquals(problems("all").length, 1);
  assertEquals(problems({ writes: "all" }).length, 1);
  assertEquals(problems({ writes: { minFreeBytes: "5" } }).length, 1);
  assertEquals(
    problems({ writes: { minFreeBytes: 5, freeSpacePath: 1 } }).length,
    1,
  );
});
