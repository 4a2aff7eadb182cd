import { assertEquals } from "@std/assert";
import {
  BOOTP_COMMAND_OPTIONS,
  DHCP_COMMAND_OPTIONS,
  PXE_OPTIONS,
  readDuration,
  splitPair,
} from "../../cli/pxe_options.ts";

Deno.test("readDuration() reads what dnsmasq's configuration has, and weeks", () => {
  const cases = {
    90: 90,
    "45s": 45,
    "30m": 1800,
    "12h": 43200,
    "7d": 604800,
    "1w": 604800,
  };
  for (const [text, seconds] of Object.entries(cases)) {
    assertEquals(readDuration(text), seconds * 1000);
  }
  assertEquals(readDuration("infinite"), Infinity);
  for (const text of ["", "0", "-1", "1.5h", "1y", "h", "1hh"]) {
    assertEquals(readDuration(text), null);
  }
});

Deno.test("splitPair() splits at the first sign", () => {
  assertEquals(splitPair("a=b=c"), ["a", "b=c"]);
  assertEquals(splitPair("a"), ["a", ""]);
});

Deno.test("the tables name each option and each letter once", () => {
  for (
    const options of [PXE_OPTIONS, DHCP_COMMAND_OPTIONS, BOOTP_COMMAND_OPTIONS]
  ) {
    const names = options.flatMap(({ name, alias }) =>
      alias ? [name, alias] : [name]
    );
    assertEquals(names.length, new Set(names).size);
  }
});
