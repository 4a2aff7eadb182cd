import { assertEquals, assertMatch } from "@std/assert";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";
import { main } from "../../cli/main.ts";

const RULES = String.raw`rg \\ /          # slashes
ri ^[a-z]:
a \.pvt$ Not\ for\ \i
re ^/x y
`;

Deno.test("map-test shows each step in columns, and what came out", async () => {
  using sandbox = new Sandbox({ "tftp.map": RULES });
  const file = `${sandbox.path}/tftp.map`;
  assertEquals(await run(["map-test", file, "C:\\Boot\\BCD", "/x/y", "a"]), {
    status: 0,
    stdout: String.raw`"C:\\Boot\\BCD"
  line 1  rg \\ /     "C:/Boot/BCD"
  line 2  ri ^[a-z]:  "/Boot/BCD"
  becomes "/Boot/BCD"

"/x/y"
  line 4  re ^/x y  "y/y"  end
  becomes "y/y"

"a"
  stays as it is
`,
    stderr: "",
  });
});

Deno.test("map-test ends with status 1 when a name is refused", async () => {
  using sandbox = new Sandbox({ "tftp.map": RULES });
  const file = `${sandbox.path}/tftp.map`;
  const args = ["map-test", "--client", "2001:db8::1", file, "a.pvt"];
  assertEquals(await run(args), {
    status: 1,
    stdout: String.raw`"a.pvt"
  line 3  a \.pvt$ Not\ for\ \i  "a.pvt"  refused
  refused with code 2 "Not for 2001:db8::1": the rule in line 3 refuses it
`,
    stderr: "",
  });
});

Deno.test("map-test reads names from standard input when none is given", async () => {
  using sandbox = new Sandbox({ "tftp.map": "rP a b" });
  const stdin = [new TextEncoder().encode("a\r\n\nca\n")];
  const args = ["map-test", "--write", `${sandbox.path}/tftp.map`];
  const { status, stdout } = await run(args, { stdin });
  assertEquals(status, 0);
  assertEquals(stdout.match(/^ {2}becomes .*/gm), [
    '  becomes "b"',
    '  becomes "cb"',
  ]);
});

Deno.test("map-test --json writes an object a name", async () => {
  using sandbox = new Sandbox({ "tftp.map": "rs a b\na c" });
  const args = ["map-test", "--json", `${sandbox.path}/tftp.map`, "a", "c"];
  const { status, stdout } = await run(args);
  assertEquals(status, 1);
  assertEquals(stdout.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    {
      ...{ name: "a", result: "b", refusal: null, reason: null },
      steps: [{
        ...{ line: 1, rule: "rs a b", filename: "b" },
        effect: "back to the first rule",
      }],
    },
    {
      ...{ name: "c", result: null, refusal: "Access violation" },
      reason: "the rule in line 2 refuses it",
      steps: [{ line: 2, rule: "a c", filename: "c", effect: "refused" }],
    },
  ]);
});

Deno.test("map-test --root looks for files for E, and warns without it", async () => {
  using sandbox = new Sandbox({
    "tftp.map": "rE ^ own/\nj . end\n:end\nr ^ all/",
    "root/own/a": "x",
  });
  const args = ["map-test", `${sandbox.path}/tftp.map`, "a"];
  const found = await run([...args, "--root", `${sandbox.path}/root`]);
  assertEquals([found.status, found.stderr], [0, ""]);
  assertMatch(found.stdout, /becomes "own\/a"/);
  const blind = await run(args);
  assertMatch(
    blind.stdout,
    /rE \^ own\/ {2}"a" {6}undone, as there is no such/,
  );
  assertMatch(blind.stdout, /j \. end {4}"a" {6}on to the label/);
  assertMatch(blind.stdout, /becomes "all\/a"/);
  assertEquals(
    blind.stderr,
    "WARNING: a rule has the flag E, and no file is there without --root\n",
  );
});

Deno.test("map-test --pcre reads a pattern file, behind files that are there", async () => {
  using sandbox = new Sandbox({
    "patterns": "^\\w+\\.conf$ master.conf\n",
    "root/r2.conf": "x",
  });
  const args = ["map-test", "--pcre", `${sandbox.path}/patterns`];
  const root = ["--root", `${sandbox.path}/root`];
  const { status, stdout } = await run([
    ...args,
    ...root,
    "r1.conf",
    "r2.conf",
    "x",
  ]);
  assertEquals([status, stdout], [
    0,
    String.raw`"r1.conf"
  line 1  ^\w+\.conf$ master.conf  "master.conf"  end
  becomes "master.conf"

"r2.conf"
  stays as it is

"x"
  stays as it is
`,
  ]);
});

Deno.test("map-test tells all that is wrong in a file, with status 2", async () => {
  using sandbox = new Sandbox({ "bad": "x (\n\nrj a b\n" });
  const file = `${sandbox.path}/bad`;
  assertEquals(await run(["map-test", file, "a"]), {
    status: 2,
    stdout: "",
    stderr: [
      `${file}:1: there is no flag "x"`,
      `${file}:1: pattern "(", character 1: the ( has no )`,
      `${file}:3: r and j do not go together: the third word is either a name or a label`,
      "",
    ].join("\n"),
  });
  const pcre = await run(["map-test", "--pcre", file, "a"]);
  const message =
    "it must be a pattern and a replacement, with white space between them only";
  assertEquals([pcre.status, pcre.stderr], [2, `${file}:3: ${message}\n`]);
});

Deno.test("map-test says what is missing", async () => {
  const { status, stderr } = await run(["map-test"]);
  assertEquals(status, 2);
  assertMatch(stderr, /The file with rules is missing/);
  const both = await run(["map-test", "--pcre", "--write", "x"]);
  assertEquals(both.status, 2);
  const context = new FakeContext(["map-test", "x", "a"], {
    isGranted: () => false,
  });
  assertEquals(await main(context), 1);
  assertMatch(context.stderr.text, /add --allow-read=x after "deno run"/);
  assertEquals((await run(["map-test", "/nowhere/at/all", "a"])).status, 1);
});

Deno.test("map-test names what it cannot read, and a root that is none", async () => {
  using sandbox = new Sandbox({ "tftp.map": "rE a b", file: "" });
  const at = (name: string) => `${sandbox.path}/${name}`;
  for (
    const [args, status, message] of [
      [[at("nope"), "a"], 1, /^tftpkit: Cannot read .*\/nope: No such file/],
      [
        ["--root", at("no"), at("tftp.map"), "a"],
        2,
        /^tftpkit: --root must be a directory: ".*\/no" is not\n/,
      ],
      [
        ["--root", at("file"), at("tftp.map"), "a"],
        2,
        /^tftpkit: --root must be a directory: ".*\/file" is not\n/,
      ],
    ] as const
  ) {
    const outcome = await run(["map-test", ...args]);
    assertEquals([outcome.status, outcome.stdout], [status, ""]);
    assertMatch(outcome.stderr, message);
  }
});

Deno.test("map-test asks as an address only", async () => {
  using sandbox = new Sandbox({ "tftp.map": RULES });
  const file = `${sandbox.path}/tftp.map`;
  for (const client of ["nonsense", "192.0.2", "192.0.2.0/24", "host:69"]) {
    const { status, stdout, stderr } = await run(
      ["map-test", "--client", client, file, "a"],
    );
    assertEquals([status, stdout], [2, ""]);
    assertMatch(stderr, /--client must be an IPv4 or IPv6 address: "/);
  }
});
