import { assertEquals } from "@std/assert";
import { withFilename } from "../../handlers/mod.ts";
import { fakeUpload } from "./_request.ts";

Deno.test("withFilename() changes the name, and nothing else", () => {
  const request = fakeUpload("a", { size: 7, body: new ReadableStream() });
  const renamed = withFilename(request, "b");
  assertEquals([renamed.filename, request.filename], ["b", "a"]);
  assertEquals([renamed.operation, renamed.size], ["write", 7]);
  assertEquals(renamed.body === request.body, true);
  assertEquals(renamed.signal === request.signal, true);
  assertEquals(withFilename(renamed, "c").filename, "c");
});

Deno.test("withFilename() leaves custom options and answers to them as they are", () => {
  const answers: string[][] = [];
  const request = fakeUpload("a", {
    customOptions: { md5: 5 },
    acknowledgeOption: (...answer) => void answers.push(answer),
  });
  const renamed = withFilename(withFilename(request, "b"), "c");
  assertEquals(renamed.customOptions, { md5: 5 });
  renamed.acknowledgeOption("md5", "x");
  assertEquals(answers, [["md5", "x"]]);
});

Deno.test("withFilename() does not look at the signal, which is made on demand", () => {
  let looks = 0;
  const request = fakeUpload("a");
  Object.defineProperty(request, "signal", {
    get() {
      looks++;
      return new AbortController().signal;
    },
  });
  const renamed = withFilename(request, "b");
  assertEquals(looks, 0);
  assertEquals(renamed.signal.aborted, false);
  assertEquals(looks, 1);
});
