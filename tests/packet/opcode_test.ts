import { assertEquals } from "@std/assert";
import { OPCODE } from "../../packet/mod.ts";

Deno.test("OPCODE holds the opcodes of RFC 1350 and RFC 2347", () => {
  assertEquals(OPCODE, { RRQ: 1, WRQ: 2, DATA: 3, ACK: 4, ERROR: 5, OACK: 6 });
});
