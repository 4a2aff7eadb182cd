// What workers of tests load. Words in the name of a file say what happens.

import type { TftpHandler } from "../../../handlers/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import { serveDir, TftpResponse } from "../../../server.ts";

/** What it is made with. */
export interface TestData {
  /** What a read of "word" gives. */
  readonly word?: string;
  /** Where uploads go. */
  readonly root?: string;
  /** Makes no handler. */
  readonly isBroken?: boolean;
}

export function createHandler(data: TestData | null): TftpHandler {
  const { word = "", root = "", isBroken = false } = data ?? {};
  if (isBroken) throw new Error("There is nothing to make a handler of");
  return (request) => {
    if (request.operation === "write") {
      return serveDir(request, { root, write: true });
    }
    switch (request.filename) {
      case "word":
        return new TftpResponse(word);
      case "long":
        return new TftpResponse("x".repeat(1000));
      case "refused":
        throw new TftpError(2, "/secret/path is not for you", {
          wireText: "Not for you",
        });
      case "fault":
        throw new Error("/secret/path");
      case "crash":
        queueMicrotask(() => {
          throw new Error("This is the end of the worker");
        });
        return new Promise(() => {});
    }
  };
}
