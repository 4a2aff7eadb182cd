/**
 * A program that says what machines boot, as pixiecore's API wants it: all the same, which it has itself. Arguments: the
 * address and the port to listen on, and the file.
 *
 * @module
 */

const [hostname, port, path] = Deno.args;

Deno.serve({
  hostname: hostname!,
  port: Number(port),
  onListen: () => console.log("Listening"),
}, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/kernel") {
    return new Response(await Deno.readFile(path!));
  }
  return /^\/own\/v1\/boot\/([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(pathname)
    ? Response.json({ kernel: "/kernel", message: "Hello" })
    : new Response(null, { status: 404 });
});
