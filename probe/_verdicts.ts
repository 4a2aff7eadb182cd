import type { Check } from "./check.ts";
import type { GroupVerdict, ProbeResult } from "./report.ts";

const GRAVITY = ["unknown", "ok", "differs", "fault"] as const;

/** The worst of each group; an option that is not there is not bad. */
export function verdictsOf(
  results: readonly ProbeResult[],
  checks: readonly Check[],
): GroupVerdict[] {
  const supporting = new Set(
    checks.filter((check) => check.isAboutSupport).map(({ id }) => id),
  );
  return [...Map.groupBy(results, ({ group }) => group)].map(
    ([group, members]) => {
      const asked = members.filter(({ id }) => supporting.has(id));
      const isUnsupported = asked.length > 0 &&
        asked.every((each) => each.isUnsupported);
      const counted = members.filter((each) => !each.isUnsupported);
      const worst = Math.max(
        0,
        ...counted.map(({ verdict }) => GRAVITY.indexOf(verdict)),
      );
      const verdict = GRAVITY[worst]!;
      return {
        group,
        verdict: isUnsupported && verdict !== "fault" ? "unsupported" : verdict,
      };
    },
  );
}
