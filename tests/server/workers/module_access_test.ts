import { assertThrows } from "@std/assert";
import { checkModuleAccess } from "../../../server/workers/module_access.ts";

const HERE = new URL("../../../", import.meta.url);

Deno.test("checkModuleAccess() lets files be read that may, and what comes from elsewhere", () => {
  checkModuleAccess(import.meta.url);
  checkModuleAccess("data:text/javascript,", new URL("https://example.com/"));
});

Deno.test({
  name: "checkModuleAccess() says what to allow",
  permissions: { read: [new URL("srv/", HERE)], net: true },
  fn() {
    assertThrows(
      () => checkModuleAccess(import.meta.url, HERE),
      Deno.errors.NotCapable,
      "add --allow-read=",
    );
  },
});
