import { serve, serveDir, type TftpServer } from "../../server.ts";
import { TftpResponse } from "../../handlers/mod.ts";
import type { ServerEvent } from "../../server.ts";

/** What happens on the way, and when. */
export interface Trouble {
  /** How many octets of the file have been read from the disk, or written to it, by then. */
  readonly atBytes: number;
  /** What happens. */
  readonly strike: () => void;
}

/** A server on a directory, in which something happens in the middle of transfers. */
export class TroubledServer implements AsyncDisposable {
  readonly server: TftpServer;
  readonly events: ServerEvent[] = [];
  /** Happens in the transfers that begin from now on. */
  trouble: Trouble | null = null;

  constructor(root: string, options: { overwrite?: boolean } = {}) {
    const { overwrite = true } = options;
    this.server = serve({
      hostname: "127.0.0.1",
      port: 0,
      dallyMs: 0,
      onEvent: (event) => this.events.push(event),
    }, async (request) => {
      const response = await serveDir(request, {
        root,
        write: true,
        overwrite,
      });
      return this.trouble ? troubled(response, this.trouble) : response;
    });
  }

  url(filename: string): string {
    return `tftp://127.0.0.1:${this.server.addr.port}/${filename};mode=octet`;
  }

  /** How the last transfer ended, as the server sees it. */
  get lastEnd(): string | undefined {
    return this.events.findLast(({ type }) =>
      type === "finished" || type === "failed" || type === "refused"
    )?.type;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
  }
}

function troubled(
  { source, sink }: TftpResponse,
  { atBytes, strike }: Trouble,
): TftpResponse {
  let bytes = 0;
  let isStruck = false;
  const count = (more: number) => {
    bytes += more;
    if (isStruck || bytes < atBytes) return;
    isStruck = true;
    strike();
  };
  if (source) {
    return new TftpResponse({
      size: source.size,
      read(buffer) {
        count(0);
        const length = source.read(buffer) as number | null;
        count(length ?? 0);
        return length;
      },
      close: () => source.close(),
    });
  }
  return TftpResponse.upload({
    write(chunk) {
      count(0);
      sink!.write(chunk);
      count(chunk.length);
    },
    commit() {
      count(Infinity);
      return sink!.commit();
    },
    abort: (reason) => sink!.abort(reason),
  });
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
): Promise<{ code: number; stdout: Uint8Array }> {
  try {
    return await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      signal: AbortSignal.timeout(20_000),
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { code: 127, stdout: new Uint8Array() };
  }
}

/** A small file system of its own, where the tests have the right to make one. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts it; `null`, and a line, where that is not permitted. */
  static async mount(options: string): Promise<SmallDisk | null> {
    const path = await Deno.makeTempDir({ prefix: "tftpkit-disk-" });
    if (
      Deno.build.os === "linux" &&
      (await run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]))
          .code === 0
    ) return new SmallDisk(path);
    await Deno.remove(path);
    console.log("skipped: mounting a small file system is not permitted");
    return null;
  }

  async remount(options: string): Promise<void> {
    const { code } = await run("mount", [
      "-o",
      `remount,${options}`,
      this.path,
    ]);
    if (code !== 0) throw new Error(`Cannot remount with ${options}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", [this.path]);
    await Deno.remove(this.path);
  }
}
