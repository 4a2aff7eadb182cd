import { assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../cli/version.ts";

Deno.test("VERSION is the version of the package", async () => {
  const config = new URL("../../deno.json", import.meta.url);
  const { version } = JSON.parse(await Deno.readTextFile(config));
  assertEquals(VERSION, version);
  assertMatch(VERSION, /^\d+\.\d+\.\d+/);
});
