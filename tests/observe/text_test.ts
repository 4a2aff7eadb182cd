import { assertEquals } from "@std/assert";
import { TftpError } from "../../packet/mod.ts";
import {
  jsonLine,
  messageOf,
  oneLine,
  remoteError,
  systemText,
} from "../../observe/text.ts";

const MESSAGES: readonly [message: string, text: string][] = [
  ["Permission denied (os error 13)", "Permission denied"],
  [
    "No such file or directory (os error 2): open 'a/b'",
    "No such file or directory",
  ],
  [
    "No such file or directory (os error 2): rename 'a' -> 'b\nc'",
    "No such file or directory",
  ],
  [
    "Cannot send file: The system cannot find the file specified. (os error 2): stat 'x'",
    "Cannot send file: The system cannot find the file specified",
  ],
  ["It ended. Really.", "It ended. Really."],
  ["(os error 2) is what it said", "(os error 2) is what it said"],
  ["", ""],
];

for (const [message, text] of MESSAGES) {
  Deno.test(`systemText() makes ${JSON.stringify(text)} of ${JSON.stringify(message)}`, () => {
    assertEquals(systemText(message), text);
  });
}

Deno.test("oneLine() escapes what is not seen, and leaves what is quoted", () => {
  assertEquals(oneLine('read "a\\n" \\ ü €'), 'read "a\\n" \\ ü €');
  assertEquals(
    oneLine("a\nb\r\tc\x1b[31m\x7f\x9b\u2028\u202e\0"),
    "a\\nb\\r\\tc\\u001b[31m\\u007f\\u009b\\u2028\\u202e\\u0000",
  );
});

Deno.test("jsonLine() escapes what JSON would leave to steer a terminal, and means the same", () => {
  const value = { filename: "a\x7f\x9b\u2028\u{e0001}ü", list: [1, null] };
  const line = jsonLine(value);
  assertEquals(
    line,
    '{"filename":"a\\u007f\\u009b\\u2028\\udb40\\udc01ü","list":[1,null]}',
  );
  assertEquals(JSON.parse(line), value);
});

Deno.test("remoteError() is what another machine has said, and nothing else", () => {
  const error = new TftpError(3, "full", { origin: "remote" });
  assertEquals(remoteError(error), error);
  for (const other of [new TftpError(3, "full"), new Error("x"), "x", null]) {
    assertEquals(remoteError(other), null);
  }
});

Deno.test("messageOf() takes whatever was thrown", () => {
  const thrown = [new Error("a"), "b", null, undefined];
  assertEquals(thrown.map(messageOf), ["a", "b", "null", "undefined"]);
});
