/**
 * `rollout status` against an API server over HTTP: `kubectl`'s output and exit
 * statuses, through broken connections.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../cli.ts";
import { FakeApiServer } from "../../testing/fake_api_server.ts";
import type { ObjectInput } from "../../testing/stored_object.ts";
import { FakeIo } from "../support/cli_io.ts";

const WEB = "/apis/apps/v1/namespaces/default/deployments/web";

function deployment(
  name: string,
  available: number,
  labels: Record<string, string> = {},
): ObjectInput {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: "default",
      labels,
      annotations: { "deployment.kubernetes.io/revision": "3" },
    },
    spec: { replicas: 2 },
    status: {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: available,
    },
  };
}

async function serve(...objects: ObjectInput[]) {
  const server = new FakeApiServer({ objects });
  const { url } = await server.listen();
  return {
    server,
    url,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Starts the command, which writes to `io`. */
function start(url: string, ...args: string[]) {
  const io = new FakeIo();
  const done = main(["rollout", "status", ...args, "-s", url], io);
  return { io, done };
}

function waiting(name: string, available: number): string {
  return `Waiting for deployment "${name}" rollout to finish: ${available} of 2 updated replicas are available...\n`;
}

function rolledOut(name: string): string {
  return `deployment "${name}" successfully rolled out\n`;
}

Deno.test("rollout status prints the status until the rollout is done", async () => {
  await using stage = await serve(deployment("web", 0));
  const { server, url } = stage;
  const { io, done } = start(url, "deployment/web");
  await server.watchStarted(1);
  server.patch(WEB, { status: { availableReplicas: 1 } });
  server.patch(WEB, { metadata: { labels: { seen: "twice" } } });
  server.patch(WEB, { status: { availableReplicas: 2 } });
  assertEquals(await done, 0);
  const [none, one] = [waiting("web", 0), waiting("web", 1)];
  assertEquals(io.stdout.text, `${none}${one}${one}${rolledOut("web")}`);
  assertEquals(io.stderr.text, "");
});

Deno.test("rollout status sends one request if the rollout is done", async () => {
  await using stage = await serve(deployment("web", 2));
  const { server, url } = stage;
  const { io, done } = start(url, "deployment", "web");
  assertEquals(await done, 0);
  assertEquals(io.stdout.text, rolledOut("web"));
  assertEquals(server.requests.length, 1);
});

Deno.test("rollout status prints the current status with --watch=false", async () => {
  await using stage = await serve(deployment("web", 1));
  const { server, url } = stage;
  const { io, done } = start(url, "deployment/web", "--watch=false");
  assertEquals(await done, 0);
  assertEquals(io.stdout.text, waiting("web", 1));
  assertEquals(server.watchStarts, 0);
});

Deno.test("rollout status survives broken connections and an expired version", async () => {
  await using stage = await serve(deployment("web", 0));
  const { server, url } = stage;
  const { io, done } = start(url, "deployment/web");
  await server.watchStarted(1);
  server.dropConnections();
  server.patch(WEB, { status: { availableReplicas: 1 } });
  server.compact();
  await io.stdout.wrote(waiting("web", 1));
  server.patch(WEB, { status: { availableReplicas: 2 } });
  assertEquals(await done, 0);
  assertEquals(
    io.stdout.text,
    `${waiting("web", 0)}${waiting("web", 1)}${rolledOut("web")}`,
  );
  assertStringIncludes(io.stderr.text, "watch interrupted: connection lost");
});

Deno.test("rollout status fails with kubectl's messages", async () => {
  const conditions = [
    { type: "Progressing", reason: "ProgressDeadlineExceeded" },
  ];
  const late = {
    ...deployment("late", 0),
    status: { observedGeneration: 1, conditions },
  };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" } };
  await using stage = await serve(late, deployment("web", 1), pod);
  const cases: readonly [readonly string[], string, string][] = [
    [
      ["deployment/late"],
      "",
      'error: deployment "late" exceeded its progress deadline',
    ],
    [
      ["deployment/none"],
      "",
      'Error from server (NotFound): deployments.apps "none" not found',
    ],
    [
      ["pod/web"],
      "",
      "error: no status viewer has been implemented for Pod",
    ],
    [
      ["deployment/web", "--revision=4"],
      "",
      "error: desired revision (4) is different from the running revision (3)",
    ],
    [
      ["deployment/web", "--timeout=50ms"],
      waiting("web", 1),
      "error: timed out waiting for the condition",
    ],
  ];
  for (const [args, stdout, stderr] of cases) {
    const { io, done } = start(stage.url, ...args);
    assertEquals(await done, 1, args.join(" "));
    assertEquals([io.stdout.text, io.stderr.text], [stdout, `${stderr}\n`]);
  }
});

Deno.test("rollout status fails when the object is deleted or replaced", async () => {
  for (const comesAgain of [false, true]) {
    await using stage = await serve(deployment("web", 0));
    const { server, url } = stage;
    const { io, done } = start(url, "deployment/web");
    await server.watchStarted(1);
    server.delete(WEB);
    if (comesAgain) server.create(deployment("web", 2));
    assertEquals(await done, 1);
    assertEquals(io.stderr.text, "error: object has been deleted\n");
    assertEquals(io.stdout.text, waiting("web", 0));
  }
});

Deno.test("rollout status follows several objects in order despite failures", async () => {
  await using stage = await serve(
    deployment("web", 2, { tier: "front" }),
    deployment("api", 1, { tier: "front" }),
    deployment("db", 2),
  );
  const { server, url } = stage;
  const named = start(url, "deploy/db", "deploy/x", "deploy/web", "deploy/y");
  assertEquals(await named.done, 1);
  assertEquals(named.io.stdout.text, rolledOut("db") + rolledOut("web"));
  assertEquals(named.io.stderr.lines, [
    'Error from server (NotFound): deployments.apps "x" not found',
    'Error from server (NotFound): deployments.apps "y" not found',
  ]);
  const selected = start(url, "deployment", "-l", "tier=front");
  await selected.io.stdout.wrote(waiting("api", 1));
  server.patch("/apis/apps/v1/namespaces/default/deployments/api", {
    status: { availableReplicas: 2 },
  });
  assertEquals(await selected.done, 0);
  assertEquals(
    selected.io.stdout.text,
    waiting("api", 1) + rolledOut("api") + rolledOut("web"),
  );
});

Deno.test("rollout status reports that nothing is selected", async () => {
  await using stage = await serve();
  const { io, done } = start(stage.url, "ds", "-l", "tier=front");
  assertEquals(await done, 0);
  assertEquals(io.stderr.text, "No resources found in default namespace.\n");
});

Deno.test("rollout status fails at once when it cannot start", async () => {
  await using stage = await serve(deployment("web", 0));
  stage.server.failNext({ status: 403, count: Infinity });
  for (const args of [["deployment/web"], ["deployment"]]) {
    const { io, done } = start(stage.url, ...args);
    assertEquals(await done, 1);
    assertStringIncludes(io.stderr.text, "Error from server (Forbidden): ");
    assertEquals(io.stderr.lines.length, 1);
  }
});

Deno.test("rollout status ends at once where the server cannot be reached at first", async () => {
  await using stage = await serve(deployment("web", 0));
  stage.server.failNext({ networkError: true, count: Infinity });
  for (const args of [["deployment/web", "--timeout=60s"], ["deployment"]]) {
    const { io, done } = start(stage.url, ...args);
    assertEquals(await done, 1);
    assertStringIncludes(io.stderr.text, "error: Cannot reach http://");
    assertEquals(io.stderr.lines.length, 1);
  }
  assertEquals(stage.server.requests.length, 2);
});

Deno.test("rollout status is interrupted by a signal", async () => {
  await using stage = await serve(deployment("web", 0));
  const { io, done } = start(stage.url, "deployment/web", "deployment/other");
  await stage.server.watchStarted(1);
  io.interrupt("SIGINT");
  assertEquals(await done, 130);
  assertEquals(io.stderr.text, "");
});
