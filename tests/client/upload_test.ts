import { assertEquals, assertRejects } from "@std/assert";
import type { PutOptions, TftpTarget } from "../../client.ts";
import type { Source, TransferBody } from "../../net/mod.ts";
import { TftpError, TransferTimeoutError } from "../../packet/mod.ts";
import {
  type ClientSide,
  PLAIN,
  withClient,
} from "../conformance/_client_side.ts";
import { ack, error, oack, payload } from "../conformance/_packets.ts";
import { NotingSource } from "../server/_tell.ts";
import type { Peer } from "../_virtual.ts";

const TEXT = "Grüße\n";
const BYTES = new TextEncoder().encode(TEXT);

/** The request of an upload that says how long it is; as text. */
async function requestOf(
  body: TransferBody,
  options: PutOptions = {},
  target: Partial<TftpTarget> = {},
): Promise<string> {
  let line = "";
  await withClient(async (side) => {
    const upload = side.put(
      body,
      { blksize: 512, windowsize: 1, ...options },
      target,
    );
    line = (await side.server.drain())[0]!;
    await side.server.send(error(2, "no"), {
      ...side.server.address,
      port: 49_152,
    });
    await assertRejects(() => upload, TftpError, "no");
  });
  return line;
}

/** Accepts an upload without options. */
async function accept(side: ClientSide): Promise<Peer> {
  await side.server.expect('WRQ "file" octet');
  const port = side.portFor(side.server);
  await port.send(ack(0));
  return port;
}

// Bodies.

const BODIES: Readonly<Record<string, () => TransferBody>> = {
  text: () => TEXT,
  "a Uint8Array": () => BYTES,
  "an ArrayBuffer": () => BYTES.slice().buffer,
  "a Blob": () => new Blob([TEXT]),
  "a stream": () => new Blob([TEXT]).stream(),
};

for (const [kind, body] of Object.entries(BODIES)) {
  Deno.test(`upload() sends ${kind}`, () =>
    withClient(async (side) => {
      const upload = side.put(body());
      const port = await accept(side);
      const block = await port.expect("DATA 1 (8 octets)");
      assertEquals(payload(block), BYTES);
      await port.send(ack(1));
      const { statistics, remote, target, settings } = await upload;
      assertEquals([statistics.bytes, statistics.blocks], [8, 1]);
      assertEquals(remote, port.address);
      assertEquals(target.filename, "file");
      assertEquals(settings.blockSize, 512);
      assertEquals(side.network.openSockets, 2);
      assertEquals(side.network.clock.pending, 0);
    }));

  Deno.test(`upload() tells the size of ${kind}, where it is known`, async () => {
    const tsize = kind === "a stream" ? "" : " tsize=8";
    assertEquals(await requestOf(body()), `WRQ "file" octet${tsize}`);
  });
}

Deno.test("upload() tells the size of a stream that is said to have one", async () => {
  const body = new Blob([TEXT]).stream();
  const line = await requestOf(body, { size: 8 });
  assertEquals(line, 'WRQ "file" octet tsize=8');
});

Deno.test("upload() tells that an empty file is empty", () =>
  withClient(async (side) => {
    const upload = side.put("", { blksize: 512, windowsize: 1 });
    await side.server.expect('WRQ "file" octet tsize=0');
    const port = side.portFor(side.server);
    await port.send(oack(["tsize", "0"]));
    await port.expect("DATA 1 (0 octets)");
    await port.send(ack(1));
    assertEquals((await upload).statistics.bytes, 0);
  }));

for (
  const [kind, body, tsize] of [
    ["text", "a\nb\r", " tsize=6"],
    ["bytes", new TextEncoder().encode("a\nb\r"), " tsize=6"],
    ["a stream", new Blob(["a\nb\r"]).stream(), ""],
  ] as const
) {
  Deno.test(`upload() of ${kind} in netascii tells the size on the wire, where it is known`, async () => {
    const line = await requestOf(body, {}, { mode: "netascii" });
    assertEquals(line, `WRQ "file" netascii${tsize}`);
  });
}

for (const kind of ["text", "stream"] as const) {
  Deno.test(`upload() of a ${kind} in netascii encodes line ends`, () =>
    withClient(async (side) => {
      const text = "one\ntwo\rthree\n";
      const body = kind === "text" ? text : new Blob([text]).stream();
      const upload = side.put(body, PLAIN, { mode: "netascii" });
      await side.server.expect('WRQ "file" netascii');
      const port = side.portFor(side.server);
      await port.send(ack(0));
      const block = await port.expect("DATA 1 (17 octets)");
      assertEquals(
        new TextDecoder().decode(payload(block)),
        "one\r\ntwo\r\0three\r\n",
      );
      await port.send(ack(1));
      assertEquals((await upload).statistics.bytes, 17);
    }));
}

Deno.test("upload() refuses a size that is none, before anything is sent", () =>
  withClient(async (side) => {
    for (const size of [-1, 1.5, NaN]) {
      const body = new Blob([TEXT]).stream();
      await assertRejects(() => side.put(body, { size }), RangeError);
      await body.cancel();
    }
    assertEquals(side.network.transcript, []);
  }));

Deno.test("upload() uses what the server has agreed to", () =>
  withClient(async (side) => {
    const upload = side.put(new Uint8Array(20), { blksize: 9, windowsize: 3 });
    await side.server.expect(
      'WRQ "file" octet blksize=9 tsize=20 windowsize=3',
    );
    const port = side.portFor(side.server);
    await port.send(oack(["blksize", "8"], ["windowsize", "2"]));
    await port.expect("DATA 1 (8 octets)");
    await port.expect("DATA 2 (8 octets)");
    await port.silence();
    await port.send(ack(2));
    await port.expect("DATA 3 (4 octets)");
    await port.send(ack(3));
    const { settings, acknowledged } = await upload;
    assertEquals([settings.blockSize, settings.windowSize], [8, 2]);
    assertEquals(acknowledged, [["blksize", "8"], ["windowsize", "2"]]);
  }));

// The source is closed once, however it ends.

/** Plays an upload from a source, and returns how it ended. */
async function play(
  source: Source,
  script: (side: ClientSide, controller: AbortController) => Promise<void>,
  options: PutOptions = PLAIN,
  target: Partial<TftpTarget> = {},
): Promise<string> {
  let end = "";
  await withClient(async (side) => {
    const controller = new AbortController();
    const upload = side.put(
      source,
      { ...options, signal: controller.signal },
      target,
    ).then(() => "ok", (error: Error) => error.message);
    await script(side, controller);
    end = await upload;
  });
  return end;
}

const OUTCOMES: Readonly<
  Record<string, (side: ClientSide, c: AbortController) => Promise<void>>
> = {
  ok: async (side) => {
    const port = await accept(side);
    await port.expect("DATA 1 (3 octets)");
    await port.send(ack(1));
  },
  "Refused in the beginning": async (side) => {
    await side.server.expect('WRQ "file" octet');
    await side.server.send(error(2, "Refused in the beginning"));
  },
  "Refused at the end": async (side) => {
    const port = await accept(side);
    await port.expect("DATA 1 (3 octets)");
    await port.send(error(3, "Refused at the end"));
  },
  "Aborted in the beginning": async (side, controller) => {
    await side.server.expect('WRQ "file" octet');
    controller.abort(new Error("Aborted in the beginning"));
    await side.server.silence();
  },
  "Aborted in the middle": async (side, controller) => {
    const port = await accept(side);
    await port.expect("DATA 1 (3 octets)");
    controller.abort(new Error("Aborted in the middle"));
    await port.expect('ERROR 0 "Transfer was aborted"');
  },
};

for (const [message, script] of Object.entries(OUTCOMES)) {
  Deno.test(`upload() closes its source once: ${message}`, async () => {
    const source = new NotingSource(3);
    assertEquals(await play(source, script), message);
    assertEquals(source.closed, 1);
  });
}

Deno.test("upload() closes its source once when nobody answers", async () => {
  const source = new NotingSource(3);
  const end = await play(source, async (side) => {
    await side.advance(60_000);
    await side.server.drain();
  });
  assertEquals(end.startsWith("No answer from 127.0.0.1:69 for 31.0 s"), true);
  assertEquals(source.closed, 1);
});

Deno.test("upload() closes its source once when the server falls silent", () =>
  withClient(async (side) => {
    const source = new NotingSource(1000);
    const upload = side.put(source);
    const port = await accept(side);
    await port.expect("DATA 1 (512 octets)");
    await port.send(ack(1));
    await side.advance(100_000);
    await port.drain();
    await assertRejects(
      () => upload,
      TransferTimeoutError,
      `127.0.0.1:${port.address.port} fell silent in mid-transfer, after 512 octets`,
    );
    assertEquals(source.closed, 1);
  }));

Deno.test("upload() closes its source once when it has to ask twice", async () => {
  const source = new NotingSource(3);
  const end = await play(source, async (side) => {
    const line = 'WRQ "file" octet blksize=100 tsize=3';
    await side.server.expect(line);
    await side.server.send(error(8, "no options"));
    const port = await accept(side);
    await port.expect("DATA 1 (3 octets)");
    await port.send(ack(1));
  }, { blksize: 100, windowsize: 1 });
  assertEquals([end, source.closed], ["ok", 1]);
});

Deno.test("upload() closes its source once when the host is not known", async () => {
  const source = new NotingSource(3);
  const end = await play(source, () => Promise.resolve(), PLAIN, {
    hostname: "no-such-host.invalid",
  });
  assertEquals(
    end,
    'Cannot find host "no-such-host.invalid": check the name, or use its address',
  );
  assertEquals(source.closed, 1);
});

Deno.test("upload() closes its source once when there is no socket to be had", () =>
  withClient(async (side) => {
    const source = new NotingSource(3);
    const network = {
      bind: () => {
        throw new Deno.errors.NotCapable("not allowed");
      },
    };
    await assertRejects(
      () => side.put(source, { network }),
      Deno.errors.NotCapable,
    );
    assertEquals(source.closed, 1);
  }));

Deno.test("upload() closes its source once when that breaks, and tells the server nothing of it", () =>
  withClient(async (side) => {
    const source = {
      size: null,
      closed: 0,
      read: () => Promise.reject(new Error("/dev/sda is gone")),
      close() {
        this.closed++;
      },
    };
    const upload = side.put(source);
    const port = await accept(side);
    await port.expect('ERROR 0 "Internal error"');
    await assertRejects(() => upload, Error, "/dev/sda is gone");
    assertEquals(source.closed, 1);
  }));

Deno.test("upload() cancels the stream of an upload that is refused", () =>
  withClient(async (side) => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      cancel: () => void (isCancelled = true),
    });
    const upload = side.put(body);
    await side.server.expect('WRQ "file" octet');
    await side.server.send(error(6));
    await assertRejects(() => upload, TftpError, "File already exists");
    assertEquals(isCancelled, true);
  }));
