import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { WriteRules } from "../../../handlers/policy/policy.ts";
import { Quota } from "../../../handlers/policy/quota.ts";
import { UploadMeter } from "../../../handlers/policy/upload_meter.ts";
import type { TftpRequest } from "../../../handlers/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import { fakeUpload } from "../_request.ts";

const MIB = 1024 * 1024;

function open(
  rules: WriteRules,
  overrides: Partial<TftpRequest> = {},
  freeBytes: (path: string) => number | Promise<number> = () => 0,
  quota: Quota = new Quota(() => 0),
): Promise<UploadMeter> {
  const measure = { rules, client: "a", quota, freeBytes };
  return UploadMeter.open(fakeUpload("x", overrides), measure);
}

Deno.test("UploadMeter is needed where there is something to measure against", () => {
  for (
    const [rules, isNeeded] of [
      [{}, false],
      [{ allow: [], quotaWindowMs: 5, freeSpacePath: "x" }, false],
      [{ maxBytes: 0 }, true],
      [{ maxBytesPerClient: 0 }, true],
      [{ minFreeBytes: 0 }, true],
    ] as const
  ) assertEquals(UploadMeter.isNeeded(rules), isNeeded);
});

Deno.test("UploadMeter refuses at once what is announced as too large, in netascii half of that", async () => {
  const rules = { maxBytes: 100 };
  await assertRejects(() => open(rules, { size: 101 }), TftpError, "maxBytes");
  await open(rules, { size: 100 });
  await open(rules, { size: 200, mode: "netascii" });
  await assertRejects(
    () => open(rules, { size: 201, mode: "netascii" }),
    TftpError,
  );
});

Deno.test("UploadMeter remembers that there was no room, should nobody else", async () => {
  const meter = await open({ maxBytes: 10 });
  meter.take(10);
  const error = assertThrows(() => meter.take(1), TftpError);
  assertEquals(error.code, 3);
  assertEquals(assertThrows(() => meter.settle()), error);
});

Deno.test("UploadMeter asks what is free before an upload, and for each MiB of it", async () => {
  const asked: string[] = [];
  let free = 3 * MIB;
  const meter = await open(
    { minFreeBytes: MIB, freeSpacePath: "/up" },
    { size: 2 * MIB },
    (path) => {
      asked.push(path);
      return Promise.resolve(free);
    },
  );
  assertEquals(asked, ["/up"]);
  for (let i = 0; i < 15; i++) assertEquals(meter.take(65536), undefined);
  await meter.take(65536);
  assertEquals(asked.length, 2);
  assertEquals(meter.take(65536), undefined);
  free = MIB - 1;
  await assertRejects(
    async () => await meter.take(MIB),
    TftpError,
    "as writes.minFreeBytes, 1048576 octets, must stay free: 1048575 are free, and 0 are announced",
  );
  assertThrows(() => meter.settle(), TftpError);
});

Deno.test("UploadMeter refuses what would leave too little free", async () => {
  const rules = { minFreeBytes: 100, freeSpacePath: "/up" };
  await open(rules, { size: 50 }, () => 150);
  for (const [size, free] of [[51, 150], [null, 99]] as const) {
    const error = await assertRejects(
      () => open(rules, { size }, () => free),
      TftpError,
    );
    assertEquals([error.code, error.wireText], [
      3,
      "Disk full or allocation exceeded",
    ]);
  }
});

Deno.test("UploadMeter takes nothing where nobody can say what is free", async () => {
  const error = await assertRejects(
    () =>
      open({ minFreeBytes: 1, freeSpacePath: "/up" }, {}, () => {
        throw new Deno.errors.NotCapable('Requires sys access to "statfs"');
      }),
    TftpError,
    'must be known what is free for writes.minFreeBytes: Requires sys access to "statfs"',
  );
  assertEquals([error.code, error.wireText], [2, "Access violation"]);
});
