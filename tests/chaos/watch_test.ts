import { assertEquals } from "@std/assert";
import { Watch } from "../../chaos/watch.ts";
import { ack, bytesOf, data, error, RRQ, WRQ } from "./_values.ts";

Deno.test("Watch sees a download finish at the ACK of its last block", () => {
  const watch = new Watch(RRQ);
  watch.sent(data(1, 512), false, null);
  watch.hear(ack(1), null);
  watch.sent(data(2, 3), false, 2);
  assertEquals(watch.outcome, null);
  watch.hear(ack(2), 2);
  assertEquals([watch.outcome, watch.isDeceived], ["finished", false]);
});

Deno.test("Watch takes no ACK of a last block that was not sent", () => {
  const watch = new Watch(RRQ);
  watch.hear(ack(2), 2);
  assertEquals([watch.outcome, watch.finalOutcome], [null, "gave-up"]);
});

Deno.test("Watch sees an upload finish when its last ACK is sent", () => {
  const watch = new Watch(WRQ);
  watch.hear(data(1, 3), 1);
  assertEquals(watch.outcome, null);
  watch.sent(ack(1), true, 1);
  assertEquals(watch.outcome, null);
  watch.sent(ack(1), false, 1);
  assertEquals(watch.outcome, "finished");
});

Deno.test("Watch tells an early end, once nothing more comes", () => {
  const watch = new Watch(RRQ);
  const oack = bytesOf({ type: "OACK", options: [["blksize", "1024"]] });
  watch.sent(oack, false, null);
  watch.sent(data(1, 512), false, null);
  watch.hear(ack(1), null);
  assertEquals([watch.outcome, watch.finalOutcome], [null, "finished-early"]);
});

Deno.test("Watch tells who ended it: the client, or an ERROR that it got", () => {
  const refusing = new Watch(RRQ);
  refusing.hear(error(8, "No"), null);
  assertEquals([refusing.outcome, refusing.error], ["refused", 'ERROR 8 "No"']);
  const told = new Watch(RRQ);
  told.sent(error(1, "Gone"), true, null);
  assertEquals(told.outcome, null);
  told.sent(error(1, "Gone"), false, null);
  told.hear(error(0, "Me too"), null);
  assertEquals([told.outcome, told.error], ["stopped", null]);
});

Deno.test("Watch sees who takes a stranger for the server", () => {
  const reading = new Watch(RRQ);
  reading.sent(data(2), true, null);
  reading.hear(ack(2), null);
  assertEquals(reading.isDeceived, true);
  const writing = new Watch(WRQ);
  writing.sent(ack(2), true, null);
  writing.hear(data(3), null);
  assertEquals(writing.isDeceived, true);
  const answering = new Watch(RRQ);
  answering.hearStranger(error(5, "Who are you"));
  assertEquals(answering.isDeceived, false);
  answering.hearStranger(ack(2));
  assertEquals(answering.isDeceived, true);
});

Deno.test("Watch does not mind a stranger that says what was true before", () => {
  const watch = new Watch(RRQ);
  watch.sent(data(1), false, null);
  watch.sent(data(1), true, null);
  watch.sent(data(2), true, null);
  watch.sent(data(2), false, null);
  watch.hear(ack(1), null);
  watch.hear(ack(2), null);
  assertEquals(watch.isDeceived, false);
});

Deno.test("Watch counts repeats", () => {
  const watch = new Watch(RRQ);
  for (const block of [1, 1, 1, 2, 1]) watch.hear(ack(block), null);
  assertEquals(watch.repeats, 2);
});
