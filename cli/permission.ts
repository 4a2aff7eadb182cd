import { isIP } from "node:net";
import type { CliContext } from "./context.ts";

/** A permission that a command needs. */
export interface NeededPermission {
  /** What Deno is asked: all of it must be granted. */
  readonly descriptors: readonly Deno.PermissionDescriptor[];
  /** What it is needed for, after "to". */
  readonly purpose: string;
  /** The flag that grants it. */
  readonly flag: string;
  /** What the flag is to be limited to; nothing, when no less than all will do. */
  readonly scope: readonly string[];
}

/** Something is not allowed: exit status 1, and the flags to add. */
export class PermissionError extends Error {
  override readonly name: string = "PermissionError";
}

/**
 * Makes sure that a command has what it needs before it begins: a prompt in mid-transfer would stop every transfer there is.
 *
 * @throws {PermissionError} When something is missing; the message names all of it with the flags to add.
 */
export async function needPermissions(
  context: CliContext,
  needed: readonly NeededPermission[],
): Promise<void> {
  const missing: NeededPermission[] = [];
  for (const permission of needed) {
    const answers = await Promise.all(
      permission.descriptors.map((each) => context.isGranted(each)),
    );
    if (answers.includes(false)) missing.push(permission);
  }
  if (missing.length === 0) return;
  const purposes = missing.map(({ purpose }) => `to ${purpose}`).join(", ");
  throw new PermissionError(
    `No permission ${purposes}: add ${
      flagsFor(missing).join(" ")
    } after "deno run"`,
  );
}

/** The flags that grant permissions: one for each kind. */
export function flagsFor(missing: readonly NeededPermission[]): string[] {
  const scopes = new Map<string, Set<string> | null>();
  for (const { flag, scope } of missing) {
    const known = scopes.get(flag);
    // A comma ends a value for Deno; what has one in it cannot be named.
    const isNamed = scope.length > 0 && !scope.join("").includes(",");
    if (known === null || !isNamed) scopes.set(flag, null);
    else scopes.set(flag, new Set([...known ?? [], ...scope]));
  }
  return [...scopes].map(([flag, scope]) => {
    if (scope === null) return flag;
    const text = `${flag}=${[...scope].join(",")}`;
    // Brackets and blanks mean something to shells.
    return /^[\w.,:/\\=@%+~-]+$/.test(text) ? text : `"${text}"`;
  });
}

/**
 * What transfers with hosts need. The answer comes from a port that nobody knows beforehand, so all ports are needed.
 *
 * @param hostnames The hosts.
 * @param local Where the socket of one's own is, if that was said.
 * @returns The permissions.
 */
export function netPermissions(
  hostnames: readonly string[],
  local: { readonly hostname?: string; readonly port?: number } = {},
): NeededPermission[] {
  return [...new Set(hostnames)].map((hostname) => {
    const purpose = `talk to ${hostname}`;
    const flag = "--allow-net";
    const family = isIP(hostname);
    // A name stands for addresses, and what is sent goes to one of those.
    if (family === 0) {
      return { descriptors: [{ name: "net" }], purpose, flag, scope: [] };
    }
    // Besides the host, there is the socket of one's own: on all addresses, and on any port.
    const own = local.hostname ?? (family === 6 ? "::" : "0.0.0.0");
    const scope = [hostname, own].map((it) => isIP(it) === 6 ? `[${it}]` : it);
    scope[1] += `:${local.port ?? 0}`;
    const descriptors = scope.map((host) => ({ name: "net" as const, host }));
    return { descriptors, purpose, flag, scope };
  });
}

/** What a file needs, or a directory for the files in it. */
export function filePermission(
  name: "read" | "write",
  path: string,
): NeededPermission {
  return {
    descriptors: [{ name, path }],
    purpose: name === "read" ? `read ${path}` : `write to ${path}`,
    flag: `--allow-${name}`,
    scope: [path],
  };
}
