import { main } from "../../cli/main.ts";
import { FakeContext, type FakeContextOptions } from "./_context.ts";

/** `serve` at work. */
export interface Serving extends AsyncDisposable {
  readonly context: FakeContext;
  readonly port: number;
  /** The exit status, when it has ended. */
  readonly ended: Promise<number>;
  /** Ctrl-C, and the exit status that comes of it. */
  end(): Promise<number>;
}

/** Starts `serve` on a free port of this machine, and waits until it says so. */
export async function startServing(
  args: readonly string[],
  options: FakeContextOptions = {},
): Promise<Serving> {
  const context = new FakeContext(
    ["serve", "--host", "127.0.0.1", "--port", "0", ...args],
    options,
  );
  const ended = main(context);
  const [, port] = await Promise.race([
    context.stderr.until(/^Serving .* on 127\.0\.0\.1:(\d+) /m),
    ended.then((status) => {
      throw new Error(`Ended with ${status}: ${context.stderr.text}`);
    }),
  ]);
  const end = () => {
    if (context.isListening) context.terminate();
    return ended;
  };
  return {
    context,
    port: Number(port),
    ended,
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
