// `Cluster` against servers without TLS: what it sends, and what its disposal
// ends. TLS and all kinds of credentials are tested on a real control plane.

import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { inspect } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import {
  ConnectionError,
  isUnauthorized,
  RestListerWatcher,
  StatusError,
} from "../../mod.ts";
import {
  Cluster,
  type ClusterOptions,
  KubeconfigError,
} from "../../client_node/mod.ts";
import { printing, scriptPlugin } from "../support/cluster_access.ts";
import {
  CERTIFICATE,
  Files,
  KEY,
  oneContext,
} from "../support/kubeconfig_files.ts";

const SECRET = "hunter2-hunter2-hunter2";

/** A server that records requests and returns empty lists. */
class Listening implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly headers: Headers[] = [];
  /** The statuses of the next responses, in order. */
  readonly statuses: number[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(
    answer: (request: Request) => Response = () =>
      Response.json({
        kind: "List",
        items: [],
        resources: [
          { name: "pods", kind: "Pod", namespaced: true },
          { name: "nodes", kind: "Node", namespaced: false },
        ],
      }),
  ) {
    this.#server = Deno.serve({ port: 0, onListen() {} }, (request) => {
      const { pathname, search } = new URL(request.url);
      this.requests.push(pathname + decodeURIComponent(search));
      this.headers.push(request.headers);
      const status = this.statuses.shift();
      return status === undefined
        ? answer(request)
        : new Response("", { status });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function list(cluster: Cluster): Promise<void> {
  const pods = await cluster.listerWatcher({
    apiVersion: "v1",
    plural: "pods",
  });
  await pods.list({});
}

const LISTED: [
  options: Parameters<Cluster["listerWatcher"]>[0],
  path: string,
][] = [
  [{ apiVersion: "v1", kind: "Pod" }, "/api/v1/pods"],
  [
    { apiVersion: "v1", kind: "Pod", namespace: "shop" },
    "/api/v1/namespaces/shop/pods",
  ],
  [
    { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web" },
    "/api/v1/namespaces/shop/pods?fieldSelector=metadata.name=web",
  ],
  [{ apiVersion: "v1", kind: "Node" }, "/api/v1/nodes"],
  [
    { apiVersion: "v1", kind: "Node", name: "a", fieldSelector: "b=c" },
    "/api/v1/nodes?fieldSelector=metadata.name=a,b=c",
  ],
  [
    { apiVersion: "v1", kind: "Node", name: "a,b=c", labelSelector: "d=e" },
    "/api/v1/nodes?labelSelector=d=e&fieldSelector=metadata.name=a\\,b\\=c",
  ],
];

for (const [options, path] of LISTED) {
  Deno.test(`Cluster.listerWatcher() lists ${path}`, async () => {
    await using server = new Listening();
    await using cluster = Cluster.fromDefault({ server: server.url });
    const watched = await cluster.listerWatcher(options);
    await watched.list({});
    assertEquals(server.requests, ["/api/v1", path]);
  });
}

Deno.test("Cluster.listerWatcher() sends no request when given a plural name", async () => {
  await using server = new Listening();
  await using cluster = Cluster.fromDefault({ server: server.url });
  await cluster.listerWatcher({ apiVersion: "a/v1", plural: "widgets" });
  assertEquals(server.requests, []);
});

Deno.test("Cluster.listerWatcher() rejects with TypeError when a cluster-scoped kind has a namespace", async () => {
  await using server = new Listening();
  await using cluster = Cluster.fromDefault({ server: server.url });
  await assertRejects(
    () =>
      cluster.listerWatcher({
        apiVersion: "v1",
        kind: "Node",
        namespace: "shop",
      }),
    TypeError,
    'Cannot list Node in namespace "shop": it is cluster-scoped',
  );
});

Deno.test("Cluster.listerWatcher() rejects with TypeError when name is empty", async () => {
  await using cluster = Cluster.fromDefault({ server: "http://127.0.0.1:1" });
  await assertRejects(
    () => cluster.listerWatcher({ apiVersion: "v1", plural: "pods", name: "" }),
    TypeError,
    "name must not be empty",
  );
});

Deno.test("Cluster.listerWatcher() rejects with TypeError when the resource is not given", async () => {
  await using cluster = Cluster.fromDefault({ server: "http://127.0.0.1:1" });
  for (const options of [{ kind: "Pod" }, { apiVersion: "v1" }, "pods"]) {
    await assertRejects(
      () => Reflect.apply(cluster.listerWatcher, cluster, [options]),
      TypeError,
      "expected an apiVersion and a kind or plural",
    );
  }
});

const HEADERS: [
  what: string,
  options: ClusterOptions,
  header: string,
  value: string,
][] = [
  ["a token", { token: "abc" }, "authorization", "Bearer abc"],
  [
    "a user name and password",
    { username: "me", password: "pä:ss" },
    "authorization",
    "Basic bWU6cMOkOnNz",
  ],
  ["the user to impersonate", { as: "you" }, "impersonate-user", "you"],
  [
    "the UID to impersonate",
    { as: "you", asUid: "7" },
    "impersonate-uid",
    "7",
  ],
  [
    "extra information to impersonate",
    { as: "you", asUserExtra: { "example.com/Reason": ["x y"] } },
    "impersonate-extra-example.com%2freason",
    "x y",
  ],
];

for (const [what, options, header, value] of HEADERS) {
  Deno.test(`Cluster sends ${what}`, async () => {
    await using server = new Listening();
    await using cluster = Cluster.fromDefault({
      server: server.url,
      ...options,
    });
    await list(cluster);
    assertEquals(server.headers[0]?.get(header), value);
  });
}

Deno.test("Cluster requests uncompressed responses when disable-compression is set", async () => {
  using files = new Files();
  await using server = new Listening();
  const kubeconfig = files.write(
    "config",
    oneContext({
      cluster: { server: server.url, "disable-compression": true },
    }),
  );
  await using cluster = Cluster.fromDefault({ kubeconfig });
  await list(cluster);
  assertEquals(server.headers[0]?.get("accept-encoding"), "identity");
});

Deno.test("Cluster has its server, context and namespace", async () => {
  using files = new Files();
  const kubeconfig = files.write(
    "config",
    oneContext({ context: { namespace: "shop" } }),
  );
  await using cluster = Cluster.fromDefault({ kubeconfig });
  assertEquals(
    [cluster.server, cluster.context, cluster.namespace],
    ["https://c.example", "dev", "shop"],
  );
  await using other = Cluster.fromDefault({ server: "https://d.example" });
  assertEquals([other.context, other.namespace], [undefined, "default"]);
});

/** A kubeconfig with a plugin that counts its runs and prints their number. */
function counting(
  files: Files,
  server: string,
  expiresInMs?: number,
): { kubeconfig: string; runs: () => number } {
  const log = files.write("runs", "");
  const expiry = expiresInMs === undefined
    ? "undefined"
    : `new Date(Date.now() + ${expiresInMs})`;
  const { command, args, apiVersion } = scriptPlugin(`
    Deno.writeTextFileSync(${JSON.stringify(log)}, "x", { append: true });
    const token = "token-" + Deno.readTextFileSync(${
    JSON.stringify(log)
  }).length;
    console.log(JSON.stringify({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token, expirationTimestamp: ${expiry} },
    }));
  `);
  const kubeconfig = files.write(
    "config",
    oneContext({
      cluster: { server },
      user: { exec: { command, args, apiVersion } },
    }),
  );
  return { kubeconfig, runs: () => Deno.readTextFileSync(log).length };
}

const authorizations = (server: Listening) =>
  server.headers.map((headers) => headers.get("authorization"));

Deno.test("Cluster runs a plugin before the first request, once for all", async () => {
  using files = new Files();
  await using server = new Listening();
  const { kubeconfig, runs } = counting(files, server.url);
  await using cluster = Cluster.fromDefault({ kubeconfig });
  assertEquals(runs(), 0);
  await Promise.all([list(cluster), list(cluster), list(cluster)]);
  await list(cluster);
  assertEquals(runs(), 1);
  assertEquals(authorizations(server), Array(4).fill("Bearer token-1"));
});

Deno.test("Cluster runs a plugin again when its credential has expired", async () => {
  using files = new Files();
  await using server = new Listening();
  const { kubeconfig, runs } = counting(files, server.url, -1);
  await using cluster = Cluster.fromDefault({ kubeconfig });
  await list(cluster);
  await list(cluster);
  const [first, second] = authorizations(server);
  assert(first !== second, `${first}`);
  assertEquals(runs(), 2);
});

Deno.test("Cluster runs a plugin again after a 401, and repeats the request", async () => {
  using files = new Files();
  await using server = new Listening();
  server.statuses.push(401);
  const { kubeconfig, runs } = counting(files, server.url);
  await using cluster = Cluster.fromDefault({ kubeconfig });
  await list(cluster);
  assertEquals(runs(), 2);
  assertEquals(authorizations(server), ["Bearer token-1", "Bearer token-2"]);
});

Deno.test("Cluster reports a 401 when another credential is refused as well", async () => {
  using files = new Files();
  await using server = new Listening();
  server.statuses.push(401, 401);
  const { kubeconfig, runs } = counting(files, server.url);
  await using cluster = Cluster.fromDefault({ kubeconfig });
  const error = await assertRejects(() => list(cluster), StatusError);
  assert(isUnauthorized(error));
  assertEquals(runs(), 2);
});

Deno.test("Cluster rejects when a plugin fails, and runs it again for the next request", async () => {
  using files = new Files();
  await using server = new Listening();
  const { command, args, apiVersion } = scriptPlugin(
    `console.error("not logged in"); Deno.exit(1)`,
  );
  const kubeconfig = files.write(
    "config",
    oneContext({
      cluster: { server: server.url },
      user: { exec: { command, args, apiVersion } },
    }),
  );
  await using cluster = Cluster.fromDefault({ kubeconfig });
  for (const _ of [1, 2]) {
    const error = await assertRejects(() => list(cluster), Error);
    assertStringIncludes(error.message, "failed (1): not logged in");
    assertFalse(error.message.includes("\n"));
  }
  assertEquals(server.requests, []);
});

Deno.test("Cluster terminates a hanging plugin when it is disposed", async () => {
  using files = new Files();
  const started = files.write("started", "");
  const { command, args, apiVersion } = scriptPlugin(
    `Deno.writeTextFileSync(${
      JSON.stringify(started)
    }, "x"); setInterval(() => {}, 1000)`,
  );
  const kubeconfig = files.write(
    "config",
    oneContext({ user: { exec: { command, args, apiVersion } } }),
  );
  const cluster = Cluster.fromDefault({ kubeconfig });
  const failure = assertRejects(() => list(cluster), Error);
  while (Deno.readTextFileSync(started) === "") {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await cluster[Symbol.asyncDispose]();
  assertStringIncludes(
    (await failure).message,
    "its Cluster has been disposed",
  );
});

Deno.test("Cluster aborts watches when it is disposed, and sends no more requests", async () => {
  const ended = Promise.withResolvers<void>();
  await using server = new Listening(() =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(
            new TextEncoder().encode('{"type":"ADDED","object":{}}\n'),
          );
        },
        cancel: () => ended.resolve(),
      }),
    )
  );
  const cluster = Cluster.fromDefault({ server: server.url });
  const pods = await cluster.listerWatcher({
    apiVersion: "v1",
    plural: "pods",
  });
  const events = (await pods.watch({})).getReader();
  assertEquals((await events.read()).value?.type, "ADDED");
  const pending = assertRejects(() => events.read(), Error);
  await cluster[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  await pending;
  await ended.promise;
  const error = await assertRejects(() => pods.list({}), ConnectionError);
  assertStringIncludes(error.message, "its Cluster has been disposed");
  assertEquals(server.requests.length, 1);
});

Deno.test("Cluster keeps a watch open when another is aborted", async () => {
  await using server = new Listening(() =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(
            new TextEncoder().encode(
              '{"type":"ADDED","object":{}}\n'.repeat(2),
            ),
          );
        },
      }),
    )
  );
  await using cluster = Cluster.fromDefault({ server: server.url });
  const pods = new RestListerWatcher({
    ...cluster.restOptions,
    path: "/api/v1/pods",
  });
  const abort = new AbortController();
  const one = (await pods.watch({ signal: abort.signal })).getReader();
  const two = (await pods.watch({})).getReader();
  await one.read();
  abort.abort();
  await assertRejects(() => one.read(), DOMException);
  assertEquals((await two.read()).value?.type, "ADDED");
  assertEquals((await two.read()).value?.type, "ADDED");
  await two.cancel();
});

Deno.test("Cluster.fromKubeConfig() uses the current context, also when it changes later", async () => {
  await using server = new Listening();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(JSON.stringify(
    oneContext({
      cluster: { server: server.url },
      user: { token: SECRET, as: "you" },
      context: { namespace: "shop" },
    }),
  ));
  await using cluster = Cluster.fromKubeConfig(kubeConfig);
  kubeConfig.setCurrentContext("other");
  assertEquals(
    [cluster.server, cluster.context, cluster.namespace],
    [server.url, "dev", "shop"],
  );
  await list(cluster);
  assertEquals(server.headers[0]?.get("authorization"), `Bearer ${SECRET}`);
  assertEquals(server.headers[0]?.get("impersonate-user"), "you");
});

Deno.test("Cluster.fromKubeConfig() throws KubeconfigError when the current context is missing", () => {
  const kubeConfig = new KubeConfig();
  assertThrows(
    () => Cluster.fromKubeConfig(kubeConfig),
    KubeconfigError,
    "Cannot choose a context of the given KubeConfig: current-context is not set: it has no contexts",
  );
  kubeConfig.loadFromString(JSON.stringify(oneContext()));
  kubeConfig.setCurrentContext("dve");
  assertThrows(
    () => Cluster.fromKubeConfig(kubeConfig),
    KubeconfigError,
    'Cannot find current-context "dve" of the given KubeConfig: did you mean dev?',
  );
});

Deno.test("Cluster.fromKubeConfig() reads the token file of an in-cluster KubeConfig", async () => {
  using files = new Files();
  await using server = new Listening();
  const tokenFile = files.write("token", "one");
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "inCluster", server: server.url, skipTLSVerify: false },
    {
      name: "inClusterUser",
      authProvider: { name: "tokenFile", config: { tokenFile } },
    },
  );
  await using cluster = Cluster.fromKubeConfig(kubeConfig);
  await list(cluster);
  files.write("token", "two");
  await list(cluster);
  assertEquals(authorizations(server), ["Bearer one", "Bearer two"]);
});

Deno.test("Cluster.fromKubeConfig() runs a plugin, also that of a legacy auth-provider", async () => {
  await using server = new Listening();
  const { command, args, apiVersion } = scriptPlugin(
    printing({ token: "printed" }),
  );
  const exec = { command, args, apiVersion };
  for (
    const user of [
      { exec },
      { authProvider: { name: "exec", config: { exec } } },
    ]
  ) {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: "c", server: server.url, skipTLSVerify: false },
      { name: "u", ...user },
    );
    await using cluster = Cluster.fromKubeConfig(kubeConfig);
    await list(cluster);
  }
  assertEquals(authorizations(server), ["Bearer printed", "Bearer printed"]);
});

Deno.test("Cluster.fromKubeConfig() uses an authenticator of the KubeConfig with the original user", async () => {
  await using server = new Listening();
  const kubeConfig = new KubeConfig();
  const users: string[] = [];
  kubeConfig.addAuthenticator({
    isAuthProvider: (user) => user.authProvider?.name === "mine",
    applyAuthentication: (user, options) => {
      users.push(user.name);
      options.headers = { ...options.headers, Authorization: "Bearer mine" };
      return Promise.resolve();
    },
  });
  kubeConfig.loadFromClusterAndUser(
    { name: "c", server: server.url, skipTLSVerify: false },
    { name: "u", authProvider: { name: "mine" } },
  );
  await using cluster = Cluster.fromKubeConfig(kubeConfig);
  kubeConfig.loadFromClusterAndUser(
    { name: "c2", server: "https://other.example", skipTLSVerify: false },
    { name: "u2", authProvider: { name: "mine" } },
  );
  await list(cluster);
  assertEquals(authorizations(server), ["Bearer mine"]);
  assertEquals(users, ["u"]);
});

/** Ways to give a credential, each in options or in the user's entry. */
const SECRETS: [what: string, options: ClusterOptions, user?: object][] = [
  ["a token", { token: SECRET }],
  ["a password", { username: "me", password: SECRET }],
  ["a token of the kubeconfig", {}, { token: SECRET }],
  ["a token and a client certificate", {}, {
    token: SECRET,
    "client-certificate-data": btoa(CERTIFICATE),
    "client-key-data": btoa(KEY),
  }],
  ["a plugin", {}, {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "plugin",
      args: [SECRET],
      env: [{ name: "A", value: SECRET }],
    },
  }],
  ["an auth-provider", {}, {
    "auth-provider": { name: "oidc", config: { "refresh-token": SECRET } },
  }],
];

for (const [what, options, user] of SECRETS) {
  Deno.test(`Cluster shows no credential when it is inspected with ${what}`, async () => {
    using files = new Files();
    const kubeconfig = files.write(
      "config",
      oneContext({ user: { ...user } }),
    );
    await using cluster = Cluster.fromDefault({ kubeconfig, ...options });
    const { restOptions } = cluster;
    const pods = await cluster.listerWatcher({
      apiVersion: "v1",
      plural: "pods",
    });
    for (const shown of [cluster, restOptions, { ...restOptions }, pods]) {
      for (
        const text of [
          Deno.inspect(shown, { depth: 99, showHidden: true }),
          inspect(shown, { depth: 99, showHidden: true }),
          inspect(shown, { depth: 99, customInspect: false }),
          JSON.stringify(shown),
          String(shown),
        ]
      ) {
        assertFalse(text.includes(SECRET), text);
        assertFalse(text.includes(btoa(`me:${SECRET}`)), text);
      }
    }
    for (const value of Object.values(restOptions)) {
      assertFalse(inspect(value, { showHidden: true }).includes(SECRET));
    }
  });
}

Deno.test("Cluster shows no password that the server repeats", async () => {
  const credential = btoa(`me:${SECRET}`);
  await using server = new Listening(({ headers }) =>
    Response.json({
      kind: "Status",
      message: `no ${headers.get("authorization")} for ${SECRET}`,
      code: 403,
      reason: "Forbidden",
    }, { status: 403 })
  );
  await using cluster = Cluster.fromDefault({
    server: server.url,
    username: "me",
    password: SECRET,
  });
  const error = await assertRejects(() => list(cluster), StatusError);
  assertEquals(server.headers[0]?.get("authorization"), `Basic ${credential}`);
  const shown = Deno.inspect(error, { depth: 9 });
  assertFalse(shown.includes(SECRET), shown);
  assertFalse(shown.includes(credential), shown);
});

Deno.test("Cluster does not repeat a request after a 401 when its token cannot change", async () => {
  await using server = new Listening();
  server.statuses.push(401);
  await using cluster = Cluster.fromDefault({
    server: server.url,
    token: "abc",
  });
  await assertRejects(() => list(cluster), StatusError);
  assertEquals(server.requests.length, 1);
});

Deno.test("Cluster lets a given token take the place of its password", async () => {
  await using server = new Listening();
  await using cluster = Cluster.fromDefault({
    server: server.url,
    username: "me",
    password: SECRET,
  });
  const pods = new RestListerWatcher({
    ...cluster.restOptions,
    token: "other",
    path: "/api/v1/pods",
  });
  await pods.list({});
  assertEquals(authorizations(server), ["Bearer other"]);
});

Deno.test("Cluster.fromDefault() throws TypeError when the token cannot be sent", () => {
  assertThrows(
    () => Cluster.fromDefault({ server: "https://c.example", token: "a b" }),
    TypeError,
    "Cannot use the given token",
  );
});
