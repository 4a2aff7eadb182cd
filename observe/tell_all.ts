import type { ServerEvent } from "../server/events.ts";

/**
 * Lets several watch one server. One that throws keeps nothing from the others.
 *
 * @param watchers Who is told of each event, in this order.
 * @returns What to give to `serve` as `onEvent`. When watchers have thrown, it throws what the first of them did, after all
 * were told; a server takes no notice.
 *
 * @example A log for people, and one for programs
 * ```ts
 * import { accessLogger, eventLogger, tellAll } from "@tftpkit/tftp/observe";
 * import { serve } from "@tftpkit/tftp/server";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const write = (line: string) => void lines.push(line);
 * const onEvent = tellAll(eventLogger({ write }).onEvent, accessLogger({ write }).onEvent);
 * await using server = serve({ hostname: "127.0.0.1", port: 0, onEvent }, () => {});
 * assertEquals(lines, []);
 * ```
 */
export function tellAll(
  ...watchers: readonly ((event: ServerEvent) => void)[]
): (event: ServerEvent) => void {
  return (event) => {
    let failure: { readonly error: unknown } | null = null;
    for (const watcher of watchers) {
      try {
        watcher(event);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  };
}
