/**
 * Writes the JSON schema of the configuration file of `serve`, from the table of its options:
 * `deno task schema`. A test says when that is to be done.
 *
 * @module
 */

import { configSchema } from "../cli/config_schema.ts";
import { serveCommand } from "../cli/serve.ts";

/** The file that is published. */
export const SCHEMA_FILE: URL = new URL(
  "../tftpkit.schema.json",
  import.meta.url,
);

/** What it should say. */
export function schemaText(): string {
  const schema = configSchema(
    serveCommand,
    "Configuration file of tftpkit serve",
  );
  return JSON.stringify(schema, null, 2) + "\n";
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, schemaText());
