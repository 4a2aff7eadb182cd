import { type TftpHandler, withFilename } from "./request.ts";

/**
 * Lets a handler see all names in lower case, for clients that shout: what `--tftp-lowercase` of dnsmasq does. The files must
 * have names in lower case; `caseInsensitive` of `serveDir` finds others, too.
 *
 * @param handler The handler.
 * @returns The handler that sees lower case.
 *
 * @example A client of DOS
 * ```ts
 * import { lowercase, type TftpRequest } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = lowercase((request) => assertEquals(request.filename, "boot/pxelinux.0"));
 * await handler({ filename: "BOOT/PXELINUX.0" } as TftpRequest);
 * ```
 */
export function lowercase(handler: TftpHandler): TftpHandler {
  return (request) =>
    handler(withFilename(request, request.filename.toLowerCase()));
}
