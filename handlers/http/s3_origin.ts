import type { TftpHandler } from "../request.ts";
import { httpOrigin } from "./http_origin.ts";
import type { HttpOriginOptions } from "./http_origin_options.ts";

/** Options of {@linkcode s3Origin}. */
export interface S3OriginOptions
  extends Omit<HttpOriginOptions, "headers" | "redirect"> {
  /** Where the store is, such as `https://s3.eu-central-1.amazonaws.com` or `http://192.0.2.10:9000`. */
  readonly endpoint: string | URL;
  /** The bucket. */
  readonly bucket: string;
  /**
   * The region that requests are signed for.
   *
   * @default {"us-east-1"}
   */
  readonly region?: string;
  /** The public half of the key. */
  readonly accessKeyId: string;
  /** The secret half of the key. It is never told, nor sent. */
  readonly secretAccessKey: string;
  /**
   * The token of temporary credentials.
   *
   * @default {none}
   */
  readonly sessionToken?: string;
  /**
   * What comes before each name in the bucket, such as `boot`. A slash is put after it.
   *
   * @default {""}
   */
  readonly prefix?: string;
  /**
   * Whether the bucket is the first part of the path, which every store understands, or a part of the host name.
   *
   * @default {true}
   */
  readonly pathStyle?: boolean;
  /**
   * How many octets of an upload are collected in memory, as the store wants to know its length first; a larger upload is
   * refused with `DiskFull`.
   *
   * @default {16777216}
   */
  readonly maxCollectBytes?: number;
}

/**
 * A handler that serves what is in a bucket of an S3-compatible store. It is `httpOrigin` with signed requests (AWS Signature
 * Version 4); redirects are not followed. A key that does not exist is told as code 1 where the key may list the bucket; many
 * stores answer 403 where it may not, which is code 2.
 *
 * Needs `--allow-net=HOST:PORT` for the host and port of the endpoint, with `pathStyle: false` for `BUCKET.HOST:PORT`.
 *
 * @param options Which bucket, the key for it, and all that `httpOrigin` takes.
 * @returns The handler.
 * @throws {TypeError} When the endpoint is no absolute HTTP URL, or something of the key or the bucket is empty.
 *
 * @example Serve a bucket
 * ```ts
 * import { s3Origin } from "@tftpkit/tftp/handlers";
 * import { serve } from "@tftpkit/tftp/server";
 *
 * const server = serve(
 *   { hostname: "127.0.0.1", port: 0 },
 *   s3Origin({
 *     endpoint: "https://s3.eu-central-1.amazonaws.com",
 *     region: "eu-central-1",
 *     bucket: "netboot",
 *     prefix: "arm64",
 *     accessKeyId: "AKIDEXAMPLE",
 *     secretAccessKey: "kept in a safe place",
 *   }),
 * );
 * await server.shutdown();
 * ```
 */
export function s3Origin(options: S3OriginOptions): TftpHandler {
  const {
    endpoint,
    bucket,
    region = "us-east-1",
    accessKeyId,
    secretAccessKey,
    sessionToken,
    prefix = "",
    pathStyle = true,
    maxCollectBytes = 16 * 1024 * 1024,
    fetch = globalThis.fetch,
    now = Date.now,
    ...rest
  } = options;
  const needed = { bucket, region, accessKeyId, secretAccessKey };
  for (const [name, value] of Object.entries(needed)) {
    if (typeof value === "string" && value !== "") continue;
    // The value may be half of a secret.
    throw new TypeError(`Cannot use ${name} as it must be a text: it is empty`);
  }
  const base = bucketUrl(endpoint, bucket, prefix, pathStyle);
  const keys = new Map<string, ArrayBuffer>();
  return httpOrigin(base, {
    ...rest,
    now,
    maxCollectBytes,
    redirect: "never",
    async fetch(url, init) {
      // Things on the way may change these, and a signature would not survive that.
      const unsigned = init.headers.get("accept-encoding");
      init.headers.delete("accept-encoding");
      if (init.body instanceof Uint8Array) {
        const hash = await crypto.subtle.digest(
          "SHA-256",
          init.body as Uint8Array<ArrayBuffer>,
        );
        init.headers.set(
          "x-amz-content-sha256",
          new Uint8Array(hash).toHex(),
        );
      }
      // Loaded when it is needed: most servers have no bucket.
      const { AwsV4Signer } = await import("aws4fetch");
      const signer = new AwsV4Signer({
        method: init.method ?? "GET",
        url,
        headers: init.headers,
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        service: "s3",
        region,
        cache: keys,
        datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
      });
      const { headers } = await signer.sign();
      if (unsigned !== null) headers.set("accept-encoding", unsigned);
      return await fetch(url, { ...init, headers });
    },
  });
}

function bucketUrl(
  endpoint: string | URL,
  bucket: string,
  prefix: string,
  pathStyle: boolean,
): URL {
  const url = URL.parse(endpoint);
  if (url === null) {
    throw new TypeError(
      `Cannot use endpoint as it must be an absolute URL: current value is "${endpoint}"`,
    );
  }
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  const components = [
    ...url.pathname.split("/").map(decodeURIComponent),
    ...(pathStyle ? [bucket] : []),
    ...prefix.split("/"),
  ].filter((component) => component !== "");
  url.pathname = components.map((it) => `${encodeURIComponent(it)}/`).join("");
  return url;
}
