import { fromFileUrl } from "@std/path";

/** The folder that this package is in, whose files a worker reads. */
const PACKAGE = new URL("../../", import.meta.url);

/**
 * Makes sure that a worker may read its code. Where it may not, Deno complains on standard error before anybody could.
 *
 * @param module The module with the handler.
 * @param packageUrl Where this package is.
 * @throws {Deno.errors.NotCapable} When it may not.
 */
export function checkModuleAccess(
  module: string,
  packageUrl: URL = PACKAGE,
): void {
  for (const url of [packageUrl, new URL(module)]) {
    // What comes from the network was allowed when it was loaded.
    if (url.protocol !== "file:") continue;
    const path = fromFileUrl(url);
    const { state } = Deno.permissions.querySync({ name: "read", path });
    if (state === "granted") continue;
    throw new Deno.errors.NotCapable(
      `Cannot start workers as they must be allowed to read their code: add --allow-read=${path}`,
    );
  }
}
