// What a client makes of answers to options that are not built in; those that are have their rules in ask_test.ts.

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  acceptOptionAck,
  DEFAULT_SETTINGS,
  ERROR_CODE,
  type OptionList,
  TftpError,
} from "../../packet/mod.ts";

const ASKED: OptionList = [["blksize", "1024"], ["Md5", ""]];

Deno.test("an answer that nobody checks may be anything", () => {
  for (const answer of ["", "abc", "\n"]) {
    const settings = acceptOptionAck(ASKED, [["MD5", answer]]);
    assertEquals(settings, DEFAULT_SETTINGS);
  }
});

Deno.test("a check is given the answer, and decides", () => {
  const seen: string[] = [];
  const checks = new Map([["md5", (answer: string) => {
    seen.push(answer);
    return answer === "good";
  }]]);
  const { blockSize } = acceptOptionAck(
    ASKED,
    [["mD5", "good"], ["blksize", "600"]],
    checks,
  );
  assertEquals(blockSize, 600);
  const error = assertThrows(
    () => acceptOptionAck(ASKED, [["mD5", "b\n"]], checks),
    TftpError,
    String.raw`Cannot accept OACK: option "mD5" must not be "b\n"`,
  );
  assertEquals(error.code, ERROR_CODE.OptionNegotiation);
  assertEquals(seen, ["good", "b\n"]);
});

Deno.test("a check is not asked about an option that the server left out, or that is another", () => {
  const checks = new Map([["md5", () => false]]);
  acceptOptionAck(ASKED, [], checks);
  acceptOptionAck(ASKED, [["blksize", "1024"]], checks);
  acceptOptionAck([["sha1", ""]], [["sha1", "x"]], checks);
});

Deno.test("a check does not make an option one that was asked for", () => {
  const checks = new Map([["md5", () => true]]);
  const error = assertThrows(
    () => acceptOptionAck([["blksize", "1024"]], [["md5", "x"]], checks),
    TftpError,
    'option "md5" was not asked for',
  );
  assertEquals(error.code, ERROR_CODE.OptionNegotiation);
});

Deno.test("a check does not decide over a built-in option", () => {
  const checks = new Map([["blksize", () => true]]);
  assertThrows(
    () => acceptOptionAck(ASKED, [["blksize", "9999"]], checks),
    TftpError,
  );
});

Deno.test("a check that throws ends it with code 0, and the server is not told why", () => {
  const fault = new Error("/secret/path");
  const checks = new Map([["md5", () => {
    throw fault;
  }]]);
  const error = assertThrows(
    () => acceptOptionAck(ASKED, [["md5", "x"]], checks),
    TftpError,
    'Cannot accept OACK: the check of option "md5" has thrown',
  );
  assertEquals(error.code, ERROR_CODE.NotDefined);
  assertStrictEquals(error.cause, fault);
  assertEquals(error.wireText.includes("md5"), false);
});
