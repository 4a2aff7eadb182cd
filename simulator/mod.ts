/**
 * A network in a box: hosts, cables with loss, delay, duplication, reordering and damage, and time that jumps from event to
 * event. Real servers and clients run on it, hours of transfers pass in a second, and everything follows from a seed, so
 * that what happened once can be made to happen again.
 *
 * ```ts
 * import { Simulation } from "@tftpkit/tftp/simulator";
 * import { put, serve } from "@tftpkit/tftp";
 * import { assertEquals } from "@std/assert";
 *
 * const simulation = new Simulation({ seed: 1, link: { lossProbability: 0.2 } });
 * let received = "";
 * const server = serve({ ...simulation.host("192.0.2.1"), hostname: "192.0.2.1" }, async ({ body }) => {
 *   received = await new Response(body).text();
 * });
 * await simulation.run(() => put("tftp://192.0.2.1/any", "hello", simulation.host("192.0.2.9")));
 * assertEquals(received, "hello");
 * await simulation.run(() => server.shutdown());
 * ```
 *
 * @module
 */

export { EventQueue } from "./event_queue.ts";
export {
  type Decision,
  type Delivery,
  Link,
  type LinkOptions,
} from "./link.ts";
export { type Random, seededRandom } from "./random.ts";
export {
  type Fate,
  type Flight,
  type LinkChooser,
  type SimulatedEdge,
  Simulation,
  type SimulationOptions,
} from "./simulation.ts";
