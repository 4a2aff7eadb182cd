import { assertEquals } from "@std/assert";
import { ERROR_CODE, errorCodeText } from "../../packet/mod.ts";

Deno.test("ERROR_CODE holds the codes of RFC 1350 and RFC 2347", () => {
  assertEquals(ERROR_CODE, {
    NotDefined: 0,
    FileNotFound: 1,
    AccessViolation: 2,
    DiskFull: 3,
    IllegalOperation: 4,
    UnknownTransferId: 5,
    FileAlreadyExists: 6,
    NoSuchUser: 7,
    OptionNegotiation: 8,
  });
});

const TEXTS: readonly [code: number, text: string][] = [
  [0, "Not defined"],
  [1, "File not found"],
  [2, "Access violation"],
  [3, "Disk full or allocation exceeded"],
  [4, "Illegal TFTP operation"],
  [5, "Unknown transfer ID"],
  [6, "File already exists"],
  [7, "No such user"],
  [8, "Option negotiation failed"],
  [9, "Error 9"],
  [65535, "Error 65535"],
  [-1, "Error -1"],
  [0.5, "Error 0.5"],
];

for (const [code, text] of TEXTS) {
  Deno.test(`errorCodeText() tells code ${code} as "${text}"`, () => {
    assertEquals(errorCodeText(code), text);
  });
}
