import { assertInstanceOf } from "@std/assert";
import { ShellError } from "../../../cli/shell/command.ts";

Deno.test("ShellError has its name, which tells it from what failed", () => {
  const error = new ShellError("Say: connect HOST [PORT]");
  assertInstanceOf(error, Error);
  if (error.name !== "ShellError") throw error;
});
