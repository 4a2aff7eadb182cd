import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type OptionList, TftpError } from "../../packet/mod.ts";
import { serve, type ServeOptions, TftpResponse } from "../../server.ts";
import {
  type CustomOptions,
  OptionAnswers,
  tableOfOptions,
} from "../../server/custom_options.ts";
import type { RequestInfo } from "../../server/events.ts";
import { resolveOptions } from "../../server/options.ts";
import { fakeRequest } from "../handlers/_request.ts";
import { VirtualNetwork } from "../_virtual.ts";

const REQUEST = fakeRequest("file");
const text = { parse: (text: string) => text };

/** What options mean in a request for some, and what was thrown. */
function understand(
  asked: OptionList,
  customOptions: CustomOptions,
  options: ServeOptions = {},
) {
  const faults: unknown[] = [];
  const info: RequestInfo = { ...REQUEST, id: 1, options: asked };
  const config = resolveOptions({ ...options, customOptions }, () => {});
  const answers = new OptionAnswers(info, {
    ...config,
    onFault: (error) => faults.push(error),
  });
  const collect = async () =>
    Object.fromEntries(await answers.collect(REQUEST));
  return { answers, collect, faults, info };
}

for (const name of ["blksize", "TSIZE", "", "a b", "a\0", "grün"]) {
  Deno.test(`tableOfOptions() refuses the name ${JSON.stringify(name)} at once`, () => {
    assertThrows(
      () => tableOfOptions({ [name]: text }),
      TypeError,
      "Cannot use custom option as its name must",
    );
    assertThrows(
      () => serve({ customOptions: { [name]: text } }, () => {}),
      TypeError,
    );
  });
}

Deno.test("tableOfOptions() refuses two names that differ by case alone", () => {
  assertThrows(
    () => tableOfOptions({ md5: text, MD5: text }),
    TypeError,
    'Cannot register custom option "MD5" as names must differ by more than case',
  );
});

for (const option of [null, {}, { parse: "text" }, "text"]) {
  Deno.test(`tableOfOptions() refuses ${JSON.stringify(option)} as an option`, () => {
    assertThrows(
      () => tableOfOptions({ md5: option } as unknown as CustomOptions),
      TypeError,
      'Cannot register custom option "md5" as parse must be a function: current value is ',
    );
  });
}

Deno.test("what was asked for is parsed, once each, by the name that was registered", () => {
  const seen: unknown[] = [];
  const parse = (text: string, request: RequestInfo) => {
    seen.push(text, request);
    return text.length;
  };
  const { answers, info } = understand(
    [["md5", "first"], ["COLOR", "blue"], ["MD5", "last!!"]],
    { Md5: { parse }, color: text, lang: text },
  );
  assertEquals({ ...answers.values }, { Md5: 6, color: "blue" });
  assertEquals(seen, ["last!!", info]);
});

Deno.test("values that mean nothing elsewhere are values here", () => {
  for (const value of [null, 0, "", false, NaN]) {
    const { answers } = understand([["a", ""]], { a: { parse: () => value } });
    assertStrictEquals(answers.values.a, value);
  }
});

Deno.test("names of what every object has are only what was asked for", async () => {
  const names = ["constructor", "__proto__", "toString"];
  const options = Object.fromEntries(
    names.map((name) => [name, { ...text, answer: () => name }]),
  );
  const nothing = understand([], options);
  for (const name of names) {
    assertEquals(nothing.answers.values[name], undefined);
  }
  assertEquals(await nothing.collect(), {});
  const all = understand(names.map((name) => [name, "x"] as const), options);
  for (const name of names) assertEquals(all.answers.values[name], "x");
  assertEquals(
    Object.keys(await all.collect()).sort(),
    names.map((name) => name.toLowerCase()).sort(),
  );
});

Deno.test("an option that does not parse is not told, and nobody answers it", async () => {
  const { answers, collect, faults } = understand([["md5", "?"]], {
    md5: { parse: () => undefined, answer: () => "registered" },
  });
  assertEquals("md5" in answers.values, false);
  answers.acknowledge("MD5", "from the handler");
  assertEquals(await collect(), {});
  assertEquals(faults, []);
});

Deno.test("a parser that throws has not parsed, which is told; other options are as they were", async () => {
  const fault = new Error("parser");
  const { answers, collect, faults } = understand(
    [["md5", "?"], ["lang", "de"]],
    {
      md5: {
        parse() {
          throw fault;
        },
        answer: () => "x",
      },
      lang: { ...text, answer: (value) => `${value}!` },
    },
  );
  assertEquals({ ...answers.values }, { lang: "de" });
  assertEquals(await collect(), { lang: "de!" });
  assertEquals(faults, [fault]);
});

Deno.test("a parser that throws a TftpError refuses", () => {
  const refusal = new TftpError(2, "Wrong token");
  const parse = () => {
    throw refusal;
  };
  const error = assertThrows(() =>
    understand([["token", ""]], { token: { parse } })
  );
  assertStrictEquals(error, refusal);
  understand([], { token: { parse } });
});

Deno.test("an option that policy refuses is not parsed, told or answered", async () => {
  const parse = () => {
    throw new Error("It was not to be parsed");
  };
  const options = { md5: { parse, answer: () => "x" } };
  for (const policy of [{ refuseOptions: ["MD5"] }, { rfc1350: true }]) {
    const { answers, collect, faults } = understand(
      [["md5", ""]],
      options,
      policy,
    );
    answers.acknowledge("md5", "x");
    assertEquals({ ...answers.values }, {});
    assertEquals(await collect(), {});
    assertEquals(faults, []);
  }
});

Deno.test("the response goes before the handler's word, and that before the registered answer", async () => {
  const asked = [["a", ""], ["b", ""], ["c", ""]] as const;
  const called: string[] = [];
  const option = (name: string) => ({
    ...text,
    answer: () => (called.push(name), "registered"),
  });
  const { answers, collect } = understand(asked, {
    a: option("a"),
    b: option("b"),
    c: option("c"),
  });
  answers.acknowledge("A", "word");
  answers.acknowledge("b", "word");
  answers.acknowledge("b", "second word");
  answers.acknowledgeAll({ a: "response" });
  assertEquals(await collect(), {
    a: "response",
    b: "second word",
    c: "registered",
  });
  assertEquals(called, ["c"]);
});

Deno.test("a registered answer is given value and request, may take its time, and may be none", async () => {
  const seen: unknown[] = [];
  const { collect } = understand([["a", "1"], ["b", "2"], ["c", "3"]], {
    a: {
      ...text,
      async answer(value, request) {
        seen.push(value, request);
        await Promise.resolve();
        return `${value}${value}`;
      },
    },
    b: { ...text, answer: () => undefined },
    c: text,
  });
  assertEquals(await collect(), { a: "11" });
  assertEquals(seen, ["1", REQUEST]);
});

Deno.test("parser and answer are methods of their option", async () => {
  class Counter {
    count = 0;
    parse(): number {
      return ++this.count;
    }
    answer(): string {
      return String(this.count);
    }
  }
  const { collect } = understand([["n", ""]], { n: new Counter() });
  assertEquals(await collect(), { n: "1" });
});

Deno.test("answers that no packet can hold are mistakes, whoever makes them", async () => {
  const long = "x".repeat(510);
  for (const answer of ["a\0", long, 5 as unknown as string]) {
    const { answers } = understand([], {});
    assertThrows(() => answers.acknowledge("md5", answer), Error, "Cannot use");
    const { collect } = understand([["md5", ""]], {
      md5: { ...text, answer: () => answer },
    });
    await assertRejects(() => collect(), Error, "Cannot use");
  }
  assertThrows(
    () => understand([], {}).answers.acknowledge("blksize", "8"),
    TypeError,
  );
});

Deno.test("an answer that comes too late is a mistake", async () => {
  const { answers, collect } = understand([["md5", ""]], { md5: text });
  await collect();
  assertThrows(
    () => answers.acknowledge("md5", "x"),
    TypeError,
    'Cannot acknowledge option "md5" as the handler must do so before it returns or reads the body: the OACK is made',
  );
});

Deno.test("a handler finds values with the types of their parsers", async () => {
  const network = new VirtualNetwork();
  const server = serve({
    network,
    clock: network.clock,
    customOptions: {
      line: {
        parse: (text: string) => text === "" ? undefined : Number(text),
        answer: (line) => line.toFixed(),
      },
      lang: { parse: (text: string) => ({ text }) },
    },
  }, ({ customOptions: { line, lang }, customOptions }) => {
    const number: number | undefined = line;
    const value: { text: string } | undefined = lang;
    // @ts-expect-error: No such option is registered.
    customOptions.other;
    return new TftpResponse(`${number}${value}`);
  });
  await server.shutdown();
});
