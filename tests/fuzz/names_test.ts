// Whatever name comes, splitFilename() gives components that stay below any root, on any platform, or throws TftpError with code
// 1 or 2; parseTftpUrl() gives a target that makes a request, or throws SyntaxError or RangeError.

import { posix, win32 } from "node:path";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";

import { parseTftpUrl } from "../../client.ts";
import { splitFilename } from "../../handlers/mod.ts";
import { decodePacket, encodePacket, TftpError } from "../../packet/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { octets } from "../packet/_octets.ts";
import { hostileName, mutate } from "./_mutate.ts";

const decoder = new TextDecoder("latin1");
const utf8 = new TextDecoder();

/** A name as it comes out of a packet, and mutations of it, of octets and of characters. */
function anyName(random: Random): string {
  const name = hostileName(random);
  if (random.chance(1, 3)) return name;
  const others = [octets(hostileName(random)), octets("../"), octets("C:")];
  const bytes = mutate(random, octets(name), others);
  return random.chance(1, 2) ? utf8.decode(bytes) : decoder.decode(bytes);
}

const DEVICES = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])$/i;

Deno.test("splitFilename() never leads out of the root, to a device, a stream or another name", () => {
  let taken = 0;
  forAll(30_000, (random) => {
    const name = anyName(random);
    let components: string[];
    try {
      components = splitFilename(name);
    } catch (error) {
      assertInstanceOf(error, TftpError);
      assert(error.code === 1 || error.code === 2);
      assert(/^(File not found|Access violation)$/.test(error.wireText));
      return;
    }
    taken++;
    assert(components.length > 0);
    for (const component of components) {
      assert(component !== "" && component !== "." && component !== "..");
      // deno-lint-ignore no-control-regex -- controls are what it looks for
      assert(!/[/\\:\x00-\x1f\x7f]/.test(component), component);
      assert(!/[. ]$/.test(component), component);
      assert(!DEVICES.test(component.split(".")[0]!.trimEnd()), component);
      assert(new TextEncoder().encode(component).length <= 255);
    }
    assertEquals(
      posix.relative("/srv/root", posix.resolve("/srv/root", ...components)),
      components.join("/"),
    );
    assertEquals(
      win32.relative("C:\\root", win32.resolve("C:\\root", ...components)),
      components.join("\\"),
    );
    // Asked for as it came out, it is the same name.
    assertEquals(splitFilename(components.join("/")), components);
  });
  assert(taken > 3000, `${taken}`);
});

const URL_PARTS = [
  ...[
    "tftp://",
    "TFTP://",
    "tftp:/",
    "http://",
    "host",
    "[::1]",
    "[fe80::1%25a]",
  ],
  ...["[", "]", "192.0.2.1", ":69", ":0", ":65536", ":", "/", "//", "a", "%2f"],
  ...["%00", "%", "%zz", "%c3%a9", "%ff", ";mode=octet", ";mode=NETASCII"],
  ...[";mode=mail", ";mode=", "?q", "#f", "@", "\\", "..", "\n", " ", "\u6771"],
];

Deno.test("parseTftpUrl() gives a target that can be asked for, or says what is wrong with the URL", () => {
  let taken = 0;
  forAll(30_000, (random) => {
    const rest = random.list(
      random.between(0, 8),
      () => random.pick(URL_PARTS),
    );
    const start = random.chance(3, 4)
      ? `tftp://${random.pick(["h", "[::1]", "192.0.2.1:6969"])}/`
      : "";
    const url = start + rest.join("") +
      (random.chance(1, 4) ? anyName(random) : "");
    let target: ReturnType<typeof parseTftpUrl>;
    try {
      target = parseTftpUrl(url);
    } catch (error) {
      assert(error instanceof SyntaxError || error instanceof RangeError, url);
      return;
    }
    taken++;
    const { hostname, port, filename, mode } = target;
    assert(hostname !== "" && Number.isInteger(port));
    assert(port >= 1 && port <= 65535);
    assert(mode === "octet" || mode === "netascii");
    assert(filename !== "" && !filename.includes("\0"), url);
    const packet = encodePacket({ type: "RRQ", filename, mode, options: [] });
    const read = decodePacket(packet);
    assert(read.type === "RRQ" && read.mode === mode && read.filename !== "");
    // Written as a URL again, it is the same file.
    const host = encodeName(hostname).replaceAll("%3A", ":");
    const written = `tftp://${
      host.includes(":") ? `[${host}]` : host
    }:${port}/${encodeName(filename)};mode=${mode}`;
    assertEquals(parseTftpUrl(written), wellFormed(target), url);
  });
  assert(taken > 5000, `${taken}`);
});

function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

/** Half a surrogate pair can be in a string, but not in a URL. */
function wellFormed(target: ReturnType<typeof parseTftpUrl>) {
  const { hostname, filename } = target;
  return {
    ...target,
    hostname: hostname.toWellFormed(),
    filename: filename.toWellFormed(),
  };
}
