/**
 * A credential plugin that takes longer than the command may: the server is not
 * to blame.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../cli.ts";
import { FakeIo } from "../support/cli_io.ts";
import { scriptPlugin } from "../support/cluster_access.ts";
import { Files, oneContext } from "../support/kubeconfig_files.ts";

const HANGING = scriptPlugin(
  "await new Promise((r) => setTimeout(r, 600_000))",
);

async function run(args: string) {
  using files = new Files();
  const { command, args: pluginArgs, apiVersion } = HANGING;
  const exec = {
    command,
    args: pluginArgs,
    apiVersion,
    interactiveMode: "Never",
  };
  const cluster = { server: "http://127.0.0.1:1" };
  const path = files.write("config", oneContext({ cluster, user: { exec } }));
  const io = new FakeIo();
  const code = await main([...args.split(" "), "--kubeconfig", path], io);
  return { code, stderr: io.stderr.lines };
}

Deno.test("wait does not blame the server for a plugin that takes too long", async () => {
  const { code, stderr } = await run(
    "wait pod/a --for=condition=Ready --timeout=1s",
  );
  assertEquals(code, 1);
  assertStringIncludes(
    stderr[0] ?? "",
    'waiting for the credential of user "u"',
  );
  assertStringIncludes(stderr.at(-1) ?? "", "timed out waiting for");
  assertEquals(stderr.join("\n").includes("the server has not"), false);
});

Deno.test("wait does not blame the server for a plugin during discovery", async () => {
  const { code, stderr } = await run(
    "wait widget/a --for=condition=Ready --timeout=1s",
  );
  assertEquals(code, 1);
  assertStringIncludes(
    stderr.at(-1) ?? "",
    'error: timed out waiting for the credential of user "u"',
  );
  assertStringIncludes(stderr.at(-1) ?? "", "see what it waits for");
});

Deno.test("wait names the plugin that a single request waits too long for", async () => {
  const { code, stderr } = await run(
    "wait pod/a --for=condition=Ready --request-timeout=1s",
  );
  assertEquals(code, 1);
  assertStringIncludes(
    stderr.at(-1) ?? "",
    'run what gives the credential of user "u"',
  );
});
