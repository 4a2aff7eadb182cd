import { assert, assertEquals } from "@std/assert";
import { probeText } from "../../cli/probe_text.ts";
import type { ProbeReport } from "../../probe/mod.ts";

const REPORT: ProbeReport = {
  server: "192.0.2.1:69",
  filename: "boot\n.img",
  file: "present",
  answer: "DATA 1 of 512 octets",
  sizeBytes: 5000,
  roundTripMs: 1.26,
  durationMs: 1612,
  sent: { packets: 113, bytes: 2500 },
  received: { packets: 61, bytes: 19_300 },
  results: [
    {
      id: "read",
      name: "plain read",
      group: "RFC 1350",
      section: "5",
      asks: "RRQ in octet mode without options",
      verdict: "ok",
      finding: "DATA 1 of 512 octets",
      packets: [
        {
          atMs: 0,
          direction: "sent",
          localPort: 50000,
          serverPort: 69,
          sizeBytes: 20,
          packet: 'RRQ "boot.img" octet',
        },
        {
          atMs: 12.34,
          direction: "received",
          localPort: 50000,
          serverPort: 40000,
          sizeBytes: 516,
          packet: "DATA 1 (512 octets)",
        },
      ],
    },
    {
      id: "name-absent",
      name: "absent file",
      group: "RFC 1350",
      section: "appendix",
      asks: "RRQ for a name that no server has",
      verdict: "fault",
      finding:
        'gives away a path: ERROR 1 "file /srv/tftp/probe-absent-and-more not found"',
      packets: [],
    },
    {
      id: "window",
      name: "windowsize 4",
      group: "RFC 7440",
      section: "4",
      asks: "it",
      verdict: "differs",
      finding: "not supported",
      isUnsupported: true,
      packets: [],
    },
  ],
  verdicts: [
    { group: "RFC 1350", verdict: "fault" },
    { group: "RFC 7440", verdict: "unsupported" },
  ],
};

const PLAIN = { isVerbose: false, hasColor: false };

Deno.test("probeText() is a table of 80 columns, by RFC", () => {
  const text = probeText(REPORT, PLAIN);
  assertEquals(text.split("\n"), [
    '192.0.2.1:69 has "boot\\n.img", 5000 octets, round trip 1.3 ms',
    "",
    "RFC 1350: the protocol                                                     fault",
    "  plain read             DATA 1 of 512 octets                                 ok",
    '  absent file            gives away a path: ERROR 1 "file                  fault',
    '                         /srv/tftp/probe-absent-and-more not found"',
    "",
    "RFC 7440: window size                                                unsupported",
    "  windowsize 4           not supported                                      none",
    "",
    "1 ok, 0 differ, 1 fault, 1 not supported, 0 unknown",
    "1.61 s; sent 113 packets, 2.5 kB; received 61, 19.3 kB",
    "",
  ]);
});

Deno.test("probeText() shows what was asked and every packet when wished for", () => {
  const lines = probeText(REPORT, { ...PLAIN, isVerbose: true }).split("\n");
  assertEquals(lines.slice(4, 8), [
    "    RRQ in octet mode without options (section 5)",
    '       0.0 ms  50000 > 69     RRQ "boot.img" octet',
    "      12.3 ms  50000 < 40000  DATA 1 (512 octets)",
    "",
  ]);
});

for (const width of [40, 50, 100]) {
  Deno.test(`probeText() fits into ${width} columns, and leaves nothing out`, () => {
    const words = (text: string) => text.split(/\s+/).toSorted();
    const text = probeText(REPORT, { ...PLAIN, width });
    assertEquals(text.split("\n").filter((line) => line.length > width), []);
    // What is longer than a line of its own is cut in two there.
    if (width > 40) {
      assertEquals(
        words(text).join("").length,
        words(probeText(REPORT, PLAIN)).join("").length,
      );
    }
  });
}

Deno.test("probeText() says with colours what the words say", () => {
  const text = probeText(REPORT, { ...PLAIN, hasColor: true });
  assert(text.includes("\x1b[31mfault\x1b[0m"), text);
  assertEquals(
    // deno-lint-ignore no-control-regex
    text.replace(/\x1b\[[0-9]+m/g, ""),
    probeText(REPORT, PLAIN),
  );
});

Deno.test("probeText() breaks what is longer than a line", () => {
  const long = "x".repeat(300);
  const [result] = REPORT.results;
  const results = [{ ...result!, finding: `ERROR 0 "${long}" and so on` }];
  const lines = probeText({ ...REPORT, results }, PLAIN).split("\n");
  assertEquals(lines.filter((line) => line.length > 80), []);
  assertEquals(lines.join("").replace(/[^x]/g, "").length, 300);
});

Deno.test("probeText() says clearly when there is no such file", () => {
  const answer = 'ERROR 1 "File not found"';
  const text = probeText({ ...REPORT, file: "refused", answer }, PLAIN);
  assertEquals(text.split("\n").slice(0, 3), [
    "192.0.2.1:69 answers, round trip 1.3 ms",
    'It does not serve "boot\\n.img": ERROR 1 "File not found". Most checks need a',
    "file that is there; name one to see more.",
  ]);
  // What was not asked is not in the table.
  assertEquals(text.includes("plain read"), true);
  assertEquals(text.includes("absent file"), false);
  assertEquals(text.includes("RFC 7440"), false);
  assert(text.includes("0 unknown, 2 not asked\n"), text);
});

Deno.test("probeText() shows no table of silence", () => {
  assertEquals(
    probeText({ ...REPORT, file: "silent", roundTripMs: null }, PLAIN),
    "192.0.2.1:69 says nothing: no server there, or none that may be reached\n",
  );
});
