import { assertEquals } from "@std/assert";
import { toRecord } from "../../observe/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import { EVENTS, IGNORED, REQUEST, TRANSFER } from "./_events.ts";

const TIME = new Date("2026-01-02T03:04:05.678Z");

for (const { event, details } of EVENTS) {
  Deno.test(`toRecord() makes plain data of ${event.type}`, () => {
    const record = toRecord(event, TIME);
    assertEquals(record as object, {
      time: "2026-01-02T03:04:05.678Z",
      event: event.type,
      id: 7,
      client: "192.0.2.7:50000",
      operation: "read",
      filename: "boot.img",
      mode: "octet",
      ...details,
    });
    // Through JSON and back it is the same.
    assertEquals(JSON.parse(JSON.stringify(record)), record);
  });
}

Deno.test("toRecord() makes plain data of ignored", () => {
  assertEquals(toRecord(IGNORED, TIME), {
    time: "2026-01-02T03:04:05.678Z",
    event: "ignored",
    client: "[2001:db8::7]:50000",
    packet: "ACK 3",
  });
});

Deno.test("toRecord() knows options that are called like properties of objects", () => {
  const options = [["__proto__", "1"], ["constructor", "2"]] as const;
  const request = { ...REQUEST, options };
  const record = toRecord({ type: "request", request }, TIME);
  assertEquals(
    JSON.stringify(record.options),
    '{"__proto__":"1","constructor":"2"}',
  );
});

Deno.test("toRecord() takes whatever was thrown", () => {
  for (const [error, reason] of [["text", "text"], [null, "null"]] as const) {
    const event = {
      type: "refused",
      request: REQUEST,
      code: 0,
      error,
    } as const;
    assertEquals(toRecord(event, TIME).reason, reason);
  }
});

Deno.test("toRecord() tells what the client has said from what went wrong here", () => {
  for (
    const [origin, reason] of [
      ["remote", "the client said ERROR 3: Disk full"],
      ["local", "Disk full"],
    ] as const
  ) {
    const error = new TftpError(3, "Disk full", { origin });
    const event = {
      type: "failed",
      request: REQUEST,
      transfer: TRANSFER,
      error,
    } as const;
    assertEquals(toRecord(event, TIME).reason, reason);
  }
});

Deno.test("toRecord() knows that a request is not refused by its client", () => {
  const error = new TftpError(1, "no", { origin: "remote" });
  const event = { type: "refused", request: REQUEST, code: 1, error } as const;
  assertEquals(
    toRecord(event, TIME).reason,
    "another server said ERROR 1: no",
  );
});
