/**
 * Builds the release archives into `dist/`: one executable for each target,
 * packed with README and LICENSE, and the SHA-256 sums of all of them.
 *
 * Needs `tar` and, for the Windows archives, `zip`.
 *
 * @module
 */

const TARGETS = [
  { triple: "x86_64-unknown-linux-gnu", os: "linux", arch: "x86_64" },
  { triple: "aarch64-unknown-linux-gnu", os: "linux", arch: "aarch64" },
  { triple: "x86_64-apple-darwin", os: "macos", arch: "x86_64" },
  { triple: "aarch64-apple-darwin", os: "macos", arch: "aarch64" },
  { triple: "x86_64-pc-windows-msvc", os: "windows", arch: "x86_64" },
  { triple: "aarch64-pc-windows-msvc", os: "windows", arch: "aarch64" },
] as const;

/** What the executable may do, as in the task `compile`. */
const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--no-prompt",
];

const DOCUMENTS = ["README.md", "LICENSE"];

async function run(command: string, args: string[], cwd = "."): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd }).spawn()
    .status;
  if (!success) {
    throw new Error(`Cannot run ${command} ${args.join(" ")}: see above`);
  }
}

/** Compiles and packs one target; returns the archive's file name. */
async function build(
  target: (typeof TARGETS)[number],
  version: string,
): Promise<string> {
  const folder = `tftpkit-${version}-${target.os}-${target.arch}`;
  const isWindows = target.os === "windows";
  const executable = `dist/${folder}/tftpkit${isWindows ? ".exe" : ""}`;
  await Deno.mkdir(`dist/${folder}`);
  await run(Deno.execPath(), [
    "compile",
    ...PERMISSIONS,
    "--target",
    target.triple,
    "--output",
    executable,
    "cli.ts",
  ]);
  for (const name of DOCUMENTS) {
    await Deno.copyFile(name, `dist/${folder}/${name}`);
  }
  const archive = `${folder}${isWindows ? ".zip" : ".tar.gz"}`;
  if (isWindows) await run("zip", ["-qr", archive, folder], "dist");
  else await run("tar", ["-czf", archive, folder], "dist");
  return archive;
}

async function sumLine(archive: string): Promise<string> {
  const bytes = await Deno.readFile(`dist/${archive}`);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `${new Uint8Array(digest).toHex()}  ${archive}\n`;
}

if (import.meta.main) {
  const { version } = JSON.parse(await Deno.readTextFile("deno.json"));
  await Deno.remove("dist", { recursive: true }).catch(() => {});
  await Deno.mkdir("dist");
  let sums = "";
  for (const target of TARGETS) {
    sums += await sumLine(await build(target, version));
  }
  await Deno.writeTextFile("dist/SHA256SUMS", sums);
}
