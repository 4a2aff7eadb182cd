import { assertEquals } from "@std/assert";
import { configSchema, SCHEMA_URL } from "../../cli/config_schema.ts";
import { SCHEMA_FILE, schemaText } from "../../tools/config_schema.ts";

Deno.test("configSchema() has a property for each key there can be", () => {
  const schema = configSchema({
    operand: {
      name: "root",
      value: "DIR",
      type: { kind: "path" },
      description: "Where",
    },
    options: [
      { name: "host", value: "A", isRepeatable: true, description: "Hosts" },
      { name: "write", description: "Write" },
      { name: "check", isCommandLineOnly: true, description: "Check" },
    ],
    sections: [{
      name: "policy",
      description: "Who",
      schema: { type: "object" },
      check: () => undefined,
    }],
  }, "A title");
  assertEquals(schema, {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: SCHEMA_URL,
    title: "A title",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string", description: "Where this schema is" },
      root: { description: "Where", type: "string", minLength: 1 },
      host: {
        description: "Hosts",
        type: "array",
        minItems: 1,
        items: { type: "string", minLength: 1 },
      },
      write: { description: "Write", type: "boolean" },
      policy: { description: "Who", type: "object" },
    },
  });
});

Deno.test("tftpkit.schema.json is what deno task schema writes", async () => {
  assertEquals(
    await Deno.readTextFile(SCHEMA_FILE),
    schemaText(),
    "Run deno task schema",
  );
});
