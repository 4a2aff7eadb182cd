// `get` and `put`: from words to requests. Rules:
// 1. One name: the file has its last part on the other side. Two: the other side's name is the second. More: to `get`, names;
//    to `put`, files and the directory they go into. `mget` and `mput` take any number of names, also two.
// 2. A host that is named with a file is the server from then on.
// 3. A name that ends in a slash is a directory, here as there. What else is one here, whoever opens it finds out.

import type { TftpTarget } from "../../client.ts";
import { EXIT_STATUS } from "../exit_status.ts";
import {
  type GetRequest,
  type PutRequest,
  type ShellCommand,
  ShellError,
  type ShellOutcome,
} from "./command.ts";
import { lastPart, parseRemote } from "./remote.ts";
import type { ShellState } from "./state.ts";

const FORCE_NOTE = [
  "A file that is there already is asked about in a terminal and left alone in a script; with -f it is replaced.",
];

/** The commands that transfer files. */
export const REQUEST_COMMANDS: readonly ShellCommand[] = [
  {
    names: ["get", "g"],
    usage: "[-f] NAME [LOCAL] | NAME...",
    summary: "Download files",
    details: [
      "A NAME can be HOST:NAME or a URL; LOCAL can be a directory, or - for standard output.",
      ...FORCE_NOTE,
    ],
    completes: ["remote", "local"],
    count: [1, Infinity],
    run: (args, state) => {
      const { isForced, names } = forced("get", args);
      const [name, local] = names;
      const { pairs, state: next } = readRemotes(
        names.length === 2 ? [name!] : names,
        state,
      );
      return getOutcome(
        pairs.map((target) =>
          toGet(target, names.length === 2 ? local! : undefined)
        ),
        isForced,
        next,
      );
    },
  },
  {
    names: ["mget"],
    usage: "[-f] NAME...",
    summary: "Download files, each under its own name",
    details: FORCE_NOTE,
    completes: ["remote"],
    count: [1, Infinity],
    run: (args, state) => {
      const { isForced, names } = forced("mget", args);
      const { pairs, state: next } = readRemotes(names, state);
      return getOutcome(
        pairs.map((target) => toGet(target)),
        isForced,
        next,
      );
    },
  },
  {
    names: ["put", "p"],
    usage: "FILE [NAME] | FILE... DIR",
    summary: "Upload files",
    details: [
      "NAME and DIR can be HOST:NAME or a URL. A NAME that ends in a slash is a directory.",
    ],
    completes: ["local"],
    count: [1, Infinity],
    run: (args, state) => {
      if (args.length > 2) {
        return putInto(args.slice(0, -1), args.at(-1)!, state);
      }
      const [file, name = ""] = args;
      if (args.length === 1 && readRemote(file!, state).hasHost) {
        // HOST:NAME alone is the file of that name here.
        const { filename } = readRemote(file!, state).target;
        return putAs(lastPart(filename), file!, state);
      }
      if (args.length === 2 && !isDirectory(name, state)) {
        return putAs(file!, name, state);
      }
      return putInto([file!], name, state);
    },
  },
  {
    names: ["mput"],
    usage: "FILE...",
    summary: "Upload files, each under its own name",
    completes: ["local"],
    count: [1, Infinity],
    run: (args, state) => putInto(args, "", state),
  },
];

/** Whether names begin with `-f`. */
function forced(
  command: string,
  args: readonly string[],
): { isForced: boolean; names: readonly string[] } {
  const isForced = args[0] === "-f";
  const names = isForced ? args.slice(1) : args;
  if (names.length === 0) {
    throw new ShellError(`What is to be downloaded? Say: ${command} -f NAME`);
  }
  return { isForced, names };
}

/** Reads names on servers, each of which can name the server for those that follow. */
function readRemotes(
  names: readonly string[],
  state: ShellState,
): { pairs: Required<TftpTarget>[]; state: ShellState } {
  let next = state;
  const pairs = names.map((name) => {
    const { target, state } = readRemote(name, next);
    if (target.filename === "") {
      throw new ShellError(`There is no name in "${name}"`);
    }
    next = state;
    return target;
  });
  return { pairs, state: next };
}

function readRemote(
  text: string,
  state: ShellState,
): { target: Required<TftpTarget>; hasHost: boolean; state: ShellState } {
  let name: ReturnType<typeof parseRemote>;
  try {
    name = parseRemote(text, state.isLiteral);
  } catch (error) {
    throw new ShellError((error as Error).message, EXIT_STATUS.url);
  }
  const next = {
    ...state,
    hostname: name.hostname ?? state.hostname,
    port: name.port ?? state.port,
  };
  const { hostname, port } = next;
  if (hostname === null) {
    throw new ShellError(
      "No server was named yet: say connect HOST, or HOST:NAME",
    );
  }
  const { filename, mode } = name;
  return {
    target: { hostname, port, filename, mode: mode ?? state.mode },
    hasHost: name.hostname !== null,
    state: next,
  };
}

function toGet(target: Required<TftpTarget>, local?: string): GetRequest {
  if (local === "-") return { target, path: null };
  if (local !== undefined && !local.endsWith("/")) {
    return { target, path: local };
  }
  const name = lastPart(target.filename);
  if (name === "") {
    throw new ShellError(
      `"${target.filename}" ends in nothing that a file could be called: name the file after it`,
    );
  }
  return { target, path: (local ?? "") + name };
}

function getOutcome(
  requests: readonly GetRequest[],
  isForced: boolean,
  { hostname, port }: ShellState,
): ShellOutcome {
  const paths = requests.map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) {
    throw new ShellError(
      `Two of the files would be called ${twice}: get them one by one`,
    );
  }
  return {
    change: { hostname, port },
    action: { type: "get", requests, isForced },
  };
}

/** Whether a name on a server is a directory that files go into. */
function isDirectory(name: string, state: ShellState): boolean {
  const { filename } = readRemote(name, state).target;
  return filename === "" || /[/\\]$/.test(filename);
}

function putAs(file: string, name: string, state: ShellState): ShellOutcome {
  const { target, state: next } = readRemote(name, state);
  if (file === "" || target.filename === "") {
    throw new ShellError(`There is no name in "${name}"`);
  }
  return putOutcome([{ path: file, target }], next);
}

function putInto(
  files: readonly string[],
  directory: string,
  state: ShellState,
): ShellOutcome {
  const { target, state: next } = readRemote(directory, state);
  const { filename } = target;
  const place = filename === "" || /[/\\]$/.test(filename)
    ? filename
    : `${filename}/`;
  return putOutcome(
    files.map((path) => {
      const name = lastPart(path);
      if (name === "") {
        throw new ShellError(`"${path}" is no file that can be uploaded`);
      }
      return { path, target: { ...target, filename: place + name } };
    }),
    next,
  );
}

function putOutcome(
  requests: readonly PutRequest[],
  { hostname, port }: ShellState,
): ShellOutcome {
  return { change: { hostname, port }, action: { type: "put", requests } };
}
