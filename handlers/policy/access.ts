import { cidrContains, parseIpAddress } from "./cidr.ts";
import type { CheckedRules } from "./policy.ts";

/**
 * Whether a client may come in at all. Who is denied stays out, also when allowed.
 *
 * @param rules The rules.
 * @param hostname The client's address.
 * @returns Which rule keeps it out, in words; `null` when none does.
 */
export function findAccessObstacle(
  { at, rules, allow, deny }: CheckedRules,
  hostname: string,
): string | null {
  if (allow === null && deny.length === 0) return null;
  const address = parseIpAddress(hostname);
  if (address === null) {
    return `its client must have an IP address: it is ${
      JSON.stringify(hostname)
    }`;
  }
  const denying = deny.findIndex((block) => cidrContains(block, address));
  if (denying >= 0) {
    return `its client must not be in ${at}deny: ${hostname} is in ${
      rules.deny![denying]
    }`;
  }
  if (allow === null || allow.some((block) => cidrContains(block, address))) {
    return null;
  }
  return `its client must be in ${at}allow: ${hostname} is in none of its blocks`;
}
