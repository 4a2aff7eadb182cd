import { assertEquals } from "@std/assert";
import { lookupIn, MACHINES_SECTION } from "../../cli/pxe_machines.ts";

function check(value: unknown) {
  const problems: string[] = [];
  const machines = MACHINES_SECTION.check(value, {
    report: (key, problem) => problems.push(`${key} ${problem}`),
    resolvePath: (path) => path,
  });
  return { machines, problems };
}

Deno.test("the section has an entry for each machine, and one for all others", () => {
  const { machines, problems } = check({
    "52-54-00-12-34-56": { kernel: "/vmlinuz", cmdline: "quiet" },
    default: { "ipxe-script": "#!ipxe\nshell\n" },
  });
  assertEquals(problems, []);
  const lookup = lookupIn(machines!);
  assertEquals(lookup("52:54:00:12:34:56"), {
    kernel: "/vmlinuz",
    cmdline: "quiet",
  });
  assertEquals(lookup("02:00:00:00:00:01"), {
    "ipxe-script": "#!ipxe\nshell\n",
  });
  assertEquals(lookupIn(new Map())("02:00:00:00:00:01"), undefined);
});

Deno.test("the section says all that is wrong with it", () => {
  assertEquals(check([]).problems, [
    "machines must be a table, with MAC addresses as keys",
  ]);
  assertEquals(
    check({ nobody: {}, "02:00:00:00:00:01": { kernel: "file:///k" } })
      .problems,
    [
      "machines.nobody must be a MAC address or default",
      'machines.02:00:00:00:00:01 does not hold: kernel must be a URL of http, https or tftp: current value is "file:///k"',
    ],
  );
});
