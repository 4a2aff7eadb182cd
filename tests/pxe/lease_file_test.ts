import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  formatLease,
  type Lease,
  LeaseFile,
  type LeaseStorage,
  parseLease,
} from "../../pxe/mod.ts";
import { forAll, forAllAsync, type Random } from "../_random.ts";

const END = Date.UTC(2030, 0, 1);

function lease(n: number, more: Partial<Lease> = {}): Lease {
  return {
    address: `10.0.${n >> 8}.${n & 0xff}`,
    mac: "52:54:00:12:34:56",
    state: "leased",
    expiresAt: END + n * 1000,
    ...more,
  };
}

/** A text in memory whose operations can fail, or wait. */
class MemoryStorage implements LeaseStorage {
  text: string;
  readonly calls: string[] = [];
  /** What the next operation writes before it fails; `null` for none that fails. */
  failAfter: number | null = null;
  /** What operations wait for. */
  gate: Promise<void> = Promise.resolve();
  isClosed = false;

  constructor(text = "") {
    this.text = text;
  }

  read(): Promise<string> {
    return Promise.resolve(this.text);
  }

  async append(text: string): Promise<void> {
    this.calls.push("append");
    await this.gate;
    this.text += text.slice(0, this.failAfter ?? text.length);
    this.#fail();
  }

  async replace(text: string): Promise<void> {
    this.calls.push("replace");
    await this.gate;
    this.#fail();
    this.text = text;
  }

  close(): void {
    this.isClosed = true;
  }

  #fail(): void {
    if (this.failAfter === null) return;
    this.failAfter = null;
    throw new Error("No space left");
  }
}

async function addresses(text: string): Promise<string[]> {
  const file = await LeaseFile.open(new MemoryStorage(text));
  return file.leases.map(({ address }) => address);
}

Deno.test("a lease becomes a line, and the same lease again", () => {
  const leases: Lease[] = [
    lease(1),
    lease(2, { hostname: "lab-3", clientId: "ff:01:02" }),
    lease(3, { state: "declined" }),
    lease(4, { expiresAt: Infinity }),
    lease(5, { mac: "", clientId: "00:41" }),
    lease(6, { mac: "06-00:00:00:01:02:03" }),
  ];
  for (const each of leases) assertEquals(parseLease(formatLease(each)), each);
});

Deno.test("a name that would not stay a word is left out", () => {
  for (const hostname of ["a b", "a\nb", "", "é", "-a", "a".repeat(64), "*"]) {
    const line = formatLease(lease(1, { hostname }));
    assertEquals(line, formatLease(lease(1)));
  }
});

Deno.test("a lease that ends at the beginning of time is no lease for ever", () => {
  const line = formatLease(lease(1, { expiresAt: 0 }));
  assertEquals(parseLease(line)?.expiresAt, 1000);
});

Deno.test("lines of dnsmasq are understood, and what is none is not", () => {
  const line = "1893456000 52:54:00:12:34:56 10.0.0.1 lab * ";
  assertEquals(parseLease(line)?.hostname, "lab");
  const id = "1893456000 52:54:00:12:34:56 10.0.0.1 * 01:52:54:00:12:34:56";
  assertEquals(parseLease(id)?.clientId, undefined);
  const bad = [
    "",
    "x 52:54:00:12:34:56 10.0.0.1 * *",
    "-1 52:54:00:12:34:56 10.0.0.1 * *",
    "1 52:54:00:12:34:5 10.0.0.1 * *",
    "1 52:54:00:12:34:56 10.0.0 * *",
    "1 52:54:00:12:34:56 255.255.255.255 * *",
    "1 52:54:00:12:34:56 10.0.0.1 *",
    "1 52:54:00:12:34:56 10.0.0.1 * * offered",
    "1 52:54:00:12:34:56 10.0.0.1 * * declined x",
    "1 * 10.0.0.1 * *",
    "duid 00:01:00:01",
    "\0".repeat(40),
  ];
  for (const each of bad) assertEquals(parseLease(each), undefined, each);
});

Deno.test("the later line of an address counts", async () => {
  const text = [lease(1), lease(2), lease(1, { hostname: "b" })]
    .map(formatLease).join("");
  const { leases } = await LeaseFile.open(new MemoryStorage(text));
  assertEquals(leases.map(({ hostname }) => hostname), ["b", undefined]);
});

Deno.test("a file cut anywhere says nothing that is not true, and all of its whole lines", async () => {
  // A cut in the middle of 10.0.0.50 would leave 10.0.0.5, a good address.
  const lines = [50, 51, 150].map((n) => formatLease(lease(n)));
  const text = lines.join("");
  for (let length = 0; length <= text.length; length++) {
    const cut = text.slice(0, length);
    const storage = new MemoryStorage(cut);
    const file = await LeaseFile.open(storage);
    const whole = cut.split("\n").slice(0, -1);
    assertEquals(
      file.leases.map(formatLease),
      whole.map((each) => `${each}\n`),
    );
    assertEquals(file.skippedLines, 0);
    // What is saved next does not continue the torn line.
    await file.save(lease(9));
    const expected = [...file.leases.map(({ address }) => address)];
    assertEquals(await addresses(storage.text), expected);
    assertEquals(expected.length, whole.length + 1);
  }
});

Deno.test("lines that are not understood are counted, comments are not", async () => {
  const storage = new MemoryStorage(
    `# note\n\nrubbish\n${formatLease(lease(1))}`,
  );
  const file = await LeaseFile.open(storage);
  assertEquals(file.skippedLines, 1);
  assertEquals(storage.calls, []);
  await file.save(lease(2));
  assert(storage.text.startsWith("# note\n\nrubbish\n"));
});

Deno.test("what is saved while the disk is busy is written in one go", async () => {
  const storage = new MemoryStorage(formatLease(lease(1)));
  const file = await LeaseFile.open(storage);
  const { promise, resolve } = Promise.withResolvers<void>();
  storage.gate = promise;
  const saves = [2, 3, 4, 5].map((n) => file.save(lease(n)));
  resolve();
  await Promise.all(saves);
  assertEquals(storage.calls, ["append", "append"]);
  assertEquals((await addresses(storage.text)).length, 5);
});

Deno.test("a lease is saved when the storage says so, not before", async () => {
  const storage = new MemoryStorage(formatLease(lease(1)));
  const file = await LeaseFile.open(storage);
  const { promise, resolve } = Promise.withResolvers<void>();
  storage.gate = promise;
  let isSaved = false;
  const save = file.save(lease(2)).then(() => isSaved = true);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assertEquals(isSaved, false);
  resolve();
  await save;
  assert(storage.text.includes("10.0.0.2"));
});

Deno.test("a disk that is full fails the save, and the next one repairs the file", async () => {
  for (const written of [0, 10, 30]) {
    const storage = new MemoryStorage(formatLease(lease(1)));
    const file = await LeaseFile.open(storage);
    storage.failAfter = written;
    await assertRejects(() => file.save(lease(2)), Error, "No space left");
    storage.failAfter = written;
    await assertRejects(() => file.save(lease(3)), Error, "No space left");
    await file.save(lease(4));
    assertEquals(storage.calls, ["append", "replace", "replace"]);
    assertEquals((await addresses(storage.text)).length, 4);
    await file.save(lease(5));
    assertEquals(storage.calls.at(-1), "append");
  }
});

Deno.test("a file that is mostly out of date is written anew", async () => {
  const storage = new MemoryStorage();
  const file = await LeaseFile.open(storage);
  for (let i = 0; i < 3000; i++) await file.save(lease(i % 10));
  const lines = storage.text.split("\n").length;
  assert(lines < 1100, `${lines} lines`);
  const replaced = storage.calls.filter((call) => call === "replace").length;
  assertEquals(replaced, 3);
  assertEquals((await addresses(storage.text)).length, 10);
});

Deno.test("close() waits for what is being saved", async () => {
  const storage = new MemoryStorage();
  const file = await LeaseFile.open(storage);
  const save = file.save(lease(1));
  await file.close();
  assert(storage.isClosed);
  assertEquals(await addresses(storage.text), ["10.0.0.1"]);
  await save;
});

Deno.test("no text, however made, makes reading fail, and what it says is written as it was read", () => {
  const parts = ["10.0.0.1", "*", " ", "\n", "1", "0", "declined", "\0", ":"];
  forAll(500, (random) => {
    const text = random.list(random.between(0, 40), () => random.pick(parts))
      .join("");
    for (const line of text.split("\n")) {
      const read = parseLease(line);
      if (read) assertEquals(parseLease(formatLease(read)), read);
    }
  });
});

class Crash extends Error {}

/** A disk that dies at some operation, with any part of what was to be appended on it, or the old or the new text. */
class DyingStorage extends MemoryStorage {
  readonly #random: Random;
  #left: number;

  constructor(random: Random, text: string) {
    super(text);
    this.#random = random;
    this.#left = random.between(1, 30);
  }

  override append(text: string): Promise<void> {
    if (--this.#left > 0) return super.append(text);
    this.text += text.slice(0, this.#random.between(0, text.length));
    return this.#die();
  }

  override replace(text: string): Promise<void> {
    if (--this.#left > 0) return super.replace(text);
    if (this.#random.chance(1, 2)) this.text = text;
    return this.#die();
  }

  #die(): Promise<never> {
    this.#left = 0;
    return Promise.reject(new Crash());
  }
}

/** The number in the name of a lease; -1 for no line. */
function numberOf(line: string): number {
  return Number(/ n(\d+) /.exec(line)?.[1] ?? -1);
}

Deno.test("whenever the machine dies, what was said to be saved is there, and nothing that never was", () =>
  forAllAsync(100, async (random) => {
    let text = "";
    const saved = new Map<string, string>();
    const tried = new Set<string>();
    for (let life = 0; life < 5; life++) {
      const storage = new DyingStorage(random, text);
      const file = await LeaseFile.open(storage);
      assertEquals(file.skippedLines, 0);
      const found = new Map(file.leases.map((each) => [
        each.address,
        formatLease(each),
      ]));
      for (const line of found.values()) assert(tried.has(line), line);
      for (const [address, line] of saved) {
        // What was tried later, and not said to be saved, may be there instead.
        assert(numberOf(found.get(address) ?? "") >= numberOf(line), line);
      }
      let isAlive = true;
      while (isAlive) {
        const batch = random.list(
          random.between(1, 4),
          () => lease(random.between(0, 300), { hostname: `n${tried.size}` }),
        );
        const lines = batch.map(formatLease);
        lines.forEach((line) => tried.add(line));
        const results = await Promise.allSettled(
          batch.map((each) => file.save(each)),
        );
        results.forEach(({ status }, i) => {
          if (status === "fulfilled") saved.set(batch[i]!.address, lines[i]!);
          else isAlive = false;
        });
      }
      text = storage.text;
    }
  }));
