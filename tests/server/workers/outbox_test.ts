import { assertEquals } from "@std/assert";
import { Outbox } from "../../../server/workers/outbox.ts";
import { settle, VirtualClock } from "../../_virtual.ts";

function make() {
  const posts: string[] = [];
  const clock = new VirtualClock();
  const outbox = new Outbox<string>((all) => posts.push(all.join(" ")), clock);
  return { posts, clock, outbox };
}

Deno.test("what can wait is posted together, in its order", async () => {
  const { posts, clock, outbox } = make();
  outbox.add("a");
  outbox.add("b");
  await settle();
  assertEquals(posts, []);
  await clock.advance(5);
  assertEquals(posts, ["a b"]);
});

Deno.test("what is urgent goes when the code that runs has had its say, with what lies there", async () => {
  const { posts, clock, outbox } = make();
  outbox.add("a");
  outbox.addUrgent("b");
  outbox.addUrgent("c");
  assertEquals(posts, []);
  await settle();
  assertEquals(posts, ["a b c"]);
  assertEquals(clock.pending, 0);
});

Deno.test("many messages do not wait for more", () => {
  const { posts, outbox } = make();
  for (let i = 0; i < 256; i++) outbox.add("x");
  assertEquals(posts.length, 1);
  outbox.flush();
  assertEquals(posts.length, 1);
});
