import { assertEquals } from "@std/assert";
import { holdLock } from "../../handlers/_file_lock.ts";

Deno.test("holdLock() holds until the file is closed, against everyone else", async () => {
  const path = await Deno.makeTempFile();
  const open = () => Deno.open(path, { read: true, write: true });
  {
    using first = await open();
    assertEquals(holdLock(first), true);
    using second = await open();
    assertEquals(holdLock(second), false);
  }
  using third = await open();
  assertEquals(holdLock(third), true);
  await Deno.remove(path);
});

Deno.test("holdLock() takes a file that cannot be locked for a free one", () => {
  const file = {
    tryLockSync() {
      throw new Error("Function not implemented (os error 38)");
    },
  } as unknown as Deno.FsFile;
  assertEquals(holdLock(file), true);
});
