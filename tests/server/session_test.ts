// What a handler may do with a request, and what the client and the events make of it. Uploads have a file of their own.

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { type TftpRequest, TftpResponse } from "../../server.ts";
import { ack, error, read, write } from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";
import { settle } from "../_virtual.ts";
import {
  Gate,
  NotingSink,
  NotingSource,
  takeEvents,
  takeFaults,
} from "./_tell.ts";

const INTERNAL = 'ERROR 0 "Internal error"';

// What a handler is given.

Deno.test("a handler learns of a read what there is to know", () => {
  let seen!: TftpRequest;
  const handler = (request: TftpRequest) => void (seen = request);
  return withServer({ handler }, async (side) => {
    const options = [["TSize", "0"], ["blksize", "1428"]] as const;
    const client = await side.ask(read("dir/file", options, "NetASCII"));
    await client.expect('ERROR 1 "File not found"');
    assertEquals(seen.operation, "read");
    assertEquals(seen.filename, "dir/file");
    assertEquals(seen.mode, "netascii");
    assertEquals(seen.options, [["TSize", "0"], ["blksize", "1428"]]);
    assertEquals(seen.remote, client.address);
    assertEquals(seen.local, side.server.addr);
    assertEquals(seen.size, null);
    assertEquals(seen.body, null);
  });
});

for (
  const [options, size] of [
    [[["tsize", "1234"]], 1234],
    [[["TSIZE", "1"]], 1],
    [[["tsize", "0"]], null],
    [[["tsize", "many"]], null],
    [[["blksize", "512"]], null],
  ] as const
) {
  Deno.test(`a handler learns of an upload with ${options[0]} that it has ${size} octets`, () => {
    let seen!: TftpRequest;
    const handler = (request: TftpRequest) => {
      seen = request;
      throw new TftpError(ERROR_CODE.AccessViolation);
    };
    return withServer({ handler }, async (side) => {
      const client = await side.ask(write("file", options));
      await client.expect('ERROR 2 "Access violation"');
      assertEquals([seen.operation, seen.size], ["write", size]);
    });
  });
}

Deno.test("a handler sees an IPv4 client of a dual-stack socket by its own address", () => {
  let seen!: TftpRequest;
  const handler = (request: TftpRequest) => void (seen = request);
  return withServer({ handler }, async (side) => {
    const client = side.client({ hostname: "::ffff:192.0.2.7" });
    await client.send(read("file"), side.server.addr);
    await client.expect('ERROR 1 "File not found"');
    assertEquals(seen.remote, { ...client.address, hostname: "192.0.2.7" });
  });
});

// How a read ends.

Deno.test("a read is answered at once, or when the handler is done", () => {
  const gate = new Gate<TftpResponse>();
  const handler = ({ filename }: TftpRequest) =>
    filename === "late" ? gate.opened : new TftpResponse("now");
  return withServer({ handler }, async (side) => {
    const early = await side.ask(read("early"));
    await early.expect("DATA 1 (3 octets)");
    await early.send(ack(1));
    const late = await side.ask(read("late"));
    await late.silence();
    gate.open(new TftpResponse("then"));
    await late.expect("DATA 1 (4 octets)");
    await late.send(ack(1));
    assertEquals(takeEvents(side), [
      "request 1 read early",
      "negotiated 1",
      "finished 1 3 octets",
      "request 2 read late",
      "negotiated 2",
      "finished 2 4 octets",
    ]);
  });
});

Deno.test("a handler that gives nothing has nothing of that name", () =>
  withServer({ handler: () => {} }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect('ERROR 1 "File not found"');
    assertEquals(takeEvents(side), [
      "request 1 read file",
      "refused 1 code 1 File not found",
    ]);
  }));

Deno.test("a TftpError of a handler goes out with its code and its text for the wire", () => {
  const handler = async ({ filename }: TftpRequest) => {
    if (filename === "sync") throw new TftpError(2, "Not for you");
    await settle();
    const options = { wireText: "Hidden" };
    throw new TftpError(9, "/srv/secret is locked", options);
  };
  return withServer({ handler }, async (side) => {
    await (await side.ask(read("sync"))).expect('ERROR 2 "Not for you"');
    await (await side.ask(read("async"))).expect('ERROR 9 "Hidden"');
    assertEquals(takeEvents(side), [
      "request 1 read sync",
      "refused 1 code 2 Not for you",
      "request 2 read async",
      "refused 2 code 9 /srv/secret is locked",
    ]);
  });
});

const THROWN: Readonly<Record<string, unknown>> = {
  "an Error": new Error("/srv/secret exploded"),
  "a system error": new Deno.errors.BadResource("/srv/secret is bad"),
  "a text": "/srv/secret",
  undefined: undefined,
  null: null,
  "an object without a prototype": Object.create(null),
};

for (const [kind, thrown] of Object.entries(THROWN)) {
  for (const packet of [read("file"), write("file")]) {
    Deno.test(`a ${packet.type} whose handler throws ${kind} tells the client nothing, and onError all`, () => {
      const handler = () => {
        throw thrown;
      };
      return withServer({ handler }, async (side) => {
        await (await side.ask(packet)).expect(INTERNAL);
        assertEquals(side.faults.length, 1);
        assertStrictEquals(side.faults.pop(), thrown);
        assertEquals(side.ends, ["refused"]);
      });
    });
  }
}

Deno.test("the wrong kind of response is a fault of the handler, and is let go of", () => {
  const source = new NotingSource(5);
  const sink = new NotingSink();
  const handler = ({ operation }: TftpRequest) =>
    operation === "read" ? TftpResponse.upload(sink) : new TftpResponse(source);
  return withServer({ handler }, async (side) => {
    await (await side.ask(read("file"))).expect(INTERNAL);
    await (await side.ask(write("file"))).expect(INTERNAL);
    const [first, second] = takeFaults(side);
    assert(first!.startsWith("Cannot answer a read with TftpResponse.upload"));
    assert(second!.startsWith("Cannot answer a write with a body to send"));
    assertEquals(source.closed, 1);
    assertEquals(sink.log.length, 1);
    assertEquals(sink.log[0]!.split(" ")[0], "abort");
  });
});

Deno.test("something that is no response at all is a fault of the handler", () => {
  const handler = () => new Response("for the web") as never;
  return withServer({ handler }, async (side) => {
    await (await side.ask(read("file"))).expect(INTERNAL);
    await (await side.ask(write("file"))).expect(INTERNAL);
    assertEquals(takeFaults(side).length, 2);
  });
});

Deno.test("a source that breaks ends the read with an ERROR that says nothing", () => {
  const source = {
    size: null,
    closed: 0,
    read(): number {
      throw new Error("/dev/sda is gone");
    },
    close() {
      this.closed++;
    },
  };
  return withServer(
    { handler: () => new TftpResponse(source) },
    async (side) => {
      await (await side.ask(read("file"))).expect(INTERNAL);
      assertEquals(source.closed, 1);
      assertEquals(takeEvents(side), [
        "request 1 read file",
        "negotiated 1",
        "failed 1 /dev/sda is gone",
      ]);
    },
  );
});

// What the options of a read lead to.

Deno.test("the size of a response is told to who asks, also that of a stream whose size is given", () => {
  const handler = ({ filename }: TftpRequest) =>
    filename === "stream"
      ? new TftpResponse(new Blob(["stream"]).stream(), { size: 6 })
      : filename === "endless"
      ? new TftpResponse(new Blob(["unknown"]).stream())
      : new TftpResponse("text");
  return withServer({ handler }, async (side) => {
    const tsize = [["tsize", "0"]] as const;
    for (
      const [name, answer] of [["text", "OACK tsize=4"], [
        "stream",
        "OACK tsize=6",
      ]] as const
    ) {
      const client = await side.ask(read(name, tsize));
      await client.expect(answer);
      await client.send(error(0, "that was all I wanted"));
    }
    const client = await side.ask(read("endless", tsize));
    await client.expect("DATA 1 (7 octets)");
    await client.send(ack(1));
    assertEquals(side.ends, ["probed", "probed", "finished"]);
  });
});

Deno.test("a client that only asks for the size is no failure", () => {
  const source = new NotingSource(9000);
  return withServer(
    { handler: () => new TftpResponse(source) },
    async (side) => {
      const client = await side.ask(read("file", [["tsize", "0"]]));
      await client.expect("OACK tsize=9000");
      await client.send(error(8, "User aborted the transfer"));
      assertEquals(source.closed, 1);
      assertEquals(takeEvents(side), [
        "request 1 read file",
        "negotiated 1 tsize=9000",
        "probed 1",
      ]);
    },
  );
});

for (
  const [name, packet, code] of [
    ["did not ask for the size", read("file", [["blksize", "512"]]), 0],
    ["complains of something else", read("file", [["tsize", "0"]]), 3],
  ] as const
) {
  Deno.test(`a client that breaks off and ${name} is a failure`, () =>
    withServer({ files: { file: "text" } }, async (side) => {
      const client = await side.ask(packet);
      await client.drain();
      client.from = { ...side.server.addr, port: 49_153 };
      await client.send(error(code, "no more"));
      assertEquals(side.ends, ["failed"]);
    }));
}

// Time.

Deno.test("a transfer that breaks off aborts the signal of its request", () => {
  let signal!: AbortSignal;
  const handler = (request: TftpRequest) => {
    ({ signal } = request);
    return new TftpResponse("text");
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (4 octets)");
    assertEquals(signal.aborted, false);
    await client.send(error(3, "Disk full"));
    assertEquals(signal.aborted, true);
    assert(signal.reason instanceof TftpError);
    assertEquals([signal.reason.code, signal.reason.origin], [3, "remote"]);
  });
});

Deno.test("a transfer that ends well never aborts its signal", () => {
  let seen!: TftpRequest;
  const handler = (request: TftpRequest) => {
    seen = request;
    return new TftpResponse("text");
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (4 octets)");
    const { signal } = seen;
    await client.send(ack(1));
    assertEquals(side.ends, ["finished"]);
    assertEquals(signal.aborted, false);
    assertEquals(seen.signal, signal);
  });
});

Deno.test("a handler that looks at the signal too late finds it aborted", () => {
  const gate = new Gate();
  let aborted = false;
  const handler = async (request: TftpRequest) => {
    await gate.opened;
    aborted = request.signal.aborted;
  };
  return withServer({ handler, shutdownTimeoutMs: 50 }, async (side) => {
    const client = await side.ask(read("file"));
    const stopped = side.server.shutdown();
    await side.advance(50);
    await stopped;
    await client.expect('ERROR 0 "Server is shutting down"');
    gate.open();
    await settle();
    assertEquals(aborted, true);
  });
});

Deno.test("a response that comes after its request was given up is let go of", () => {
  const source = new NotingSource(5);
  const sink = new NotingSink();
  const gates: Record<string, Gate<TftpResponse>> = {};
  const handler = ({ filename }: TftpRequest) =>
    (gates[filename] = new Gate<TftpResponse>()).opened;
  return withServer({ handler, shutdownTimeoutMs: 50 }, async (side) => {
    const reader = await side.ask(read("read"));
    const writer = await side.ask(write("write"));
    const stopped = side.server.shutdown();
    await side.advance(50);
    await stopped;
    await side.server.finished;
    gates["read"]!.open(new TftpResponse(source));
    gates["write"]!.open(TftpResponse.upload(sink));
    await settle();
    assertEquals(source.closed, 1);
    assertEquals(sink.log, ["abort The request was given up"]);
    await reader.drain();
    await writer.drain();
  });
});

Deno.test("a late response that cannot be let go of is a fault of the handler, and no more", () => {
  const gate = new Gate<TftpResponse>();
  const source = {
    size: null,
    read: () => null,
    close: () => Promise.reject(new Error("cannot close")),
  };
  return withServer(
    { handler: () => gate.opened, shutdownTimeoutMs: 50 },
    async (side) => {
      const client = await side.ask(read("file"));
      const stopped = side.server.shutdown();
      await side.advance(50);
      await stopped;
      gate.open(new TftpResponse(source));
      await settle();
      assertEquals(takeFaults(side), ["cannot close"]);
      await client.drain();
    },
  );
});

Deno.test("an end is summarized", () =>
  withServer({ files: { file: "0123456789" } }, async (side) => {
    const client = await side.ask(read("file", [["blksize", "8"]]));
    await client.expect("OACK blksize=8");
    await side.advance(30);
    await client.send(ack(0));
    await client.expect("DATA 1 (8 octets)");
    await side.advance(30);
    await client.send(ack(1));
    await client.expect("DATA 2 (2 octets)");
    await client.send(ack(2));
    const last = side.events.at(-1)!;
    assert(last.type === "finished");
    const { settings, acknowledged, statistics, ...numbers } = last.transfer;
    assertEquals(settings.blockSize, 8);
    assertEquals(acknowledged, [["blksize", "8"]]);
    assertEquals([statistics.bytes, statistics.blocks], [10, 2]);
    assertEquals(numbers.durationMs, 60);
    assert(numbers.roundTripMs > 0 && numbers.roundTripMs <= 30);
    assertEquals(numbers.isLastAckMissing, false);
  }));

Deno.test("a client that leaves without its last acknowledgment has got the file", () =>
  withServer({ files: { file: "x".repeat(600) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await side.advance(60_000);
    await client.drain();
    const last = side.events.at(-1)!;
    assert(last.type === "finished");
    assertEquals(last.transfer.isLastAckMissing, true);
    assertEquals(last.transfer.statistics.bytes, 600);
  }));
