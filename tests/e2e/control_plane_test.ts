import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type ClientConfig,
  ControlPlane,
  type ControlPlaneOptions,
  ProcessError,
  RequestError,
} from "../control_plane/control_plane.ts";
import { Oracle } from "../control_plane/oracle.ts";
import { TcpProxy } from "../control_plane/tcp_proxy.ts";
import { readVariant } from "../control_plane/variant.ts";
import { e2eTest } from "./suite.ts";
import { poll } from "./_within.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const selfReviews = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const selfReview = {
  apiVersion: "authentication.k8s.io/v1",
  kind: "SelfSubjectReview",
};

async function createConfigMap(
  plane: ControlPlane,
  name: string,
): Promise<string> {
  const object = await plane.request("POST", configMaps, {
    metadata: { name },
  });
  return object.metadata?.resourceVersion ?? "";
}

/** Returns the user as which the server authenticates a client certificate. */
async function userOfCertificate(config: ClientConfig): Promise<string> {
  using client = Deno.createHttpClient({
    caCerts: [config.caCert],
    cert: config.clientCert,
    key: config.clientKey,
    http2: false,
  });
  const response = await fetch(`${config.server}${selfReviews}`, {
    client,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(selfReview),
  });
  const review = await response.json();
  return review.status.userInfo.username;
}

async function codeOf(request: Promise<unknown>): Promise<number> {
  const error = await assertRejects(() => request);
  assertInstanceOf(error, RequestError);
  return error.code;
}

/** Returns the standard output of a shell command; empty if it fails. */
async function shell(script: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command("sh", {
    args: ["-c", script, "sh", ...args],
    stdin: "null",
  });
  return new TextDecoder().decode((await command.output()).stdout).trim();
}

/**
 * Returns the process IDs of a control plane, from the files in its directory.
 */
async function processesOf(directory: string): Promise<string[]> {
  return (await shell('cat "$1"/*.pid', directory)).split("\n");
}

/** Returns the processes that are still running. */
async function alive(pids: readonly string[]): Promise<string> {
  const script = 'for pid; do kill -0 "$pid" 2>/dev/null && echo "$pid"; done';
  return await shell(script, ...pids);
}

async function exists(path: string): Promise<boolean> {
  return await shell('test -e "$1" && echo yes', path) === "yes";
}

async function startFailure(
  options: ControlPlaneOptions,
): Promise<ProcessError> {
  const error = await assertRejects(() => ControlPlane.start(options));
  assertInstanceOf(error, ProcessError);
  return error;
}

e2eTest(
  "ControlPlane.start() serves the chosen version to the administrator",
  async () => {
    await using plane = await ControlPlane.start();
    const version = await plane.request("GET", "/version");
    assertEquals(version.gitVersion, `v${readVariant().kube}`);
  },
);

e2eTest(
  "ControlPlane.client() returns a token and a certificate of the user",
  async () => {
    await using plane = await ControlPlane.start({
      users: [{ name: "alice" }],
    });
    const alice = plane.client("alice");
    const { token } = alice;
    assertEquals(await userOfCertificate(alice), "alice");
    assertEquals(await userOfCertificate(plane.client()), "admin");
    const request = (token: string) =>
      plane.request("GET", configMaps, undefined, { token });
    assertEquals(await codeOf(request(token)), 403);
    assertEquals(await codeOf(request("wrong")), 401);
  },
);

e2eTest("ControlPlane.kubectl() waits as a user", async () => {
  await using plane = await ControlPlane.start({ users: [{ name: "alice" }] });
  const args = ["wait", "configmap/a", "--for=create", "--timeout=120s"];
  const wait = plane.kubectl(args);
  await createConfigMap(plane, "a");
  assertEquals(await wait, {
    code: 0,
    stdout: "configmap/a condition met\n",
    stderr: "",
  });
  const refused = await plane.kubectl(args, { user: "alice" });
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "Forbidden");
});

e2eTest("ControlPlane.kubectl() watches until it is aborted", async () => {
  await using plane = await ControlPlane.start();
  await createConfigMap(plane, "a");
  const stop = new AbortController();
  const created: Promise<string>[] = [];
  let printed = "";
  const watch = plane.kubectl(
    ["get", "configmaps", "-n", "default", "--watch", "-o", "name"],
    {
      signal: stop.signal,
      onStdout(text) {
        printed += text;
        if (printed === "configmap/a\n") {
          created.push(createConfigMap(plane, "b"));
        }
        if (printed === "configmap/a\nconfigmap/b\n") stop.abort();
      },
    },
  );
  assertEquals((await watch).stdout, "configmap/a\nconfigmap/b\n");
  assertEquals((await Promise.all(created)).length, 1);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  e2eTest(
    `ControlPlane.restartApiserver() keeps port and data after ${signal}`,
    async () => {
      await using plane = await ControlPlane.start();
      const { server } = plane;
      const before = await createConfigMap(plane, "a");
      await using oracle = await Oracle.start(plane.client(), [
        "retrywatcher",
        `--resource-version=${before}`,
      ]);
      await oracle.waitFor("a watch", (line) => line.watch === 1);
      await plane.restartApiserver({ signal });
      assertEquals(plane.server, server);
      await createConfigMap(plane, "b");
      await oracle.waitFor("the event", (line) => line.name === "b");
      const { items } = await plane.request("GET", configMaps);
      assertEquals(Array.isArray(items) && items.length, 2);
    },
  );
}

e2eTest(
  "ControlPlane.compactEtcd() makes old versions expire at a restart",
  async () => {
    await using plane = await ControlPlane.start();
    const old = await createConfigMap(plane, "a");
    const now = await createConfigMap(plane, "b");
    const compacted = await plane.compactEtcd();
    assertEquals(BigInt(compacted) >= BigInt(now), true);
    await plane.restartApiserver();
    await using oracle = await Oracle.start(plane.client(), [
      "retrywatcher",
      `--resource-version=${old}`,
    ]);
    const [request, event, end] = await oracle.finished();
    assertEquals([request?.watch, request?.message], [1, undefined]);
    assertEquals([event?.type, event?.code, event?.reason], [
      "ERROR",
      410,
      "Expired",
    ]);
    assertEquals(end?.done, true);
  },
);

e2eTest(
  "ControlPlane.grant() grants a permission until it is revoked",
  async () => {
    await using plane = await ControlPlane.start({
      users: [{ name: "alice" }],
    });
    const { token } = plane.client("alice");
    const list = () => plane.request("GET", configMaps, undefined, { token });
    const grant = await plane.grant({
      user: "alice",
      verbs: ["list"],
      resources: ["configmaps"],
      namespace: "default",
    });
    assertEquals((await list()).kind, "ConfigMapList");
    await grant.revoke();
    assertEquals(await codeOf(list()), 403);
  },
);

e2eTest(
  "ControlPlane.issueToken() issues tokens that can be revoked separately",
  async () => {
    await using plane = await ControlPlane.start();
    const account = { account: "robot" };
    const first = await plane.issueToken(account);
    const second = await plane.issueToken(account);
    const review = (token: string) =>
      plane.request("POST", selfReviews, selfReview, { token });
    await review(first.token);
    await first.revoke();
    assertEquals(await codeOf(review(first.token)), 401);
    assertEquals((await review(second.token)).kind, "SelfSubjectReview");
  },
);

e2eTest("ControlPlane serves shards of a list", async () => {
  await using plane = await ControlPlane.start();
  const names = Array.from({ length: 20 }, (_, index) => `map-${index}`);
  for (const name of names) await createConfigMap(plane, name);
  const half = "0x8000000000000000";
  const shards = [
    `shardRange(object.metadata.uid, '0x0000000000000000', '${half}')`,
    `shardRange(object.metadata.uid, '${half}', '0x10000000000000000')`,
  ];
  const sizes = await Promise.all(shards.map(async (shard) => {
    const query = new URLSearchParams({ shardSelector: shard });
    const { items } = await plane.request("GET", `${configMaps}?${query}`);
    return Array.isArray(items) ? items.length : 0;
  }));
  assertEquals(sizes.reduce((sum, size) => sum + size), names.length);
  assertEquals(Math.min(...sizes) > 0, true);
});

e2eTest("ControlPlane with workloads rolls out a Deployment", async () => {
  await using plane = await ControlPlane.start({ workloads: true });
  const args = ["create", "deployment", "web", "--image=none", "--replicas=3"];
  assertEquals((await plane.kubectl(args)).code, 0);
  const wait = await plane.kubectl([
    "wait",
    "deployment/web",
    "--for=condition=Available",
    "--timeout=120s",
  ]);
  assertEquals(wait, {
    code: 0,
    stdout: "deployment.apps/web condition met\n",
    stderr: "",
  });
  const path = "/apis/apps/v1/namespaces/default/deployments/web/status";
  const { status } = await plane.request("GET", path);
  assertEquals(JSON.stringify(status).includes('"readyReplicas":3'), true);
});

e2eTest(
  "ControlPlane with workloads survives restarts of its apiserver",
  async () => {
    await using plane = await ControlPlane.start({ workloads: true });
    await plane.restartApiserver({ signal: "SIGKILL" });
    await plane.restartApiserver({ signal: "SIGTERM" });
    await plane.kubectl(["create", "deployment", "web", "--image=none"]);
    const wait = await plane.kubectl([
      "wait",
      "deployment/web",
      "--for=condition=Available",
      "--timeout=120s",
    ]);
    assertEquals(wait.stdout, "deployment.apps/web condition met\n");
  },
);

e2eTest(
  "TcpProxy stalls a watch over TLS, but forwards a new connection",
  async () => {
    await using plane = await ControlPlane.start();
    await using proxy = await TcpProxy.start({ upstreamPort: plane.port });
    const version = await createConfigMap(plane, "a");
    const client = plane.client("admin", { server: proxy.url });
    const flags = ["retrywatcher", `--resource-version=${version}`];
    await using stalled = await Oracle.start(client, flags);
    await stalled.waitFor("a watch", (line) => line.watch === 1);
    assertEquals(proxy.stall(), 1);
    await createConfigMap(plane, "b");
    await using other = await Oracle.start(client, flags);
    await other.waitFor("the event", (line) => line.name === "b");
    const lines = await stalled.stop();
    assertEquals(lines.filter((line) => line.type !== undefined), []);
    assertEquals([proxy.accepted, proxy.broken], [2, 1]);
  },
);

e2eTest(
  "TcpProxy breaks a watch repeatedly without lost events in client-go",
  async () => {
    await using plane = await ControlPlane.start();
    await using proxy = await TcpProxy.start({ upstreamPort: plane.port });
    const version = await createConfigMap(plane, "start");
    const client = plane.client("admin", { server: proxy.url });
    await using oracle = await Oracle.start(client, [
      "retrywatcher",
      `--resource-version=${version}`,
    ]);
    await oracle.waitFor("a watch", (line) => line.watch === 1);
    const expected: string[] = [];
    for (const how of ["cut", "reset", "cut"] as const) {
      expected.push(await createConfigMap(plane, `map-${expected.length}`));
      proxy[how]();
      expected.push(await createConfigMap(plane, `map-${expected.length}`));
      const last = expected.at(-1);
      await oracle.waitFor(
        "the event",
        (line) => line.resourceVersion === last,
      );
    }
    const lines = await oracle.stop();
    const events = lines.filter((line) => line.type === "ADDED");
    assertEquals(events.map((line) => line.resourceVersion), expected);
  },
);

e2eTest("ControlPlane leaves no process or file behind", async () => {
  const plane = await ControlPlane.start({ workloads: true });
  const pids = await processesOf(plane.directory);
  assertEquals(pids.length, 5);
  assertEquals((await alive(pids)).split("\n"), pids);
  await plane[Symbol.asyncDispose]();
  assertEquals(await alive(pids), "");
  assertEquals(await exists(plane.directory), false);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  e2eTest(
    `ControlPlane ends when its process is killed by ${signal}`,
    async () => {
      const url = new URL("_fixture.ts", import.meta.url);
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-config", "--no-lock", url.href],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      const { value } = await reader.read();
      const directory = new TextDecoder().decode(value).trim();
      const pids = await processesOf(directory);
      assertEquals(pids.length, 5);
      child.kill(signal);
      await child.status;
      await reader.cancel();
      await child.stdin.abort();
      await poll("all processes to end", async () => await alive(pids) === "");
      await poll(
        "its directory to be removed",
        async () => !await exists(directory),
      );
    },
  );
}

e2eTest(
  "ControlPlane reports a component that died when it is disposed",
  async () => {
    const plane = await ControlPlane.start();
    const [pid = ""] = (await shell('cat "$1/etcd.pid"', plane.directory))
      .split(
        "\n",
      );
    await shell('kill -KILL "$1"', pid);
    await poll("etcd to end", async () => await alive([pid]) === "");
    const error = await assertRejects(() => plane[Symbol.asyncDispose]());
    assertInstanceOf(error, ProcessError);
    assertStringIncludes(
      error.message,
      "etcd did not stay up: it was ended by SIGKILL",
    );
    assertEquals(await exists(plane.directory), false);
  },
);

e2eTest(
  "ControlPlane.start() names the component whose port is in use",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const cases = [
      [{ etcd: port }, "etcd"],
      [{ apiserver: port }, "kube-apiserver"],
    ] as const;
    for (const [ports, name] of cases) {
      const error = await startFailure({ ports });
      assertEquals(error.process, name);
      assertStringIncludes(
        error.message,
        `Cannot start ${name}: port ${port} of 127.0.0.1 is in use`,
      );
    }
  },
);

e2eTest("ControlPlane.start() names the program that is missing", async () => {
  const programs = { "kube-apiserver": "/nowhere/kube-apiserver" };
  const error = await startFailure({ programs });
  assertEquals(error.process, "kube-apiserver");
  assertStringIncludes(error.message, "'/nowhere/kube-apiserver'");
});

e2eTest(
  "ControlPlane.start() shows the log of a component that exits early",
  async () => {
    const error = await startFailure({ apiserverFlags: ["--no-such-flag"] });
    assertEquals(error.process, "kube-apiserver");
    assertStringIncludes(
      error.message,
      "Cannot start kube-apiserver: it ended with code 1 before it was ready",
    );
    assertStringIncludes(error.log, "unknown flag: --no-such-flag");
  },
);

e2eTest(
  "ControlPlane.start() shows the log of a component that does not become ready",
  async () => {
    // Nothing listens on port 1.
    const apiserverFlags = [
      "--etcd-servers-overrides=/secrets#http://127.0.0.1:1",
    ];
    // Doubled until etcd has become ready and kube-apiserver has logged why it
    // has not: how long that takes depends on the load of the machine.
    const why = /127\.0\.0\.1:1\b/;
    let readyTimeoutMs = 1000;
    let error: ProcessError;
    do {
      readyTimeoutMs *= 2;
      error = await startFailure({ apiserverFlags, readyTimeoutMs });
    } while (readyTimeoutMs < 60_000 && !why.test(error.log));
    assertEquals(error.process, "kube-apiserver");
    assertStringIncludes(
      error.message,
      `Cannot start kube-apiserver: it was not ready after ${readyTimeoutMs} ms`,
    );
    assertMatch(error.log, why);
  },
);
