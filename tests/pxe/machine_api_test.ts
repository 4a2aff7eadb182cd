import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  askMachineApi,
  machineApi,
  type MachineApiOptions,
} from "../../pxe/machine_api.ts";

const MAC = "02:00:00:00:00:07";

/** A lookup whose API answers so, with what it asked and what it told. */
function lookupOf(
  answer: () => Response | Promise<Response>,
  options: Partial<MachineApiOptions> = {},
) {
  const asked: string[] = [];
  const errors: string[] = [];
  const lookup = askMachineApi({
    url: "http://192.0.2.9/pixiecore",
    onError: (error, mac) => errors.push(`${mac}: ${(error as Error).message}`),
    fetch: (input) => {
      asked.push(String(input));
      return Promise.try(answer);
    },
    ...options,
  });
  return { lookup, asked, errors };
}

Deno.test("askMachineApi() asks as pixiecore does", async () => {
  for (
    const url of ["http://192.0.2.9/pixiecore", "http://192.0.2.9/pixiecore/"]
  ) {
    const { lookup, asked, errors } = lookupOf(
      () => Response.json({ kernel: "/k" }),
      { url },
    );
    assertEquals(await lookup(MAC), { kernel: "http://192.0.2.9/k" });
    assertEquals(asked, [`http://192.0.2.9/pixiecore/v1/boot/${MAC}`]);
    assertEquals(errors, []);
  }
});

Deno.test("askMachineApi() leaves a machine alone at any other status, without a word", async () => {
  for (const status of [404, 204, 403, 500]) {
    const body = status === 204 ? null : "no";
    const { lookup, errors } = lookupOf(() => new Response(body, { status }));
    assertEquals([await lookup(MAC), errors], [undefined, []]);
  }
});

const FAULTS: readonly [() => Response | Promise<Response>, string][] = [
  [() => new Response("{"), "JSON"],
  [() => Response.json({ kernel: "file:///x" }), "kernel must be"],
  [() => new Response("x".repeat(2 ** 20 + 1)), "at most 1048576 octets"],
  [() => Promise.reject(new TypeError("refused")), "refused"],
];

for (const [answer, text] of FAULTS) {
  Deno.test(`askMachineApi() tells what is wrong with an answer: ${text}`, async () => {
    const { lookup, errors } = lookupOf(answer);
    assertEquals(await lookup(MAC), undefined);
    assertStringIncludes(errors[0]!, `${MAC}: `);
    assertStringIncludes(errors[0]!, text);
  });
}

Deno.test("askMachineApi() waits no longer than it was told", async () => {
  const errors: unknown[] = [];
  const lookup = askMachineApi({
    url: "http://192.0.2.9/",
    timeoutMs: 1,
    onError: (error) => errors.push(error),
    fetch: (_, init) =>
      new Promise((_, reject) => {
        const signal = init!.signal!;
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  assertEquals(await lookup(MAC), undefined);
  assertEquals((errors[0] as Error).name, "TimeoutError");
});

Deno.test("askMachineApi() refuses what is no API", () => {
  for (const url of ["nonsense", "ftp://192.0.2.9/", ""]) {
    assertThrows(() => askMachineApi({ url }), TypeError, "url must be");
  }
  for (const timeoutMs of [0, -1, 1.5]) {
    assertThrows(
      () => askMachineApi({ url: "http://a/", timeoutMs }),
      RangeError,
      "timeoutMs",
    );
  }
});

/** Asks our own side of it. */
async function ask(path: string, method = "GET") {
  const asked: string[] = [];
  const api = machineApi((mac) => {
    asked.push(mac);
    return mac === MAC ? { kernel: "/vmlinuz", cmdline: "quiet" } : undefined;
  });
  const url = `http://192.0.2.1:8080${path}`;
  const response = await api(new Request(url, { method }));
  return { response, asked };
}

Deno.test("machineApi() answers in JSON and as a script, whatever the spelling of the address", async () => {
  for (const mac of [MAC, "02-00-00-00-00-07", "02%3A00%3a00:00:00:07"]) {
    const { response, asked } = await ask(`/v1/boot/${mac}`);
    assertEquals(await response!.json(), {
      kernel: "http://192.0.2.1:8080/vmlinuz",
      cmdline: "quiet",
    });
    assertEquals(asked, [MAC]);
  }
  const { response } = await ask(`/v1/ipxe/${MAC}`);
  assertEquals(
    await response!.text(),
    "#!ipxe\nkernel --name kernel http://192.0.2.1:8080/vmlinuz\nboot kernel quiet\n",
  );
});

Deno.test("machineApi() answers HEAD without a body", async () => {
  const { response } = await ask(`/v1/boot/${MAC}`, "HEAD");
  assertEquals([response!.status, response!.body], [200, null]);
  assertEquals(Number(response!.headers.get("content-length")) > 20, true);
});

for (
  const [path, method, status] of [
    ["/v1/boot/02:00:00:00:00:08", "GET", 404],
    ["/v1/boot/", "GET", 404],
    ["/v1/boot/nonsense", "GET", 404],
    ["/v1/boot/%E0%A4%A", "GET", 404],
    [`/v1/boot/${MAC}/more`, "GET", 404],
    [`/v1/boot/${MAC}`, "POST", 405],
  ] as const
) {
  Deno.test(`machineApi() answers ${status} to ${method} ${path}`, async () => {
    const { response } = await ask(path, method);
    assertEquals(response?.status, status);
  });
}

Deno.test("machineApi() tells of what is asked of it, and of nothing else", async () => {
  const told: string[] = [];
  const api = machineApi(
    () => ({ kernel: "/k" }),
    {
      onExchange: ({ hostname, path, status, bytes }) =>
        told.push(`${hostname} ${path} ${status} ${bytes > 0}`),
    },
  );
  const info = {
    remoteAddr: { transport: "tcp", hostname: "192.0.2.7", port: 50000 },
  } as const;
  for (const path of [`/v1/ipxe/${MAC}`, "/v1/boot/x", "/other"]) {
    await api(new Request(`http://192.0.2.1${path}`), info);
  }
  assertEquals(told, [
    `192.0.2.7 /v1/ipxe/${MAC} 200 true`,
    "192.0.2.7 /v1/boot/x 404 true",
  ]);
});

Deno.test("machineApi() leaves other paths to others", async () => {
  for (const path of ["/", "/v1/", "/v1/boots", "/v2/boot/x"]) {
    assertEquals((await ask(path)).response, undefined);
  }
});
