import { assertEquals } from "@std/assert";
import { TftpResponse } from "../../../handlers/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import { summarize } from "../../../server/summary.ts";
import { packError } from "../../../server/workers/carried_error.ts";
import type {
  CarriedEvent,
  ToWorker,
} from "../../../server/workers/messages.ts";
import { RemoteTransfer } from "../../../server/workers/remote_transfer.ts";
import { NotingSink, NotingSource } from "../_tell.ts";
import { settle, VirtualClock } from "../../_virtual.ts";

const ADDRESS = { transport: "udp", hostname: "127.0.0.1", port: 69 } as const;
const INFO = {
  id: 7,
  operation: "read",
  filename: "file",
  mode: "octet",
  options: [],
  remote: ADDRESS,
  local: ADDRESS,
} as const;

function make(response = new TftpResponse(new NotingSource(0))) {
  const told: string[] = [];
  const sent: ToWorker[] = [];
  const clock = new VirtualClock();
  const transfer = new RemoteTransfer({
    info: INFO,
    response,
    clock,
    send: (message) => void sent.push(message),
    onTold: ({ type }) => void told.push(type),
    onEnd: ({ type }) => void told.push(`end ${type}`),
    onRefuse: ({ code }) => void told.push(`refuse ${code}`),
    onDrop: (reason) => void told.push(`drop ${reason}`),
    onClose: () => void told.push("close"),
  });
  const tell = (event: CarriedEvent) =>
    transfer.handle({ type: "event", id: 7, event });
  return { transfer, told, sent, clock, tell };
}

const SUMMARY = summarize(null, 0);

Deno.test("what is asked of a transfer is said to its worker", () => {
  const { transfer, sent } = make();
  const packet = { ...INFO, type: "RRQ" } as const;
  transfer.repeat(packet);
  transfer.abandon("why");
  transfer.abort(new TftpError(2, "no"));
  transfer.dismiss();
  assertEquals(sent.map(({ type }) => type), [
    ...["repeat", "abandon", "abort", "dismiss"],
  ]);
});

Deno.test("how far the client is, and when it was heard, is what the worker said last", async () => {
  const { transfer, clock } = make();
  assertEquals([transfer.standing, transfer.heardAt], ["asked", 0]);
  await clock.advance(1000);
  transfer.handle({
    type: "standing",
    id: 7,
    standing: "proven",
    silenceMs: 30,
  });
  assertEquals([transfer.standing, transfer.heardAt], ["proven", 970]);
});

Deno.test("what goes on is told, and the end ends what stands for it here, once", async () => {
  const source = new NotingSource(0);
  const { transfer, told, tell } = make(new TftpResponse(source));
  tell({ type: "gap", block: 1 });
  assertEquals(source.closed, 0);
  tell({ type: "finished", transfer: SUMMARY });
  tell({ type: "failed", transfer: SUMMARY, error: packError("late") });
  transfer.handle({ type: "closed", id: 7 });
  await settle();
  assertEquals(told, ["gap", "end finished", "end failed", "close"]);
  assertEquals(source.closed, 1);
});

Deno.test("an upload that ended well is committed here, one that did not is aborted", async () => {
  const sinks = [new NotingSink(), new NotingSink(), new NotingSink()] as const;
  make(TftpResponse.upload(sinks[0])).tell({
    type: "finished",
    transfer: SUMMARY,
  });
  const refused = make(TftpResponse.upload(sinks[1]));
  refused.tell({
    type: "refused",
    code: 2,
    error: packError(new TftpError(2)),
  });
  const dropped = make(TftpResponse.upload(sinks[2]));
  dropped.tell({ type: "dropped", reason: "full" });
  await settle();
  assertEquals(sinks.map(({ log }) => log.join().split(" ")[0]), [
    ...["commit", "abort", "abort"],
  ]);
  assertEquals([refused.told, dropped.told], [["refuse 2"], ["drop full"]]);
});
