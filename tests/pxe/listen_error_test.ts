import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { explainListen } from "../../pxe/listen_error.ts";

const PLACE = { hostname: "10.99.0.1", port: 67, service: "DHCP" } as const;

const { AddrInUse, AddrNotAvailable, NotCapable, PermissionDenied } =
  Deno.errors;

for (
  const [ErrorClass, service, text] of [
    [AddrInUse, "DHCP", /another DHCP server on this machine has it/],
    [AddrInUse, "TFTP", /another TFTP server on this machine has it/],
    [AddrInUse, "HTTP", /choose another port$/],
    [PermissionDenied, "DHCP", /run as root, or with CAP_NET_BIND_SERVICE$/],
    [AddrNotAvailable, "DHCP", /10\.99\.0\.1 as it is not an address of this/],
    [NotCapable, "DHCP", /add --allow-net=10\.99\.0\.0\/24,255\.255\.255\.255/],
  ] as const
) {
  Deno.test(`explainListen() says what to do about ${ErrorClass.name} of ${service}`, () => {
    const cause = new ErrorClass("raw");
    const error = explainListen(cause, { ...PLACE, service });
    assertInstanceOf(error, ErrorClass);
    assertMatch(error.message, text);
    assertEquals(error.cause, cause);
  });
}

Deno.test("explainListen() leaves other errors alone", () => {
  const cause = new Error("odd");
  assertEquals(explainListen(cause, PLACE), cause);
});
