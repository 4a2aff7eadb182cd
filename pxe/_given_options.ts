// Options that others give: those of a network, and those of a boot handler's answer. What a message is built of, and what
// has to agree with what the server remembers, is not for them: a client that was told another time than that of its lease
// would use an address that is somebody else's by then.

import type { DhcpOptions } from "./dhcp_packet.ts";
import { DHCP_OPTION, dhcpOptionName } from "./option_code.ts";

/** Not those that are echoed (61, 82, 97), as the echo takes their place whatever is given. */
const OWN_OPTIONS: ReadonlySet<number> = new Set([
  DHCP_OPTION.RequestedAddress,
  DHCP_OPTION.LeaseTime,
  DHCP_OPTION.Overload,
  DHCP_OPTION.MessageType,
  DHCP_OPTION.ServerId,
  DHCP_OPTION.ParameterRequestList,
  DHCP_OPTION.MaxMessageSize,
  DHCP_OPTION.RenewalTime,
  DHCP_OPTION.RebindingTime,
]);

/** Refuses options that cannot be sent, or that the server makes itself. */
export function checkGivenOptions(options: DhcpOptions): void {
  for (const [code, value] of options) {
    if (!Number.isInteger(code) || code < 1 || code > 254) {
      throw new RangeError(
        `Cannot send option as its code must be 1 to 254: current value is ${code}`,
      );
    }
    if (OWN_OPTIONS.has(code)) {
      throw new RangeError(
        `Cannot send option as it must be none that the server sets itself: current value is ${code} (${
          dhcpOptionName(code)
        })`,
      );
    }
    if (!(value instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot send option ${code} as its value must be octets: current value is ${value}`,
      );
    }
  }
}
