import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../cli/command.ts";
import { parseCommand } from "../../cli/parse.ts";
import {
  planServe,
  SERVE_OPTIONS,
  type ServePlan,
} from "../../cli/serve_plan.ts";
import { DEFAULT_ACCESS_FORMAT } from "../../observe/mod.ts";

function planned(args: string): ServePlan {
  const command = { name: "serve", options: SERVE_OPTIONS };
  const words = args.split(" ").filter(Boolean);
  return planServe(parseCommand(command, words));
}

const DEFAULTS: ServePlan = {
  origin: null,
  roots: ["./srv"],
  uploadRoot: "./srv",
  directory: { write: false, overwrite: false },
  fileCacheBytes: 0,
  clientRoot: null,
  mapPath: null,
  mapSteps: 4096,
  pcrePath: null,
  isLowercase: false,
  workers: null,
  policy: null,
  logs: {
    level: "INFO",
    isJson: false,
    accessFormat: null,
    file: null,
    recordPath: null,
  },
  pcapPath: null,
  isPortGiven: false,
  isQuiet: false,
  options: {
    port: 69,
    refuseOptions: [],
    rfc1350: false,
    retransmission: {},
    singlePort: false,
    limits: { maxUploadBytes: Number.MAX_SAFE_INTEGER },
  },
};

Deno.test("planServe() is careful by default", () => {
  assertEquals(planned(""), DEFAULTS);
});

const { directory, logs } = DEFAULTS;
const { limits } = DEFAULTS.options;
const PLANS: readonly [args: string, difference: object, options?: object][] = [
  ["/tftp", { roots: ["/tftp"], uploadRoot: "/tftp" }],
  ["/a /b", { roots: ["/a", "/b"], uploadRoot: "/a" }],
  ["--upload-dir /in", {
    uploadRoot: "/in",
    directory: { ...directory, write: true },
  }],
  ["--ignore-case --symlinks never", {
    directory: { ...directory, caseInsensitive: true, symlinks: "never" },
  }],
  ["--file-cache 64M", { fileCacheBytes: 2 ** 26 }],
  ["--lowercase --client-root mac", { isLowercase: true, clientRoot: "mac" }],
  ["-m rules --map-steps 10 --pcre-file patterns", {
    mapPath: "rules",
    mapSteps: 10,
    pcrePath: "patterns",
  }],
  [
    "--origin https://boot.example/tftp/ --origin-cache c --origin-stale 60",
    {
      origin: {
        url: "https://boot.example/tftp/",
        bucket: null,
        headers: {},
        cacheDirectory: "c",
        cacheBytes: null,
        staleIfErrorMs: 60_000,
      },
      roots: [],
      uploadRoot: "",
    },
  ],
  ["--allow 192.0.2.0/24 --deny 192.0.2.7", {
    policy: { allow: ["192.0.2.0/24"], deny: ["192.0.2.7"] },
  }],
  ["--max-transfers 10 --max-transfers-per-client 2", {}, {
    limits: { ...limits, maxTransfers: 10, maxTransfersPerClient: 2 },
  }],
  ["--verbose", { logs: { ...logs, level: "DEBUG" } }],
  ["--json --record asked", {
    logs: { ...logs, isJson: true, recordPath: "asked" },
  }],
  ["--access-log", { logs: { ...logs, accessFormat: DEFAULT_ACCESS_FORMAT } }],
  ["--access-format %r", { logs: { ...logs, accessFormat: "%r" } }],
  ["--log-file log --log-max-size 1M --log-files 3", {
    logs: { ...logs, file: { path: "log", maxBytes: 2 ** 20, maxFiles: 3 } },
  }],
  ["--pcap all.pcap", { pcapPath: "all.pcap" }],
  ["--write", { directory: { ...directory, write: true } }],
  ["--overwrite --write=false", {}],
  ["--overwrite", {
    directory: { ...directory, write: true, overwrite: true },
  }],
  ["-w --max-size 64k", {
    directory: { ...directory, write: true, maxSizeBytes: 65536 },
  }],
  ["--quiet", { isQuiet: true, logs: { ...logs, level: "WARN" } }],
  ["-p 69", { isPortGiven: true }],
  ["--port 0", { isPortGiven: true }, { port: 0 }],
  ["--host 192.0.2.1 --host ::1", {}, { hostname: ["192.0.2.1", "::1"] }],
  ["-b 1468 --windowsize 8", {}, { blksize: 1468, windowsize: 8 }],
  ["--refuse blksize --refuse TSIZE", {}, {
    refuseOptions: ["blksize", "TSIZE"],
  }],
  ["--rfc1350", {}, { rfc1350: true }],
  ["-t 0.25 -r 3", {}, { retransmission: { timeoutMs: 250, retries: 3 } }],
  ["--single-port", {}, { singlePort: true }],
  ["--port-range 50000:50100", {}, {
    portRange: { first: 50000, last: 50100 },
  }],
  ["--port-range 7-7", {}, { portRange: { first: 7, last: 7 } }],
];

for (const [args, difference, options] of PLANS) {
  Deno.test(`planServe() understands ${args}`, () => {
    assertEquals(planned(args), {
      ...DEFAULTS,
      ...difference,
      options: { ...DEFAULTS.options, ...options },
    });
  });
}

const REFUSED: readonly (readonly [args: string, message: string])[] = [
  [
    "--json --access-log",
    "--json and --access-log both want standard output: give one of them a file with --log-file",
  ],
  [
    "--origin ftp://x",
    '--origin must be the URL of an HTTP server, such as https://boot.example/tftp/: "ftp://x" is not',
  ],
  [
    "--origin http://x /srv",
    "/srv is for directories, and what is served is an origin: leave out one of them",
  ],
  ["--origin-cache c", "--origin-cache is for files of an --origin"],
  ["--pcap x --record x", "--record and --pcap name the same file: x"],
  [
    "--log-file x --log-max-size 0",
    '--log-max-size must be a number of octets above 0, such as 65536, 64k or 16M: "0" is not',
  ],
  [
    "--log-files 2",
    "--log-max-size and --log-files say how large a log file gets: name one with --log-file",
  ],
  [
    "--allow 192.0.2.7/24",
    '--allow must be an address or a block of them, such as 192.0.2.0/24: "192.0.2.7/24" is not',
  ],
  [
    "--access-format %q",
    '--access-format must be a format such as \'%a %t %o "%r" %b %T\': "%q" is not',
  ],
  ["-q -v", "--quiet and --verbose contradict each other"],
  ["-p 65536", '--port must be a whole number from 0 to 65535: "65536" is not'],
  ["-p tftp", '--port must be a whole number from 0 to 65535: "tftp" is not'],
  ["-p 1 -p 2", "--port can be given once only: it is there 2 times"],
  ["--host", "--host needs a value: ADDRESS"],
  [
    "--max-size big",
    '--max-size must be a number of octets such as 65536, 64k or 16M: "big" is not',
  ],
  ["-b 7", '--blksize must be a whole number from 8 to 65464: "7" is not'],
  [
    "--windowsize 32768",
    '--windowsize must be a whole number from 1 to 32767: "32768" is not',
  ],
  [
    "--refuse everything",
    '--refuse must be one of blksize, blksize2, timeout, utimeout, tsize, windowsize, rollover: "everything" is not',
  ],
  [
    "-t 3601",
    '--timeout must be a number of seconds from 0.001 to 3600: "3601" is not',
  ],
  ["-r 1.5", '--retries must be a whole number from 0 to 100: "1.5" is not'],
  [
    "--single-port --port-range 1:2",
    "--single-port and --port-range contradict each other",
  ],
  ...["5", "2:1", "0:5", "1:65536", "a:b", "1:2:3"].map((range) =>
    [
      `--port-range ${range}`,
      `--port-range must be two ports, lower one first, such as 50000:50100: "${range}" is not`,
    ] as const
  ),
];

for (const [args, message] of REFUSED) {
  Deno.test(`planServe() refuses ${args}`, () => {
    const error = assertThrows(() => planned(args), UsageError);
    assertEquals(error.message, message);
  });
}
