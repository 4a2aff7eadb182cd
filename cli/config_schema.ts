import type { OptionSpec } from "./command.ts";
import type { Configurable } from "./config.ts";
import { ANY_TEXT, type JsonSchema, schemaOf } from "./value.ts";

/** Where the schema of `serve` can be had. */
export const SCHEMA_URL =
  "https://raw.githubusercontent.com/tftpkit/tftp/main/tftpkit.schema.json";

/**
 * What a configuration file may say, as a JSON schema (draft 2020-12), made from the tables that it is checked by.
 *
 * @param command The command.
 * @param title What it is the schema of.
 * @returns The schema.
 */
export function configSchema(command: Configurable, title: string): JsonSchema {
  const { options, operand, sections = [] } = command;
  const keys = options.filter(({ isCommandLineOnly }) => !isCommandLineOnly);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: SCHEMA_URL,
    title,
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string", description: "Where this schema is" },
      ...operand ? { [operand.name]: operandSchema(operand) } : {},
      ...Object.fromEntries(keys.map((spec) => [spec.name, keySchema(spec)])),
      ...Object.fromEntries(
        sections.map(({ name, description, schema }) => [
          name,
          { description, ...schema },
        ]),
      ),
    },
  };
}

/** An operand can be one, or a list of them. */
function operandSchema(operand: OptionSpec): JsonSchema {
  const one = keySchema({ ...operand, isRepeatable: false });
  if (!operand.isRepeatable) return one;
  const { description, ...item } = one;
  return {
    description,
    oneOf: [item, { type: "array", minItems: 1, items: item }],
  };
}

function keySchema(spec: OptionSpec): JsonSchema {
  const { description, value, isRepeatable, type = ANY_TEXT } = spec;
  if (value === undefined) return { description, type: "boolean" };
  return isRepeatable
    ? { description, type: "array", minItems: 1, items: schemaOf(type) }
    : { description, ...schemaOf(type) };
}
