import { assertEquals } from "@std/assert";
import { lowercase, memory } from "../../handlers/mod.ts";
import { outcomeOf } from "./_read.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";

Deno.test("lowercase() lets a handler see names in lower case", async () => {
  const handler = lowercase(
    memory({ "boot/x": "lower", "Boot/Y": "mixed" }),
  );
  for (
    const [name, expected] of [
      ["boot/x", "lower"],
      ["BOOT\\X", "lower"],
      ["Boot/Y", 1],
    ] as const
  ) {
    assertEquals(await outcomeOf(handler, fakeRequest(name)), expected);
  }
});

Deno.test("lowercase() leaves the rest of the request alone", () => {
  const request = fakeUpload("ÄB", { size: 5, mode: "netascii" });
  lowercase((seen) => {
    assertEquals([seen.filename, seen.size], ["äb", 5]);
    assertEquals([seen.operation, seen.mode], ["write", "netascii"]);
  })(request);
  assertEquals(request.filename, "ÄB");
});
