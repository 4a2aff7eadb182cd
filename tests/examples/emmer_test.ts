import { assertEquals, assertStringIncludes } from "@std/assert";
import { start, uploads } from "../../examples/emmer.ts";
import { TFTP_HPA } from "../interop/_clients.ts";
import { TempDir } from "../interop/_files.ts";
import { testWith } from "../interop/_peers.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };

testWith(
  "examples/emmer.ts with tftp-hpa",
  "tftp-hpa",
  [TFTP_HPA.path],
  async (tftp) => {
    using local = new TempDir();
    await using server = start(HERE);
    const { port } = server.addr;
    const hello = { port, remote: "hello/r1", local: local.at("hello") };
    await TFTP_HPA.get(tftp, hello);
    assertEquals(
      await Deno.readTextFile(local.at("hello")),
      "Hello r1 at 127.0.0.1!\n",
    );

    const log = local.write("log", "all is well\n");
    await TFTP_HPA.put(tftp, { port, remote: "logs/r1", local: log });
    assertEquals(uploads.get("127.0.0.1 r1"), "all is well\n");

    const none = { port, remote: "hello", local: local.at("none") };
    const { text } = await TFTP_HPA.get(tftp, none);
    assertStringIncludes(text, "File not found");
    const denied = { port, remote: "other/r1", local: log };
    const refused = await TFTP_HPA.put(tftp, denied);
    assertStringIncludes(refused.text, "Access violation");
  },
);
