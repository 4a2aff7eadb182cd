import { createHash, createHmac } from "node:crypto";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { s3Origin, type S3OriginOptions } from "../../../handlers/mod.ts";
import { fakeRequest, fakeUpload } from "../_request.ts";
import { rejectionOf } from "../_sandbox.ts";
import { makeBytes, readText, startOrigin, wireOf } from "./_origin.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

const sha256 = (data: string | Uint8Array) =>
  createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, text: string) =>
  createHmac("sha256", key).update(text).digest();

/** The characters that stay as they are in a canonical path. */
function encodePath(path: string): string {
  return [...new TextEncoder().encode(path)].map((octet) => {
    const text = String.fromCharCode(octet);
    return /[A-Za-z0-9\-._~/]/.test(text)
      ? text
      : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** Whether a request is signed with the secret, by what AWS says of Signature Version 4. */
async function isSigned(request: Request, body: Uint8Array): Promise<boolean> {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
      .exec(request.headers.get("authorization") ?? "");
  if (match === null) return false;
  const [, accessKey, day, region, signed, signature] = match;
  if (accessKey !== "AKID") return false;
  const url = new URL(request.url);
  const payload = request.headers.get("x-amz-content-sha256")!;
  if (body.length > 0 && payload !== sha256(body)) return false;
  const names = signed!.split(";");
  // Without these a signature could be used for another host or another time.
  const needed = ["host", "x-amz-date", "x-amz-content-sha256"];
  if (!needed.every((name) => names.includes(name))) return false;
  // What a proxy may change must not be signed.
  if (names.includes("accept-encoding")) return false;
  const headers = names.map((name) =>
    `${name}:${name === "host" ? url.host : request.headers.get(name)}\n`
  ).join("");
  const canonical = [
    request.method,
    encodePath(decodeURIComponent(url.pathname)),
    "",
    headers,
    signed,
    payload,
  ].join("\n");
  const date = request.headers.get("x-amz-date")!;
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = [day!, region!, "s3", "aws4_request"]
    .reduce<string | Uint8Array>(hmac, `AWS4${SECRET}`);
  return await Promise.resolve(hmac(key, text).toString("hex") === signature);
}

/** A little store: keys by path, and the key that may use it. */
function startStore() {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  const origin = startOrigin(async (request) => {
    const body = await request.bytes();
    if (!await isSigned(request, body)) {
      return new Response("SignatureDoesNotMatch", { status: 403 });
    }
    const path = decodeURIComponent(new URL(request.url).pathname);
    if (request.method === "PUT") {
      if (!request.headers.has("content-length")) {
        return new Response("MissingContentLength", { status: 411 });
      }
      if (request.headers.get("if-none-match") === "*" && objects.has(path)) {
        return new Response("PreconditionFailed", { status: 412 });
      }
      objects.set(path, body);
      return new Response();
    }
    const object = objects.get(path);
    if (!object) return new Response("NoSuchKey", { status: 404 });
    return new Response(request.method === "HEAD" ? null : object);
  });
  const handler = (options: Partial<S3OriginOptions> = {}) =>
    s3Origin({
      endpoint: origin.url,
      bucket: "boot",
      region: "eu-central-1",
      accessKeyId: "AKID",
      secretAccessKey: SECRET,
      write: true,
      ...options,
    });
  return { origin, objects, handler };
}

Deno.test("an object is read, whatever its key", async () => {
  const { origin, objects, handler } = startStore();
  await using _origin = origin;
  const names = ["kernel", "a b+c", "ü/ß", "100%25", "(x)!'*~;@&=$,", "_-.1"];
  for (const name of names) {
    objects.set(`/boot/${name}`, new TextEncoder().encode(name));
    objects.set(`/boot/lab 1/${name}`, new TextEncoder().encode("lab"));
    assertEquals(await readText(await handler()(fakeRequest(name))), name);
    const lab = handler({ prefix: "/lab 1/", sessionToken: "t0k3n" });
    assertEquals(await readText(await lab(fakeRequest(name))), "lab");
  }
});

Deno.test("a key that is not there, and a secret that is wrong", async () => {
  const { origin, handler } = startStore();
  await using _origin = origin;
  const ask = (options: Partial<S3OriginOptions>) =>
    rejectionOf(async () => await handler(options)(fakeRequest("x")));
  assertEquals(wireOf(await ask({})), "1 File not found");
  const wrong = { secretAccessKey: "no" };
  assertEquals(wireOf(await ask(wrong)), "2 Access violation");
  assertEquals(wireOf(await ask({ accessKeyId: "no" })), "2 Access violation");
});

async function upload(
  handler: ReturnType<typeof s3Origin>,
  name: string,
  size: number,
): Promise<void> {
  const { sink } = (await handler(fakeUpload(name)))!;
  try {
    await sink!.write(makeBytes(size));
    await sink!.commit();
  } catch (error) {
    await sink!.abort(error);
    throw error;
  }
}

Deno.test("an upload is stored, and replaces nothing unless it may", async () => {
  const { origin, objects, handler } = startStore();
  await using _origin = origin;
  await upload(handler(), "r1.cfg", 1000);
  assertEquals(objects.get("/boot/r1.cfg"), makeBytes(1000));
  const error = await rejectionOf(() => upload(handler(), "r1.cfg", 5));
  assertEquals(error.code, 6);
  await upload(handler({ overwrite: true }), "r1.cfg", 5);
  assertEquals(objects.get("/boot/r1.cfg"), makeBytes(5));
});

Deno.test("who comes in between is found out by the store", async () => {
  const { origin, objects, handler } = startStore();
  await using _origin = origin;
  const { sink } = (await handler()(fakeUpload("r1.cfg")))!;
  objects.set("/boot/r1.cfg", makeBytes(3));
  await sink!.write(makeBytes(9));
  const error = await rejectionOf(async () => await sink!.commit());
  assertEquals(error.code, 6);
  await sink!.abort(error);
  assertEquals(objects.get("/boot/r1.cfg"), makeBytes(3));
});

Deno.test("an upload larger than what is collected is refused", async () => {
  const { origin, handler } = startStore();
  await using _origin = origin;
  const small = handler({ maxCollectBytes: 100 });
  const error = await rejectionOf(() => upload(small, "x", 101));
  assertEquals(wireOf(error), "3 Disk full or allocation exceeded");
});

Deno.test("a bucket can be in the host name", async () => {
  let asked = "";
  const handler = s3Origin({
    endpoint: "https://s3.example:9000/base",
    bucket: "boot",
    accessKeyId: "AKID",
    secretAccessKey: SECRET,
    pathStyle: false,
    prefix: "a/b",
    fetch: (url, { headers }) => {
      asked = url;
      assert(headers.get("authorization")!.includes("/us-east-1/s3/"));
      return Promise.resolve(new Response("x"));
    },
  });
  assertEquals(await readText(await handler(fakeRequest("c"))), "x");
  assertEquals(asked, "https://boot.s3.example:9000/base/a/b/c");
});

Deno.test("what is missing is said", () => {
  const good = {
    endpoint: "http://127.0.0.1:9000",
    bucket: "b",
    accessKeyId: "a",
    secretAccessKey: "s",
  };
  for (const name of ["bucket", "accessKeyId", "secretAccessKey"]) {
    assertThrows(() => s3Origin({ ...good, [name]: "" }), TypeError, name);
  }
  assertThrows(() => s3Origin({ ...good, endpoint: "x" }), TypeError);
});
