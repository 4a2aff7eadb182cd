/**
 * What the documents in docs/ show is at least well-formed.
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { parseAllDocuments } from "yaml";

const ROOT = new URL("../", import.meta.url);

// deno-lint-ignore no-explicit-any -- what Kubernetes takes has no types here
function manifests(): Record<string, any>[] {
  const text = Deno.readTextFileSync(new URL("docs/scale-out.md", ROOT));
  const [, yaml] = /^```yaml\n([^]*?)^```$/m.exec(text)!;
  return [...parseAllDocuments(yaml!)].map((document) => {
    assertEquals(document.errors.map(({ message }) => message), []);
    assertEquals(document.warnings.map(({ message }) => message), []);
    return document.toJS();
  });
}

Deno.test("the manifests of docs/scale-out.md fit together", () => {
  const [config, deployment, service] = manifests();
  assertEquals(
    [config!.kind, deployment!.kind, service!.kind],
    ["ConfigMap", "Deployment", "Service"],
  );
  const { template, selector } = deployment!.spec;
  assertEquals(template.metadata.labels, selector.matchLabels);
  assertEquals(service!.spec.selector, selector.matchLabels);
  const [container] = template.spec.containers;
  const [port] = service!.spec.ports;
  const target = container.ports.find((it: { name: string }) =>
    it.name === port.targetPort
  );
  assertEquals([port.protocol, target.protocol], ["UDP", "UDP"]);
  const volumes = template.spec.volumes.map((it: { name: string }) => it.name);
  for (const { name } of container.volumeMounts) assert(volumes.includes(name));
  const script = config!.data["serve.ts"];
  assert(script.includes(`port: ${target.containerPort}`));
  assertEquals(container.args.at(-1), "/app/serve.ts");
});

Deno.test("the script of docs/scale-out.md passes the type checker", async () => {
  const script: string = manifests()[0]!.data["serve.ts"];
  const local = script
    .replace(/jsr:@tftpkit\/tftp@\^0\.1(?=")/, new URL("mod.ts", ROOT).href)
    .replace(
      /jsr:@tftpkit\/tftp@\^0\.1\/handlers/,
      new URL("handlers/mod.ts", ROOT).href,
    );
  assert(!local.includes("jsr:"));
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, local);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "check",
        "--config",
        fromFileUrl(new URL("deno.json", ROOT)),
        path,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(path);
  }
});
