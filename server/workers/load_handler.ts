import type { TftpHandler } from "../../handlers/mod.ts";

/**
 * Loads the handler of a module: what its `createHandler` makes of the data, or its default export.
 *
 * @param load Loads the module.
 * @param data What `createHandler` is called with.
 * @returns The handler.
 * @throws {TypeError} When the module has neither.
 */
export async function loadHandler(
  load: () => Promise<unknown>,
  data: unknown,
): Promise<TftpHandler> {
  const { createHandler, default: handler } = await load() as {
    readonly createHandler?: unknown;
    readonly default?: unknown;
  };
  const found = typeof createHandler === "function"
    ? await createHandler(data)
    : handler;
  if (typeof found === "function") return found as TftpHandler;
  throw new TypeError(
    "Cannot use workers.module as it must export the handler by default, or createHandler: it has neither",
  );
}
