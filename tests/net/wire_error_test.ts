import { assertEquals, assertStrictEquals } from "@std/assert";
import { asTftpError, systemCode } from "../../net/mod.ts";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";

function withCode(code: string): Error {
  return Object.assign(new Error(`/secret/${code}`), { code });
}

const { errors } = Deno;
const CASES: readonly [unknown, code: number, wireText: string][] = [
  [new errors.NotFound("/secret"), 1, "File not found"],
  [new errors.NotADirectory("/secret"), 1, "File not found"],
  [new errors.FilesystemLoop("/secret"), 1, "File not found"],
  [withCode("ENAMETOOLONG"), 1, "File not found"],
  [new errors.PermissionDenied("/secret"), 2, "Access violation"],
  [new errors.NotCapable("/secret"), 2, "Access violation"],
  [new errors.IsADirectory("/secret"), 2, "Access violation"],
  [withCode("EROFS"), 2, "Access violation"],
  [withCode("ENOSPC"), 3, "Disk full or allocation exceeded"],
  [withCode("EDQUOT"), 3, "Disk full or allocation exceeded"],
  [withCode("EFBIG"), 3, "Disk full or allocation exceeded"],
  [new errors.AlreadyExists("/secret"), 6, "File already exists"],
  [withCode("EIO"), 0, "Internal error"],
  [withCode("EMFILE"), 0, "Internal error"],
  [withCode("toString"), 0, "Internal error"],
  [new errors.BadResource("/secret"), 0, "Internal error"],
  [new Error("/secret"), 0, "Internal error"],
  ["/secret", 0, "Internal error"],
];

for (const [error, code, wireText] of CASES) {
  const name = `${error instanceof Error ? error.name : typeof error} ${
    systemCode(error) ?? ""
  }`.trim();
  Deno.test(`asTftpError() tells ${name} with code ${code} and no detail`, () => {
    const result = asTftpError(error, 'Cannot read "x"');
    assertEquals([result.code, result.wireText], [code, wireText]);
    assertStrictEquals(result.cause, error);
    assertEquals(result.message.startsWith('Cannot read "x": /secret'), true);
  });
}

Deno.test("asTftpError() leaves a TftpError alone", () => {
  const error = new TftpError(7, "As it is");
  assertStrictEquals(asTftpError(error, "Cannot read"), error);
});

Deno.test("systemCode() reads codes that are texts, and nothing else", () => {
  assertEquals(systemCode(withCode("ENOSPC")), "ENOSPC");
  assertEquals(systemCode(new Error("none")), undefined);
  assertEquals(systemCode(new TftpError(3)), undefined);
  assertEquals(systemCode({ code: "ENOSPC" }), undefined);
});

Deno.test("asTftpError() hides all but a TftpError from the wire", () => {
  const own = new TftpError(ERROR_CODE.FileNotFound);
  assertStrictEquals(asTftpError(own), own);
  for (const thrown of [new Error("/etc/secret"), "/etc/secret"]) {
    const wrapped = asTftpError(thrown);
    assertEquals(wrapped.code, 0);
    assertEquals(wrapped.wireText, "Internal error");
    assertEquals(wrapped.message, "/etc/secret");
    assertStrictEquals(wrapped.cause, thrown);
  }
  assertEquals(asTftpError(undefined).wireText, "Internal error");
});
