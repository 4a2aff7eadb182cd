import { assertEquals, assertThrows } from "@std/assert";
import {
  Checksum,
  CHECKSUM_OPTION,
  ChecksumError,
  checksumMaker,
} from "../../cli/checksum.ts";
import { parseCommand } from "../../cli/parse.ts";
import { readValue } from "../../cli/value.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** The sum of "abc", from FIPS 180-2. */
const SUM = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test("Checksum counts all octets, in however many pieces", () => {
  const checksum = new Checksum(null);
  checksum.update(encode("a"));
  checksum.update(encode("bc"));
  assertEquals(checksum.hex, null);
  checksum.verify();
  checksum.verify();
  assertEquals(checksum.hex, SUM);
});

Deno.test("Checksum.verify() throws when it is not what it must be", () => {
  const right = new Checksum(SUM.toUpperCase());
  right.update(encode("abc"));
  right.verify();
  const wrong = new Checksum(SUM);
  wrong.update(encode("abd"));
  const error = assertThrows(() => wrong.verify(), ChecksumError);
  assertEquals(error.wireText, "Checksum differs");
});

const ARGUMENTS: readonly [text: string, isExact: boolean | null][] = [
  ["sha256", false],
  [`sha256=${SUM}`, true],
  ["sha256=", null],
  ["sha256=12", null],
  ["md5", null],
];

for (const [text, isExact] of ARGUMENTS) {
  Deno.test(`--checksum ${text} is ${isExact === null ? "refused" : "taken"}`, () => {
    const value = readValue(CHECKSUM_OPTION.type!, text);
    assertEquals(value, isExact === null ? null : text);
    if (isExact === null) return;
    const args = parseCommand(
      { name: "get", options: [CHECKSUM_OPTION] },
      ["--checksum", text],
    );
    assertEquals(checksumMaker(args)?.isExact, isExact);
  });
}
