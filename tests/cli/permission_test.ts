import { assertEquals, assertRejects } from "@std/assert";
import {
  filePermission,
  type NeededPermission,
  needPermissions,
  netPermissions,
  PermissionError,
} from "../../cli/permission.ts";
import { FakeContext } from "./_context.ts";

/** What is said when nothing is granted, or only some. */
async function complaint(
  needed: NeededPermission[],
  isGranted: (descriptor: Deno.PermissionDescriptor) => boolean = () => false,
): Promise<string> {
  const context = new FakeContext([], { isGranted });
  const error = await assertRejects(
    () => needPermissions(context, needed),
    PermissionError,
  );
  return error.message;
}

Deno.test("needPermissions() says nothing when all is granted", async () => {
  const context = new FakeContext([]);
  await needPermissions(context, [
    ...netPermissions(["192.0.2.1"]),
    filePermission("read", "x"),
  ]);
  assertEquals(context.asked, [
    { name: "net", host: "192.0.2.1" },
    { name: "net", host: "0.0.0.0:0" },
    { name: "read", path: "x" },
  ]);
});

Deno.test("needPermissions() names all that is missing, and only that", async () => {
  const needed = [
    ...netPermissions(["192.0.2.1"]),
    filePermission("write", "out"),
    filePermission("read", "out"),
  ];
  assertEquals(
    await complaint(needed),
    'No permission to talk to 192.0.2.1, to write to out, to read out: add --allow-net=192.0.2.1,0.0.0.0:0 --allow-write=out --allow-read=out after "deno run"',
  );
  assertEquals(
    await complaint(needed, ({ name }) => name !== "write"),
    'No permission to write to out: add --allow-write=out after "deno run"',
  );
});

Deno.test("needPermissions() wants the socket of one's own, too", async () => {
  assertEquals(
    await complaint(
      netPermissions(["192.0.2.1"]),
      (descriptor) => "host" in descriptor && descriptor.host === "192.0.2.1",
    ),
    'No permission to talk to 192.0.2.1: add --allow-net=192.0.2.1,0.0.0.0:0 after "deno run"',
  );
});

const FLAGS: readonly [needed: NeededPermission[], flags: string][] = [
  [netPermissions(["2001:db8::1"]), '"--allow-net=[2001:db8::1],[::]:0"'],
  [netPermissions(["boot.example"]), "--allow-net"],
  [netPermissions(["1.2.3"]), "--allow-net"],
  [netPermissions(["zz:"]), "--allow-net"],
  [netPermissions(["192.0.2.1", "boot.example"]), "--allow-net"],
  [netPermissions(["boot.example", "192.0.2.1"]), "--allow-net"],
  [
    netPermissions(["192.0.2.1", "192.0.2.1", "192.0.2.2"]),
    "--allow-net=192.0.2.1,0.0.0.0:0,192.0.2.2",
  ],
  [
    [filePermission("read", "a"), filePermission("read", "b/c")],
    "--allow-read=a,b/c",
  ],
  [[filePermission("read", "my file")], '"--allow-read=my file"'],
  [
    [filePermission("read", "a"), filePermission("read", "b,c")],
    "--allow-read",
  ],
];

for (const [needed, flags] of FLAGS) {
  const purposes = needed.map(({ purpose }) => purpose).join(", ");
  Deno.test(`needPermissions() advises ${flags} to ${purposes}`, async () => {
    const message = await complaint(needed);
    assertEquals(/: add (.*) after "deno run"$/.exec(message)?.[1], flags);
  });
}

Deno.test("netPermissions() takes the address and port to send from", () => {
  const local = { hostname: "::1", port: 7 };
  assertEquals(
    netPermissions(["2001:db8::1"], local)[0]!.scope,
    ["[2001:db8::1]", "[::1]:7"],
  );
  assertEquals(
    netPermissions(["192.0.2.1"], { port: 7 })[0]!.scope,
    ["192.0.2.1", "0.0.0.0:7"],
  );
});
