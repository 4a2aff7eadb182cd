import { assertEquals, assertMatch } from "@std/assert";
import {
  describeEvent,
  describeMachineEvent,
  describeTransfer,
} from "../../observe/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import type { ServerEvent } from "../../server.ts";
import { emptyStatistics } from "../../transfer/mod.ts";
import { EVENTS, IGNORED, REQUEST, TRANSFER } from "./_events.ts";

for (const { event, level, text } of EVENTS) {
  Deno.test(`describeEvent() tells ${event.type} in one line`, () => {
    assertEquals(describeEvent(event), {
      level: level as "INFO",
      text: `192.0.2.7:50000 ${text}`,
    });
  });
}

Deno.test("describeEvent() tells ignored in one line", () => {
  assertEquals(describeEvent(IGNORED), {
    level: "DEBUG",
    text: "[2001:db8::7]:50000 ignored: ACK 3",
  });
});

Deno.test("describeEvent() says where there are no options", () => {
  const request = { ...REQUEST, options: [] };
  assertEquals(
    describeEvent({ type: "request", request }).text,
    '192.0.2.7:50000 read "boot.img" asked, mode "octet"',
  );
  const { settings } = TRANSFER;
  assertEquals(
    describeEvent({ type: "negotiated", request, settings, acknowledged: [] })
      .text,
    '192.0.2.7:50000 read "boot.img" begins, no options',
  );
});

Deno.test("describeEvent() quotes what the client has written", () => {
  const error = new TftpError(0, 'User\n"aborted"', { origin: "remote" });
  const { text } = describeEvent({
    type: "failed",
    request: REQUEST,
    transfer: TRANSFER,
    error,
  });
  assertEquals(
    text,
    '192.0.2.7:50000 read "boot.img" failed after 3.0 MB and 1.50 s: the client said ERROR 0 "User\\n\\"aborted\\""',
  );
});

/** A read that the client has ended by an ERROR packet. */
function ended(code: number, blocks: number, timeouts = 0): ServerEvent {
  const statistics = {
    ...emptyStatistics(),
    blocks,
    retransmissions: timeouts,
  };
  return {
    type: "failed",
    request: { ...REQUEST, options: [] },
    transfer: { ...TRANSFER, statistics, durationMs: 4 },
    error: new TftpError(code, "User aborted", { origin: "remote" }),
  };
}

Deno.test("describeEvent() takes a client that leaves before the first block for no fault", () => {
  for (const code of [0, 8]) {
    assertEquals(describeEvent(ended(code, 0, 1)), {
      level: "INFO",
      text:
        `192.0.2.7:50000 read "boot.img" ended by the client before the first block, after 4 ms: ERROR ${code} "User aborted", 1 retransmission`,
    });
  }
});

Deno.test("describeEvent() warns of a client that leaves in mid-transfer, or for a reason", () => {
  for (const event of [ended(0, 1), ended(8, 9), ended(3, 0), ended(2, 0)]) {
    const { level, text } = describeEvent(event);
    assertEquals(level, "WARN");
    assertMatch(text, /failed after 0 B and 4 ms: the client said ERROR/);
  }
});

Deno.test("describeEvent() takes a read of a file that is absent for no fault", () => {
  const write = { ...REQUEST, operation: "write" } as const;
  const error = new TftpError(1);
  for (
    const [request, code, level] of [
      [REQUEST, 1, "INFO"],
      [REQUEST, 2, "WARN"],
      [REQUEST, 0, "WARN"],
      [write, 1, "WARN"],
    ] as const
  ) {
    const event = { type: "refused", request, code, error } as const;
    assertEquals(describeEvent(event).level, level);
  }
});

Deno.test("describeEvent() knows that a request is not refused by its client", () => {
  const error = new TftpError(1, "no", { origin: "remote" });
  const event = { type: "refused", request: REQUEST, code: 1, error } as const;
  assertEquals(
    describeEvent(event).text,
    '192.0.2.7:50000 read "boot.img" refused with code 1: another server said ERROR 1 "no"',
  );
});

Deno.test("describeEvent() stays one line, whatever names, modes, options and errors hold", () => {
  const evil = 'x\r\n2026-01-01 INFO\x1b[2J\u2028\u202e\0"';
  const request = {
    ...REQUEST,
    filename: evil,
    mode: evil,
    options: [[evil, evil]] as const,
  };
  const transfer = { ...TRANSFER, acknowledged: request.options };
  for (const error of [new Error(evil), evil, new TftpError(9, evil), null]) {
    const refused = { type: "refused", request, code: 9, error } as const;
    for (
      const event of [
        { type: "request", request },
        { type: "finished", request, transfer },
        { type: "failed", request, transfer, error },
        refused,
      ] as const
    ) {
      const { text } = describeEvent(event);
      assertEquals(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text), false, text);
    }
  }
});

Deno.test("describeTransfer() tells repairs, and a client that left early", () => {
  assertEquals(
    describeTransfer({
      ...TRANSFER,
      acknowledged: null,
      statistics: { ...TRANSFER.statistics, retransmissions: 1 },
      isLastAckMissing: true,
    }),
    "3.0 MB in 1.50 s (2.0 MB/s), 1 retransmission, left without the last ACK",
  );
});

Deno.test("describeMachineEvent() tells each event", () => {
  assertEquals(
    describeMachineEvent({ type: "retransmission", block: 1, silenceMs: 50 }),
    "silent for 50 ms, sent again from block 1",
  );
  assertEquals(describeMachineEvent({ type: "gap", block: 7 }), "lost block 7");
  assertEquals(
    describeMachineEvent({ type: "unexpected", packet: "DATA 1 (3 octets)" }),
    "ignored a packet that has no place: DATA 1 (3 octets)",
  );
});
