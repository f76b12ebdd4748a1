/**
 * The example of a Worker in workerd, with a real Durable Object, and the one
 * with `Deno.cron` and Deno KV as the program that it is.
 */

import { assert, assertEquals } from "@std/assert";
import { FakeApiServer } from "@watchtools/kube/testing";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { OurClient } from "./_our_client.ts";
import { startWorker } from "./_worker.ts";
import { e2eTest } from "./suite.ts";
import { within } from "./_within.ts";

const path = "/api/v1/namespaces/default/configmaps";

/** What the Worker answers with, as far as it is looked at. */
async function resultOf(response: Response): Promise<unknown[]> {
  const text = await response.text();
  assertEquals(response.status, 200, text);
  const { handled, caughtUp, relisted } = JSON.parse(text);
  return [handled, caughtUp, relisted];
}

e2eTest("the Worker carries on in a Durable Object", async () => {
  await using server = new FakeApiServer();
  await using listener = await server.listen();
  const configMap = (name: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
  });
  server.create(configMap("a"));
  await using worker = await startWorker(listener.url, "a-token");
  assertEquals(await resultOf(await worker.run()), [1, true, false]);
  server.create(configMap("b"));
  assertEquals(await (await worker.runScheduled()).text(), "ok");
  assertEquals(worker.sent, ["ADDED a", "ADDED b"]);
});

e2eTest("the Worker carries on with a real kube-apiserver", async () => {
  await using plane = await ControlPlane.start();
  using client = new OurClient(plane.client());
  // workerd does not trust the authority of the control plane.
  await using proxy = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      const { headers, signal } = request;
      return client.fetch(`${plane.server}${pathname}${search}`, {
        headers: { authorization: headers.get("authorization") ?? "" },
        signal,
      });
    },
  );
  const { token = "" } = plane.client();
  await using worker = await startWorker(
    `http://127.0.0.1:${proxy.addr.port}`,
    token,
  );
  await resultOf(await worker.run());
  const before = worker.sent.length;
  await plane.request("POST", path, { metadata: { name: "a" } });
  await plane.request("DELETE", `${path}/a`);
  assertEquals(await resultOf(await worker.run()), [2, true, false]);
  assertEquals(worker.sent.slice(before), ["ADDED a", "DELETED a"]);
});

e2eTest("the script with Deno.cron reports what fails", async () => {
  await using plane = await ControlPlane.start();
  const pods = "/api/v1/namespaces/default/pods";
  await plane.request("POST", pods, {
    metadata: { name: "web" },
    spec: { containers: [{ name: "main", image: "none" }] },
  });
  await plane.request("PATCH", `${pods}/web/status`, {
    status: { phase: "Failed", reason: "Evicted" },
  });
  const directory = await Deno.makeTempDir();
  const url = (path: string) => new URL(`../../${path}`, import.meta.url);
  await using script = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-lock",
      "--unstable-cron",
      "--unstable-kv",
      `--import-map=${url("tools/import_map.npm.json").pathname}`,
      url("examples/serverless/cron.ts").pathname,
    ],
    env: {
      KUBECONFIG: await plane.kubeconfig(),
      KV_PATH: `${directory}/kv.sqlite`,
    },
    stdout: "piped",
  }).spawn();
  const reader = script.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  // It runs at the start of a minute.
  const { value } = await within("its report", reader.read());
  assertEquals(value, "default/web: Evicted\n");
  await reader.cancel();
  script.kill();
  await script.status;
  assert((await Deno.stat(`${directory}/kv.sqlite`)).size > 0);
  await Deno.remove(directory, { recursive: true });
});
