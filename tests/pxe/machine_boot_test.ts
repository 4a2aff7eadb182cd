import { assertEquals, assertThrows } from "@std/assert";
import { ipxeScript, parseMachineBoot } from "../../pxe/machine_boot.ts";

const BASE = "http://192.0.2.9/api/";

Deno.test("parseMachineBoot() takes all that pixiecore's documentation shows", () => {
  assertEquals(
    parseMachineBoot({
      kernel: "https://files.example/kernel",
      initrd: ["/initrd.0", "initrd.1"],
      cmdline: 'quiet url={{ URL "/cloud.yml" }} again={{URL "x"}}',
      message: "Hello",
      unknown: 1,
    }, BASE),
    {
      kernel: "https://files.example/kernel",
      initrd: ["http://192.0.2.9/initrd.0", "http://192.0.2.9/api/initrd.1"],
      cmdline:
        "quiet url=http://192.0.2.9/cloud.yml again=http://192.0.2.9/api/x",
      message: "Hello",
    },
  );
  assertEquals(
    parseMachineBoot({
      kernel: "tftp://192.0.2.1/k",
      initrd: null,
      cmdline: { quiet: true, b: "2", a: { url: "/f" } },
    }, BASE),
    {
      kernel: "tftp://192.0.2.1/k",
      cmdline: "a=http://192.0.2.9/f b=2 quiet",
    },
  );
  const script = { "ipxe-script": "#!ipxe\nshell\n" };
  assertEquals(parseMachineBoot({ ...script, kernel: 1 }, BASE), script);
});

const WRONG: readonly unknown[] = [
  null,
  [],
  "kernel",
  {},
  { kernel: "" },
  { kernel: 1 },
  { kernel: "file:///etc/shadow" },
  { kernel: "javascript:x" },
  { kernel: "http://[" },
  { kernel: "/k\nshell" },
  { kernel: "/k", initrd: "/i" },
  { kernel: "/k", initrd: ["file:///i"] },
  { kernel: "/k", initrd: [1] },
  { kernel: "/k", cmdline: 1 },
  { kernel: "/k", cmdline: ["a"] },
  { kernel: "/k", cmdline: "quiet\nshell" },
  { kernel: "/k", cmdline: '{{ URL "file:///x" }}' },
  { kernel: "/k", cmdline: { a: 1 } },
  { kernel: "/k", cmdline: { "a\nb": true } },
  { kernel: "/k", message: "a\rb" },
  { "ipxe-script": 1 },
];

for (const value of WRONG) {
  Deno.test(`parseMachineBoot() refuses ${JSON.stringify(value)}`, () => {
    assertThrows(
      () => parseMachineBoot(value, BASE),
      TypeError,
      "Cannot boot a machine as",
    );
  });
}

Deno.test("ipxeScript() shows the message, and loads each part under its name", () => {
  assertEquals(
    ipxeScript({
      kernel: "http://a/k",
      initrd: ["http://a/0", "http://a/1"],
      message: "Installing",
    }),
    `#!ipxe
echo Installing
kernel --name kernel http://a/k
initrd --name initrd0 http://a/0
initrd --name initrd1 http://a/1
boot kernel initrd=initrd0 initrd=initrd1
`,
  );
  assertEquals(ipxeScript({ "ipxe-script": "#!ipxe\n" }), "#!ipxe\n");
});
