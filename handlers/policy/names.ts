import { quoteText } from "../../packet/mod.ts";
import { splitFilename } from "../filename.ts";
import type { CheckedRules } from "./policy.ts";

/**
 * Whether a name may be asked for. Looked at are the components that `serveDir` would use.
 *
 * @param rules The rules.
 * @param filename The name, as asked.
 * @returns Which rule keeps it out, in words; `null` when none does.
 * @throws {TftpError} When there are rules, and the name is none that a directory could have.
 */
export function findNameObstacle(
  { at, rules, allowExtensions, denyExtensions }: CheckedRules,
  filename: string,
): string | null {
  const { maxNameBytes = Infinity, maxDepth = Infinity } = rules;
  const isFree = allowExtensions === null && denyExtensions.length === 0 &&
    maxNameBytes === Infinity && maxDepth === Infinity;
  if (isFree) return null;
  const components = splitFilename(filename);
  if (components.length > maxDepth) {
    return `its name must have ${at}maxDepth components, ${maxDepth}, at most: it has ${components.length}`;
  }
  const sizeBytes = new TextEncoder().encode(components.join("/")).length;
  if (sizeBytes > maxNameBytes) {
    return `its name must have ${at}maxNameBytes octets, ${maxNameBytes}, at most: it has ${sizeBytes}`;
  }
  const name = components.at(-1)!.toLowerCase();
  const denied = denyExtensions.find((each) => hasExtension(name, each));
  if (denied !== undefined) {
    return `its name must not end as ${at}denyExtensions say: ${
      quoteText(filename)
    } ${denied === "" ? "has no dot" : `ends with ${denied}`}`;
  }
  if (allowExtensions?.some((each) => hasExtension(name, each)) ?? true) {
    return null;
  }
  return `its name must end as ${at}allowExtensions say: current value is ${
    quoteText(filename)
  }`;
}

function hasExtension(name: string, extension: string): boolean {
  return extension === "" ? !name.includes(".") : name.endsWith(extension);
}
