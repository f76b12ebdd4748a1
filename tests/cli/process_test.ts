/**
 * The command line as a process: exit statuses, signals, broken pipes, stack
 * traces, and the demo.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeApiServer } from "../../testing/fake_api_server.ts";
import { runCli, startCli, startScript } from "../support/cli_process.ts";

const WAIT = ["wait", "deployment/web", "--for=condition=Available"];

/** The time limit for the demo, from its start. */
const DEMO_MS = 15_000;

Deno.test("cli waits through broken connections in the demo", async () => {
  const process = await startCli([...WAIT, "--embedded"]);
  await process.told("embedded server");
  const startedAt = Date.now();
  const { code, stdout, stderr } = await process.ended();
  assert(Date.now() - startedAt < DEMO_MS);
  assertEquals([code, stdout], [0, "deployment.apps/web condition met\n"]);
  assertStringIncludes(stderr, "Available=False: 1 of 3 replicas available");
  assertEquals(stderr.match(/^watch interrupted: /gm)?.length, 2);
  assertStringIncludes(stderr, "through 2 restarts of the watch");
});

Deno.test("cli ends on a signal and prints where to resume", async () => {
  await using server = new FakeApiServer();
  const { url } = await server.listen();
  server.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "web" } });
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const process = await startCli(["watch", "pods", "-oname", "-s", url]);
    await process.printed("pod/web\n");
    process.kill(signal);
    assertEquals(await process.ended(), {
      code,
      stdout: "pod/web\n",
      stderr: "resume with --resource-version 2\n",
    });
  }
});

Deno.test("cli ends on a signal during API discovery", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${silent.addr.port}`;
  for (
    const args of [
      ["wait", "widgets/w1", "--for=create"],
      ["watch", "widgets"],
      ["rollout", "status", "widgets/w1"],
    ]
  ) {
    await using process = await startCli([...args, "-s", url]);
    using _asked = await silent.accept();
    process.kill("SIGINT");
    const { code, stdout, stderr } = await process.ended();
    assertEquals([code, stdout, stderr], [130, "", ""], args.join(" "));
  }
});

Deno.test("cli applies --timeout to API discovery", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${silent.addr.port}`;
  const { code, stderr } = await runCli(
    ["wait", "widgets/w1", "--for=create", "--timeout=100ms", "-s", url],
  );
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `error: timed out before ${url} had said what resources it has: `,
  );
});

Deno.test("cli stops reading standard input when it is interrupted", async () => {
  const script = new URL("../support/read_input.ts", import.meta.url).pathname;
  await using process = await startScript([script], { input: true });
  await process.printed("reading\n");
  process.kill("SIGINT");
  const { code, stdout } = await process.ended();
  assertEquals([code, stdout], [130, "reading\ninterrupted by SIGINT\n"]);
});

/** A server with pods, whose history can be compacted. */
async function serveForgetfully(...names: string[]) {
  const server = new FakeApiServer();
  const { url } = await server.listen();
  const pods = names.map((name) =>
    server.create({ apiVersion: "v1", kind: "Pod", metadata: { name } })
  );
  return {
    server,
    url,
    /** Deletes a pod and compacts the history while no client is connected. */
    forget(index: number): void {
      const [pod] = pods.slice(index);
      server.dropConnections();
      if (pod !== undefined) server.delete(pod);
      server.compact();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("cli continues to wait after the resource version has expired", async () => {
  await using stage = await serveForgetfully("web");
  const args = ["wait", "pod/web", "--for=delete", "-s", stage.url];
  const process = await startCli(args);
  await stage.server.watchStarted(1);
  stage.forget(0);
  const { code, stdout, stderr } = await process.ended();
  assertEquals([code, stdout], [0, "pod/web condition met\n"]);
  assertStringIncludes(stderr, "watch interrupted: the version has expired");
  assertStringIncludes(stderr, "through 2 restarts of the watch");
});

Deno.test("cli continues a cached watch after the resource version has expired", async () => {
  await using stage = await serveForgetfully("a", "b");
  const args = ["watch", "pods", "--cached", "-o", "name", "-s", stage.url];
  const process = await startCli(args);
  await stage.server.watchStarted(1);
  stage.forget(0);
  await process.printed("pod/a\npod/b\npod/a\n");
  // Waits for a line of the watch: a signal during the write of a listed object
  // leaves no version to resume from.
  stage.server.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "c" },
  });
  const printed = "pod/a\npod/b\npod/a\npod/c\n";
  await process.printed(printed);
  const { resourceVersion } = stage.server;
  process.kill("SIGINT");
  const { code, stdout, stderr } = await process.ended();
  assertEquals([code, stdout], [130, printed]);
  assertStringIncludes(stderr, "watch interrupted: the version has expired");
  assertStringIncludes(
    stderr,
    `resume with --resource-version ${resourceVersion}\n`,
  );
});

Deno.test("cli is silent when the reader of its output is gone", async () => {
  await using server = new FakeApiServer();
  const { url } = await server.listen();
  server.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } });
  const process = await startCli(["watch", "pods", "-o", "name", "-s", url]);
  await process.printed("pod/a\n");
  await process.stopReading();
  await server.watchStarted(1);
  server.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "b" } });
  const { code, stderr } = await process.ended();
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("cli reports usage errors in one line with exit status 2", async () => {
  for (const args of [["wach"], ["wait", "pod/a", "--for=condition="]]) {
    const { code, stdout, stderr } = await runCli(args);
    assertEquals([code, stdout], [2, ""]);
    assertEquals(stderr.split("\n").length, 2, stderr);
    assertEquals(stderr.startsWith("error: "), true, stderr);
  }
});

Deno.test("cli prints stack traces only if DEBUG is set, and never a token", async () => {
  const token = "a-token-that-is-wrong";
  await using server = new FakeApiServer({ token: "another" });
  const { url } = await server.listen();
  const args = [...WAIT, "--server", url, "--token", token];
  const quiet = await runCli(args);
  const debug = await runCli(args, { env: { DEBUG: "1" } });
  const line =
    "error: You must be logged in to the server (Unauthorized): the token given with --token was refused: it may have expired\n";
  assertEquals(quiet, { code: 1, stdout: "", stderr: line });
  assertEquals([debug.code, debug.stdout], [1, ""]);
  assertStringIncludes(debug.stderr, line);
  assertStringIncludes(debug.stderr, "\nat ");
  assertEquals(debug.stderr.includes(token), false);
});

Deno.test("cli fails at once with the address if the connection is refused", async () => {
  const server = new FakeApiServer();
  const { url } = await server.listen();
  await server[Symbol.asyncDispose]();
  const { code, stdout, stderr } = await runCli([...WAIT, "--server", url]);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, `error: Cannot reach ${url}`);
  assertStringIncludes(stderr, "check the address given with --server");
  assertEquals(stderr.split("\n").length, 2, stderr);
});

Deno.test("cli reports a missing permission in one line", async () => {
  const { code, stdout, stderr } = await runCli(
    ["wait", "pod/a", "--for=create", "-s", "http://127.0.0.1:1"],
    { permissions: [] },
  );
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "--allow-");
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
});

Deno.test("cli prints its version and its help", async () => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertEquals(await runCli(["--version"]), {
    code: 0,
    stdout: `${version}\n`,
    stderr: "",
  });
  const help = await runCli([]);
  assertEquals(help.code, 0);
  assertStringIncludes(help.stdout, "Try it without a cluster:");
});
