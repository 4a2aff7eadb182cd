import { assertEquals, assertRejects } from "@std/assert";
import {
  clientRoot,
  type ClientRootOptions,
  serveDir,
  type TftpRequest,
} from "../../handlers/mod.ts";
import { outcomeOf } from "./_read.ts";
import { fakeRequest } from "./_request.ts";
import { rejectionOf, Sandbox } from "./_sandbox.ts";

const isWindows = Deno.build.os === "windows";

function from(hostname: string, filename = "file"): TftpRequest {
  const remote = { transport: "udp", hostname, port: 50000 } as const;
  return fakeRequest(filename, { remote });
}

/** Which directory a client gets, below the sandbox. */
async function rootOf(
  sandbox: Sandbox,
  hostname: string,
  options: Partial<ClientRootOptions> = {},
): Promise<string> {
  const root = `${sandbox.path}/srv`;
  const path = await clientRoot(from(hostname), { root, ...options });
  return path.slice(sandbox.path.length + 1).replaceAll("\\", "/");
}

Deno.test("clientRoot() gives a client the directory of its address, if there is one", async () => {
  using sandbox = new Sandbox({
    "srv/192.0.2.7": null,
    "srv/192.0.2.9": "a file",
    "srv/2001-db8--7": null,
  });
  for (
    const [hostname, expected] of [
      ["192.0.2.7", "srv/192.0.2.7"],
      ["192.0.2.8", "srv"],
      ["192.0.2.9", "srv"],
      ["2001:db8::7", "srv/2001-db8--7"],
      ["2001:db8::7%eth0", "srv/2001-db8--7"],
      ["2001:db8::8", "srv"],
      ["::1", "srv"],
    ] as const
  ) {
    assertEquals(await rootOf(sandbox, hostname), expected, hostname);
  }
});

Deno.test({
  name:
    "clientRoot() knows a directory with the colons of IPv6, which comes first",
  ignore: isWindows,
  async fn() {
    using sandbox = new Sandbox({ "srv/fe80::1": null, "srv/fe80--1": null });
    assertEquals(await rootOf(sandbox, "fe80::1%2"), "srv/fe80::1");
  },
});

Deno.test("clientRoot() gives a client the directory of its MAC address", async () => {
  using sandbox = new Sandbox({
    "srv/02-fc-00-00-00-05": null,
    "srv/192.0.2.1": null,
  });
  const asked: string[] = [];
  const options = {
    by: "mac",
    lookUpMac: (address: string) => {
      asked.push(address);
      return address === "192.0.2.1" ? "02:FC:00:00:00:05" : null;
    },
  } as const;
  const own = await rootOf(sandbox, "192.0.2.1", options);
  assertEquals(own, "srv/02-fc-00-00-00-05");
  assertEquals(await rootOf(sandbox, "192.0.2.2", options), "srv");
  assertEquals(await rootOf(sandbox, "fe80::1%eth0", options), "srv");
  assertEquals(asked, ["192.0.2.1", "192.0.2.2", "fe80::1"]);
});

Deno.test("clientRoot() makes no path of what is no address", async () => {
  using sandbox = new Sandbox({
    "srv/.../x": "",
    "etc/x": "",
    "srv/host": null,
  });
  for (
    const hostname of [
      "..",
      ".",
      "../etc",
      "...",
      "host",
      "",
      "a/../..",
      "c:..\\x",
    ]
  ) {
    assertEquals(await rootOf(sandbox, hostname), "srv", hostname);
  }
  const lookUpMac = () => "../etc";
  await assertRejects(
    () => rootOf(sandbox, "192.0.2.1", { by: "mac", lookUpMac }),
    TypeError,
    "MAC address",
  );
});

Deno.test("clientRoot() lets a directory be a symbolic link as far as the policy goes", async () => {
  using sandbox = new Sandbox({ "srv/group": null, out: null });
  sandbox.link("group", "srv/192.0.2.1");
  sandbox.link("../out", "srv/192.0.2.2");
  sandbox.link("nowhere", "srv/192.0.2.3");
  for (
    const [symlinks, expected] of [
      ["inside", ["srv/group", 2, "srv"]],
      ["never", [2, 2, 2]],
      ["follow", ["srv/192.0.2.1", "srv/192.0.2.2", "srv"]],
    ] as const
  ) {
    const found = await Promise.all([1, 2, 3].map(async (host) => {
      try {
        return await rootOf(sandbox, `192.0.2.${host}`, { symlinks });
      } catch (error) {
        return (await rejectionOf(() => Promise.reject(error))).code;
      }
    }));
    assertEquals(found, [...expected], symlinks);
  }
});

Deno.test("clientRoot() with serveDir() keeps a client in its directory", async () => {
  using sandbox = new Sandbox({
    "srv/192.0.2.7/file": "own",
    "srv/192.0.2.8/file": "another's",
    "srv/file": "shared",
    "srv/shared": "shared",
  });
  const root = `${sandbox.path}/srv`;
  const handler = async (request: TftpRequest) =>
    serveDir(request, { root: await clientRoot(request, { root }) });
  for (
    const [hostname, name, expected] of [
      ["192.0.2.7", "file", "own"],
      ["192.0.2.8", "file", "another's"],
      ["192.0.2.9", "file", "shared"],
      ["192.0.2.7", "shared", 1],
      ["192.0.2.7", "../192.0.2.8/file", 2],
      ["192.0.2.7", "192.0.2.8/file", 1],
    ] as const
  ) {
    assertEquals(await outcomeOf(handler, from(hostname, name)), expected);
  }
});

Deno.test("clientRoot() leaves a root that is missing to who serves it", async () => {
  using sandbox = new Sandbox();
  assertEquals(await rootOf(sandbox, "192.0.2.1"), "srv");
});

Deno.test("clientRoot() tells the operator why a MAC address cannot be looked up, and the client that there is no file", async () => {
  using sandbox = new Sandbox({ srv: null });
  const lookUpMac = () => {
    throw new Deno.errors.NotCapable("Requires run access");
  };
  const error = await rejectionOf(() =>
    rootOf(sandbox, "192.0.2.1", { by: "mac", lookUpMac })
  );
  assertEquals([error.code, error.wireText], [1, "File not found"]);
  assertEquals(
    error.message,
    'Cannot look up the MAC address of "192.0.2.1": Requires run access',
  );
});

Deno.test("clientRoot() refuses options that make no sense", async () => {
  for (const wrong of [{ by: "name" }, { symlinks: "none" }, { root: "" }]) {
    await assertRejects(
      () => clientRoot(from("192.0.2.1"), { root: ".", ...wrong as object }),
      RangeError,
    );
  }
});
