// What follows block 65535, which RFC 1350 does not say: 0 in most implementations, 1 in a few, an ERROR in some. To see it
// takes 65536 blocks, so it is asked on request only, in the smallest blocks there are.

import {
  acknowledgedNumber,
  dataOf,
  describe,
  differs,
  errorCodeOf,
  ok,
  unknown,
} from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import type { Finding } from "./report.ts";

const LAST_BLOCK = 65535;

async function run(context: CheckContext): Promise<Finding> {
  let conversation = await context.open();
  let heard = await conversation.ask(
    readRequest(context.filename, [["blksize", "8"], ["windowsize", "32"]]),
  );
  if (errorCodeOf(heard) !== null) {
    // atftpd wants its OACK to fit into a block.
    conversation = await context.open();
    heard = await conversation.ask(
      readRequest(context.filename, [["blksize", "8"]]),
    );
    if (errorCodeOf(heard) !== null) {
      return differs(`refused in so many blocks: ${describe(heard)}`);
    }
  }
  let blockBytes = 512;
  let window = 1;
  if (heard?.packet?.type === "OACK") {
    blockBytes = acknowledgedNumber(heard, "blksize") ?? 512;
    window = acknowledgedNumber(heard, "windowsize") ?? 1;
    const needed = LAST_BLOCK * blockBytes;
    if (context.fileSizeBytes !== null && context.fileSizeBytes < needed) {
      return unknown(`the file must have ${needed} octets or more`, { needed });
    }
    await conversation.send({ type: "ACK", block: 0 });
    heard = await conversation.next();
  }
  let expected = 1;
  let inWindow = 0;
  let patience = 10;
  for (;;) {
    const data = dataOf(heard);
    if (heard !== null && !data) {
      const text = `${describe(heard)} after block ${expected - 1}`;
      return expected > LAST_BLOCK ? differs(text) : unknown(text);
    }
    if (data && expected > LAST_BLOCK && data.block !== LAST_BLOCK) {
      const values = { next: data.block };
      if (data.block === 0) return ok("65535 is followed by 0", values);
      return differs(`65535 is followed by ${data.block}`, values);
    }
    if (data?.block === expected) {
      if (data.data.length < blockBytes) {
        return unknown(`the file ends with block ${expected}`);
      }
      expected++;
      inWindow++;
    } else if (heard === null && patience-- === 0) {
      return expected > LAST_BLOCK
        ? differs("silence after block 65535")
        : unknown(`silence after block ${expected - 1}`);
    }
    // A whole window, or what was lost.
    if (inWindow === window || heard === null || expected > LAST_BLOCK) {
      inWindow = 0;
      await conversation.send({ type: "ACK", block: expected - 1 });
    }
    heard = await conversation.next();
  }
}

/** The check. */
export const WRAP_CHECK: Check = {
  id: "wrap",
  name: "block after 65535",
  group: "RFC 1350",
  section: "5",
  asks: "65536 blocks of 8 octets",
  needs: "wrap",
  run,
};
