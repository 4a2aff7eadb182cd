import { assertEquals } from "@std/assert";
import { findAccessObstacle } from "../../../handlers/policy/access.ts";
import {
  type AccessPolicy,
  resolvePolicy,
} from "../../../handlers/policy/policy.ts";

function obstacle(policy: AccessPolicy, hostname: string): string | null {
  return findAccessObstacle(resolvePolicy(policy).common, hostname);
}

Deno.test("findAccessObstacle() lets everybody in where nothing is said", () => {
  for (const hostname of ["192.0.2.1", "::1", "whatever"]) {
    assertEquals(obstacle({}, hostname), null);
    assertEquals(obstacle({ deny: [] }, hostname), null);
  }
});

Deno.test("findAccessObstacle() lets in who is allowed, and says whom not", () => {
  const policy = { allow: ["192.0.2.0/24", "2001:db8::/32"] };
  assertEquals(obstacle(policy, "192.0.2.7"), null);
  assertEquals(obstacle(policy, "::ffff:192.0.2.7"), null);
  assertEquals(obstacle(policy, "2001:db8::7"), null);
  assertEquals(
    obstacle(policy, "198.51.100.7"),
    "its client must be in allow: 198.51.100.7 is in none of its blocks",
  );
  assertEquals(
    obstacle({ allow: [] }, "::1"),
    "its client must be in allow: ::1 is in none of its blocks",
  );
});

Deno.test("findAccessObstacle() keeps out who is denied, also when allowed", () => {
  const policy = {
    allow: ["192.0.2.0/24", "192.0.2.66"],
    deny: ["198.51.100.0/24", "192.0.2.64/26"],
  };
  assertEquals(obstacle(policy, "192.0.2.7"), null);
  assertEquals(
    obstacle(policy, "192.0.2.66"),
    "its client must not be in deny: 192.0.2.66 is in 192.0.2.64/26",
  );
  assertEquals(obstacle({ deny: ["192.0.2.66"] }, "192.0.2.7"), null);
});

Deno.test("findAccessObstacle() lets nobody in whom it cannot place, once there are rules", () => {
  assertEquals(
    obstacle({ deny: ["192.0.2.66"] }, "example.org"),
    'its client must have an IP address: it is "example.org"',
  );
});
