import { assert, assertEquals } from "@std/assert";
import { exchangeTeller, type HttpExchange } from "../../pxe/http_exchange.ts";

const REQUEST = new Request("http://192.0.2.1/a%20b?c", { method: "HEAD" });
const OUTCOME = { status: 200, bytes: 0, error: null };

Deno.test("exchangeTeller() tells who asked for what, and how long it took", () => {
  const told: HttpExchange[] = [];
  const tell = exchangeTeller(REQUEST, {
    remoteAddr: { transport: "tcp", hostname: "192.0.2.7", port: 50000 },
  }, (exchange) => told.push(exchange));
  tell(OUTCOME);
  const [{ durationMs, ...rest }] = told as [HttpExchange];
  assert(durationMs >= 0);
  assertEquals(rest, {
    hostname: "192.0.2.7",
    method: "HEAD",
    path: "/a%20b",
    ...OUTCOME,
  });
});

Deno.test("exchangeTeller() needs nobody who listens, and survives who does", () => {
  exchangeTeller(REQUEST, undefined, undefined)(OUTCOME);
  exchangeTeller(REQUEST, undefined, () => {
    throw new Error("watching went wrong");
  })(OUTCOME);
});
