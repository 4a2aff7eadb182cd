import {
  httpOrigin,
  type HttpOriginEvent,
  type HttpOriginOptions,
  type TftpHandler,
} from "../../../handlers/mod.ts";
import { fakeRequest } from "../_request.ts";
import { readText } from "./_origin.ts";

/** A handler over an origin, and what it tells. */
export function setUpOrigin(url: string, options: HttpOriginOptions = {}): {
  readonly handler: TftpHandler;
  /** What was told since the last time. */
  types(): string[];
  /** Reads a name as a text. */
  read(name: string): Promise<string>;
} {
  const events: HttpOriginEvent[] = [];
  const handler = httpOrigin(url, {
    onEvent: (event) => events.push(event),
    ...options,
  });
  return {
    handler,
    types: () => events.splice(0).map(({ type }) => type),
    read: async (name: string) =>
      await readText(await handler(fakeRequest(name))),
  };
}
