import { assert, assertFalse } from "@std/assert";
import { isAnsweringPort } from "../../net/mod.ts";

for (const port of [0, 7, 13, 17, 19, 37, 53, 111, 123, 161, 389, 514, 520]) {
  Deno.test(`isAnsweringPort() knows ${port}`, () => {
    assert(isAnsweringPort(port));
  });
}

Deno.test("isAnsweringPort() lets clients send from 69, from other low ports, and from any of their own", () => {
  for (let port = 1024; port < 65536; port++) {
    assertFalse(isAnsweringPort(port));
  }
  for (const port of [1, 67, 68, 69, 1023]) assertFalse(isAnsweringPort(port));
});
