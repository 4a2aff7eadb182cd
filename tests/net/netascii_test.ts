import { assertEquals, assertRejects } from "@std/assert";
import {
  bytesSource,
  netasciiSink,
  netasciiSource,
  type Sink,
  type Source,
} from "../../net/mod.ts";
import { encodeNetascii } from "../../packet/mod.ts";
import { Random } from "../_random.ts";

const encoder = new TextEncoder();
const LOCAL = "one\ntwo\r\nthree\rfour\n\n\r";
const WIRE = "one\r\ntwo\r\0\r\nthree\r\0four\r\n\r\n\r\0";

async function readAll(source: Source, room: number): Promise<Uint8Array> {
  const all: number[] = [];
  const buffer = new Uint8Array(room);
  for (;;) {
    const count = await source.read(buffer);
    if (count === null) return Uint8Array.from(all);
    all.push(...buffer.subarray(0, count));
  }
}

/** A sink that keeps what it gets, at once or later. */
function keeper(isSlow: boolean): Sink & { log: string[]; text: string } {
  return {
    log: [],
    text: "",
    write(bytes) {
      this.log.push("write");
      this.text += new TextDecoder().decode(bytes);
      return isSlow ? Promise.resolve() : undefined;
    },
    commit() {
      this.log.push("commit");
    },
    abort(reason) {
      this.log.push(`abort ${reason}`);
    },
  };
}

for (const room of [1, 2, 3, 512]) {
  Deno.test(`netasciiSource() encodes line ends, read ${room} octets at a time`, async () => {
    const source = netasciiSource(bytesSource(encoder.encode(LOCAL)));
    assertEquals(source.size, null);
    assertEquals(
      new TextDecoder().decode(await readAll(source, room)),
      WIRE,
    );
  });
}

Deno.test("netasciiSource() reads at once from a source that does", () => {
  const source = netasciiSource(bytesSource(encoder.encode("a\n")));
  assertEquals(source.read(new Uint8Array(2)), 2);
  assertEquals(source.read(new Uint8Array(2)), 1);
  assertEquals(source.read(new Uint8Array(2)), null);
});

Deno.test("netasciiSource() waits for a source that is slow", async () => {
  const slow = bytesSource(encoder.encode(LOCAL));
  const source = netasciiSource({
    ...slow,
    read: (buffer) => Promise.resolve(slow.read(buffer.subarray(0, 2))),
  });
  assertEquals(new TextDecoder().decode(await readAll(source, 5)), WIRE);
});

Deno.test("netasciiSource() encodes what is longer than its own buffer", async () => {
  const text = new Random(1350).bytes(200_000).map((octet) => octet % 16);
  const source = netasciiSource(bytesSource(text));
  assertEquals(await readAll(source, 1428), encodeNetascii(text));
});

Deno.test("netasciiSource() closes the source", async () => {
  let closes = 0;
  const source = netasciiSource({
    size: 1,
    read: () => null,
    close: () => void closes++,
  });
  await source.close();
  assertEquals(closes, 1);
});

for (const isSlow of [false, true]) {
  const kind = isSlow ? "slow" : "quick";
  for (const step of [1, 2, 3, 512]) {
    Deno.test(`netasciiSink() decodes ${step} octets at a time into a ${kind} sink`, async () => {
      const sink = keeper(isSlow);
      const wire = netasciiSink(sink);
      const bytes = encoder.encode(WIRE);
      for (let i = 0; i < bytes.length; i += step) {
        await wire.write(bytes.subarray(i, i + step));
      }
      await wire.commit();
      assertEquals(sink.text, LOCAL);
      assertEquals(sink.log.at(-1), "commit");
    });
  }
}

Deno.test("netasciiSink() passes on a CR at the very end before it commits", async () => {
  const sink = keeper(false);
  const wire = netasciiSink(sink);
  await wire.write(encoder.encode("a\r"));
  assertEquals(sink.text, "a");
  await wire.commit();
  assertEquals(sink.text, "a\r");
  assertEquals(sink.log, ["write", "write", "commit"]);
});

Deno.test("netasciiSink() does not trouble the sink with nothing", async () => {
  const sink = keeper(false);
  const wire = netasciiSink(sink);
  await wire.write(encoder.encode("\r"));
  await wire.write(encoder.encode("\n"));
  await wire.commit();
  assertEquals(sink.log, ["write", "commit"]);
});

Deno.test("netasciiSink() does not commit when its last write fails", async () => {
  const sink = keeper(false);
  const wire = netasciiSink({
    ...sink,
    write: () => Promise.reject(new Error("full")),
    commit: () => void sink.log.push("commit"),
  });
  await assertRejects(async () => await wire.write(encoder.encode("a")));
  await wire.write(encoder.encode("\r"));
  await assertRejects(async () => await wire.commit(), Error, "full");
  assertEquals(sink.log, []);
});

Deno.test("netasciiSink() passes on an abort", async () => {
  const sink = keeper(false);
  await netasciiSink(sink).abort("because");
  assertEquals(sink.log, ["abort because"]);
});
