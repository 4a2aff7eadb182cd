import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ERROR_CODE,
  errorCodeText,
  PacketSyntaxError,
  TftpError,
  TransferTimeoutError,
} from "../../packet/mod.ts";

Deno.test("PacketSyntaxError is a SyntaxError that tells where", () => {
  const error = new PacketSyntaxError("Cannot decode packet", 3);
  assertInstanceOf(error, SyntaxError);
  assertEquals(error.name, "PacketSyntaxError");
  assertEquals(error.message, "Cannot decode packet");
  assertEquals(error.offset, 3);
  assert(String(error).startsWith("PacketSyntaxError: Cannot decode packet"));
});

Deno.test("TftpError without a message tells the text of its code", () => {
  for (const code of Object.values(ERROR_CODE)) {
    const error = new TftpError(code);
    assertEquals(error.code, code);
    assertEquals(error.message, errorCodeText(code));
    assertEquals(error.wireText, errorCodeText(code));
  }
});

Deno.test("TftpError is local, and says over the wire what it says here, unless told otherwise", () => {
  const error = new TftpError(ERROR_CODE.DiskFull, "Full");
  assertInstanceOf(error, Error);
  assertEquals(error.name, "TftpError");
  assertEquals(error.origin, "local");
  assertEquals(error.wireText, "Full");
  assertFalse("cause" in error);
});

Deno.test("TftpError keeps origin, cause and a text of its own for the wire", () => {
  const cause = new Error("EACCES: /srv/secret");
  const error = new TftpError(2, "Cannot read /srv/secret", {
    origin: "remote",
    cause,
    wireText: "Access violation",
  });
  assertEquals(error.origin, "remote");
  assertStrictEquals(error.cause, cause);
  assertEquals(error.message, "Cannot read /srv/secret");
  assertEquals(error.wireText, "Access violation");
});

Deno.test("TftpError takes an empty text for the wire as it is", () => {
  assertEquals(new TftpError(0, "Here", { wireText: "" }).wireText, "");
});

for (const code of [0, 8, 9, 65535]) {
  Deno.test(`TftpError takes code ${code}`, () => {
    assertEquals(new TftpError(code).code, code);
  });
}

for (const code of [-1, 65536, 1.5, NaN, Infinity]) {
  Deno.test(`TftpError throws on code ${code}`, () => {
    assertThrows(
      () => new TftpError(code, "No"),
      RangeError,
      `Cannot use error code as it must be a whole number from 0 to 65535: current value is ${code}`,
    );
  });
}

Deno.test("TransferTimeoutError is a TftpError of code 0 that names no address over the wire", () => {
  const cause = new Error("ECONNREFUSED");
  const error = new TransferTimeoutError("No answer from 192.0.2.1:69", {
    cause,
  });
  assertInstanceOf(error, TftpError);
  assertEquals(error.name, "TransferTimeoutError");
  assertEquals(error.code, ERROR_CODE.NotDefined);
  assertEquals(error.origin, "local");
  assertEquals(error.message, "No answer from 192.0.2.1:69");
  assertEquals(error.wireText, "Transfer timed out");
  assertStrictEquals(error.cause, cause);
  assertFalse("cause" in new TransferTimeoutError("No answer"));
});
