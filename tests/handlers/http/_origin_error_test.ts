import { assertEquals } from "@std/assert";
import {
  originUnavailable,
  statusError,
} from "../../../handlers/http/_origin_error.ts";
import { wireOf } from "./_origin.ts";

Deno.test("a status of HTTP has a code, and a text that says nothing more", () => {
  const cases: [number, string][] = [
    [401, "2 Access violation"],
    [403, "2 Access violation"],
    [404, "1 File not found"],
    [405, "2 Access violation"],
    [409, "6 File already exists"],
    [410, "1 File not found"],
    [412, "6 File already exists"],
    [413, "3 Disk full or allocation exceeded"],
    [507, "3 Disk full or allocation exceeded"],
    [302, "0 Origin is not available"],
    [418, "0 Origin is not available"],
    [500, "0 Origin is not available"],
    [503, "0 Origin is not available"],
  ];
  for (const [status, wire] of cases) {
    const error = statusError(status, "Cannot GET http://h/x");
    assertEquals(wireOf(error), wire);
    assertEquals(
      error.message,
      `Cannot GET http://h/x: the origin answered ${status}`,
    );
  }
});

Deno.test("details stay in the message", () => {
  const error = originUnavailable("http://h/secret-path is down", "why");
  assertEquals(wireOf(error), "0 Origin is not available");
  assertEquals(error.cause, "why");
});
