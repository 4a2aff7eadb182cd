import type { Command, ParsedArguments } from "./command.ts";
import { withConfig } from "./config.ts";
import type { CliContext } from "./context.ts";
import { filePermission, needPermissions } from "./permission.ts";

/**
 * The arguments, with those of the file that `--config` names, if it is there.
 *
 * @param args The arguments.
 * @param command The command.
 * @param context The process.
 * @returns The arguments.
 * @throws {PermissionError} When the file may not be read.
 * @throws {ConfigError} When something is wrong with it.
 */
export async function withConfigFile(
  args: ParsedArguments,
  command: Command,
  context: CliContext,
): Promise<ParsedArguments> {
  const path = args.text("config");
  if (path === undefined) return args;
  await needPermissions(context, [filePermission("read", path)]);
  return await withConfig(args, path, command);
}
