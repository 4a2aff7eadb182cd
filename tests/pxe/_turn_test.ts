import { assertEquals } from "@std/assert";
import {
  ignore,
  isServed,
  type Surroundings,
  type Turn,
} from "../../pxe/_turn.ts";

Deno.test("ignore() tells why, and answers nothing", () => {
  const told: unknown[] = [];
  const turn = { tell: (event: unknown) => told.push(event) };
  assertEquals(ignore(turn as unknown as Turn, "no boot file"), []);
  assertEquals(told, [{ type: "ignored", reason: "no boot file" }]);
});

Deno.test("isServed() is true of who boots from the network, by whatever name, and of all where that was chosen", () => {
  const said = { isPxe: false, isHttpBoot: false, isIpxe: false };
  const served = (client: object, answerAll = false) =>
    isServed({ client } as Turn, { answerAll } as Surroundings);
  assertEquals(served(said), false);
  assertEquals(served(said, true), true);
  for (const name of Object.keys(said)) {
    assertEquals(served({ ...said, [name]: true }), true, name);
  }
});
