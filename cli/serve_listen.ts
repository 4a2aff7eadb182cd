import type { TftpHandler } from "../handlers/mod.ts";
import { serve, type TftpServer } from "../server.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import type { ServePlan } from "./serve_plan.ts";

/** What of a plan says where to listen. */
export type ListenPlan = Pick<ServePlan, "options" | "isPortGiven">;

/** The port to fall back to where the system keeps port 69 to itself. */
const UNPRIVILEGED_PORT = 6969;

/**
 * Starts the server; where the system keeps port 69 to itself and no port was asked for, on another one.
 *
 * @param plan What was asked for.
 * @param context The process.
 * @param handler Answers requests.
 * @returns The server, which listens.
 * @throws {Error} When it cannot listen; the message says what to do.
 */
export async function listen(
  plan: ListenPlan,
  context: CliContext,
  handler: TftpHandler,
): Promise<TftpServer> {
  try {
    return await listenOn(plan.options.port!, plan, handler);
  } catch (error) {
    if (!(error instanceof PortRefusedError) || plan.isPortGiven) throw error;
    context.stderr.write(
      `WARNING: ${error.message}\nWARNING: Listening on port ${UNPRIVILEGED_PORT} instead, where boot ROMs and most devices will not look\n`,
    );
    return await listenOn(UNPRIVILEGED_PORT, plan, handler);
  }
}

async function listenOn(
  port: number,
  plan: ListenPlan,
  handler: TftpHandler,
): Promise<TftpServer> {
  try {
    const server = serve({ ...plan.options, port }, handler);
    // Who waits for the one need not hear of it from the other as well.
    await server.listening.catch((error) => {
      server.finished.catch(() => {});
      throw error;
    });
    return server;
  } catch (error) {
    throw explainListen(error, port, [plan.options.hostname ?? []].flat());
  }
}

class PortRefusedError extends Error {}

function explainListen(
  error: unknown,
  port: number,
  hostnames: readonly string[],
): Error {
  if (error instanceof Deno.errors.PermissionDenied) {
    return new PortRefusedError(
      `The system does not let this user listen on port ${port}: run as root, allow the executable with "setcap cap_net_bind_service=+ep", or use --port with a number above 1023`,
    );
  }
  if (error instanceof Deno.errors.AddrInUse) {
    return new Error(
      `Port ${port} is in use: stop the other server, or choose another port with --port`,
    );
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new Error(
      hostnames.length === 1
        ? `${
          hostnames[0]
        } is not an address of this machine: use one of its own with --host`
        : `Not all of ${
          hostnames.join(", ")
        } are addresses of this machine: use its own with --host`,
    );
  }
  if (/failed to lookup address/.test(explain(error))) {
    return new Error(
      `There is no host ${
        hostnames.map((name) => `"${name}"`).join(" or ")
      } that is known here: use an address of this machine with --host`,
      { cause: error },
    );
  }
  const where = hostnames.length === 0 ? "" : ` of ${hostnames.join(", ")}`;
  return new Error(`Cannot listen on port ${port}${where}: ${explain(error)}`, {
    cause: error,
  });
}
