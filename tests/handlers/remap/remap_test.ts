import { ERROR_CODE, TftpError } from "../../../packet/mod.ts";
import {
  parseMapFile,
  parsePcreFile,
  pcreFallback,
  remap,
  type RemapOptions,
  type TftpHandler,
  TftpResponse,
} from "../../../handlers/mod.ts";
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { fakeRequest, fakeUpload } from "../_request.ts";
import { errorOf, rejectionOf } from "../_sandbox.ts";

/** A handler that notes the names it is asked for, and has some of them. */
function recorder(there?: readonly string[]) {
  const names: string[] = [];
  const handler: TftpHandler = (request) => {
    names.push(`${request.operation} ${request.filename}`);
    if (there !== undefined && !there.includes(request.filename)) {
      throw new TftpError(ERROR_CODE.FileNotFound);
    }
    return new TftpResponse(request.filename);
  };
  return { names, handler };
}

Deno.test("remap() gives reads and writes on under their new names", async () => {
  const { names, handler } = recorder();
  const remapped = remap(parseMapFile("rG ^ get/\nrP ^ put/\\i/"), handler);
  await remapped(fakeRequest("a"));
  await remapped(fakeUpload("a"));
  assertEquals(names, ["read get/a", "write put/127.0.0.1/a"]);
});

Deno.test("remap() gives the request itself on where the name stays", async () => {
  const request = fakeRequest("a");
  const remapped = remap(parseMapFile("r b c"), (given) => {
    assertStrictEquals(given, request);
  });
  await remapped(request);
});

Deno.test("remap() refuses with code 2, and the rule's text and no more for the client", () => {
  const { names, handler } = recorder();
  const rules = parseMapFile("a ^x No\\ \\0\nj ^y \\0\na ^z");
  const remapped = remap(rules, handler);
  const told = ["x\n", "y", "z"].map((name) => {
    const { code, wireText, message } = errorOf(() =>
      remapped(fakeRequest(name))
    );
    return [code, wireText, message];
  });
  assertEquals(told, [
    [
      2,
      "No x",
      'Cannot remap "x\\n" for 127.0.0.1: the rule in line 1 refuses it',
    ],
    [
      2,
      "Remap table failure",
      'Cannot remap "y" for 127.0.0.1: the rule in line 2 jumps to a label that is not there: "y"',
    ],
    [
      2,
      "Access violation",
      'Cannot remap "z" for 127.0.0.1: the rule in line 3 refuses it',
    ],
  ]);
  assertEquals(names, []);
});

Deno.test("remap() uses the rules that count at the time", async () => {
  const { names, handler } = recorder();
  let rules = parseMapFile("r a 1");
  const remapped = remap(() => rules, handler);
  await remapped(fakeRequest("a"));
  rules = parseMapFile("r a 2");
  await remapped(fakeRequest("a"));
  assertEquals(names, ["read 1", "read 2"]);
});

Deno.test("remap() asks for files for E, and says at once when it cannot", async () => {
  const { names, handler } = recorder();
  const rules = parseMapFile("rE ^ own/\nr ^ all/");
  const isTransferable = (name: string) => name === "own/a";
  const remapped = remap(rules, handler, { isTransferable });
  await remapped(fakeRequest("a"));
  await remapped(fakeRequest("b"));
  assertEquals(names, ["read own/a", "read all/b"]);
  assertThrows(() => remap(rules, handler), TypeError);
  assertThrows(
    () => remap(parseMapFile(""), handler, { maxSteps: 0 }),
    RangeError,
  );
});

Deno.test("remap() asks for files for E by the request, when that is wished, and only for E", async () => {
  const { names, handler } = recorder();
  const asked: string[] = [];
  let rules = parseMapFile("rE ^ own/\nr ^ all/");
  const options: RemapOptions = {
    async checkerFor({ filename, remote }) {
      asked.push(filename);
      await Promise.resolve();
      return (name) => remote.hostname === "192.0.2.7" && name === "own/a";
    },
    isTransferable: () => true,
  };
  remap(rules, handler, options);
  const remapped = remap(() => rules, handler, options);
  const remote = { transport: "udp", hostname: "192.0.2.7", port: 5 } as const;
  await remapped(fakeRequest("a", { remote }));
  await remapped(fakeRequest("a"));
  assertEquals(names, ["read own/a", "read all/a"]);
  rules = parseMapFile("r a c");
  remapped(fakeRequest("a"));
  assertEquals([names.at(-1), asked], ["read c", ["a", "a"]]);
});

Deno.test("remap() refuses as the one who looks for files does", async () => {
  const { names, handler } = recorder();
  const remapped = remap(parseMapFile("E a"), handler, {
    checkerFor() {
      throw new TftpError(ERROR_CODE.FileNotFound, "no neighbour");
    },
  });
  const error = await rejectionOf(async () => await remapped(fakeRequest("a")));
  assertEquals([error.message, names], ["no neighbour", []]);
});

Deno.test("pcreFallback() asks for the other name when a file that is read is not there", async () => {
  const { names, handler } = recorder(["own.conf", "master.conf"]);
  const rules = parsePcreFile("^\\w+\\.conf$ master.conf");
  const fallback = pcreFallback(() => rules, handler);
  const response = await fallback(fakeRequest("r1.conf"));
  assertEquals(response?.source?.size, "master.conf".length);
  await fallback(fakeRequest("own.conf"));
  assertEquals(names, ["read r1.conf", "read master.conf", "read own.conf"]);
});

Deno.test("pcreFallback() leaves writes, other errors and other names alone", async () => {
  const { names, handler } = recorder([]);
  const fallback = pcreFallback(parsePcreFile("^a x\n^b b"), handler);
  for (const request of [fakeUpload("a"), fakeRequest("b"), fakeRequest("c")]) {
    assertEquals(
      (await rejectionOf(async () => await fallback(request))).code,
      1,
    );
  }
  assertEquals(names, ["write a", "read b", "read c"]);
  const broken = pcreFallback(parsePcreFile("^a x"), () => {
    throw new Error("broken");
  });
  await assertRejects(
    async () => await broken(fakeRequest("a")),
    Error,
    "broken",
  );
});

Deno.test("pcreFallback() throws what the handler throws for the other name", async () => {
  const { names, handler } = recorder([]);
  const fallback = pcreFallback(parsePcreFile("^a x"), handler);
  assertEquals(
    (await rejectionOf(async () => await fallback(fakeRequest("a")))).code,
    1,
  );
  assertEquals(names, ["read a", "read x"]);
});

Deno.test("pcreFallback() takes for missing what the client is told is missing", async () => {
  const rules = parsePcreFile("^a$ b");
  const missing: readonly (() => void)[] = [
    () => {},
    () => {
      throw new Deno.errors.NotFound("a");
    },
  ];
  for (const none of missing) {
    const handler = pcreFallback(
      rules,
      ({ filename }) => filename === "b" ? new TftpResponse("b") : none(),
    );
    const response = await handler(fakeRequest("a"));
    assertEquals(response?.source?.size, 1);
  }
});
