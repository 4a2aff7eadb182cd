/**
 * A server that is flooded with hostile DHCP messages goes on, and still boots machines.
 *
 * @module
 */

import { assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { firstSeed } from "../_random.ts";
import { BIOS_FILE, CONFIG, labTest, RANGE, SERVER } from "./_lab.ts";

const MESSAGES = 100_000;
const FLOOD_LIMIT_MS = 120_000;
const STRANGER = "10.99.0.3";
const MAC = "02:00:00:00:00:07";

labTest(
  "a machine boots after a hundred thousand hostile messages",
  [],
  async (lab) => {
    await using server = await lab.pxe(
      ...["--dhcp-range", RANGE, "--fixed", `${MAC}=10.99.0.7`],
      ...["-f", BIOS_FILE],
    );
    const host = await lab.lan.addHost(STRANGER);
    const seed = firstSeed();
    const { text } = await host.run(Deno.execPath(), [
      ...["run", "--quiet", "--allow-all", "--config", CONFIG],
      fromFileUrl(new URL("_flood.ts", import.meta.url)),
      ...[STRANGER, SERVER, String(MESSAGES), String(seed)],
    ], FLOOD_LIMIT_MS);
    assertStringIncludes(text, `Sent ${MESSAGES}`, `seed ${seed}`);
    await lab.boot({ firmware: "bios", mac: MAC }, server);
  },
);
