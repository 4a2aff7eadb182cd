import { assertEquals } from "@std/assert";
import type { RequestPacket } from "../../packet/mod.ts";
import {
  type EarlierSession,
  isNewRequest,
  isSameRequest,
} from "../../server/repeated_request.ts";
import { VirtualClock } from "../_virtual.ts";

const PACKET: RequestPacket = {
  type: "RRQ",
  filename: "file",
  mode: "octet",
  options: [["blksize", "1468"]],
};

/** What becomes of a request, and what is done about the transfer that there is. */
function decide(
  earlier: Partial<EarlierSession>,
  { singlePort = false, now = 0 } = {},
): string {
  const done: string[] = [];
  const isNew = isNewRequest(
    {
      isEnded: false,
      isProven: false,
      heardAt: 0,
      roundTripMs: 1,
      isFor: () => true,
      repeat: () => void done.push("answered again"),
      abandon: () => void done.push("abandoned"),
      ...earlier,
    },
    PACKET,
    {
      clock: Object.assign(new VirtualClock(), { now: () => now }),
      singlePort,
    },
  );
  return [...done, isNew ? "new" : "old"].join(", ");
}

Deno.test("a request that comes again is answered again, until the client has answered", () => {
  assertEquals(decide({}), "answered again, old");
  assertEquals(decide({ isProven: true }), "old");
});

Deno.test("a client that was silent for long has started over", () => {
  const isProven = true;
  assertEquals(decide({ isProven }, { now: 1000 }), "abandoned, new");
  assertEquals(decide({ isProven, roundTripMs: 500 }, { now: 1000 }), "old");
  assertEquals(decide({ isProven, roundTripMs: -1 }, { now: 2999 }), "old");
});

Deno.test("another request means that the client has started over", () => {
  assertEquals(decide({ isFor: () => false }), "abandoned, new");
});

Deno.test("a transfer that has ended is no more, but on a single port a late request is nothing new", () => {
  assertEquals(decide({ isEnded: true }), "new");
  assertEquals(decide({ isEnded: true }, { singlePort: true }), "old");
});

Deno.test("isSameRequest() takes a request without options for the same where none was accepted", () => {
  const address = { transport: "udp", hostname: "::1", port: 1 } as const;
  const info = {
    ...PACKET,
    id: 1,
    operation: "read",
    remote: address,
    local: address,
  } as const;
  const bare = { ...PACKET, options: [] };
  assertEquals(isSameRequest(PACKET, info, []), true);
  assertEquals(isSameRequest(bare, info, []), true);
  assertEquals(isSameRequest(bare, info, PACKET.options), false);
  assertEquals(isSameRequest({ ...PACKET, type: "WRQ" }, info, []), false);
  assertEquals(isSameRequest({ ...PACKET, filename: "x" }, info, []), false);
  assertEquals(
    isSameRequest({ ...PACKET, options: [["blksize", "8"]] }, info, []),
    false,
  );
});
