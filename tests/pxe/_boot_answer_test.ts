import { assertThrows } from "@std/assert";
import { checkAnswer, checkText } from "../../pxe/_boot_answer.ts";

Deno.test("checkAnswer() lets pass what has room", () => {
  checkAnswer({ file: "" }, true);
  checkAnswer({ file: "a".repeat(127), server: "b".repeat(63) }, true);
  checkAnswer({ file: "a".repeat(255), server: "b".repeat(255) }, false);
  const options = new Map([[1, new Uint8Array()], [254, new Uint8Array()]]);
  checkAnswer({ file: "a", options }, false);
});

Deno.test("checkAnswer() refuses what has none", () => {
  const says = (answer: Parameters<typeof checkAnswer>[0], isBootp: boolean) =>
    assertThrows(() => checkAnswer(answer, isBootp), RangeError);
  says({ file: "a".repeat(128) }, true);
  says({ file: "a".repeat(256) }, false);
  says({ file: "a", server: "b".repeat(64) }, true);
  says({ file: "a", server: "b".repeat(256) }, false);
  says({ file: "a", options: new Map([[0, new Uint8Array()]]) }, false);
});

Deno.test("checkText() counts octets, not characters", () => {
  checkText("name", "é", 2);
  assertThrows(() => checkText("name", "éé", 3), RangeError, "it has 4");
  assertThrows(() => checkText("name", "\0", 3), RangeError, "no NUL");
});

Deno.test("checkAnswer() tells an address and a name from what is neither", () => {
  for (const server of ["192.0.2.1", "boot", "boot-1.example.org", "a_b."]) {
    checkAnswer({ file: "a", server }, false);
  }
  for (
    const server of [
      "",
      "192.0.2.256",
      "192.0.2",
      "tftp://boot",
      "boot:69",
      "a b",
      "a..b",
    ]
  ) {
    assertThrows(
      () => checkAnswer({ file: "a", server }, false),
      TypeError,
      `address or a name: current value is "${server}"`,
    );
  }
});
