import { assertEquals } from "@std/assert";
import type { Packet } from "../../packet/mod.ts";
import {
  acknowledged,
  acknowledgedNumber,
  dataOf,
  describe,
  differs,
  errorCodeOf,
  fault,
  leaksPath,
  ok,
  pathLeak,
  seconds,
  unknown,
  unsupported,
} from "../../probe/_finding.ts";
import type { Heard } from "../../probe/conversation.ts";

function heard(packet: Packet | null, sizeBytes = 4): Heard {
  const from = { transport: "udp", hostname: "192.0.2.1", port: 69 } as const;
  return { packet, sizeBytes, from, atMs: 0 };
}

const OACK = heard({
  type: "OACK",
  options: [["BlkSize", "8"], ["tsize", "x"]],
});
const error = (message: string) => heard({ type: "ERROR", code: 1, message });

Deno.test("describe() tells a datagram in a few words", () => {
  const data = new Uint8Array(3);
  assertEquals(describe(null), "silence");
  assertEquals(describe(heard(null, 0)), "an empty datagram");
  assertEquals(describe(heard(null, 7)), "a malformed packet of 7 octets");
  assertEquals(
    describe(heard({ type: "DATA", block: 2, data })),
    "DATA 2 of 3 octets",
  );
  assertEquals(describe(heard({ type: "ACK", block: 7 })), "ACK 7");
  assertEquals(describe(OACK), "OACK BlkSize=8 tsize=x");
  assertEquals(describe(heard({ type: "OACK", options: [] })), "OACK");
  assertEquals(
    describe(
      heard({ type: "RRQ", filename: "a", mode: "octet", options: [] }),
    ),
    "RRQ",
  );
});

Deno.test("describe() quotes a text, without what steers a terminal, and cuts it", () => {
  assertEquals(describe(error("\x1b[2J")), 'ERROR 1 "\\u001b[2J"');
  assertEquals(
    describe(error("x".repeat(100))),
    `ERROR 1 "${"x".repeat(60)}..."`,
  );
});

Deno.test("what an OACK says is found by name in any case", () => {
  assertEquals(acknowledged(OACK, "blksize"), "8");
  assertEquals(acknowledgedNumber(OACK, "blksize"), 8);
  assertEquals(acknowledgedNumber(OACK, "tsize"), NaN);
  assertEquals(acknowledgedNumber(OACK, "timeout"), undefined);
  assertEquals(acknowledged(null, "blksize"), undefined);
});

Deno.test("DATA and ERROR are told apart", () => {
  assertEquals([dataOf(OACK), errorCodeOf(OACK)], [null, null]);
  assertEquals(errorCodeOf(error("")), 1);
  const data = heard({ type: "DATA", block: 1, data: new Uint8Array(1) });
  assertEquals(dataOf(data)?.block, 1);
});

const TEXTS:
  readonly (readonly [text: string, asked: string, leaks: boolean])[] = [
    ["File not found", "x", false],
    ["file /srv/tftp/x not found for 192.0.2.1", "x", true],
    ["cannot read /srv", "x", true],
    ["/etc/passwd: not here", "/etc/passwd", false],
    ["No file (/var/lib/tftpboot/x)", "x", true],
    ["C:\\TFTP\\x", "x", true],
    ["read/write error", "x", false],
    ["1 / 2", "", false],
    ["'/home/user/x'", "x", true],
  ];

for (const [text, asked, leaks] of TEXTS) {
  Deno.test(`leaksPath() says ${leaks} of "${text}"`, () => {
    assertEquals(leaksPath(text, asked), leaks);
    assertEquals(
      pathLeak(error(text), asked)?.verdict ?? null,
      leaks ? "fault" : null,
    );
  });
}

Deno.test("verdicts have their words", () => {
  assertEquals(
    [ok, differs, fault, unknown].map((make) => make("it").verdict),
    ["ok", "differs", "fault", "unknown"],
  );
  assertEquals(ok("it", { code: 1 }).values, { code: 1 });
  assertEquals(unsupported().isUnsupported, true);
  assertEquals(seconds(1234), "1.23 s");
});
