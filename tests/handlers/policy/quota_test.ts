import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Quota,
  type QuotaLimits,
  type QuotaShare,
} from "../../../handlers/policy/quota.ts";
import { TftpError } from "../../../packet/mod.ts";
import { forAll } from "../../_random.ts";

/** Uploads and stores; whether there was room. */
function store(
  quota: Quota,
  limits: QuotaLimits,
  client: string,
  sizeBytes: number,
): boolean {
  try {
    const share = quota.open(limits, client, 0);
    share.take(sizeBytes);
    share.settle();
    return true;
  } catch (error) {
    if (error instanceof TftpError && error.code === 3) return false;
    throw error;
  }
}

Deno.test("Quota counts what was stored, by client and in all", () => {
  const quota = new Quota(() => 0);
  const limits = { maxBytesPerClient: 100, maxBytes: 150 };
  assertEquals(store(quota, limits, "a", 60), true);
  assertEquals(store(quota, limits, "a", 41), false);
  assertEquals(store(quota, limits, "a", 40), true);
  assertEquals(store(quota, limits, "a", 1), false);
  assertEquals(store(quota, limits, "b", 51), false);
  assertEquals(store(quota, limits, "b", 50), true);
  assertEquals(store(quota, limits, "c", 1), false);
});

Deno.test("Quota says in its message whose room is used up, and on the wire no more than that it is", () => {
  const quota = new Quota(() => 0);
  const error = assertThrows(
    () => quota.open({ maxBytesPerClient: 9 }, "a", 10),
    TftpError,
    "Cannot take upload as writes.maxBytesPerClient must be 9 octets at most: 0 are used, 0 reserved, and 10 or more are wanted",
  );
  assertEquals(error.wireText, "Disk full or allocation exceeded");
  assertThrows(
    () => quota.open({ maxBytes: 9 }, "a", 10),
    TftpError,
    "writes.maxBytes",
  );
});

Deno.test("Quota reserves what is announced from the first octet on, and settles for what came", () => {
  const quota = new Quota(() => 0);
  const limits = { maxBytes: 100 };
  const first = quota.open(limits, "a", 80);
  // A request alone keeps nobody out.
  const second = quota.open(limits, "b", 80);
  first.take(1);
  assertThrows(() => second.take(1), TftpError);
  second.giveBack();
  assertThrows(() => quota.open(limits, "c", 21), TftpError);
  first.take(9);
  first.settle();
  assertEquals(store(quota, limits, "c", 90), true);
  assertEquals(store(quota, limits, "c", 1), false);
});

Deno.test("Quota takes more than was announced, as long as there is room", () => {
  const quota = new Quota(() => 0);
  const share = quota.open({ maxBytes: 100 }, "a", 10);
  share.take(10);
  share.take(90);
  assertThrows(() => share.take(1), TftpError);
  share.giveBack();
  assertEquals(store(quota, { maxBytes: 100 }, "a", 100), true);
});

Deno.test("Quota gives back once what was not stored, and keeps nothing about who stored nothing", () => {
  const quota = new Quota(() => 0);
  const limits = { maxBytes: 100 };
  const share = quota.open(limits, "a", 100);
  assertEquals(quota.clientCount, 0);
  share.take(50);
  assertEquals(quota.clientCount, 1);
  share.giveBack();
  share.giveBack();
  assertEquals(quota.clientCount, 0);
  assertEquals(store(quota, limits, "b", 100), true);
  assertEquals(store(quota, limits, "b", 1), false);
});

Deno.test("Quota counts an upload that was stored although it had been given up", () => {
  const quota = new Quota(() => 0);
  const limits = { maxBytes: 100 };
  const share = quota.open(limits, "a", 0);
  share.take(100);
  share.giveBack();
  share.settle();
  assertEquals(store(quota, limits, "a", 1), false);
});

Deno.test("Quota takes no upload at all when all is used up, an empty one neither", () => {
  const quota = new Quota(() => 0);
  assertThrows(() => quota.open({ maxBytes: 0 }, "a", 0), TftpError);
});

Deno.test("Quota begins anew with each window, but keeps what is reserved", () => {
  let now = 5000;
  const quota = new Quota(() => now);
  const limits = { maxBytesPerClient: 100, maxBytes: 200, quotaWindowMs: 1000 };
  const share = quota.open(limits, "a", 70);
  share.take(1);
  assertEquals(store(quota, limits, "a", 30), true);
  now = 5999;
  assertEquals(store(quota, limits, "a", 1), false);
  now = 6000;
  assertEquals(store(quota, limits, "a", 31), false);
  assertEquals(store(quota, limits, "a", 30), true);
  // What ends in this window counts in it.
  share.settle();
  assertEquals(store(quota, limits, "a", 70), false);
  assertEquals(store(quota, limits, "a", 69), true);
  now = 9500;
  assertEquals(store(quota, limits, "a", 100), true);
  assertEquals(quota.clientCount, 1);
});

Deno.test("Quota lasts as long as the server where no window is given", () => {
  let now = 0;
  const quota = new Quota(() => now);
  assertEquals(store(quota, { maxBytes: 10 }, "a", 10), true);
  now = Number.MAX_SAFE_INTEGER;
  assertEquals(store(quota, { maxBytes: 10 }, "a", 1), false);
});

Deno.test("Quota counts nobody where nothing is limited", () => {
  const quota = new Quota(() => 0);
  assertEquals(store(quota, {}, "a", 1e12), true);
  assertEquals(quota.clientCount, 0);
});

Deno.test("Quota never stores more than it may, and loses count of nothing, however uploads overlap", () => {
  forAll(300, (random) => {
    const quota = new Quota(() => 0);
    const limits = { maxBytesPerClient: 60, maxBytes: 100 };
    const stored = new Map([["a", 0], ["b", 0], ["c", 0]]);
    const total = () => [...stored.values()].reduce((sum, each) => sum + each);
    const open: { share: QuotaShare; client: string; taken: number }[] = [];
    for (let step = 0; step < 60; step++) {
      const client = random.pick([...stored.keys()]);
      const index = random.between(0, open.length - 1);
      const upload = open[index];
      try {
        if (!upload || random.chance(1, 3)) {
          const share = quota.open(limits, client, random.between(0, 30));
          open.push({ share, client, taken: 0 });
        } else if (random.chance(1, 2)) {
          const sizeBytes = random.between(0, 12);
          upload.share.take(sizeBytes);
          upload.taken += sizeBytes;
        } else {
          open.splice(index, 1);
          if (random.chance(1, 2)) upload.share.giveBack();
          else {
            upload.share.settle();
            const { client, taken } = upload;
            stored.set(client, stored.get(client)! + taken);
          }
        }
      } catch (error) {
        assert(error instanceof TftpError && error.code === 3, `${error}`);
        // What does not fit breaks off its upload; here, some upload.
        if (upload) open.splice(index, 1)[0]!.share.giveBack();
      }
      assert(total() <= 100 && Math.max(...stored.values()) <= 60);
    }
    for (const { share } of open) share.giveBack();
    for (const [client, used] of stored) {
      const left = Math.min(60 - used, 100 - total());
      if (left > 0) quota.open(limits, client, left);
      assertThrows(() => quota.open(limits, client, left + 1), TftpError);
    }
  });
});
