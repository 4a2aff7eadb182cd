import { assert, assertEquals, assertThrows } from "@std/assert";
import { diskCache } from "../../../handlers/mod.ts";
import { Sandbox } from "../_sandbox.ts";
import { load, readEntry, recordOf, store, testCache } from "./_cache_suite.ts";
import { makeBytes } from "./_origin.ts";

testCache("disk", async (limits, run) => {
  using sandbox = new Sandbox();
  await run(diskCache({ directory: `${sandbox.path}/cache`, ...limits }));
  // Two files a body, and nothing that was under way.
  const names = sandbox.list("cache");
  assertEquals(names.filter((name) => !/\.(body|json)$/.test(name)), []);
  assertEquals(
    names.filter((name) => name.endsWith("body")).length,
    names.filter((name) => name.endsWith("json")).length,
  );
});

const URL_A = "http://h/a";

Deno.test("disk: survives a restart, and keeps its bound", async () => {
  using sandbox = new Sandbox();
  const directory = sandbox.path;
  const bytes = makeBytes(200_000);
  const first = diskCache({ directory });
  store(first, URL_A, bytes);
  store(first, "http://h/b", bytes);
  first.update(
    recordOf(URL_A, 200_000, { etag: '"n"', validatedAtMs: 5000 }),
    recordOf(URL_A, 200_000),
  );
  const second = diskCache({ directory });
  assertEquals(await load(second, URL_A), bytes);
  const entry = (await second.open(URL_A))!;
  assertEquals(entry.record.etag, '"n"');
  entry.close();
  assertEquals(await load(second, "http://h/b"), bytes);
  // With room for one, what was looked at last stays.
  const third = diskCache({ directory, maxBytes: 300_000 });
  assertEquals(await load(third, URL_A), bytes);
  assertEquals(await load(third, "http://h/b"), null);
  assertEquals(sandbox.list().length, 2);
});

Deno.test("disk: removes what a crash has left, and nothing else", () => {
  using sandbox = new Sandbox({
    ".tftpkit-00112233445566778899aabbccddeeff.part": "x",
    [`${"a".repeat(64)}.${"b".repeat(16)}.body`]: "lost",
    [`${"c".repeat(64)}.json`]: "{ no record",
    "notes.txt": "not ours",
    "sub/kept": "not ours",
  });
  diskCache({ directory: sandbox.path });
  assertEquals(sandbox.list(), ["notes.txt", "sub"]);
});

/** Stores a body, does something to its files, and looks at what a new start makes of it. */
async function afterDamage(
  damage: (body: string, record: string) => void,
): Promise<void> {
  using sandbox = new Sandbox();
  const directory = sandbox.path;
  store(diskCache({ directory }), URL_A, makeBytes(100_000));
  const find = (end: string) =>
    `${directory}/${sandbox.list().find((name) => name.endsWith(end))}`;
  damage(find(".body"), find(".json"));
  const cache = diskCache({ directory });
  assertEquals(await load(cache, URL_A), null);
  // It is as if it had never been there.
  assert(store(cache, URL_A, makeBytes(7)));
  assertEquals(await load(cache, URL_A), makeBytes(7));
}

Deno.test("disk: a damaged body is never served", async () => {
  const bytes = makeBytes(100_000);
  await afterDamage((body) => Deno.truncateSync(body, 99_999));
  await afterDamage((body) => {
    bytes[50_000]! ^= 1;
    Deno.writeFileSync(body, bytes);
  });
  await afterDamage((body) => Deno.removeSync(body));
  await afterDamage((body) => {
    Deno.removeSync(body);
    Deno.symlinkSync("/etc/hostname", body);
  });
});

Deno.test("disk: a foreign or damaged record is never believed", async () => {
  const change = (record: string, more: object) => {
    const text = Deno.readTextFileSync(record);
    Deno.writeTextFileSync(
      record,
      JSON.stringify({ ...JSON.parse(text), ...more }),
    );
  };
  await afterDamage((_, record) => Deno.truncateSync(record, 40));
  await afterDamage((_, record) => Deno.writeTextFileSync(record, "null"));
  await afterDamage((_, record) => change(record, { url: "http://h/b" }));
  await afterDamage((_, record) => change(record, { sizeBytes: 5 }));
  await afterDamage((_, record) =>
    change(record, { body: "../../etc/passwd" })
  );
  await afterDamage((_, record) => change(record, { sha256: "0".repeat(64) }));
});

Deno.test("disk: a body that is written to while it is served does not come to its end", async () => {
  using sandbox = new Sandbox();
  const cache = diskCache({ directory: sandbox.path });
  store(cache, URL_A, makeBytes(100_000));
  const entry = (await cache.open(URL_A))!;
  const name = sandbox.list().find((it) => it.endsWith(".body"));
  await Deno.writeFile(`${sandbox.path}/${name}`, new Uint8Array(1), {
    append: true,
  });
  assertThrows(() => readEntry(entry), Error, "written to");
  entry.close();
  assertEquals(await load(cache, URL_A), null);
});

Deno.test("disk: limits are checked", () => {
  using sandbox = new Sandbox();
  const directory = sandbox.path;
  assertThrows(() => diskCache({ directory, maxBytes: -1 }), RangeError);
  assertThrows(
    () => diskCache({ directory, maxBytes: 1, maxEntryBytes: 2 }),
    RangeError,
  );
});
