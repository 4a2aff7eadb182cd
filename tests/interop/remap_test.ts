/**
 * Our rules and those of in.tftpd 5.2, over the same map files and names: whichever file it serves, our engine must have
 * named, and what it refuses, ours must refuse with the same code and text. The same for atftpd's pattern files.
 *
 * @module
 */

import { dirname, join } from "@std/path";
import {
  parseMapFile,
  parsePcreFile,
  remapFilename,
} from "../../handlers/mod.ts";
import { decodePacket, encodePacket, errorCodeText } from "../../packet/mod.ts";
import { assert, assertEquals } from "@std/assert";
import { TempDir } from "./_files.ts";
import { findAtftpd, startServer, testWith } from "./_peers.ts";
import { IN_TFTPD } from "./_servers.ts";

const SAMPLE = String.raw`
ri	^[a-z]:				# Drive letters
rg	\\		/		# Backslashes
rg	\#		@		# Hash marks
rg	/../		/..no../
e	^ok/
r	^[^/]		/tftpboot/\0
a	\.pvt$
`;

/** `s` has a rule before it, as 5.2 goes on with the second rule and not with the first. */
const TABLE: readonly (readonly [rules: string, names: readonly string[]])[] = [
  [SAMPLE, [
    ...["C:\\Boot\\BCD", "x#y#z", "/a/../b", "ok/x", "ok/x.pvt", "a.pvt", "/x"],
    ...["c:x", "CC:x", "1:x", "a/ab/c/de/f"],
  ]],
  [String.raw`r ^(.*)\.(bin|img)$ \2/\1`, ["a.bin", "b.img", "c.bin.img", "d"]],
  [String.raw`r (a|ab)(c|bcd)(d*) [\1][\2][\3]`, ["xabcdy", "ac", "abcdd"]],
  [String.raw`r x* <\0>`, ["xxy", "yxx", "y"]],
  [String.raw`rg ^/`, ["///q//b", "c"]],
  [String.raw`rg (a)(b) \2\1`, ["aabb", "abab", "ba"]],
  [String.raw`rgi A b`, ["aAcA", "c"]],
  [String.raw`r (.*) \U\1\Ex\L\1\E-\1`, ["aBc", "XyZ9_-"]],
  [String.raw`r ^(.)(.*)$ \U\1\L\2tail\Etail`, ["hELLO", "q"]],
  [String.raw`r (b) \U<\1>`, ["abc", "b"]],
  [String.raw`r .* \i/\x`, ["a"]],
  [String.raw`r .* \Lb\x\Eb\x`, ["a"]],
  [String.raw`r a \\\#\ \q\.\-`, ["bab"]],
  [String.raw`r a\ b\#c ok`, ["xa b#cx"]],
  ["r a b # comment\n\n   # another\n\tr\tc\td\t\n", ["ac", "cca"]],
  ["r a b\r\nr c d\r\n", ["ac"]],
  ["r ^x y\nre ^y z\nr z q\n", ["x1", "y1", "z1"]],
  ["i nothing\nrs ^aa a\nr ^a b\n", ["aaaa", "a", "ba"]],
  ["e ^keep\nr e 3", ["keep", "e"]],
  ["~e ^x\nr x y", ["abc", "xx"]],
  ["a~ ^ok", ["ok", "nope"]],
  ["ai secret", ["SECRET", "x"]],
  ["Gr a b\nPr a c\n4r b d\n6r b e\n", ["aa", "b"]],
  ["i nothing\nr n m", ["Nothing", "n"]],
  [String.raw`r \<b X`, ["ab b", "b"]],
  [String.raw`rg [[:upper:]] u`, ["aBcD"]],
  [String.raw`rg [][] _`, ["a[1]"]],
  [String.raw`rg [^]a_/] _`, ["ab]c/a"]],
  [String.raw`r ^.{2,3}$ (\0)`, ["a", "ab", "abc", "abcd"]],
  [String.raw`r (.)\1 <\1>`, ["abccd", "abc"]],
  [String.raw`r (x)?y [\1]`, ["xy", "y", "z"]],
  [String.raw`r a\.b c`, ["a.b", "axb"]],
  [String.raw`r ^pxelinux\.bin\S* pxelinux.bin`, ["pxelinux.biny"]],
  [String.raw`r a \1\2b`, ["xax"]],
  ["r a b c d e", ["a"]],
];

/** What a server made of a name: the text of the file that it sent, which is its name, or its refusal. */
async function ask(port: number, filename: string): Promise<string> {
  const hostname = "127.0.0.1";
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  try {
    const packet = encodePacket({
      type: "RRQ",
      filename,
      mode: "octet",
      options: [],
    });
    await socket.send(packet, { transport: "udp", hostname, port });
    const [datagram, from] = await socket.receive(new Uint8Array(1024));
    const answer = decodePacket(datagram);
    if (answer.type === "ERROR") {
      return `ERROR ${answer.code} ${answer.message}`;
    }
    assert(answer.type === "DATA");
    const ack = encodePacket({ type: "ACK", block: 1 });
    await socket.send(ack, from);
    return new TextDecoder().decode(answer.data);
  } finally {
    socket.close();
  }
}

function expected(rules: string, filename: string, root: string): string {
  const request = { filename, operation: "read", client: "127.0.0.1" } as const;
  const result = remapFilename(parseMapFile(rules), request);
  if (result.filename === null) {
    // Where a rule has no text, in.tftpd has one of its own for code 2.
    const isDefault = result.refusal === errorCodeText(2);
    return `ERROR 2 ${isDefault ? "Access denied" : result.refusal}`;
  }
  // The file is there under the name that our rules make, and says which it is.
  const path = join(root, result.filename);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, result.filename);
  return result.filename;
}

testWith(
  "in.tftpd and our rules make the same of names",
  "in.tftpd",
  [IN_TFTPD.path],
  async (path) => {
    for (const [rules, names] of TABLE) {
      using directory = new TempDir();
      const map = directory.write("map", rules);
      const root = join(directory.path, "root");
      await Deno.mkdir(root);
      await Deno.chmod(directory.path, 0o755);
      const wanted = names.map((name) => expected(rules, name, root));
      await using server = await startServer(path, (port) => [
        ...IN_TFTPD.args("127.0.0.1", port, root),
        ...["-m", map],
      ]);
      const made: string[] = [];
      for (const name of names) made.push(await ask(server.port, name));
      assertEquals(made, wanted, `Rules: ${rules}`);
    }
  },
);

const PATTERNS = String
  .raw`^[p]?pxelinux.cfg/[0-9A-F]{1,6}$      pxelinux.cfg/default
^[p]?pxelinux.0$                      pxelinux.0
linux				      linux
^str$				      replaced1
^str				      replaced2
str$				      replaced3
repl(ace)			      m$1
^\w*\.conf$			      master.conf
(?i)^c(.)(.)?D$  $2-$1$0
^e(?:a|b)+?(.*)$  <$1>
[[:digit:]]{2}\.\x41  ${0}$$
\bw\d  x
^(a|ab)(c|bcd)(d*)$  $1,$2,$3
`;

/** A group that took no part is not among these: atftpd answers with what it made of an earlier name then. */
const PATTERN_NAMES: readonly string[] = [
  ...["pxelinux.cfg/C0A80B", "pxelinux.cfg/C0A80B1", "ppxelinux.0", "alinuxb"],
  ...["str", "str1", "1str", "areplaceb", "replacereplace", "r1.conf", ".conf"],
  ...["a/b.conf", "cxyd", "eababz", "eb", "x12.A", "1.A", "-w1", "aw1"],
  ...["abcd", "acd", "zzz"],
];

testWith(
  "atftpd and our pattern files make the same of names",
  "atftpd",
  [findAtftpd()],
  async (path) => {
    using directory = new TempDir();
    const file = directory.write("patterns", PATTERNS);
    const process = new Deno.Command(path, {
      args: ["--pcre-test", file],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = process.stdin.getWriter();
    const names = PATTERN_NAMES.map((name) => `${name}\n`).join("");
    await writer.write(new TextEncoder().encode(names));
    await writer.close();
    const { stdout } = await process.output();
    const made = new TextDecoder().decode(stdout).trimEnd().split("\n");
    const rules = parsePcreFile(PATTERNS);
    const ours = PATTERN_NAMES.map((name) =>
      `Substitution: "${name}" -> "${rules.substitute(name)?.filename ?? ""}"`
    );
    assertEquals(made, ours);
  },
);
