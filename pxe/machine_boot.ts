// What one machine is to boot, as pixiecore's API says it in JSON, and as a script that iPXE runs. Rules:
// 1. What an API answers is checked in full before a machine sees any of it: a wrong answer is as good as none.
// 2. URLs end as absolute http, https or tftp URLs. A path alone is taken as relative to the API, as in pixiecore; `file:` is
//    refused, as the machine could not read it.
// 3. Nothing can begin another line of the script: control characters are refused. In a command line iPXE still puts settings
//    in place of `${...}`, which is wanted.

/**
 * What one machine is to boot: a kernel, or a script of its own for iPXE.
 *
 * The shape is that of pixiecore's API (https://github.com/danderson/netboot, pixiecore/README.api.md).
 */
export interface MachineBoot {
  /** The URL of the kernel, or of an EFI program. */
  readonly kernel?: string;
  /** The URLs of initial file systems. */
  readonly initrd?: readonly string[];
  /** What the kernel is told. `{{ URL "..." }}` in it stands for an absolute URL. */
  readonly cmdline?: string;
  /** What is shown before. */
  readonly message?: string;
  /** A script for iPXE, instead of all that. */
  readonly "ipxe-script"?: string;
}

/**
 * What a machine is to boot.
 *
 * @param mac Its MAC address, in lower case with colons.
 * @returns What to boot; `undefined` to leave it alone.
 */
export type MachineLookup = (
  mac: string,
) => MachineBoot | undefined | Promise<MachineBoot | undefined>;

// deno-lint-ignore no-control-regex -- controls are what it looks for
const CONTROL_REGEXP = /[\x00-\x1f\x7f]/;

const URL_TEMPLATE_REGEXP = /\{\{\s*URL\s+"([^"]*)"\s*\}\}/g;

const SCHEMES = new Set(["http:", "https:", "tftp:"]);

/**
 * Checks what an API has answered, and makes its URLs absolute.
 *
 * @param value The JSON document.
 * @param base What relative URLs are relative to.
 * @returns What to boot.
 * @throws {TypeError} When it is no such document.
 *
 * @example A kernel on the server of the API
 * ```ts
 * import { parseMachineBoot } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const boot = parseMachineBoot({ kernel: "/vmlinuz", cmdline: "quiet" }, "http://192.0.2.1/api/");
 * assertEquals(boot, { kernel: "http://192.0.2.1/vmlinuz", cmdline: "quiet" });
 * ```
 */
export function parseMachineBoot(
  value: unknown,
  base: string | URL,
): MachineBoot {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("the answer", "an object", value);
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const script = fields["ipxe-script"];
  if (script !== undefined && script !== "") {
    if (typeof script !== "string") {
      throw wrong("ipxe-script", "a text", script);
    }
    return { "ipxe-script": script };
  }
  const { initrd, cmdline, message } = fields;
  if (!isAbsent(initrd) && !Array.isArray(initrd)) {
    throw wrong("initrd", "a list of URLs", initrd);
  }
  return {
    kernel: absoluteUrl("kernel", fields.kernel, base),
    ...isAbsent(initrd) ? {} : {
      initrd: (initrd as readonly unknown[]).map((url) =>
        absoluteUrl("initrd", url, base)
      ),
    },
    ...isAbsent(cmdline) ? {} : { cmdline: commandLine(cmdline, base) },
    ...isAbsent(message) ? {} : { message: plainLine("message", message) },
  };
}

/**
 * The script that makes iPXE boot it.
 *
 * @param boot What to boot, with absolute URLs.
 * @returns The script.
 *
 * @example A kernel with an initial file system
 * ```ts
 * import { ipxeScript } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const script = ipxeScript({
 *   kernel: "http://192.0.2.1/vmlinuz",
 *   initrd: ["http://192.0.2.1/initrd"],
 *   cmdline: "quiet",
 * });
 * assertEquals(
 *   script,
 *   "#!ipxe\nkernel --name kernel http://192.0.2.1/vmlinuz\n" +
 *     "initrd --name initrd0 http://192.0.2.1/initrd\nboot kernel initrd=initrd0 quiet\n",
 * );
 * ```
 */
export function ipxeScript(boot: MachineBoot): string {
  const { kernel, initrd = [], cmdline = "", message } = boot;
  if (boot["ipxe-script"] !== undefined) return boot["ipxe-script"];
  const names = initrd.map((_, index) => `initrd=initrd${index}`);
  const words = ["boot kernel", ...names, ...cmdline === "" ? [] : [cmdline]];
  const lines = [
    "#!ipxe",
    ...message === undefined ? [] : [`echo ${message}`],
    `kernel --name kernel ${kernel}`,
    ...initrd.map((url, index) => `initrd --name initrd${index} ${url}`),
    words.join(" "),
  ];
  return lines.join("\n") + "\n";
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** A text, or pixiecore's older form: an object of parameters. */
function commandLine(value: unknown, base: string | URL): string {
  if (typeof value === "string") {
    return plainLine("cmdline", value).replaceAll(
      URL_TEMPLATE_REGEXP,
      (_, url: string) => absoluteUrl("cmdline", url, base),
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("cmdline", "a text or an object", value);
  }
  return Object.entries(value).sort().map(([key, entry]) => {
    const name = plainLine("cmdline", key);
    if (entry === true) return name;
    if (typeof entry === "string") return `${name}=${plainLine(key, entry)}`;
    const { url } = Object(entry) as { url?: unknown };
    return `${name}=${absoluteUrl(key, url, base)}`;
  }).join(" ");
}

function absoluteUrl(
  name: string,
  value: unknown,
  base: string | URL,
): string {
  const url = typeof value === "string" && value !== "" &&
      !CONTROL_REGEXP.test(value)
    ? URL.parse(value, base)
    : null;
  if (url && SCHEMES.has(url.protocol)) return url.href;
  throw wrong(name, "a URL of http, https or tftp", value);
}

function plainLine(name: string, value: unknown): string {
  if (typeof value === "string" && !CONTROL_REGEXP.test(value)) return value;
  throw wrong(name, "a text of one line", value);
}

function wrong(name: string, wish: string, value: unknown): TypeError {
  return new TypeError(
    `Cannot boot a machine as ${name} must be ${wish}: current value is ${
      JSON.stringify(value)
    }`,
  );
}
