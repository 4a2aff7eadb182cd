/**
 * A process that saves leases until it is killed, and says after each that it is saved.
 *
 * @module
 */

import { LeaseFile, leaseStorage } from "../../pxe/mod.ts";

const file = await LeaseFile.open(leaseStorage(Deno.args[0]!));
for (let n = 0;; n++) {
  await file.save({
    address: `10.0.${(n >> 8) & 3}.${n & 0xff}`,
    mac: "52:54:00:12:34:56",
    hostname: `n${n}`,
    state: "leased",
    expiresAt: Infinity,
  });
  console.log(n);
}
