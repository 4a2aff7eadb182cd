import { assertEquals, assertThrows } from "@std/assert";
import { rotatingFile } from "../../observe/mod.ts";
import {
  LogFile,
  type LogFiles,
  type LogHandle,
} from "../../observe/rotating_file.ts";
import { replace, Sandbox } from "../handlers/_sandbox.ts";

/** All files of a sandbox with what is in them. */
function texts(sandbox: Sandbox): Record<string, string> {
  return Object.fromEntries(
    sandbox.list().map((name) => [name, sandbox.read(name)]),
  );
}

/** A log whose files hold two lines of four octets each. */
function open(sandbox: Sandbox, maxFiles?: number) {
  return rotatingFile({
    path: `${sandbox.path}/log`,
    maxBytes: 10,
    ...(maxFiles === undefined ? {} : { maxFiles }),
  });
}

Deno.test("rotatingFile() appends lines, and rotates before one that does not fit", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox, 3);
  const write = (...lines: string[]) => lines.forEach((it) => file.write(it));
  write("1111", "2222");
  assertEquals(texts(sandbox), { log: "1111\n2222\n" });
  assertEquals(file.sizeBytes, 10);
  write("3333");
  assertEquals(texts(sandbox), { "log": "3333\n", "log.1": "1111\n2222\n" });
  write("4444", "5555", "6666");
  assertEquals(texts(sandbox), {
    "log": "5555\n6666\n",
    "log.1": "3333\n4444\n",
    "log.2": "1111\n2222\n",
  });
  write("7777");
  assertEquals(texts(sandbox), {
    "log": "7777\n",
    "log.1": "5555\n6666\n",
    "log.2": "3333\n4444\n",
  });
});

Deno.test("rotatingFile() keeps five files where no number is given", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox);
  for (let i = 10; i < 30; i++) file.write(`line ${i}`);
  assertEquals(sandbox.list(), ["log", "log.1", "log.2", "log.3", "log.4"]);
  assertEquals(sandbox.read("log"), "line 29\n");
});

Deno.test("rotatingFile() with one file starts it anew when it is full", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox, 1);
  for (const line of ["1111", "2222", "3333"]) file.write(line);
  assertEquals(texts(sandbox), { log: "3333\n" });
});

Deno.test("rotatingFile() gives a line that is too long a file of its own, whole", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox);
  file.write("1");
  file.write("2".repeat(50));
  file.write("3");
  assertEquals(texts(sandbox), {
    "log": "3\n",
    "log.1": `${"2".repeat(50)}\n`,
    "log.2": "1\n",
  });
});

Deno.test("rotatingFile() counts octets, not characters", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox);
  file.write("ääää");
  assertEquals(file.sizeBytes, 9);
  file.write("x");
  assertEquals(sandbox.list(), ["log", "log.1"]);
});

Deno.test("rotatingFile() goes on in a file that is there", () => {
  using sandbox = new Sandbox({ log: "before\n" });
  using file = open(sandbox);
  file.write("ab");
  assertEquals(texts(sandbox), { log: "before\nab\n" });
  file.write("c");
  assertEquals(texts(sandbox), { "log": "c\n", "log.1": "before\nab\n" });
});

Deno.test("rotatingFile() begins on a line of its own behind one that was torn", () => {
  using sandbox = new Sandbox({ log: "to" });
  using file = open(sandbox);
  file.write("ab");
  file.write("cd");
  assertEquals(texts(sandbox), { log: "to\nab\ncd\n" });
});

Deno.test("rotatingFile() loses nothing where numbers are missing", () => {
  using sandbox = new Sandbox({ "log": "1111\n2222\n", "log.2": "old\n" });
  using file = open(sandbox, 4);
  file.write("3333");
  assertEquals(texts(sandbox), {
    "log": "3333\n",
    "log.1": "1111\n2222\n",
    "log.3": "old\n",
  });
});

Deno.test("rotatingFile() writes under its name again after reopen()", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox);
  file.write("one");
  Deno.renameSync(`${sandbox.path}/log`, `${sandbox.path}/taken`);
  file.write("two");
  file.reopen();
  assertEquals(file.sizeBytes, 0);
  file.write("three");
  assertEquals(texts(sandbox), { log: "three\n", taken: "one\ntwo\n" });
});

Deno.test("rotatingFile() stays with its file when it cannot be opened anew", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox);
  file.write("one");
  Deno.renameSync(`${sandbox.path}/log`, `${sandbox.path}/taken`);
  Deno.mkdirSync(`${sandbox.path}/log`);
  assertThrows(() => file.reopen());
  file.write("two");
  assertEquals(sandbox.read("taken"), "one\ntwo\n");
});

Deno.test("rotatingFile() sees that something else has emptied its file", () => {
  using sandbox = new Sandbox();
  using file = open(sandbox);
  file.write("1111");
  file.write("2222");
  Deno.truncateSync(`${sandbox.path}/log`);
  file.write("3333");
  assertEquals(texts(sandbox), { log: "3333\n" });
});

Deno.test("rotatingFile() writes nothing once it is closed", () => {
  using sandbox = new Sandbox();
  const file = open(sandbox);
  file.write("one");
  file.close();
  file.close();
  file.reopen();
  file.write("two");
  assertEquals(file.lostLines, 1);
  assertEquals(texts(sandbox), { log: "one\n" });
});

Deno.test("rotatingFile() never renames what is no regular file", () => {
  using sandbox = new Sandbox();
  Deno.symlinkSync("/dev/null", `${sandbox.path}/log`);
  using file = open(sandbox);
  for (let i = 0; i < 10; i++) file.write("12345678");
  assertEquals(sandbox.list(), ["log"]);
});

Deno.test("rotatingFile() throws at once when the file cannot be opened", () => {
  using sandbox = new Sandbox();
  assertThrows(
    () => rotatingFile({ path: `${sandbox.path}/none/log` }),
    Deno.errors.NotFound,
  );
});

for (
  const options of [
    { maxBytes: 0 },
    { maxBytes: 1.5 },
    { maxFiles: 0 },
    { maxFiles: NaN },
  ]
) {
  Deno.test(`rotatingFile() refuses ${Object.entries(options)}`, () => {
    const [[name, value]] = Object.entries(options) as [[string, number]];
    const error = assertThrows(
      () => rotatingFile({ path: "never made", ...options }),
      RangeError,
    );
    assertEquals(
      error.message,
      `Cannot rotate files as ${name} must be a whole number from 1 on: current value is ${value}`,
    );
  });
}

// What a system may do that does not happen on order.

/** A file system in memory, whose disk can be full and whose names can be stuck. */
class Files implements LogFiles {
  readonly texts = new Map<string, { text: string }>();
  /** Octets that one call takes. */
  chunk = Infinity;
  /** Octets that fit on the disk. */
  space = Infinity;
  renameError: unknown = null;
  readonly log: string[] = [];
  opened = 0;

  open(path: string): LogHandle {
    const file = this.texts.get(path) ?? { text: "" };
    this.texts.set(path, file);
    this.opened++;
    return {
      writeSync: (bytes) => {
        if (this.space === 0) throw new Error("No space left on device");
        const count = Math.min(bytes.length, this.chunk, this.space);
        this.space -= count;
        file.text += new TextDecoder().decode(bytes.subarray(0, count));
        return count;
      },
      statSync: () => ({ isFile: true, size: file.text.length }),
      close: () => void this.opened--,
    };
  }

  rename(from: string, to: string): void {
    if (this.renameError !== null) throw this.renameError;
    const file = this.texts.get(from);
    if (!file) throw new Deno.errors.NotFound(from);
    this.log.push(`${from} > ${to}`);
    this.texts.delete(from);
    this.texts.set(to, file);
  }

  remove(path: string): void {
    this.texts.delete(path);
  }

  isTorn(path: string): boolean {
    return !this.texts.get(path)!.text.endsWith("\n");
  }

  get all(): Record<string, string> {
    return Object.fromEntries(
      [...this.texts].map(([name, { text }]) => [name, text]),
    );
  }
}

Deno.test("a line that the system takes in pieces is in one file all the same", () => {
  const files = new Files();
  files.chunk = 3;
  using file = new LogFile({ path: "log", maxBytes: 10 }, files);
  file.write("11111111");
  file.write("22222222");
  assertEquals(files.all, { "log.1": "11111111\n", "log": "22222222\n" });
});

Deno.test("a line that a full disk has torn is not continued by the next one", () => {
  const files = new Files();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  using file = new LogFile({ path: "log", maxBytes: 100, onError }, files);
  file.write("first");
  files.space = 3;
  for (const line of ["second", "third", "fourth"]) file.write(line);
  assertEquals(errors.length, 1);
  assertEquals(file.lostLines, 3);
  files.space = Infinity;
  file.write("fifth");
  file.write("sixth");
  assertEquals(files.all, { log: "first\nsec\nfifth\nsixth\n" });
  files.space = 0;
  file.write("seventh");
  assertEquals(errors.length, 2);
});

Deno.test("a torn line stays torn while not even its end can be written", () => {
  const files = new Files();
  const onError = () => {};
  using file = new LogFile({ path: "log", maxBytes: 100, onError }, files);
  files.space = 2;
  file.write("first");
  files.space = 1;
  file.write("second");
  files.space = Infinity;
  file.write("third");
  assertEquals(files.all, { log: "fi\nthird\n" });
});

Deno.test("without onError write() says what went wrong", () => {
  const files = new Files();
  using file = new LogFile({ path: "log" }, files);
  files.space = 0;
  assertThrows(() => file.write("x"), Error, "No space left on device");
  assertEquals(file.lostLines, 1);
});

Deno.test("a file that cannot be rotated is written to, and tried again when it is as long again", () => {
  const files = new Files();
  const errors: unknown[] = [];
  const options = {
    path: "log",
    maxBytes: 10,
    onError: (error: unknown) => errors.push(error),
  };
  using file = new LogFile(options, files);
  files.renameError = new Error("Permission denied");
  for (const line of ["1111", "2222", "3333", "4444"]) file.write(line);
  assertEquals(errors, [files.renameError]);
  assertEquals(files.all, { log: "1111\n2222\n3333\n4444\n" });
  files.renameError = null;
  file.write("5555");
  assertEquals(files.all, {
    "log.1": "1111\n2222\n3333\n4444\n",
    "log": "5555\n",
  });
  assertEquals(file.lostLines, 0);
});

Deno.test("files are renamed from the oldest on", () => {
  const files = new Files();
  using file = new LogFile({ path: "log", maxBytes: 2, maxFiles: 3 }, files);
  for (const line of ["1", "2", "3", "4"]) file.write(line);
  assertEquals(files.log.slice(-2), ["log.1 > log.2", "log > log.1"]);
});

Deno.test("no file stays open", () => {
  const files = new Files();
  const file = new LogFile({ path: "log", maxBytes: 2 }, files);
  for (const line of ["1", "2", "3"]) file.write(line);
  file.reopen();
  assertEquals(files.opened, 1);
  file.close();
  assertEquals(files.opened, 0);
  const broken = new Files();
  const { open } = broken;
  using _files = replace(broken as LogFiles, {
    open: (path) => ({
      ...open.call(broken, path),
      statSync: () => {
        throw new Error("Not now");
      },
    }),
  });
  assertThrows(() => new LogFile({ path: "log" }, broken), Error, "Not now");
  assertEquals(broken.opened, 0);
});
