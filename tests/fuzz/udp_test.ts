import { assertGreater } from "@std/assert";
import { firstSeed } from "../_random.ts";
import { floodProgram } from "./_udp.ts";

for (const singlePort of [false, true]) {
  Deno.test(
    `tftpkit serve${
      singlePort ? " --single-port" : ""
    } bears hostile datagrams over UDP, serves meanwhile and afterwards, and ends well`,
    async () => {
      const seed = firstSeed();
      const report = await floodProgram({ seed, datagrams: 5000, singlePort });
      assertGreater(report.downloads, 1);
      assertGreater(report.uploads, 1);
    },
  );
}
