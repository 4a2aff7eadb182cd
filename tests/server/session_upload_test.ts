// Uploads: into a sink, or through the body of the request; refused, broken off, returned from early.

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { type TftpRequest, TftpResponse } from "../../server.ts";
import { ack, data, error, oack, write } from "../conformance/_packets.ts";
import { bytesOf, withServer } from "../conformance/_server_side.ts";
import { settle } from "../_virtual.ts";
import {
  Gate,
  messageOf,
  NotingSink,
  takeEvents,
  takeFaults,
} from "./_tell.ts";

const INTERNAL = 'ERROR 0 "Internal error"';

Deno.test("an upload into a sink is acknowledged when it is safe", () => {
  const sink = new NotingSink();
  const gate = new Gate();
  const slow = {
    write: (bytes: Uint8Array) => sink.write(bytes),
    async commit() {
      await gate.opened;
      sink.commit();
    },
    abort: (reason: unknown) => sink.abort(reason),
  };
  return withServer(
    { handler: () => TftpResponse.upload(slow) },
    async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, 512));
      await client.expect("ACK 1");
      await client.send(data(2, 10));
      await client.silence();
      assertEquals(takeEvents(side), ["request 1 write file", "negotiated 1"]);
      gate.open();
      await client.expect("ACK 2");
      assertEquals(sink.log, ["write 522", "commit"]);
      assertEquals(takeEvents(side), ["finished 1 522 octets"]);
    },
  );
});

Deno.test("an upload into a sink that fails ends with its ERROR, and the sink is told", () => {
  const log: string[] = [];
  const sink = (failing: "write" | "commit") => ({
    write() {
      if (failing === "write") throw new TftpError(3, "No room");
    },
    commit: () => Promise.reject(new Error("/srv is read-only")),
    abort: (reason: unknown) => void log.push(messageOf(reason)),
  });
  const handler = ({ filename }: TftpRequest) =>
    TftpResponse.upload(sink(filename === "write" ? "write" : "commit"));
  return withServer({ handler }, async (side) => {
    const writer = await side.ask(write("write"));
    await writer.expect("ACK 0");
    await writer.send(data(1, 1));
    await writer.expect('ERROR 3 "No room"');
    const committer = await side.ask(write("commit"));
    await committer.expect("ACK 0");
    await committer.send(data(1, 1));
    await committer.expect(INTERNAL);
    assertEquals(log, ["No room", "/srv is read-only"]);
    assertEquals(takeFaults(side), []);
    assertEquals(side.ends, ["failed", "failed"]);
  });
});

Deno.test("a body is read as it comes, and acknowledged when the handler has returned", () => {
  const gate = new Gate();
  let size = 0;
  const handler = async ({ body }: TftpRequest) => {
    size = (await bytesOf(body!)).length;
    await gate.opened;
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file", [["blksize", "1000"]]));
    await client.expect("OACK blksize=1000");
    await client.send(data(1, 1000));
    await client.expect("ACK 1");
    await client.send(data(2, 999));
    await client.silence();
    // The body's end comes with the commit, before the handler has returned.
    assertEquals(size, 1999);
    gate.open();
    await client.expect("ACK 2");
    assertEquals(takeEvents(side), [
      "request 1 write file",
      "negotiated 1 blksize=1000",
      "finished 1 1999 octets",
    ]);
  });
});

Deno.test("an upload begins when the handler first looks at its body, not before", () => {
  const gate = new Gate();
  const handler = async (request: TftpRequest) => {
    await gate.opened;
    await bytesOf(request.body!);
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file"));
    await client.silence();
    gate.open();
    await client.expect("ACK 0");
    await client.send(data(1, 0));
    await client.expect("ACK 1");
  });
});

Deno.test("an empty upload has an empty body", () =>
  withServer({ upload: "body" }, async (side) => {
    const client = await side.ask(write("file", [["tsize", "0"]]));
    await client.expect("OACK tsize=0");
    await client.send(data(1, 0));
    await client.expect("ACK 1");
    assertEquals(side.uploads, new Map([["file", new Uint8Array()]]));
  }));

Deno.test("a handler that throws before it looks at the body refuses the upload", () => {
  const handler = () => {
    throw new TftpError(ERROR_CODE.FileAlreadyExists);
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect('ERROR 6 "File already exists"');
    // From the request port: there is no transfer.
    assertEquals(client.from, side.server.addr);
    assertEquals(takeEvents(side), [
      "request 1 write file",
      "refused 1 code 6 File already exists",
    ]);
  });
});

Deno.test("a handler that neither reads the body nor gives a sink has not taken the upload", () =>
  withServer({ handler: ({ body }) => void body }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect('ERROR 2 "Access violation"');
    assertEquals(takeFaults(side), []);
    assertEquals(side.ends, ["refused"]);
  }));

for (
  const [kind, thrown, line, faults] of [
    ["a TftpError", new TftpError(3, "Too large"), 'ERROR 3 "Too large"', []],
    ["anything else", new Error("/srv/x"), INTERNAL, ["/srv/x"]],
  ] as const
) {
  Deno.test(`a handler that throws ${kind} after the whole body turns the last ACK into an ERROR`, () => {
    const handler = async ({ body }: TftpRequest) => {
      await bytesOf(body!);
      throw thrown;
    };
    return withServer({ handler }, async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, 512));
      await client.expect("ACK 1");
      await client.send(data(2, 5));
      await client.expect(line);
      assertEquals(takeFaults(side), [...faults]);
      assertEquals(side.ends, ["failed"]);
    });
  });

  Deno.test(`a handler that throws ${kind} in the middle of the body ends the upload there`, () => {
    const gate = new Gate();
    const handler = async ({ body }: TftpRequest) => {
      body!.getReader().read().catch(() => {});
      await gate.opened;
      throw thrown;
    };
    return withServer({ handler }, async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, 512));
      await client.expect("ACK 1");
      gate.open();
      await client.expect(line);
      assertEquals(takeFaults(side), [...faults]);
      assertEquals(side.ends, ["failed"]);
    });
  });
}

Deno.test("a handler that passes on a changed copy of its request does not accept the upload by that", () => {
  const handler = (request: TftpRequest) => {
    const copy = { ...request, filename: "other" };
    assertStrictEquals(copy.body, request.body);
    throw new TftpError(2, "Changed my mind");
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect('ERROR 2 "Changed my mind"');
    assertEquals(side.ends, ["refused"]);
  });
});

Deno.test("what a handler does not read before it returns is discarded, and acknowledged", () => {
  const heads: Uint8Array[] = [];
  const handler = async ({ body }: TftpRequest) => {
    const reader = body!.getReader();
    heads.push((await reader.read()).value!);
  };
  // Two windows fill the staging area, so that there is something to read before the end.
  const options = [["blksize", "65464"]] as const;
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file", options));
    await client.expect("OACK blksize=65464");
    for (let block = 1; block < 6; block++) {
      await client.send(data(block, 65464));
      await client.expect(`ACK ${block}`);
    }
    await client.send(data(6, 0));
    await client.expect("ACK 6");
    assertEquals(heads.length, 1);
    assertEquals(side.ends, ["finished"]);
  });
});

Deno.test("a handler that begins to read the body and returns takes the upload and forgets it", () => {
  const handler = ({ body }: TftpRequest) =>
    void body!.getReader().read().catch(() => {});
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 100));
    await client.expect("ACK 1");
    assertEquals(side.ends, ["finished"]);
  });
});

Deno.test("a handler that cancels the body decides by its return: the upload is taken, and what it did not read forgotten", () => {
  const gate = new Gate();
  const handler = async ({ body }: TftpRequest) => {
    for await (const _ of body!) break;
    await gate.opened;
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file", [["blksize", "65464"]]));
    await client.expect("OACK blksize=65464");
    for (let block = 1; block < 6; block++) {
      await client.send(data(block, 65464));
      await client.expect(`ACK ${block}`);
    }
    await client.send(data(6, 0));
    await client.silence();
    gate.open();
    await client.expect("ACK 6");
    assertEquals(side.ends, ["finished"]);
  });
});

Deno.test("a handler that cancels the body and throws refuses the upload, whether or not it has begun", () => {
  const handler = async ({ filename, body }: TftpRequest) => {
    if (filename === "begun") body!.getReader().read().catch(() => {});
    else await body!.cancel();
    throw new TftpError(3, "Enough");
  };
  return withServer({ handler }, async (side) => {
    for (const name of ["begun", "untouched"]) {
      const client = await side.ask(write(name));
      assertEquals((await client.drain()).at(-1), 'ERROR 3 "Enough"');
    }
    assertEquals(side.ends, ["refused", "refused"]);
  });
});

Deno.test("an upload cannot be taken as a body and into a sink", () => {
  const sink = new NotingSink();
  const handler = async ({ body }: TftpRequest) => {
    await bytesOf(body!);
    return TftpResponse.upload(sink);
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 100));
    await client.expect(INTERNAL);
    assertEquals(sink.log, ["abort The request was given up"]);
    assertEquals(takeFaults(side), [
      "Cannot take an upload twice: read request.body, or return TftpResponse.upload(sink) without looking at the body",
    ]);
  });
});

Deno.test("a client that breaks off breaks the body, aborts the signal, and is no fault of the handler", () => {
  let aborted = false;
  const handler = async ({ body, signal }: TftpRequest) => {
    signal.addEventListener("abort", () => aborted = true);
    await bytesOf(body!);
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await client.send(error(0, "Cable pulled"));
    assertEquals(aborted, true);
    assertEquals(takeFaults(side), []);
    assertEquals(takeEvents(side), [
      "request 1 write file",
      "negotiated 1",
      "failed 1 Cable pulled",
    ]);
  });
});

Deno.test("a client that falls silent breaks the body in time", () =>
  withServer({ upload: "body" }, async (side) => {
    const client = await side.ask(write("file"));
    await side.advance(100_000);
    await client.drain();
    assertEquals(side.aborted, ["file"]);
    assertEquals(side.ends, ["failed"]);
  }));

Deno.test("a body that is first looked at after the request was given up is broken, not silent", () => {
  const gate = new Gate();
  const failures: string[] = [];
  const handler = async (request: TftpRequest) => {
    await gate.opened;
    const reading = bytesOf(request.body!);
    failures.push((await assertRejects(() => reading, TftpError)).message);
  };
  return withServer({ handler, shutdownTimeoutMs: 50 }, async (side) => {
    const client = await side.ask(write("file"));
    const stopped = side.server.shutdown();
    await side.advance(50);
    await stopped;
    gate.open();
    await settle();
    assertEquals(failures, [
      "The server was shut down before the transfer had ended",
    ]);
    await client.drain();
  });
});

for (const upload of ["sink", "body"] as const) {
  Deno.test(`a netascii upload into a ${upload} arrives with line ends as they are kept here`, () =>
    withServer({ upload }, async (side) => {
      const client = await side.ask(write("file", [], "netascii"));
      await client.expect("ACK 0");
      const wire = new TextEncoder().encode("one\r\ntwo\r\0three");
      await client.send({ type: "DATA", block: 1, data: wire });
      await client.expect("ACK 1");
      const text = new TextDecoder().decode(side.uploads.get("file"));
      assertEquals(text, "one\ntwo\rthree");
    }));
}

Deno.test("an OACK or ACK of a client that uploads is out of place, and changes nothing", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(oack(["blksize", "512"]));
    await client.send(ack(0));
    await client.send(data(1, 3));
    await client.expect("ACK 1");
    assertEquals(takeEvents(side), [
      "request 1 write file",
      "negotiated 1",
      "unexpected 1 OACK blksize=512",
      "unexpected 1 ACK 0",
      "finished 1 3 octets",
    ]);
  }));
