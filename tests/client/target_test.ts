import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  parseTftpUrl,
  resolveTarget,
  type TftpTarget,
} from "../../client/target.ts";

type Parts = readonly [
  hostname: string,
  port: number,
  filename: string,
  mode?: "netascii",
];

const URLS: Readonly<Record<string, Parts>> = {
  // RFC 3617 section 4.
  "tftp://example.com/myconfigurationfile;mode=netascii": [
    "example.com",
    69,
    "myconfigurationfile",
    "netascii",
  ],
  "tftp://example.com/mystartupfile": ["example.com", 69, "mystartupfile"],
  // Hosts and ports.
  "tftp://192.0.2.1/f": ["192.0.2.1", 69, "f"],
  "tftp://192.0.2.1:6969/f": ["192.0.2.1", 6969, "f"],
  "tftp://host:/f": ["host", 69, "f"],
  "tftp://host:1/f": ["host", 1, "f"],
  "tftp://host:65535/f": ["host", 65535, "f"],
  "tftp://[2001:db8::1]/f": ["2001:db8::1", 69, "f"],
  "tftp://[::1]:6969/f": ["::1", 6969, "f"],
  "tftp://[fe80::1%25eth0]/f": ["fe80::1%eth0", 69, "f"],
  "TFTP://HOST/F": ["HOST", 69, "F"],
  // One slash is the separator, others are part of the name.
  "tftp://h/dir/file": ["h", 69, "dir/file"],
  "tftp://h//dir/file": ["h", 69, "/dir/file"],
  "tftp://h///": ["h", 69, "//"],
  "tftp://h/dir/": ["h", 69, "dir/"],
  "tftp://h/../secret": ["h", 69, "../secret"],
  "tftp://h/./a//b": ["h", 69, "./a//b"],
  // What has a meaning in other URLs has none here.
  "tftp://h/a?b=c&d": ["h", 69, "a?b=c&d"],
  "tftp://h/a#b": ["h", 69, "a#b"],
  "tftp://h/a:b@c": ["h", 69, "a:b@c"],
  "tftp://h/a b": ["h", 69, "a b"],
  "tftp://h/a\\b": ["h", 69, "a\\b"],
  "tftp://h/a\nb": ["h", 69, "a\nb"],
  // Percent signs are decoded once, as UTF-8.
  "tftp://h/a%20b": ["h", 69, "a b"],
  "tftp://h/%41%2542": ["h", 69, "A%42"],
  "tftp://h/%2Fetc%2fpasswd": ["h", 69, "/etc/passwd"],
  "tftp://h/%C3%BC": ["h", 69, "ü"],
  "tftp://h/ü": ["h", 69, "ü"],
  "tftp://h/a+b": ["h", 69, "a+b"],
  "tftp://h/100%25": ["h", 69, "100%"],
  // Modes.
  "tftp://h/f;mode=octet": ["h", 69, "f"],
  "tftp://h/f;MODE=NetASCII": ["h", 69, "f", "netascii"],
  "tftp://h/a;b;mode=netascii": ["h", 69, "a;b", "netascii"],
  "tftp://h/f;mode=octet;mode=netascii": [
    "h",
    69,
    "f;mode=octet",
    "netascii",
  ],
  "tftp://h/f;mode=netascii;x": ["h", 69, "f;mode=netascii;x"],
  "tftp://h/f%3Bmode=netascii": ["h", 69, "f;mode=netascii"],
};

for (
  const [url, [hostname, port, filename, mode = "octet"]] of Object.entries(
    URLS,
  )
) {
  Deno.test(`parseTftpUrl() reads ${JSON.stringify(url)}`, () => {
    assertEquals(parseTftpUrl(url), { hostname, port, filename, mode });
  });
}

const LOOKS = "must look like tftp://host[:port]/name[;mode=netascii]";
const NO_URLS: Readonly<Record<string, string>> = {
  "": LOOKS,
  tftp: LOOKS,
  "tftp:": LOOKS,
  "tftp:/h/f": LOOKS,
  "tftp://": LOOKS,
  "tftp://h": LOOKS,
  "tftp://h:69": LOOKS,
  "http://h/f": LOOKS,
  "h/f": LOOKS,
  " tftp://h/f": LOOKS,
  "tftp://h:port/f": LOOKS,
  "tftp://h:-1/f": LOOKS,
  "tftp://h:6:9/f": LOOKS,
  "tftp://::1/f": LOOKS,
  "tftp://[::1/f": LOOKS,
  "tftp://::1]/f": LOOKS,
  "tftp:///f": "a host must be named",
  "tftp://[]/f": "a host must be named",
  "tftp://h/": "at least one character",
  "tftp://h/;mode=octet": "at least one character",
  "tftp://h/a%00b": "no NUL",
  "tftp://h/a\0b": "no NUL",
  "tftp://h/100%": "percent signs",
  "tftp://h/%zz": "percent signs",
  "tftp://h/%ff": "percent signs",
  "tftp://%/f": "percent signs",
  "tftp://h/f;mode=mail": "its mode must be octet or netascii",
  "tftp://h/f;mode=": "its mode must be octet or netascii",
};

for (const [url, message] of Object.entries(NO_URLS)) {
  Deno.test(`parseTftpUrl() refuses ${JSON.stringify(url)}`, () => {
    assertThrows(() => parseTftpUrl(url), SyntaxError, message);
  });
}

for (const port of [0, 65536, 99999999999]) {
  Deno.test(`parseTftpUrl() refuses port ${port}`, () => {
    assertThrows(() => parseTftpUrl(`tftp://h:${port}/f`), RangeError, "port");
  });
}

Deno.test("parseTftpUrl() reads a URL object like its text", () => {
  for (
    const url of ["tftp://h//a%20b;mode=netascii", "tftp://[::1]:70/%2525"]
  ) {
    assertEquals(parseTftpUrl(new URL(url)), parseTftpUrl(url));
  }
});

Deno.test("parseTftpUrl() is not slowed down by a long and strange text", () => {
  const start = performance.now();
  parseTftpUrl(
    `tftp://h/${";mode=".repeat(50_000)}x/`.replace(/=x\/$/, "=octet"),
  );
  assertThrows(
    () => parseTftpUrl("tftp://" + "[".repeat(100_000)),
    SyntaxError,
  );
  const elapsedMs = performance.now() - start;
  if (elapsedMs > 1000) throw new Error(`It took ${elapsedMs} ms`);
});

Deno.test("resolveTarget() fills in port and mode, and leaves the name as it is", () => {
  const target: TftpTarget = { hostname: "h", filename: "a%20b;mode=netascii" };
  assertEquals(resolveTarget(target), {
    hostname: "h",
    port: 69,
    filename: "a%20b;mode=netascii",
    mode: "octet",
  });
  const full = { ...target, port: 70, mode: "netascii" } as const;
  assertEquals(resolveTarget(full), full);
});

Deno.test("resolveTarget() reads URLs", () => {
  const parsed = parseTftpUrl("tftp://h/f");
  assertEquals(resolveTarget("tftp://h/f"), parsed);
  assertEquals(resolveTarget(new URL("tftp://h/f")), parsed);
  assertStrictEquals(resolveTarget("tftp://h/f").hostname, "h");
});

for (
  const [target, kind] of [
    [{ hostname: "", filename: "f" }, SyntaxError],
    [{ hostname: "h", filename: "" }, SyntaxError],
    [{ hostname: "h", filename: "a\0" }, SyntaxError],
    [{ hostname: "h", filename: "f", port: 0 }, RangeError],
    [{ hostname: "h", filename: "f", port: 65536 }, RangeError],
    [{ hostname: "h", filename: "f", port: 6.9 }, RangeError],
  ] as const
) {
  Deno.test(`resolveTarget() refuses ${JSON.stringify(target)}`, () => {
    assertThrows(() => resolveTarget(target), kind);
  });
}
