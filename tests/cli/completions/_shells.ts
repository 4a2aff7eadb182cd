/** Runs the completion scripts in the shells that they are for. */
import { completionScript, type Shell } from "../../../cli/completions.ts";
import { COMMANDS } from "../../../cli/main.ts";
import { Sandbox } from "../../handlers/_sandbox.ts";
import { findProgram } from "../../interop/_peers.ts";

/** A home with the script, some hosts, and a directory with files. */
export class ShellPlace extends Sandbox {
  readonly #program: string;

  constructor(shell: Shell, program: string) {
    super({
      script: completionScript(shell, "tftpkit", COMMANDS),
      hosts: "192.0.2.7 boothost\n",
      "cwd/images": null,
      "cwd/rules.map": "",
      "cwd/run config.cfg": "",
    });
    this.#program = program;
  }

  /** Runs the shell in the directory; what it writes, by lines. */
  async run(...args: readonly string[]): Promise<string[]> {
    const { success, stdout, stderr } = await new Deno.Command(this.#program, {
      args: [...args],
      cwd: `${this.path}/cwd`,
      clearEnv: true,
      env: {
        HOME: this.path,
        PATH: Deno.env.get("PATH") ?? "",
        TERM: "dumb",
        HOSTFILE: `${this.path}/hosts`,
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    const errors = decoder.decode(stderr);
    if (!success || errors !== "") {
      throw new Error(
        `${this.#program}: ${errors}${decoder.decode(stdout)}`,
      );
    }
    return decoder.decode(stdout).split("\n").filter((line) => line !== "");
  }
}

/** A test that needs a shell. */
export function testWith(
  shell: Shell,
  name: string,
  run: (place: ShellPlace) => Promise<void>,
): void {
  const program = Deno.build.os === "windows" ? null : findProgram(shell);
  Deno.test({
    name: program ? name : `${name} (skipped: ${shell} is not here)`,
    ignore: program === null,
    async fn() {
      using place = new ShellPlace(shell, program!);
      await run(place);
    },
  });
}
