import { assertEquals } from "@std/assert";
import { ok, unsupported } from "../../probe/_finding.ts";
import { verdictsOf } from "../../probe/_verdicts.ts";
import type { Check } from "../../probe/check.ts";
import type { ProbeResult, Verdict } from "../../probe/mod.ts";

function check(id: string, isAboutSupport = false): Check {
  return {
    id,
    name: id,
    group: "RFC 1",
    section: "1",
    asks: "it",
    isAboutSupport,
    run: () => Promise.resolve(ok("it")),
  };
}

const CHECKS = [check("a"), check("b"), check("c", true), check("d", true)];

/** The verdict when the checks say so, one after the other; `-` is an option that is not there. */
function verdictOf(...verdicts: (Verdict | "-")[]): string {
  const results = verdicts.map((verdict, index): ProbeResult => {
    const { id, name, group, section, asks } = CHECKS[index]!;
    const finding = verdict === "-"
      ? unsupported()
      : { verdict, finding: "it" };
    return { id, name, group, section, asks, ...finding, packets: [] };
  });
  const [only, ...more] = verdictsOf(results, CHECKS);
  assertEquals([only?.group, more], ["RFC 1", []]);
  return only!.verdict;
}

Deno.test("the verdict of a group is the worst of its checks", () => {
  assertEquals(verdictOf("ok", "ok"), "ok");
  assertEquals(verdictOf("ok", "unknown"), "ok");
  assertEquals(verdictOf("unknown", "unknown"), "unknown");
  assertEquals(verdictOf("differs", "ok"), "differs");
  assertEquals(verdictOf("differs", "fault"), "fault");
});

Deno.test("options that are not there make a group unsupported, unless something is wrong", () => {
  assertEquals(verdictOf("ok", "ok", "-", "-"), "unsupported");
  assertEquals(verdictOf("ok", "ok", "-", "ok"), "ok");
  assertEquals(verdictOf("ok", "differs", "-", "-"), "unsupported");
  assertEquals(verdictOf("ok", "fault", "-", "-"), "fault");
});

Deno.test("groups come in the order of the results", () => {
  const results = ["Z", "A", "Z"].map((group, index): ProbeResult => ({
    ...{ id: `${index}`, name: "it", group, section: "", asks: "it" },
    ...{ verdict: "ok", finding: "it", packets: [] },
  }));
  assertEquals(
    verdictsOf(results, []).map(({ group }) => group),
    ["Z", "A"],
  );
});
