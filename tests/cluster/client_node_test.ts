import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { KubeConfig } from "@kubernetes/client-node";
import { packageOptions } from "../../tools/_packages.ts";
import config from "../../deno.json" with { type: "json" };
import {
  CLIENT_NODE,
  loadClientNode,
} from "../../cluster/_load_client_node.ts";

Deno.test("loadClientNode() loads the version of client-node in deno.json", async () => {
  assertEquals(CLIENT_NODE, config.imports["@kubernetes/client-node"]);
  assertStrictEquals((await loadClientNode()).KubeConfig, KubeConfig);
});

/** A module in the output of `deno info`. */
interface ModuleInfo {
  specifier: string;
  dependencies?: { specifier: string; code?: { specifier?: string } }[];
}

Deno.test("no entry point makes Deno resolve client-node before it is used", async () => {
  const options = await packageOptions();
  for (const entry of Object.values(config.exports)) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", ...options, entry],
      cwd: new URL("../../", import.meta.url),
      stderr: "null",
    }).output();
    const { modules }: { modules: ModuleInfo[] } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    assert(modules.length > 1, entry);
    const loading = modules.filter(({ dependencies = [] }) =>
      dependencies.some(({ specifier, code }) =>
        specifier.endsWith("@kubernetes/client-node") && code !== undefined
      )
    );
    assertEquals(loading.map(({ specifier }) => specifier), []);
  }
});
