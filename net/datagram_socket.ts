import type { UdpAddress } from "./address.ts";

/**
 * A UDP socket, as little of one as TFTP needs. There is a real one (`udpNetwork`), and whatever a test, a simulator or
 * a tracing wrapper makes of it.
 *
 * Rules for whoever uses one: at most one `receive` at a time; await each `send` before the next, or datagrams can leave
 * in reverse order.
 */
export interface DatagramSocket {
  /** The local address, with the port that was found when 0 was asked for. */
  readonly address: UdpAddress;
  /** Whether `close` was called. */
  readonly isClosed: boolean;
  /**
   * Sends one datagram. Rejects when the system says at once that it cannot go out.
   *
   * @param bytes The datagram, not to be changed before the promise is settled.
   * @param to Where to.
   */
  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown>;
  /**
   * Waits for one datagram. Rejects once the socket is closed.
   *
   * @param buffer Where to put it; a longer datagram is cut.
   * @returns A view of the buffer, and where the datagram came from.
   */
  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]>;
  /** Closes the socket; doing so twice does nothing. */
  close(): void;
  /** Lets the socket keep the process alive while it waits for a datagram; that is how it starts. */
  ref(): void;
  /** Lets the process end while the socket waits. */
  unref(): void;
}

/** Where sockets come from. */
export interface Network {
  /**
   * Opens a socket.
   *
   * @param address Where to listen; port 0 finds a free one.
   * @returns The socket, or a promise of one where it cannot be had at once.
   */
  bind(
    address: Omit<UdpAddress, "transport">,
  ): DatagramSocket | Promise<DatagramSocket>;
}

/**
 * Hands each datagram of a socket to a function, one after the other, until the socket is closed.
 *
 * @param socket The socket.
 * @param buffer Where datagrams are put; each one overwrites the one before.
 * @param handle What to do with a datagram; the next one is received when its promise is settled.
 * @param onUnreachable Told that something sent earlier was answered with ICMP "unreachable", where the system says so:
 * Windows does, and Linux on connected sockets, which Deno's are not.
 * @returns A promise that is fulfilled when the socket is closed, and rejected when it breaks or the function throws.
 */
export async function receiveEach(
  socket: DatagramSocket,
  buffer: Uint8Array,
  handle: (bytes: Uint8Array, from: UdpAddress) => void | Promise<void>,
  onUnreachable?: (error: unknown) => void,
): Promise<void> {
  // To ask a closed socket costs as much as a packet: an error is made, with its stack.
  while (!socket.isClosed) {
    let datagram: readonly [Uint8Array, UdpAddress];
    try {
      datagram = await socket.receive(buffer);
    } catch (error) {
      if (socket.isClosed) return;
      if (!isAboutOneDatagram(error)) throw error;
      if (!isTooLong(error)) onUnreachable?.(error);
      continue;
    }
    const pending = handle(datagram[0], datagram[1]);
    if (pending) await pending;
  }
}

/**
 * Whether what `receive` has thrown is about one datagram, and the socket is as good as before. Windows tells so that
 * something sent earlier was answered with ICMP, so that anybody could end a server that took it to heart, and that a
 * datagram was longer than the buffer.
 */
export function isAboutOneDatagram(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown };
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionRefused ||
    typeof code === "string" && ONE_DATAGRAM_CODES.has(code);
}

function isTooLong(error: unknown): boolean {
  return (Object(error) as { code?: unknown }).code === "EMSGSIZE";
}

const ONE_DATAGRAM_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "EMSGSIZE",
  "ENETRESET",
  "ENETUNREACH",
]);
