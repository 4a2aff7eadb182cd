import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { denoContext } from "../../cli/context.ts";
import { systemCode } from "../../net/mod.ts";
import { replace } from "../handlers/_sandbox.ts";

Deno.test("denoContext() is this process", () => {
  const context = denoContext();
  assertEquals(context.args, Deno.args);
  assertEquals(context.stdout.isTerminal, Deno.stdout.isTerminal());
  assertEquals(context.stderr.isTerminal, Deno.stderr.isTerminal());
  assertEquals(context.noColor, Deno.noColor);
  assertEquals(context.programName, "tftpkit");
});

for (
  const [size, expected] of [
    [{ columns: 132, rows: 50 }, [132, 50]],
    [{ columns: 0, rows: 0 }, [80, 24]],
    [null, [80, 24]],
  ] as const
) {
  Deno.test(`Output knows the size of a terminal: ${JSON.stringify(size)}`, () => {
    const { stderr } = denoContext();
    using _ = replace(Deno, {
      consoleSize() {
        if (!size) throw new Error("There is no terminal");
        return size;
      },
    } as Partial<typeof Deno>);
    assertEquals([stderr.columns, stderr.rows], [...expected]);
  });
}

Deno.test("CliContext.time() is the time of day", () => {
  const before = Date.now();
  const time = denoContext().time();
  // Two clocks, and one of them has been corrected since it started.
  assert(Math.abs(time - before) < 60_000 * 60);
});

Deno.test("Output.write() writes all of it, however little the system takes", () => {
  const taken: number[] = [];
  using _ = replace(Deno.stderr, {
    writeSync(bytes: Uint8Array) {
      taken.push(bytes[0]!);
      return 1;
    },
  });
  const { stderr } = denoContext();
  stderr.write("aé");
  stderr.write(new Uint8Array([1, 0, 255]));
  stderr.write("");
  assertEquals(taken, [0x61, 0xc3, 0xa9, 1, 0, 255]);
});

Deno.test("Output.write() says which output it was that failed", () => {
  const { stdout, stderr } = denoContext();
  for (
    const [output, stream, name] of [
      [stdout, Deno.stdout, "standard output"],
      [stderr, Deno.stderr, "standard error"],
    ] as const
  ) {
    const failure = Object.assign(
      new Error("No space left on device (os error 28)"),
      { code: "ENOSPC" },
    );
    using _ = replace(stream, {
      writeSync() {
        throw failure;
      },
    });
    const error = assertThrows(() => output.write("x"), Error);
    assertEquals(
      error.message,
      `Cannot write to ${name}: No space left on device`,
    );
    // What a server is told of it follows from that.
    assertEquals(systemCode(error), "ENOSPC");
  }
});

Deno.test("CliContext.isGranted() tells what is granted", async () => {
  const context = denoContext();
  assertEquals(await context.isGranted({ name: "net" }), true);
  assertEquals(await context.isGranted({ name: "ffi" }), false);
  await assertRejects(
    () => context.isGranted({ name: "nonsense" as "net" }),
    TypeError,
  );
});

for (
  const [name, signals] of [
    ["onTerminate", ["SIGINT", "SIGTERM"]],
    ["onReload", ["SIGHUP"]],
  ] as const
) {
  Deno.test({
    name: `CliContext.${name}() hears ${signals}, until it is stopped`,
    ignore: Deno.build.os === "windows",
    fn() {
      const listeners = new Map<string, () => void>();
      using _ = replace(
        Deno,
        {
          addSignalListener: (signal: string, handler: () => void) => {
            listeners.set(signal, handler);
          },
          removeSignalListener: (signal: string, handler: () => void) => {
            if (listeners.get(signal) === handler) listeners.delete(signal);
          },
        } as Partial<typeof Deno>,
      );
      let count = 0;
      const stop = denoContext()[name](() => count++);
      assertEquals([...listeners.keys()], [...signals]);
      for (const handler of listeners.values()) handler();
      assertEquals(count, signals.length);
      stop();
      assertEquals(listeners.size, 0);
    },
  });
}

Deno.test("CliContext.exit() ends the process", () => {
  const statuses: (number | undefined)[] = [];
  using _ = replace(
    Deno,
    {
      exit: (status?: number) => {
        statuses.push(status);
      },
    } as Partial<typeof Deno>,
  );
  denoContext().exit(3);
  assertEquals(statuses, [3]);
});
