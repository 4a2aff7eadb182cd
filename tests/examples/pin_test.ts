import { assertEquals, assertNotEquals } from "@std/assert";
import { start } from "../../examples/pin.ts";
import { CURL } from "../interop/_clients.ts";
import { digest, TempDir } from "../interop/_files.ts";
import { testWith } from "../interop/_peers.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };

testWith("examples/pin.ts with curl", "curl", [CURL.path], async (curl) => {
  using root = new TempDir();
  using local = new TempDir();
  await using server = start(root.path, HERE);
  const { port } = server.addr;
  const original = local.make("original", 100_000);
  const upload = { port, remote: "copy", local: original };
  assertEquals((await CURL.put(curl, upload)).code, 0);
  assertEquals(digest(root.at("copy")), digest(original));
  assertNotEquals((await CURL.put(curl, upload)).code, 0);

  const back = { port, remote: "copy", local: local.at("back") };
  assertEquals((await CURL.get(curl, back)).code, 0);
  assertEquals(digest(local.at("back")), digest(original));
  const none = { port, remote: "none", local: local.at("none") };
  assertEquals((await CURL.get(curl, none)).code, CURL.missingFile.code);
});
