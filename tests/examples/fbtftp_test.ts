import { assertEquals } from "@std/assert";
import { start, Statistics } from "../../examples/fbtftp.ts";
import { CURL } from "../interop/_clients.ts";
import { TempDir } from "../interop/_files.ts";
import { testWith } from "../interop/_peers.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };

testWith("examples/fbtftp.ts with curl", "curl", [CURL.path], async (curl) => {
  using local = new TempDir();
  const statistics = new Statistics();
  await using server = start(statistics, HERE);
  const { port } = server.addr;
  const boot = { port, remote: "boot.cfg", local: local.at("boot.cfg") };
  assertEquals((await CURL.get(curl, boot)).code, 0);
  assertEquals(
    await Deno.readTextFile(local.at("boot.cfg")),
    "hostname 127-0-0-1\n",
  );
  const none = { port, remote: "none", local: local.at("none") };
  assertEquals((await CURL.get(curl, none)).code, CURL.missingFile.code);
  await server.shutdown();
  const { request, finished, refused } = statistics.counters;
  assertEquals([request, finished, refused], [2, 1, 1]);
});
