import { assertEquals, assertThrows } from "@std/assert";
import {
  type AccessPolicy,
  lowercase,
  parseMapFile,
  remap,
  restrict,
  restrictNames,
  type TftpHandler,
} from "../../../handlers/mod.ts";
import {
  checkHandler,
  checkNames,
  refusalMessage,
} from "../../../handlers/policy/restrict_names.ts";
import { resolvePolicy } from "../../../handlers/policy/policy.ts";
import { fakeRequest, fakeUpload } from "../_request.ts";
import { errorOf, rejectionOf } from "../_sandbox.ts";

/** A handler that notes the names that it gets. */
function recorder() {
  const names: string[] = [];
  const handler: TftpHandler = ({ filename }) => void names.push(filename);
  return { names, handler };
}

Deno.test("restrictNames() looks at the name that the handler gets, behind a map file", async () => {
  const { names, handler } = recorder();
  const policy = { allowExtensions: ["cfg"], denyExtensions: ["x.cfg"] };
  const guarded = restrict(
    policy,
    remap(
      parseMapFile("r \\?.*$\nr ^up/.* UP.KEY\nr \\.txt$ .cfg"),
      lowercase(restrictNames(policy, handler)),
    ),
    { names: false },
  );
  for (const name of ["site.key?.cfg", "up/r1.cfg", "A.X.cfg"]) {
    const error = await rejectionOf(async () =>
      await guarded(fakeRequest(name))
    );
    assertEquals([error.code, error.wireText], [2, "Access violation"], name);
  }
  await guarded(fakeRequest("r1.cfg?.key"));
  await guarded(fakeRequest("R2.txt"));
  assertEquals(names, ["r1.cfg", "r2.cfg"]);
});

Deno.test("restrictNames() keeps reads and writes apart, and leaves all other rules alone", () => {
  const { names, handler } = recorder();
  const guarded = restrictNames({
    maxNameBytes: 8,
    deny: ["0.0.0.0/0"],
    maxRequestsPerSecond: 0.001,
    maxRequestBurst: 1,
    reads: { maxDepth: 1 },
    writes: { allowExtensions: ["cfg"], maxBytes: 0 },
  }, handler);
  const refused = [
    fakeRequest("long-name"),
    fakeRequest("a/b"),
    fakeUpload("a"),
    fakeUpload("long.cfg1"),
    fakeRequest(".."),
  ];
  for (const request of refused) {
    assertEquals(errorOf(() => guarded(request)).code, 2, request.filename);
  }
  guarded(fakeRequest("a"));
  guarded(fakeRequest("b"));
  guarded(fakeUpload("a/b.cfg"));
  assertEquals(names, ["a", "b", "a/b.cfg"]);
  assertEquals(
    errorOf(() => guarded(fakeUpload("a"))).message,
    'Cannot answer write of "a" as its name must end as writes.allowExtensions say: current value is "a"',
  );
});

Deno.test("restrictNames() uses the policy that holds at the time, and checks it at once", () => {
  const { names, handler } = recorder();
  let policy: AccessPolicy = {};
  const guarded = restrictNames(() => policy, handler);
  guarded(fakeRequest("a.key"));
  policy = { denyExtensions: ["key"] };
  errorOf(() => guarded(fakeRequest("a.key")));
  assertEquals(names, ["a.key"]);
  assertThrows(() => restrictNames({ maxDepth: 0 }, handler), RangeError);
  assertThrows(
    () => restrictNames({}, null as unknown as TftpHandler),
    TypeError,
    "Cannot restrict handler",
  );
});

Deno.test("checkNames() and its kin say what is wrong", () => {
  const { common, reads } = resolvePolicy({ reads: { maxDepth: 1 } });
  const request = fakeRequest("a/b");
  checkNames(request, [common]);
  assertEquals(
    errorOf(() => checkNames(request, [common, reads])).message,
    refusalMessage(
      request,
      "its name must have reads.maxDepth components, 1, at most: it has 2",
    ),
  );
  checkHandler(() => {});
  assertThrows(() => checkHandler("x"), TypeError);
});
