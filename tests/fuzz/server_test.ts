import { assert, assertGreater, assertLess } from "@std/assert";
import { firstSeed } from "../_random.ts";
import { runCampaign } from "./_campaign.ts";

// What must hold is written down, and looked at, in _campaign.ts; `deno task fuzz` does the same with a million datagrams.
const DATAGRAMS = 12_000;

for (const singlePort of [false, true]) {
  Deno.test(
    `a server ${
      singlePort ? "on a single port" : "with a port a transfer"
    } bears ${DATAGRAMS} hostile datagrams, and serves`,
    async () => {
      const seed = firstSeed();
      const report = await runCampaign({
        seed,
        datagrams: DATAGRAMS,
        singlePort,
      });
      const { tally } = report;
      assertGreater(report.downloads, 30);
      assertGreater(report.uploads, 30);
      assertLess(tally.overallFactor, 1, "What comes out is less than went in");
      assertLess(tally.worstPacketFactor, 60);
      // The flood reached what it was meant to reach.
      assertGreater(report.peakTransfers, 1000);
      for (const end of ["finished", "failed", "refused"]) {
        assert(report.endings.has(end), end);
      }
      assertGreater(tally.kinds.size, 14);
    },
  );
}
