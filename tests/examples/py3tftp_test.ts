import { assertEquals, assertRejects } from "@std/assert";
import { getChecked, serveWithChecksums } from "../../examples/py3tftp.ts";
import { get, serve, TftpError, TftpResponse } from "../../mod.ts";

const AT = { hostname: "127.0.0.1", port: 0 };

Deno.test("examples/py3tftp.ts: a file comes with its checksum, and is compared", async () => {
  await using server = serveWithChecksums();
  const url = `tftp://127.0.0.1:${server.addr.port}`;
  assertEquals(await getChecked(`${url}/motd`), "Hello World!\n");
  assertEquals(await getChecked(`${url}/empty`), "");
  await assertRejects(() => getChecked(`${url}/nope`), TftpError);
});

Deno.test("examples/py3tftp.ts: who does not ask gets no checksum, nor does who asks for something else", async () => {
  await using server = serveWithChecksums();
  const url = `tftp://127.0.0.1:${server.addr.port}/motd`;
  for (const customOptions of [{}, { md5: "0" }] as const) {
    await using response = await get(url, { customOptions });
    assertEquals(response.customOptions, {});
    assertEquals(await response.text(), "Hello World!\n");
  }
});

Deno.test("examples/py3tftp.ts: a damaged file, a checksum that is none, and a server without are told apart", async () => {
  const zeros = "0".repeat(32);
  for (
    const [md5, message] of [
      [zeros, "is damaged"],
      ["no checksum", "The server knows no checksums"],
      [null, "The server knows no checksums"],
    ] as const
  ) {
    await using server = serve(
      AT,
      () => new TftpResponse("x", { options: md5 === null ? {} : { md5 } }),
    );
    const url = `tftp://127.0.0.1:${server.addr.port}/any`;
    await assertRejects(() => getChecked(url), Error, message);
  }
});
