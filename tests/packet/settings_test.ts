import { assertEquals, assertNotStrictEquals } from "@std/assert";
import {
  acceptOptionAck,
  DEFAULT_SETTINGS,
  negotiateOptions,
  type OptionList,
} from "../../packet/mod.ts";

const RFC_1350 = {
  blockSize: 512,
  windowSize: 1,
  timeoutMs: null,
  transferSize: null,
  rollover: null,
};

Deno.test("DEFAULT_SETTINGS are those of RFC 1350", () => {
  assertEquals(DEFAULT_SETTINGS, RFC_1350);
});

Deno.test("DEFAULT_SETTINGS are not touched by a negotiation", () => {
  const options: OptionList = [
    ["blksize", "1024"],
    ["windowsize", "4"],
    ["timeout", "3"],
    ["tsize", "7"],
    ["rollover", "1"],
  ];
  const server = negotiateOptions(options, {}, { operation: "write" }).settings;
  const client = acceptOptionAck(options, options);
  assertEquals(server.blockSize, 1024);
  assertEquals(client.blockSize, 1024);
  assertNotStrictEquals(server, DEFAULT_SETTINGS);
  assertNotStrictEquals(client, DEFAULT_SETTINGS);
  assertEquals(DEFAULT_SETTINGS, RFC_1350);
});
