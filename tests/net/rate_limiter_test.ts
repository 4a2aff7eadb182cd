import { assert, assertEquals, assertFalse } from "@std/assert";
import { RateLimiter } from "../../net/rate_limiter.ts";

/** How many of a number of attempts are allowed. */
function allowed(
  limiter: RateLimiter,
  client: string,
  now: number,
  attempts = 1000,
): number {
  let count = 0;
  for (let i = 0; i < attempts; i++) if (limiter.allow(client, now)) count++;
  return count;
}

Deno.test("RateLimiter allows three seconds' worth at once, then as much as time brings", () => {
  const limiter = new RateLimiter(10);
  assertEquals(allowed(limiter, "a", 0), 30);
  assertEquals(allowed(limiter, "a", 99), 0);
  assertEquals(allowed(limiter, "a", 100), 1);
  assertEquals(allowed(limiter, "a", 1100), 10);
});

Deno.test("RateLimiter saves up no more than a burst", () => {
  const limiter = new RateLimiter(10);
  allowed(limiter, "a", 0);
  assertEquals(allowed(limiter, "a", 1e9), 30);
});

Deno.test("RateLimiter does not punish attempts that were refused", () => {
  const limiter = new RateLimiter(1);
  assertEquals(allowed(limiter, "a", 0), 3);
  for (let now = 10; now < 1000; now += 10) {
    assertFalse(limiter.allow("a", now));
  }
  assert(limiter.allow("a", 1001));
});

Deno.test("RateLimiter counts each client by itself", () => {
  const limiter = new RateLimiter(1);
  assertEquals(allowed(limiter, "a", 0), 3);
  assertEquals(allowed(limiter, "b", 0), 3);
});

Deno.test("RateLimiter remembers 4096 clients, and forgets the one that was quiet longest", () => {
  const limiter = new RateLimiter(1);
  assertEquals(allowed(limiter, "loud", 0), 3);
  assertEquals(allowed(limiter, "quiet", 0), 3);
  for (let i = 0; i < 4094; i++) limiter.allow(`other ${i}`, 0);
  assertFalse(limiter.allow("loud", 0));
  limiter.allow("one more", 0);
  assertFalse(limiter.allow("loud", 0));
  assert(limiter.allow("quiet", 0));
});

Deno.test("RateLimiter takes another burst than three seconds' worth", () => {
  const limiter = new RateLimiter(10, { burst: 2 });
  assertEquals(allowed(limiter, "a", 0), 2);
  assertEquals(allowed(limiter, "a", 1000), 2);
});

Deno.test("RateLimiter lets one through now and then, however low its rate", () => {
  const limiter = new RateLimiter(0.1);
  assertEquals(allowed(limiter, "a", 0), 1);
  assertEquals(allowed(limiter, "a", 9_999), 0);
  assertEquals(allowed(limiter, "a", 10_000), 1);
});
