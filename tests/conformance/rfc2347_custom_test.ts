// RFC 2347, options that are not built in: what a server answers to them. What a client makes of answers is in
// rfc2347_custom_client_test.ts.

import { assertEquals, assertStrictEquals } from "@std/assert";
import { withFilename } from "../../handlers/mod.ts";
import { describeEvent } from "../../observe/mod.ts";
import { OPTION_NAMES, type OptionList, TftpError } from "../../packet/mod.ts";
import {
  type CustomOptions,
  type TftpHandler,
  TftpResponse,
} from "../../server.ts";
import { bytesOf, withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  expectError,
  raw,
  read,
  write,
} from "./_packets.ts";

/** Answers with what it was asked, in capitals; understands letters only. */
const ECHO: CustomOptions<{ echo: string }> = {
  echo: {
    parse: (text) => /^[a-z]*$/.test(text) ? text : undefined,
    answer: (value) => value.toUpperCase(),
  },
};
const ASKED: OptionList = [["ECHO", "abc"], ["blksize", "1024"]];
const FILES = { file: content(1500) };

Deno.test("custom options of a server: they are answered where they were asked, spelled as asked", () =>
  withServer({ files: FILES, customOptions: ECHO }, async (side) => {
    for (const order of [ASKED, ASKED.toReversed()]) {
      const client = await side.ask(read("file", order));
      const expected = order === ASKED
        ? "OACK ECHO=ABC blksize=1024"
        : "OACK blksize=1024 ECHO=ABC";
      await client.expect(expected);
      await client.send(ack(0));
      await client.expect("DATA 1 (1024 octets)");
      await client.send(error(0));
    }
  }));

for (const upload of ["sink", "body"] as const) {
  Deno.test(`custom options of a server: they are answered to an upload into a ${upload}`, () =>
    withServer({ upload, customOptions: ECHO }, async (side) => {
      const client = await side.ask(write("file", ASKED));
      await client.expect("OACK ECHO=ABC blksize=1024");
      await client.send(data(1, 3));
      await client.expect("ACK 1");
      assertEquals(side.uploads.get("file"), content(3));
    }));
}

Deno.test("custom options of a server: what does not parse is left out, and alone makes no OACK", () =>
  withServer({ files: FILES, customOptions: ECHO }, async (side) => {
    const [blksize] = ASKED.slice(1);
    const both = await side.ask(read("file", [["echo", "1"], blksize!]));
    await both.expect("OACK blksize=1024");
    await both.send(error(0));
    const reader = await side.ask(read("file", [["echo", "1"]]));
    await reader.expect("DATA 1 (512 octets)");
    await reader.send(error(0));
    const writer = await side.ask(write("new", [["echo", "1"]]));
    await writer.expect("ACK 0");
    await writer.send(data(1, 0));
    await writer.expect("ACK 1");
  }));

Deno.test("custom options of a server: a handler answers in its response, also what is not registered, never what was not asked", () =>
  withServer({
    customOptions: ECHO,
    handler: ({ operation, customOptions: { echo } }) => {
      const options = { echo: `${echo}!`, Color: "red", lang: "fr" };
      return operation === "read"
        ? new TftpResponse("x", { options })
        : TftpResponse.upload({ write() {}, commit() {}, abort() {} }, {
          options,
        });
    },
  }, async (side) => {
    const asked: OptionList = [["color", "?"], ["echo", "abc"], ["other", ""]];
    const reader = await side.ask(read("file", asked));
    await reader.expect("OACK color=red echo=abc!");
    await reader.send(ack(0));
    await reader.expect("DATA 1 (1 octets)");
    await reader.send(ack(1));
    const writer = await side.ask(write("file", asked));
    await writer.expect("OACK color=red echo=abc!");
    await writer.send(data(1, 0));
    await writer.expect("ACK 1");
    const plain = await side.ask(read("file"));
    await plain.expect("DATA 1 (1 octets)");
    await plain.send(ack(1));
  }));

Deno.test("custom options of a server: a handler that reads the body answers before it looks at it", () =>
  withServer({
    async handler(request) {
      request.acknowledgeOption("md5", "later");
      await bytesOf(request.body!);
    },
  }, async (side) => {
    const client = await side.ask(write("file", [["MD5", ""]]));
    await client.expect("OACK MD5=later");
    await client.send(data(1, 3));
    await client.expect("ACK 1");
  }));

Deno.test("custom options of a server: an answer behind the OACK is a fault, and the upload is not acknowledged", () =>
  withServer({
    async handler({ body, acknowledgeOption }) {
      await bytesOf(body!);
      acknowledgeOption("md5", "too late");
    },
  }, async (side) => {
    const client = await side.ask(write("file", [["md5", ""]]));
    await client.expect("ACK 0");
    await client.send(data(1, 3));
    await expectError(client, 0);
    assertEquals(side.faults.splice(0).map((it) => it instanceof TypeError), [
      true,
    ]);
  }));

Deno.test("custom options of a server: they pass through a handler that renames", () => {
  const inner: TftpHandler = (request) => {
    request.acknowledgeOption("color", "red");
    return new TftpResponse(`${request.filename}${request.customOptions.echo}`);
  };
  return withServer({
    customOptions: ECHO,
    handler: (request) => inner(withFilename(request, "other")),
  }, async (side) => {
    const client = await side.ask(
      read("file", [["echo", "abc"], ["color", ""]]),
    );
    await client.expect("OACK echo=ABC color=red");
    await client.send(ack(0));
    assertEquals(
      await client.expect("DATA 1 (8 octets)"),
      raw("\0\x03\0\x01otherabc"),
    );
    await client.send(ack(1));
  });
});

Deno.test("custom options of a server: they are answered once, however often the OACK is sent", async () => {
  let calls = 0;
  const customOptions = {
    count: { parse: () => true, answer: () => String(++calls) },
  };
  await withServer({
    files: FILES,
    customOptions,
    retransmission: { floorMs: 1000 },
  }, async (side) => {
    const request = read("file", [["count", ""]]);
    const client = await side.ask(request);
    await client.expect("OACK count=1");
    await side.advance(1000);
    await client.expect("OACK count=1");
    const port = client.from;
    await client.send(request, side.server.addr);
    await client.expect("OACK count=1");
    assertEquals([client.from, calls], [port, 1]);
    await client.send(error(0));
  });
});

Deno.test("custom options of a server: the OACK has 512 octets at most, and what does not fit is left out", () =>
  withServer({
    handler: () =>
      new TftpResponse("x", {
        options: { a: "a".repeat(300), b: "b".repeat(300), c: "c" },
      }),
  }, async (side) => {
    const client = await side.ask(
      read("file", [["a", ""], ["b", ""], ["c", ""], ["tsize", "0"]]),
    );
    await client.expect(`OACK a=${"a".repeat(300)} c=c tsize=1`);
    await client.send(error(0));
  }));

Deno.test("options of any name can be refused, one by one", async () => {
  const asked: OptionList = [
    ["blksize", "1024"],
    ["timeout", "2"],
    ["tsize", "1500"],
    ["windowsize", "2"],
    ["rollover", "0"],
    ["Echo", "abc"],
    ["color", "red"],
  ];
  const rivals: OptionList = [["blksize2", "1024"], ["utimeout", "2000000"]];
  for (const name of [...OPTION_NAMES, "echo", "color"]) {
    const list = rivals.some(([it]) => it === name) ? rivals : asked;
    const seen: unknown[] = [];
    await withServer({
      refuseOptions: [name.toUpperCase()],
      customOptions: ECHO,
      handler({ customOptions: { echo } }) {
        seen.push(echo);
        const options = { color: "red", ...echo ? { echo: "abc" } : {} };
        return new TftpResponse(content(1500), { options });
      },
    }, async (side) => {
      const client = await side.ask(read("file", list));
      const left = list.filter(([it]) => it.toLowerCase() !== name);
      await client.expect(`OACK ${left.map((it) => it.join("=")).join(" ")}`);
      await client.send(error(0));
      const isTold = list === asked && name !== "echo";
      assertEquals(seen, [isTold ? "abc" : undefined]);
    });
  }
});

Deno.test("custom options of a server: a parser may refuse a request, whatever the handler would say", () =>
  withServer({
    customOptions: {
      token: {
        parse(text) {
          if (text === "sesame") return text;
          throw new TftpError(2, `Wrong token ${text}`, {
            wireText: "Access violation",
          });
        },
      },
    },
    handler: ({ body }) =>
      body ? bytesOf(body).then(() => {}) : new TftpResponse("x"),
  }, async (side) => {
    for (const request of [read, write]) {
      const client = await side.ask(request("file", [["token", "guess"]]));
      await client.expect('ERROR 2 "Access violation"');
    }
    const client = await side.ask(read("file", [["token", "sesame"]]));
    await client.expect("DATA 1 (1 octets)");
    await client.send(ack(1));
    assertEquals(side.ends, ["refused", "refused", "finished"]);
  }));

for (const fault of [new Error("/secret/path"), new TftpError(2)]) {
  Deno.test(`custom options of a server: an answer that throws a ${fault.name} refuses the request, and lets go of files`, () => {
    const log: string[] = [];
    return withServer({
      customOptions: {
        md5: {
          parse: () => true,
          answer: () => Promise.reject(fault),
        },
      },
      async handler({ filename, operation, body }) {
        if (operation === "read") {
          const close = () => void log.push("closed");
          return new TftpResponse({ size: 1, read: () => null, close });
        }
        if (filename === "sink") {
          const abort = () => void log.push("aborted");
          return TftpResponse.upload({ write() {}, commit() {}, abort });
        }
        try {
          await bytesOf(body!);
        } catch (error) {
          assertStrictEquals(error, fault);
          log.push("thrown");
          throw error;
        }
      },
    }, async (side) => {
      const asked: OptionList = [["md5", ""]];
      for (
        const request of [
          read("file", asked),
          write("sink", asked),
          write("body", asked),
        ]
      ) {
        const client = await side.ask(request);
        const code = fault instanceof TftpError ? 2 : 0;
        const [line, ...more] = await client.drain();
        assertEquals([line!.slice(0, 8), more], [`ERROR ${code} `, []]);
        assertEquals(line!.includes("secret"), false);
      }
      assertEquals(log, ["closed", "aborted", "thrown"]);
      assertEquals(side.ends, ["refused", "refused", "refused"]);
      const told = side.faults.splice(0);
      assertEquals(
        told,
        fault instanceof TftpError ? [] : [fault, fault, fault],
      );
    });
  });
}

Deno.test("custom options of a server: who is gone when the answer is found gets none, and files are let go of", async () => {
  const answer = Promise.withResolvers<string>();
  let closed = 0;
  await withServer({
    customOptions: { md5: { parse: () => true, answer: () => answer.promise } },
    handler: () =>
      new TftpResponse({
        size: 1,
        read: () => null,
        close: () => void closed++,
      }),
  }, async (side) => {
    const client = await side.ask(read("file", [["md5", ""]]));
    await client.silence();
    // It has started over, without options.
    await client.send(read("other"), side.server.addr);
    answer.resolve("abc");
    await client.expect("DATA 1 (0 octets)");
    await client.send(ack(1));
    await client.silence();
  });
  assertEquals(closed, 2);
});

Deno.test("custom options of a server: hostile ones steer no terminal, and do not pass for others", () =>
  withServer({
    handler: ({ options }) =>
      new TftpResponse("x", { options: { md5: options[0]![1] } }),
  }, async (side) => {
    const evil = "x\x1b[2J\n, 9 MB tsize=1";
    const client = await side.ask(read("file", [["md5", evil]]));
    const shown = String.raw`md5="x\u001b[2J\n, 9 MB tsize=1"`;
    await client.expect(`OACK ${shown}`);
    await client.send(error(0));
    const texts = side.events.map((event) => describeEvent(event).text);
    assertEquals(
      texts.slice(0, 2).map((text) => text.slice(text.indexOf(", md5") + 2)),
      [shown, shown],
    );
  }));
