import { assertEquals } from "@std/assert";
import { openCapture } from "../../cli/serve_capture.ts";
import { TempDir } from "../interop/_files.ts";
import { FakeContext } from "./_context.ts";

Deno.test("openCapture() writes what is sent and received, over what was there", async () => {
  using dir = new TempDir();
  const path = dir.write("all.pcap", "x".repeat(10_000));
  const context = new FakeContext([]);
  {
    using capture = openCapture(path, context);
    // A server that could not listen after all must not have cost the capture of the one that does.
    assertEquals((await Deno.stat(path)).size, 10_000);
    capture.begin();
    const hostname = "127.0.0.1";
    const one = await capture.network.bind({ hostname, port: 0 });
    const other = await capture.network.bind({ hostname, port: 0 });
    await one.send(new Uint8Array([0, 4, 0, 1]), other.address);
    await other.receive(new Uint8Array(100));
    one.close();
    other.close();
  }
  const bytes = await Deno.readFile(path);
  // The header of the file, and for each direction that of the packet, IPv4, UDP, and an ACK.
  assertEquals(bytes.length, 24 + 2 * (16 + 20 + 8 + 4));
  assertEquals(context.stderr.text, "");
});
