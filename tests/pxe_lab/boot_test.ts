/**
 * Machines boot programs that check themselves, from `tftpkit pxe` and nothing else.
 *
 * @module
 */

import { assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  BIOS_FILE,
  EFI_FILE,
  findFile,
  labTest,
  OTHER_SERVER,
  RANGE,
} from "./_lab.ts";
import { BROKEN_STATUS, efiPayload } from "./_payload.ts";

const BOTH = ["--bios", BIOS_FILE, "--uefi", EFI_FILE];
const ALONE = ["--dhcp-range", RANGE, ...BOTH];

labTest(
  "BIOS and UEFI boot from one server, which tells how",
  [],
  async (lab) => {
    await using server = await lab.pxe(...ALONE);
    await lab.boot({ firmware: "bios", mac: "02:00:00:00:00:01" }, server);
    assertMatch(
      server.text,
      /02:00:00:00:00:01 \+\d+ ms {2}iPXE on BIOS \(bios-x86\) asks: offered 10\.99\.0\.\d+, boot "nbp\.0"\n/,
    );
    assertMatch(
      server.text,
      /02:00:00:00:00:01 \+\S+ m?s {2}loaded "nbp\.0" by TFTP: 400\.0 kB in /,
    );
    await lab.boot({ firmware: "uefi", mac: "02:00:00:00:00:02" }, server);
    assertMatch(
      server.text,
      /02:00:00:00:00:02 \+\S+ m?s {2}loaded "app\.efi" by TFTP: 1\.0 MB in .*windowsize=4/,
    );
  },
);

labTest("one octet that is wrong is noticed", [], async (lab) => {
  const path = `${lab.root}/${BIOS_FILE}`;
  const bytes = await Deno.readFile(path);
  bytes[300_000]! ^= 1;
  await Deno.writeFile(path, bytes);
  await using server = await lab.pxe(...ALONE);
  await assertRejects(
    () => lab.boot({ firmware: "bios" }, server),
    `QEMU ended with ${BROKEN_STATUS}`,
  );
});

labTest("both boot where all transfers use port 69", [], async (lab) => {
  await using server = await lab.pxe(...ALONE, "--single-port");
  await lab.boot({ firmware: "bios" }, server);
  await lab.boot({ firmware: "uefi" }, server);
});

labTest("UEFI loads 16 MB, every octet of it", [], async (lab) => {
  const bytes = efiPayload(16 * 1024 * 1024);
  await Deno.writeFile(`${lab.root}/large.efi`, bytes);
  await using server = await lab.pxe("--dhcp-range", RANGE, "-f", "large.efi");
  await lab.boot({ firmware: "uefi" }, server);
  assertStringIncludes(server.text, 'loaded "large.efi" by TFTP: 16.8 MB');
});

labTest(
  "iPXE in the ROM runs a script, and loads the rest over HTTP",
  [],
  async (lab) => {
    await lab.write("boot.ipxe", `#!ipxe\nchain ${BIOS_FILE}\n`);
    await using server = await lab.pxe(
      ...["--dhcp-range", RANGE, "--ipxe", "boot.ipxe", "--http-port", "8080"],
    );
    await lab.boot({ firmware: "bios" }, server);
    assertStringIncludes(server.text, 'boot "http://10.99.0.1:8080/boot.ipxe"');
    assertMatch(server.text, /loaded "\/nbp\.0" by HTTP: 400\.0 kB/);
  },
);

labTest(
  "a machine boots what the configuration file says of it",
  [],
  async (lab) => {
    const mac = "02:00:00:00:00:07";
    await lab.write(
      "pxe.toml",
      `http-port = 8080
[machines."${mac}"]
kernel = "/${BIOS_FILE}"
initrd = ["/pxe.toml"]
cmdline = "quiet"
message = "Hello"
`,
    );
    await using server = await lab.pxe(
      ...["--dhcp-range", RANGE, "--config", `${lab.root}/pxe.toml`],
    );
    await lab.boot({ firmware: "bios", mac }, server);
    assertMatch(
      server.text,
      /loaded "\/v1\/ipxe\/02:00:00:00:00:07" by HTTP[^]*loaded "\/nbp\.0" by HTTP/,
    );
  },
);

labTest(
  "a machine boots what an API says, and loads it through us",
  [],
  async (lab) => {
    const host = await lab.lan.addHost(OTHER_SERVER);
    await using _api = await lab.lan.startIn(host, Deno.execPath(), [
      ...["run", "--quiet", "--allow-all", "--no-config"],
      fromFileUrl(new URL("_api.ts", import.meta.url)),
      ...[OTHER_SERVER, "8000", `${lab.root}/${BIOS_FILE}`],
    ], /Listening/);
    await using server = await lab.pxe(
      ...["--dhcp-range", RANGE, "--http-port", "8080"],
      ...["--api", `http://${OTHER_SERVER}:8000/own`, "--api-proxy"],
    );
    await lab.boot({ firmware: "bios" }, server);
    assertMatch(
      server.text,
      /loaded "http:\/\/10\.99\.0\.2:8000\/kernel" by HTTP: 400\.0 kB/,
    );
  },
);

labTest(
  "pxelinux finds its configuration, and goes on",
  [
    findFile("/usr/lib/PXELINUX/pxelinux.0"),
    findFile("/usr/lib/syslinux/modules/bios/ldlinux.c32"),
  ],
  async (lab, ...files) => {
    for (const path of files) await lab.copy(path);
    await lab.write(
      "pxelinux.cfg/default",
      `DEFAULT own\nPROMPT 0\nLABEL own\n  PXE ${BIOS_FILE}\n`,
    );
    await using server = await lab.pxe(
      "--dhcp-range",
      RANGE,
      "-f",
      "pxelinux.0",
    );
    await lab.boot({ firmware: "bios" }, server);
    assertStringIncludes(server.text, 'loaded "pxelinux.cfg/default" by TFTP');
  },
);

labTest(
  "UEFI starts iPXE over TFTP, which runs a script over HTTP",
  [findFile("/usr/lib/ipxe/snponly.efi")],
  async (lab, ipxe) => {
    await lab.copy(ipxe);
    await lab.write("boot.ipxe", `#!ipxe\nchain ${EFI_FILE}\n`);
    await using server = await lab.pxe(
      ...["--dhcp-range", RANGE, "--uefi", "snponly.efi"],
      ...["--ipxe", "boot.ipxe", "--http-port", "8080"],
    );
    await lab.boot({ firmware: "uefi" }, server);
    assertStringIncludes(server.text, "iPXE on UEFI (uefi-x64) keeps");
    assertMatch(server.text, /loaded "\/app\.efi" by HTTP: 1\.0 MB/);
  },
);
