// RFC 2347, TFTP Option Extension. Its sections have no numbers: they are named here. What a client makes of a server's
// answer is in rfc2347_client_test.ts.

import { assertEquals } from "@std/assert";
import { TftpResponse } from "../../server.ts";
import { withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  oack,
  raw,
  read,
  unraw,
  write,
} from "./_packets.ts";

const STEADY = { floorMs: 1000 };
const FILES = { file: content(1500) };

Deno.test("RFC 2347 §Packet Formats: an OACK is opcode 6, then names and values, each ended by NUL", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(
      raw("\0\x01file\0octet\0blksize\x001024\0tsize\x000\0"),
    );
    const packet = await client.expect("OACK blksize=1024 tsize=1500");
    assertEquals(unraw(packet), "\0\x06blksize\x001024\0tsize\x001500\0");
    await client.send(error(0));
  }));

Deno.test("RFC 2347 §Packet Formats: names are read in any case, and echoed as they were spelled", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(
      read("file", [["BLKSIZE", "1024"], ["tSize", "0"]]),
    );
    await client.expect("OACK BLKSIZE=1024 tSize=1500");
    await client.send(ack(0));
    await client.expect("DATA 1 (1024 octets)");
    await client.send(error(0));
  }));

Deno.test("RFC 2347 §Packet Formats: the order of options means nothing", () =>
  withServer({ files: FILES }, async (side) => {
    const options: [string, string][] = [
      ["tsize", "0"],
      ["windowsize", "2"],
      ["blksize", "1024"],
      ["timeout", "3"],
    ];
    for (const order of [options, options.toReversed()]) {
      const client = await side.ask(read("file", order));
      const expected = order.map(([name, value]) =>
        ` ${name}=${name === "tsize" ? 1500 : value}`
      );
      await client.expect(`OACK${expected.join("")}`);
      await client.send(ack(0));
      await client.expect("DATA 1 (1024 octets)");
      await client.expect("DATA 2 (476 octets)");
      await client.send(ack(2));
    }
  }));

Deno.test("RFC 2347 §Packet Formats: an option that is asked for twice is answered once, the last one", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(
      read("file", [["blksize", "1000"], ["blksize", "600"]]),
    );
    await client.expect("OACK blksize=600");
    await client.send(error(0));
  }));

Deno.test("RFC 2347 §Packet Formats: a request of 512 octets is taken whole", () =>
  withServer({ files: { ["n".repeat(483)]: "x" } }, async (side) => {
    const request = raw(
      `\0\x01${"n".repeat(483)}\0octet\0blksize\x00${"1".padStart(11, "0")}\0`,
    );
    assertEquals(request.length, 512);
    const client = await side.ask(request);
    await client.expect("DATA 1 (1 octets)");
    await client.send(ack(1));
  }));

Deno.test("RFC 2347 §Negotiation: an option that the server does not know is left out, without an error", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(
      read("file", [
        ["color", "blue"],
        ["blksize", "1024"],
        ["multicast", ""],
        ["msftwindow", "27182"],
      ]),
    );
    await client.expect("OACK blksize=1024");
    await client.send(ack(0));
    await client.expect("DATA 1 (1024 octets)");
    await client.send(error(0));
  }));

Deno.test("RFC 2347 §Negotiation: when no option is accepted, there is no OACK, and the defaults hold", () =>
  withServer({ files: FILES }, async (side) => {
    for (
      const options of [
        [["color", "blue"]],
        [["multicast", ""]],
        [["blksize", "many"], ["windowsize", "0"], ["timeout", "0"]],
      ] as [string, string][][]
    ) {
      const reader = await side.ask(read("file", options));
      await reader.expect("DATA 1 (512 octets)");
      await reader.send(error(0));
      const writer = await side.ask(write("new", options));
      await writer.expect("ACK 0");
      await writer.send(data(1, 0));
      await writer.expect("ACK 1");
    }
  }));

Deno.test("RFC 2347 §Negotiation: a client that asks for no option gets no OACK", () =>
  withServer({ files: FILES, blksize: 1024, windowsize: 4 }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.silence();
    await client.send(error(0));
  }));

Deno.test("RFC 2347 §Negotiation: options that are refused by policy are as if they had not been asked for", async () => {
  const asked: [string, string][] = [["blksize", "1024"], ["Timeout", "9"]];
  await withServer(
    { files: FILES, refuseOptions: ["TIMEOUT"] },
    async (side) => {
      const client = await side.ask(read("file", asked));
      await client.expect("OACK blksize=1024");
      await client.send(error(0));
    },
  );
  await withServer({ files: FILES, rfc1350: true }, async (side) => {
    const client = await side.ask(read("file", asked));
    await client.expect("DATA 1 (512 octets)");
    await client.send(error(0));
  });
});

Deno.test("RFC 2347 §Negotiation: after the OACK to a read request the server waits for ACK 0, then sends block 1", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file", [["blksize", "1024"]]));
    await client.expect("OACK blksize=1024");
    await client.silence();
    await client.send(ack(1));
    await client.silence();
    await client.send(ack(0));
    await client.expect("DATA 1 (1024 octets)");
    await client.send(ack(1));
    await client.expect("DATA 2 (476 octets)");
    await client.send(ack(2));
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("RFC 2347 §Negotiation: the OACK to a write request stands for ACK 0", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file", [["blksize", "1024"]]));
    await client.expect("OACK blksize=1024");
    await client.send(data(1, 1024));
    await client.expect("ACK 1");
    await client.send(data(2, raw("end")));
    await client.expect("ACK 2");
    assertEquals(side.uploads.get("file")?.length, 1027);
  }));

Deno.test("RFC 2347 §Negotiation: an OACK is sent again until it is answered", async () => {
  await withServer(
    { files: FILES, retransmission: STEADY },
    async (side) => {
      const client = await side.ask(read("file", [["blksize", "1024"]]));
      await client.expect("OACK blksize=1024");
      await side.advance(1000);
      await client.expect("OACK blksize=1024");
      await client.send(ack(0));
      await client.expect("DATA 1 (1024 octets)");
      await client.send(error(0));
    },
  );
  await withServer({ retransmission: STEADY }, async (side) => {
    const client = await side.ask(write("file", [["blksize", "1024"]]));
    await client.expect("OACK blksize=1024");
    await side.advance(2000);
    await client.expect("OACK blksize=1024");
    await client.send(data(1, 0));
    await client.expect("ACK 1");
  });
});

Deno.test("RFC 2347 §Negotiation: a request that is sent again gets the same OACK again, from the same port", async () => {
  for (const request of [read, write]) {
    await withServer({ files: FILES }, async (side) => {
      const packet = request("file", [["blksize", "1024"]]);
      const client = await side.ask(packet);
      await client.expect("OACK blksize=1024");
      const port = client.from;
      await client.send(packet, side.server.addr);
      await client.expect("OACK blksize=1024");
      assertEquals(client.from, port);
      await client.send(error(0));
    });
  }
});

Deno.test("RFC 2347 §Negotiation: an ACK 0 that comes again brings nothing again", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file", [["blksize", "1024"]]));
    await client.expect("OACK blksize=1024");
    await client.send(ack(0));
    await client.expect("DATA 1 (1024 octets)");
    await client.send(ack(0));
    await client.silence();
    await client.send(error(0));
  }));

Deno.test("RFC 2347 §Negotiation: a client's ERROR 8 ends the transfer, and is not answered", async () => {
  for (const request of [read, write]) {
    await withServer({ files: FILES }, async (side) => {
      const client = await side.ask(request("file", [["blksize", "1024"]]));
      await client.expect("OACK blksize=1024");
      await client.send(error(8, "No thanks"));
      assertEquals(side.ends, ["failed"]);
      await side.advance(60_000);
      await client.silence();
      await client.send(request("other"), side.server.addr);
      const [answer] = await client.drain();
      assertEquals(
        answer,
        request === read ? 'ERROR 1 "File not found"' : "ACK 0",
      );
      if (request === read) return;
      await client.send(oack(), client.from);
    });
  }
});

Deno.test("RFC 2347 §Negotiation: a server never refuses a request because of its options", () =>
  withServer({ files: FILES }, async (side) => {
    for (
      const value of ["", "-1", "0", "0x200", " 512", "5e2", "9".repeat(40)]
    ) {
      const client = await side.ask(
        read("file", [
          ["blksize", value],
          ["windowsize", value],
          ["timeout", value],
          ["rollover", value === "0" ? "2" : value],
        ]),
      );
      await client.expect("DATA 1 (512 octets)");
      await client.send(error(0));
    }
  }));

Deno.test("RFC 2347 §Negotiation: handlers see options as asked, accepted or not", async () => {
  const seen: unknown[] = [];
  await withServer({
    handler({ options }) {
      seen.push(options);
      return new TftpResponse("x");
    },
  }, async (side) => {
    const client = await side.ask(read("file", [["Color", "blue"]]));
    await client.expect("DATA 1 (1 octets)");
    await client.send(ack(1));
  });
  assertEquals(seen, [[["Color", "blue"]]]);
});
