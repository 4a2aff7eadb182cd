import { assertEquals } from "@std/assert";
import { processTerminal } from "../../cli/terminal.ts";
import { replace } from "../handlers/_sandbox.ts";

Deno.test("processTerminal() is none when nobody types, or nobody sees it", () => {
  const no = { isTerminal: () => false };
  const yes = { isTerminal: () => true };
  {
    using _stdin = replace(Deno.stdin, no);
    using _stdout = replace(Deno.stdout, yes);
    assertEquals(processTerminal(), null);
  }
  {
    using _stdin = replace(Deno.stdin, yes);
    using _stdout = replace(Deno.stdout, no);
    using _stderr = replace(Deno.stderr, no);
    assertEquals(processTerminal(), null);
  }
});

Deno.test("Terminal.output writes all of it to where somebody looks", () => {
  const taken: number[] = [];
  using _stdin = replace(Deno.stdin, { isTerminal: () => true });
  using _stdout = replace(Deno.stdout, { isTerminal: () => false });
  using _stderr = replace(Deno.stderr, {
    isTerminal: () => true,
    writeSync(bytes: Uint8Array) {
      taken.push(bytes[0]!);
      return 1;
    },
  });
  const terminal = processTerminal()!;
  terminal.output.write("aé");
  terminal.close();
  assertEquals(taken, [0x61, 0xc3, 0xa9]);
});
