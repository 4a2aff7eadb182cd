import { type Network, udpNetwork, watchNetwork } from "../../net/mod.ts";

/** The UDP of this machine, with someone who is told of each datagram that leaves or has come. */
export function watchedNetwork(
  watch: (bytes: Uint8Array, direction: "out" | "in") => void,
): Network {
  return watchNetwork(
    udpNetwork(),
    (_local, _remote, isSent, bytes) => watch(bytes, isSent ? "out" : "in"),
  );
}
