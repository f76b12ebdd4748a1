/** Programs written for client-node, run on this library. */

import { assert, assertEquals } from "@std/assert";
import { listAll } from "../../cache/_list_all.ts";
import { typedLister } from "../../client_node/mod.ts";
import { type CliProcess, startScript } from "../support/cli_process.ts";
import { coreApi } from "../support/client_node_api.ts";
import { Changes, podNamed, podsPath } from "./_changes.ts";
import { assertSameEvents } from "./_events.ts";
import { OurClient } from "./_our_client.ts";
import { kubeconfig } from "../control_plane/_users.ts";
import { within } from "./_within.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { e2eTest } from "./suite.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

const THEIRS = "tests/e2e/_informer_program.ts";
const OURS = "tests/e2e/_moved_informer_program.ts";

/** Starts the program, and waits until it has reported all existing objects. */
async function start(
  plane: ControlPlane,
  program: string,
): Promise<CliProcess> {
  const config = `${plane.directory}/client-node-bridge`;
  await Deno.writeTextFile(config, kubeconfig(plane.client()));
  const process = await startScript([program], { env: { KUBECONFIG: config } });
  try {
    await within("the start", process.printed("started with"));
    return process;
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

/** Creates a pod; once it has been reported, so have all earlier changes. */
async function mark(plane: ControlPlane, name: string): Promise<void> {
  await plane.request("POST", podsPath, podNamed(name));
}

/** The reported changes, line by line. */
function changesIn(output: string): string[] {
  return output.split("\n").filter((line) =>
    /^(?:add|update|delete) /.test(line)
  );
}

async function readProgram(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
}

e2eTest(
  "makeInformer() reports the same as client-node's in the same program",
  async () => {
    assertEquals(
      await readProgram(OURS),
      (await readProgram(THEIRS)).replace(
        'import { makeInformer } from "@kubernetes/client-node";',
        'import { makeInformer } from "@watchtools/kube/client-node";',
      ),
    );
    await using plane = await ControlPlane.start();
    const changes = new Changes(plane);
    await changes.write(50);
    await using ourProgram = await start(plane, OURS);
    await using theirProgram = await start(plane, THEIRS);
    await changes.write(300);
    await mark(plane, "the-last");
    const outputs = [];
    for (const program of [ourProgram, theirProgram]) {
      await within("the last change", program.printed("add the-last"));
      program.kill("SIGTERM");
      outputs.push(await within("its end", program.ended()));
    }
    const [ours, theirs] = outputs.map(({ stdout }) => stdout);
    assertSameEvents(
      ["ours", changesIn(ours ?? "")],
      ["client-node's", changesIn(theirs ?? "")],
      changes.hint,
    );
    for (const what of [/^started.*$/m, /^stopped.*$/m]) {
      assertEquals(what.exec(ours ?? "")?.[0], what.exec(theirs ?? "")?.[0]);
    }
    for (const { code, stderr } of outputs) {
      assertEquals([code, stderr], [0, ""]);
    }
  },
);

e2eTest(
  "makeInformer() survives a restart of kube-apiserver that ends client-node's",
  async () => {
    await using plane = await ControlPlane.start();
    for (const name of ["kept", "changed", "gone", "another"]) {
      await mark(plane, name);
    }
    await using ours = await start(plane, OURS);
    await using theirs = await start(plane, THEIRS);
    await plane.restartApiserver({ signal: "SIGKILL" });

    const changed = { metadata: { annotations: { step: "1" } } };
    await plane.request("PATCH", `${podsPath}/changed`, changed);
    await plane.request("DELETE", `${podsPath}/gone`);
    await plane.request("DELETE", `${podsPath}/another`);
    await mark(plane, "another");
    await mark(plane, "new");
    await mark(plane, "the-last");
    await within("the last change", ours.printed("add the-last"));
    ours.kill("SIGTERM");
    const our = await within("our end", ours.ended());
    const told = changesIn(our.stdout).map((line) =>
      line.split(" ").slice(0, 2).join(" ")
    );
    assertEquals(told.slice(0, 4).toSorted(), [
      "add another",
      "add changed",
      "add gone",
      "add kept",
    ]);
    const after = told.slice(4);
    for (
      const line of [
        "update changed",
        "delete gone",
        "delete another",
        "add another",
        "add new",
      ]
    ) assert(after.includes(line), `${line} is missing in ${after}`);
    assert(after.indexOf("delete another") < after.indexOf("add another"));
    assert(our.stdout.includes("stopped with 5\n"), our.stdout);
    assert(our.stdout.includes("\nerror "), our.stdout);

    // It has not been restarted, so nothing keeps the process alive.
    const { stdout } = await within("their end", theirs.ended());
    assert(!stdout.includes("the-last"), stdout);
  },
);

e2eTest("typedLister() lists with client-node in pages", async () => {
  await using plane = await ControlPlane.start();
  const names = Array.from({ length: 1200 }, (_, index) => `map-${index}`);
  const rest = names.values();
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (const name of rest) {
      await plane.request("POST", configMaps, { metadata: { name } });
    }
  }));
  const { server, token } = plane.client();
  using client = new OurClient(plane.client());
  const api = coreApi(client.fetch, {
    server,
    headers: { authorization: `Bearer ${token}` },
  });
  const { list } = typedLister((options, configuration) =>
    api.listNamespacedConfigMap(
      { namespace: "default", ...options },
      configuration,
    )
  );
  const { items, resourceVersion } = await listAll({ list }, {
    pageSize: 500,
    signal: AbortSignal.timeout(60_000),
    minRestartDelayMs: 1000,
    maxRestartDelayMs: 1000,
    onRetry: (error) => {
      throw error;
    },
  });
  const known = items.flatMap(({ metadata }) =>
    metadata?.name?.startsWith("map-") ? metadata.name : []
  );
  assertEquals(known.toSorted(), names.toSorted());
  const pages = client.requests.map(({ searchParams }) => [
    searchParams.get("limit"),
    searchParams.has("continue"),
  ]);
  assertEquals(pages, [
    ["500", false],
    ["500", true],
    ["500", true],
  ]);
  const kinds = new Set(items.map(({ kind }) => kind));
  assertEquals([...kinds], ["ConfigMap"]);
  assert(Number(resourceVersion) > 0);
});
