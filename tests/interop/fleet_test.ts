/**
 * Two of our servers behind a balancer of nft, as docs/scale-out.md describes it, with curl as the client.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { CURL } from "./_clients.ts";
import { canBalance, Fleet, FLEET_ADDRESS } from "./_fleet.ts";
import { digest, TempDir } from "./_files.ts";
import { findLinkTools } from "./_lossy_link.ts";
import { testWith } from "./_peers.ts";

const tools = await findLinkTools();

testWith(
  "two servers behind a balancer serve one origin, and one goes on when the other dies",
  "root on a Linux whose nft can balance, with curl",
  [tools !== null && await canBalance(tools) ? tools : null, CURL.path],
  async (tools, curl) => {
    using root = new TempDir();
    using local = new TempDir();
    const wanted = digest(root.make("file", 300_000));
    await using fleet = await Fleet.make(tools, root.path);
    const download = async () => {
      const copy = local.at("copy");
      const url = `tftp://${FLEET_ADDRESS}/file`;
      const args = ["-sS", "--max-time", "30", "-o", copy, url];
      const { code, text } = await fleet.run(curl, args);
      assertEquals(code, 0, text);
      assertEquals(digest(copy), wanted);
    };
    // Every download comes from another port; that 40 of them all hash to one server does not happen.
    for (let i = 0; i < 40 && !fleet.counts.every((it) => it > 0); i++) {
      await download();
    }
    assert(fleet.counts.every((it) => it > 0), `${fleet.counts}`);

    await fleet.kill(0);
    await fleet.balance([1]);
    const [, before] = fleet.counts;
    for (let i = 0; i < 5; i++) await download();
    assert(fleet.counts[1]! >= before! + 4, `${fleet.counts}`);
  },
);
