// Options that are not built in, in a negotiation; those that are have their rules in negotiate_test.ts.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  encodePacket,
  MAX_OPTION_ACK_BYTES,
  negotiateOptions,
  type NegotiationPolicy,
  OPTION_NAMES,
  type OptionList,
} from "../../packet/mod.ts";
import { forAll } from "../_random.ts";

function answer(
  asked: OptionList,
  answers: Record<string, string>,
  policy: NegotiationPolicy = {},
): OptionList {
  const customAnswers = new Map(Object.entries(answers));
  return negotiateOptions(asked, policy, {
    operation: "read",
    size: 9000,
    customAnswers,
  }).accepted;
}

Deno.test("a custom option is answered as spelled, where it was asked", () => {
  const asked: OptionList = [["MD5", ""], ["blksize", "1024"], ["Lang", "de"]];
  assertEquals(answer(asked, { lang: "fr", md5: "abc" }), [
    ["MD5", "abc"],
    ["blksize", "1024"],
    ["Lang", "fr"],
  ]);
});

Deno.test("an answer to what was not asked does not go out, nor is a question answered without one", () => {
  assertEquals(answer([], { md5: "abc" }), []);
  assertEquals(answer([["md4", ""]], { md5: "abc" }), []);
  assertEquals(answer([["md5", ""]], {}), []);
  assertEquals(answer([["constructor", ""], ["__proto__", ""]], {}), []);
});

Deno.test("a custom option that is asked twice is answered once, where it was asked last", () => {
  const asked: OptionList = [["md5", "1"], ["tsize", "0"], ["MD5", "2"]];
  assertEquals(answer(asked, { md5: "abc" }), [["tsize", "9000"], [
    "MD5",
    "abc",
  ]]);
});

Deno.test("names differ by more than case only in ASCII", () => {
  // In Unicode, the Kelvin sign is a capital k.
  assertEquals(answer([["\u212aey", ""]], { key: "x" }), []);
  assertEquals(answer([["BL\u212aSIZE", "1024"]], {}), []);
});

Deno.test("any option can be refused, and all at once", () => {
  const asked: OptionList = [
    ["blksize", "1024"],
    ["timeout", "2"],
    ["tsize", "0"],
    ["windowsize", "4"],
    ["rollover", "0"],
    ["Md5", ""],
  ];
  const rivals: OptionList = [["blksize2", "1024"], ["utimeout", "20000"]];
  const answers = { md5: "abc" };
  for (const name of [...OPTION_NAMES, "md5"]) {
    const list = name in Object.fromEntries(rivals) ? rivals : asked;
    const left = answer(list, answers, { refuse: [name] });
    assertEquals(
      left.map(([other]) => other),
      list.map(([other]) => other).filter((it) => it.toLowerCase() !== name),
    );
    assertEquals(answer(list, answers, { refuse: "all" }), []);
  }
});

Deno.test("custom answers never change the answer to a built-in option", () => {
  const answers = { blksize: "9999", windowsize: "9", tsize: "x" };
  assertEquals(answer([["blksize", "600"]], answers), [["blksize", "600"]]);
  assertEquals(answer([["blksize", "many"]], answers), []);
  assertEquals(answer([["windowsize", "0"]], answers), []);
});

Deno.test("what makes an OACK longer than 512 octets is left out, and what fits stays", () => {
  const asked: OptionList = [
    ["a", ""],
    ["b", ""],
    ["tsize", "0"],
    ["c", ""],
    ["blksize", "1024"],
  ];
  // 2 of the opcode, 11 of tsize, 13 of blksize, and 3 beside each answer.
  const room = 512 - 2 - 11 - 13;
  const exact = { a: "x".repeat(200), b: "y".repeat(room - 200 - 6) };
  assertEquals(answer(asked, exact).map(([name]) => name), [
    "a",
    "b",
    "tsize",
    "blksize",
  ]);
  assertEquals(sizeOf(answer(asked, exact)), 512);
  const tooMuch = { a: exact.a, b: exact.b + "y", c: "z" };
  assertEquals(answer(asked, tooMuch).map(([name]) => name), [
    "a",
    "tsize",
    "c",
    "blksize",
  ]);
});

Deno.test("no set of answers makes an OACK too long, or moves a built-in option", () => {
  forAll(500, (random) => {
    const names = ["a", "bb", "ccc", "blksize", "tsize", "timeout", "rollover"];
    const asked: OptionList = random.list(
      random.between(0, 12),
      () => [random.pick(names), "8"] as const,
    );
    const answers = Object.fromEntries(
      ["a", "bb", "ccc", "d"].map((name) => [
        name,
        random.pick(["x", "ü"]).repeat(random.between(0, 300)),
      ]),
    );
    const accepted = answer(asked, answers);
    assert(sizeOf(accepted) <= MAX_OPTION_ACK_BYTES);
    assertEquals(
      accepted.filter(([name]) => !(name in answers)),
      answer(asked, {}),
    );
    for (const [name, value] of accepted) {
      if (name in answers) assertEquals(value, answers[name]);
    }
  });
});

Deno.test("an answer that cannot be put into a packet is found by the encoder", () => {
  const accepted = answer([["md5", ""]], { md5: "a\0" });
  assertThrows(
    () => encodePacket({ type: "OACK", options: accepted }),
    TypeError,
  );
});

function sizeOf(options: OptionList): number {
  return encodePacket({ type: "OACK", options }).length;
}
