import { assertEquals, assertNotEquals } from "@std/assert";
import { start } from "../../examples/aiotftp.ts";
import { CURL } from "../interop/_clients.ts";
import { digest, TempDir } from "../interop/_files.ts";
import { testWith } from "../interop/_peers.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };

testWith("examples/aiotftp.ts with curl", "curl", [CURL.path], async (curl) => {
  using root = new TempDir();
  using local = new TempDir();
  await using server = start(root.path, HERE);
  const { port } = server.addr;
  const hello = { port, remote: "hello", local: local.at("hello") };
  assertEquals((await CURL.get(curl, hello)).code, 0);
  assertEquals(await Deno.readTextFile(local.at("hello")), "Hello World!\n");

  const original = local.make("original", 5000);
  const upload = { port, remote: "copy", local: original };
  assertEquals((await CURL.put(curl, upload)).code, 0);
  assertEquals(digest(root.at("copy")), digest(original));

  const back = { port, remote: "copy", local: local.at("back") };
  assertEquals((await CURL.get(curl, back)).code, 0);
  assertEquals(digest(local.at("back")), digest(original));

  const outside = { port, remote: "sub/outside", local: original };
  assertNotEquals((await CURL.put(curl, outside)).code, 0);
});
