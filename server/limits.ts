/** How much a server lets go on at once. */
export interface ServerLimits {
  /**
   * Transfers at once, those included whose client has not answered yet. When there are as many, the oldest one makes room
   * that has not proved its address, else the one that has been silent longest, if it has been for ten seconds; when there
   * is none, a new request is left without an answer, and the client will ask again.
   *
   * @default {4096}
   */
  readonly maxTransfers?: number;
  /**
   * Transfers at once with one client: an IPv4 address, the first 64 bits of an IPv6 address, or a link-local one.
   * When there are as many, the oldest one makes room that was not answered for a second; when there is none, a new request
   * is left without an answer.
   *
   * @default {2048}
   */
  readonly maxTransfersPerClient?: number;
  /**
   * ERROR packets a second to one address (of IPv6, to one /64), in answer to requests; three times as many may come in a burst. More requests
   * than that are left without an answer.
   *
   * @default {100}
   */
  readonly maxErrorsPerSecond?: number;
  /**
   * Largest upload, in octets as they go over the wire; a handler that keeps uploads in memory wants less. What is larger
   * is refused with ERROR 3, at once where the client announces its size.
   *
   * @default {1073741824}
   */
  readonly maxUploadBytes?: number;
}

/** The limits of a server that was told nothing else. */
export const DEFAULT_LIMITS: Required<ServerLimits> = {
  maxTransfers: 4096,
  maxTransfersPerClient: 2048,
  maxErrorsPerSecond: 100,
  maxUploadBytes: 2 ** 30,
};
