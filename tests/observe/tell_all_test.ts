import { assertEquals, assertThrows } from "@std/assert";
import { tellAll } from "../../observe/mod.ts";
import { IGNORED } from "./_events.ts";

Deno.test("tellAll() tells everybody, in their order", () => {
  const told: unknown[] = [];
  const onEvent = tellAll(
    (event) => told.push("first", event),
    (event) => told.push("second", event),
  );
  onEvent(IGNORED);
  assertEquals(told, ["first", IGNORED, "second", IGNORED]);
  tellAll()(IGNORED);
});

Deno.test("tellAll() tells everybody although somebody throws, and then says so", () => {
  const told: string[] = [];
  const onEvent = tellAll(
    () => {
      throw new Error("The first");
    },
    () => {
      throw new Error("The second");
    },
    () => told.push("third"),
  );
  assertThrows(() => onEvent(IGNORED), Error, "The first");
  assertEquals(told, ["third"]);
});
