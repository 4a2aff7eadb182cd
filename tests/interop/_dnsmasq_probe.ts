/**
 * Runs dnsmasq and a probe of it, both on the loopback of a network namespace, because dnsmasq serves TFTP on port 69 and on
 * no other. Arguments: dnsmasq, its root, and the name of the file. Prints the report, as JSON.
 *
 * @module
 */

import { TFTP_PORT } from "../../net/mod.ts";
import { startServer } from "./_peers.ts";
import { probeEverything } from "./_probe.ts";
import { DNSMASQ } from "./_servers.ts";

const [path, root] = Deno.args;
{
  await using _server = await startServer(
    path!,
    (port) => DNSMASQ.args("127.0.0.1", port, root!),
    TFTP_PORT,
  );
  console.log(JSON.stringify(await probeEverything(TFTP_PORT)));
}
