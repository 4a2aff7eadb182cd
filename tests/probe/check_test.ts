import { assertEquals } from "@std/assert";
import { readRequest } from "../../probe/check.ts";

Deno.test("readRequest() asks for octets without options unless told otherwise", () => {
  assertEquals(readRequest("x"), {
    type: "RRQ",
    filename: "x",
    mode: "octet",
    options: [],
  });
  assertEquals(readRequest("x", [["tsize", "0"]], "netascii"), {
    type: "RRQ",
    filename: "x",
    mode: "netascii",
    options: [["tsize", "0"]],
  });
});
