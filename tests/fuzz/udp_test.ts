import { assertGreater } from "@std/assert";
import { firstSeed } from "../_random.ts";
import { floodProgram } from "./_udp.ts";

/** Nobody is waited for in the end but for some moments. */
const IMPATIENT = [
  ...["--timeout", "0.2", "--retries", "2"],
  ...["--refuse", "timeout", "--refuse", "utimeout"],
];

for (const singlePort of [false, true]) {
  Deno.test(
    `tftpkit serve${
      singlePort ? " --single-port" : ""
    } bears hostile datagrams over UDP, serves meanwhile and afterwards, and ends well`,
    async () => {
      const report = await floodProgram({
        seed: firstSeed(),
        datagrams: 4000,
        singlePort,
        args: IMPATIENT,
      });
      assertGreater(report.downloads, 1);
      assertGreater(report.uploads, 1);
    },
  );
}
