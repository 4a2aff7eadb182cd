import type { TftpRequest } from "../../handlers/mod.ts";

const LOCAL = { transport: "udp", hostname: "127.0.0.1", port: 69 } as const;

/** A request as a server would hand it to a handler: a read in octet mode, unless said otherwise. */
export function fakeRequest(
  filename: string,
  overrides: Partial<TftpRequest> = {},
): TftpRequest {
  return {
    operation: "read",
    filename,
    mode: "octet",
    options: [],
    customOptions: {},
    remote: { ...LOCAL, port: 50000 },
    local: LOCAL,
    signal: new AbortController().signal,
    size: null,
    body: null,
    acknowledgeOption() {},
    ...overrides,
  };
}

/** The same for a write. */
export function fakeUpload(
  filename: string,
  overrides: Partial<TftpRequest> = {},
): TftpRequest {
  return fakeRequest(filename, { operation: "write", ...overrides });
}
