/**
 * Writes the DHCP messages of a capture file as JSON: octets, and what tshark reads in them.
 *
 * `deno run -A tests/pxe/golden/from_capture.ts boot.pcap > tests/pxe/golden/boot.json`
 *
 * @module
 */

import { readCapture } from "../_tshark.ts";

const [path = ""] = Deno.args;
const messages = await readCapture(path);
console.log(JSON.stringify(
  messages.map(({ datagram: { from, to, bytes }, message }) => ({
    from,
    to,
    hex: bytes.toHex(),
    tshark: message,
  })),
  null,
  2,
));
