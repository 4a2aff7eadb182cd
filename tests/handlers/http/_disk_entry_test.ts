import { assertEquals, assertRejects } from "@std/assert";
import {
  newItem,
  parseRecord,
  verify,
} from "../../../handlers/http/_disk_entry.ts";
import { Sandbox } from "../_sandbox.ts";
import { recordOf } from "./_cache_suite.ts";

const BODY = `${"a".repeat(64)}.${"b".repeat(16)}.body`;
const SHA256_OF_HELLO =
  "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const RECORD = {
  ...recordOf("http://h/a", 5),
  body: BODY,
  sha256: SHA256_OF_HELLO,
};

Deno.test("a record is whole and of the right kinds, or none", () => {
  using sandbox = new Sandbox({ "r.json": JSON.stringify(RECORD) });
  const path = `${sandbox.path}/r.json`;
  assertEquals(parseRecord(path), RECORD);
  for (const name of Object.keys(RECORD)) {
    Deno.writeTextFileSync(path, JSON.stringify({ ...RECORD, [name]: [] }));
    assertEquals(parseRecord(path), null, name);
  }
  assertEquals(parseRecord(`${sandbox.path}/none`), null);
});

Deno.test("a body is what its record says, or refused", async () => {
  using sandbox = new Sandbox({
    good: "hello",
    other: "hellO",
    long: "hello!",
  });
  const check = (name: string) =>
    verify(newItem("a", `${sandbox.path}/${name}`, RECORD));
  await check("good");
  await assertRejects(() => check("other"), Error, "damaged");
  await assertRejects(() => check("long"), Error, "size");
  await assertRejects(() => check(""), Error, "regular");
  await assertRejects(() => check("none"));
});
