import { assertEquals, assertThrows } from "@std/assert";
import {
  customAnswers,
  planCustomOptions,
} from "../../client/custom_options.ts";
import { resolveClientOptions } from "../../client/options.ts";

Deno.test("planCustomOptions() asks in the order that was given, as spelled", () => {
  const { asked, checks } = planCustomOptions({
    md5: "",
    "X-Lang": { value: "de" },
  });
  assertEquals(asked, [["md5", ""], ["X-Lang", "de"]]);
  assertEquals(checks.size, 0);
});

Deno.test("planCustomOptions() keeps checks by the name without case", () => {
  class Wish {
    value = "";
    good = "yes";
    accept(answer: string): boolean {
      return answer === this.good;
    }
  }
  const { checks } = planCustomOptions({ MD5: new Wish() });
  assertEquals([...checks.keys()], ["md5"]);
  assertEquals(checks.get("md5")!("yes"), true);
  assertEquals(checks.get("md5")!("no"), false);
});

for (
  const [name, value] of [
    ["blksize", "8"],
    ["TSize", "0"],
    ["", "x"],
    ["a b", "x"],
    ["md5", "a\0"],
    ["md5", "x".repeat(510)],
    ["md5", { value: "\0" }],
    ["md5", {} as { value: string }],
  ] as const
) {
  Deno.test(`a client refuses to ask for ${JSON.stringify([name, value]).slice(0, 40)}`, () => {
    const customOptions = { [name]: value };
    assertThrows(
      () => resolveClientOptions({ customOptions }),
      Error,
      "Cannot use custom",
    );
  });
}

Deno.test("custom options come last, and are asked for once", () => {
  const { ask } = resolveClientOptions({
    options: [["color", "blue"]],
    customOptions: { md5: "" },
  });
  assertEquals(ask(0), [
    ["blksize", "1428"],
    ["tsize", "0"],
    ["windowsize", "16"],
    ["color", "blue"],
    ["md5", ""],
  ]);
  for (const customOptions of [{ md5: "", MD5: "" }, { Color: "red" }]) {
    assertThrows(
      () => resolveClientOptions({ options: [["color", ""]], customOptions }),
      TypeError,
      "twice",
    );
  }
});

Deno.test("RFC 1350 to the letter asks for no custom option, and expects none", () => {
  const { ask, customOptions } = resolveClientOptions({
    rfc1350: true,
    customOptions: { md5: { value: "", accept: () => false } },
  });
  assertEquals(ask(0), []);
  assertEquals(customOptions, { asked: [], checks: new Map() });
});

Deno.test("customAnswers() tells answers by the names that were asked for, and no others", () => {
  const plan = planCustomOptions({ "X-Lang": "de", md5: "", constructor: "" });
  assertEquals(customAnswers(plan, null), {});
  assertEquals(customAnswers(plan, [["blksize", "8"]]), {});
  const answers = customAnswers(plan, [
    ["blksize", "8"],
    ["x-lang", "fr"],
    ["MD5", ""],
  ]);
  assertEquals(answers, { "X-Lang": "fr", md5: "" });
});
