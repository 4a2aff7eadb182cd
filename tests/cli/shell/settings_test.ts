import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ShellError } from "../../../cli/shell/command.ts";
import { interpret } from "../../../cli/shell/interpreter.ts";
import { greeting } from "../../../cli/shell/settings.ts";
import { INITIAL_STATE, type ShellState } from "../../../cli/shell/state.ts";

const CHANGES: readonly [line: string, change: Partial<ShellState>][] = [
  ["connect h", { hostname: "h" }],
  ["connect 192.0.2.1 6969", { hostname: "192.0.2.1", port: 6969 }],
  ["connect [2001:db8::1]", { hostname: "2001:db8::1" }],
  ["mode netascii", { mode: "netascii" }],
  ["mode ASCII", { mode: "netascii" }],
  ["m image", { mode: "octet" }],
  ["ascii", { mode: "netascii" }],
  ["netascii", { mode: "netascii" }],
  ["binary", { mode: "octet" }],
  ["octet", { mode: "octet" }],
  ["blksize 8192", { blksize: 8192 }],
  ["blocksize 8", { blksize: 8 }],
  ["b default", { blksize: null }],
  ["windowsize 4", { windowsize: 4 }],
  ["w default", { windowsize: null }],
  ["option blksize 65464", { blksize: 65464 }],
  ["option BLKSIZE disable", { blksize: 512 }],
  ["option windowsize disable", { windowsize: 1 }],
  ["option timeout 3", { timeout: 3 }],
  ["option timeout disable", { timeout: null }],
  ["option rollover 1", { rollover: 1 }],
  ["option rollover disable", { rollover: null }],
  ["option x-name Value", { options: new Map([["x-name", "Value"]]) }],
  ["rexmt 0.2", { rexmtMs: 200 }],
  ["rexmt default", { rexmtMs: null }],
  ["timeout 10", { giveUpMs: 10_000, retries: null }],
  ["retries 2", { retries: 2, giveUpMs: null }],
  ["literal", { isLiteral: true }],
  ["verbose on", { isVerbose: true }],
  ["trace off", { isTracing: false }],
  ["rfc1350 on", { isRfc1350: true }],
];

for (const [line, change] of CHANGES) {
  Deno.test(`"${line}" changes what is remembered`, () => {
    assertEquals(interpret(line, INITIAL_STATE).change, change);
  });
}

Deno.test("an option is taken back by its name", () => {
  const options = new Map([["x", "1"], ["y", "2"]]);
  const { change } = interpret("option x disable", {
    ...INITIAL_STATE,
    options,
  });
  assertEquals(change?.options, new Map([["y", "2"]]));
  assertEquals(options.size, 2);
});

for (const line of ["literal", "verbose", "trace", "rfc1350"]) {
  Deno.test(`"${line}" turns a switch, and says where it is`, () => {
    const { change, text } = interpret(line, INITIAL_STATE);
    assertEquals(text, `${line} on`);
    const back = interpret(line, { ...INITIAL_STATE, ...change });
    assertEquals(back.text, `${line} off`);
  });
}

const SHOWN: readonly [line: string, text: RegExp][] = [
  ["mode", /^mode octet$/],
  ["blksize", /blksize 1428/],
  ["windowsize", /windowsize 16/],
  ["option", /^tsize, blksize 1428/],
  ["rexmt", /^retransmission +first after 1\.00 s/],
  ["timeout", /gives up after 31\.00 s/],
  ["retries", /gives up after 31\.00 s/],
  ["status", /^trace +off$/m],
];

for (const [line, text] of SHOWN) {
  Deno.test(`"${line}" shows, and changes nothing`, () => {
    const outcome = interpret(line, INITIAL_STATE);
    assertMatch(outcome.text!, text);
    assertEquals([outcome.change, outcome.action], [undefined, undefined]);
  });
}

const REFUSED: readonly [line: string, message: string][] = [
  ["connect", "Say: connect HOST [PORT]"],
  ["connect a/b", "must be an address or a host name"],
  ["connect h 0", "A port must be a whole number from 1 to 65535"],
  ["connect h 1 2", "Say: connect"],
  ["mode mail", "A mode must be octet or netascii"],
  ["mode toString", "A mode must be octet or netascii"],
  ["binary x", "binary takes no arguments"],
  ["blksize 7", "blksize must be a whole number from 8 to 65464"],
  ["windowsize 0", "windowsize must be"],
  ["windowsize 32768", "windowsize must be"],
  ["rexmt soon", "rexmt must be a number of seconds"],
  ["timeout 0", "timeout must be a number of seconds"],
  ["retries -1", "retries must be"],
  ["option blksize", "Say option blksize VALUE"],
  ["option timeout 256", "timeout must be a whole number from 1 to 255"],
  ["option rollover 2", "rollover must be 0 or 1"],
  ["option tsize disable", "tsize is always asked for"],
  ["option multicast 1", "Multicast (RFC 2090) is not supported"],
  ["option ü 1", "An option must have a name of ASCII letters"],
  ["verbose maybe", "Say on or off"],
];

for (const [line, message] of REFUSED) {
  Deno.test(`"${line}" is refused`, () => {
    assertThrows(() => interpret(line, INITIAL_STATE), ShellError, message);
  });
}

Deno.test("greeting() tells the mode, which is not that of other shells", () => {
  const lines = greeting({ ...INITIAL_STATE, hostname: "192.0.2.1" }).split(
    "\n",
  );
  assertEquals(lines[0], "Server: 192.0.2.1, port 69. Mode: octet.");
  assert(lines.every((line) => line.length <= 80));
});
