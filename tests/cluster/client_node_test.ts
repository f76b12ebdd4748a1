import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { KubeConfig } from "@kubernetes/client-node";
import { discovery } from "openid-client";
import { packageOptions } from "../../tools/_packages.ts";
import config from "../../deno.json" with { type: "json" };
import {
  CLIENT_NODE,
  loadClientNode,
} from "../../cluster/_load_client_node.ts";
import {
  loadOpenidClient,
  OPENID_CLIENT,
} from "../../cluster/_load_openid_client.ts";

Deno.test("loadClientNode() loads the version of client-node in deno.json", async () => {
  assertEquals(CLIENT_NODE, config.imports["@kubernetes/client-node"]);
  assertStrictEquals((await loadClientNode()).KubeConfig, KubeConfig);
});

Deno.test("loadOpenidClient() loads the version of openid-client in deno.json", async () => {
  assertEquals(OPENID_CLIENT, config.imports["openid-client"]);
  assertStrictEquals((await loadOpenidClient()).discovery, discovery);
});

/** A module in the output of `deno info`. */
interface ModuleInfo {
  specifier: string;
  dependencies?: { specifier: string; code?: { specifier?: string } }[];
}

Deno.test("no entry point makes Deno resolve client-node or openid-client before it is used", async () => {
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
        /(@kubernetes\/client-node|openid-client)$/.test(specifier) &&
        code !== undefined
      )
    );
    assertEquals(loading.map(({ specifier }) => specifier), []);
  }
});
