import { assertEquals } from "@std/assert";
import { parseCommand } from "../../cli/parse.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import { planServe, type ServePlan } from "../../cli/serve_plan.ts";
import { checkText, modeText, permissionsFor } from "../../cli/serve_text.ts";
import { FakeContext } from "./_context.ts";

const context = new FakeContext([]);

function planOf(line: string): ServePlan {
  const words = line.split(" ").filter(Boolean);
  const command = { name: "serve", options: SERVE_OPTIONS };
  return planServe(parseCommand(command, words));
}

for (
  const [line, text] of [
    ["", "read-only"],
    ["--max-size 1M", "read-only"],
    ["--write", "uploads up to 1G"],
    ["--write --max-size 0", "uploads up to 0 octets"],
    [
      "--overwrite --max-size 1500",
      "uploads up to 1500 octets, also over files that exist",
    ],
    ["--rfc1350", "read-only, without options"],
  ] as const
) {
  Deno.test(`modeText() says "${text}" for "${line}"`, () => {
    assertEquals(modeText(planOf(line)), text);
  });
}

Deno.test("permissionsFor() names the configuration file as well", () => {
  const paths = permissionsFor(planOf("-w /srv"), "/etc/t.toml")
    .map(({ flag, scope }) => `${flag}=${scope}`);
  assertEquals(paths, [
    "--allow-net=",
    "--allow-read=/etc/t.toml",
    "--allow-read=/srv",
    "--allow-write=/srv",
  ]);
});

Deno.test("checkText() tells what would be served, and what that takes", () => {
  assertEquals(
    checkText(planOf(""), context),
    `\
tftpkit: The command line is fine
Directory    ./srv
Access       read-only
Addresses    all
Port         69, or 6969 where that is not allowed
Transfers    on a port of its own each
Policy       none
Drain        10 s
Permissions  --allow-net --allow-read=./srv
`,
  );
  assertEquals(
    checkText(
      planOf(
        "--host ::1 --host 192.0.2.1 -p 70 -w --port-range 5000:5009 --drain 0 /srv/a",
      ),
      context,
      "/etc/t.toml",
    ),
    `\
tftpkit: /etc/t.toml is fine
Directory    /srv/a
Access       uploads up to 1G
Addresses    ::1, 192.0.2.1
Port         70
Transfers    on ports 5000 to 5009
Policy       none
Drain        0 s
Permissions  --allow-net --allow-read=/etc/t.toml,/srv/a --allow-write=/srv/a
`,
  );
  assertEquals(
    checkText(planOf("--single-port"), context).includes("on the same port\n"),
    true,
  );
});
