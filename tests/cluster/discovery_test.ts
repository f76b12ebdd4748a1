// Which discovery requests are sent, and how often.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Discovery } from "../../cluster/_discovery.ts";
import { RestClient } from "../../rest/_rest_client.ts";
import { ConnectionError, isForbidden, StatusError } from "../../mod.ts";
import { UnknownKindError } from "../../client_node/mod.ts";

const PODS = {
  name: "pods",
  singularName: "pod",
  namespaced: true,
  kind: "Pod",
  verbs: ["list", "watch"],
  shortNames: ["po"],
  categories: ["all"],
};
const NODES = { name: "nodes", namespaced: false, kind: "Node", verbs: [] };
const JOBS = { name: "jobs", namespaced: true, kind: "Job", verbs: ["list"] };

const POD_RESOURCE = {
  plural: "pods",
  singular: "pod",
  kind: "Pod",
  shortNames: ["po"],
  group: "",
  version: "v1",
  namespaced: true,
  verbs: ["list", "watch"],
  categories: ["all"],
};
const NODE_RESOURCE = {
  plural: "nodes",
  singular: "nodes",
  kind: "Node",
  shortNames: [],
  group: "",
  version: "v1",
  namespaced: false,
  verbs: [],
  categories: [],
};
const JOB_RESOURCE = {
  plural: "jobs",
  singular: "jobs",
  kind: "Job",
  shortNames: [],
  group: "batch",
  version: "v1",
  namespaced: true,
  verbs: ["list"],
  categories: [],
};

/** The response to each path: a body or an HTTP status. */
type Answers = Record<string, unknown>;

/** The responses of a server without aggregated discovery. */
const LEGACY: Answers = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": {
    kind: "APIGroupList",
    groups: [
      { name: "batch", versions: [{ groupVersion: "batch/v1" }] },
      { name: "metrics", versions: [{ groupVersion: "metrics/v1" }] },
    ],
  },
  "/api/v1": {
    kind: "APIResourceList",
    resources: [PODS, { ...PODS, name: "pods/log" }, NODES],
  },
  "/apis/batch/v1": { kind: "APIResourceList", resources: [JOBS] },
  "/apis/metrics/v1": 503,
};

/** A server that records its requests, and a discovery client for it. */
class Server {
  answers: Answers;
  readonly requests: string[] = [];
  readonly accepted: (string | null)[] = [];
  readonly discovery: Discovery;

  constructor(answers: Answers) {
    this.answers = answers;
    const client = new RestClient({
      server: "https://host",
      fetch: (url, init) => {
        const { pathname } = new URL(url);
        this.requests.push(pathname);
        this.accepted.push(new Headers(init.headers).get("accept"));
        const answer = this.answers[pathname] ?? 404;
        return Promise.resolve(
          typeof answer === "number"
            ? new Response("", { status: answer })
            : Response.json(answer),
        );
      },
    });
    this.discovery = new Discovery(client);
  }
}

Deno.test("Discovery.kind() sends one request for each version, once", async () => {
  const { discovery, requests } = new Server(LEGACY);
  assertEquals(await discovery.kind("v1", "Pod"), POD_RESOURCE);
  assertEquals(await discovery.kind("v1", "Node"), NODE_RESOURCE);
  assertEquals(await discovery.kind("batch/v1", "Job"), JOB_RESOURCE);
  assertEquals(requests, ["/api/v1", "/apis/batch/v1"]);
});

Deno.test("Discovery.kind() sends one request for concurrent calls", async () => {
  const { discovery, requests } = new Server(LEGACY);
  await Promise.all([
    discovery.kind("v1", "Pod"),
    discovery.kind("v1", "Node"),
  ]);
  assertEquals(requests, ["/api/v1"]);
});

Deno.test("Discovery.kind() suggests a similar kind", async () => {
  const { discovery } = new Server(LEGACY);
  const error = await assertRejects(
    () => discovery.kind("v1", "Pdo"),
    UnknownKindError,
    'The server has no kind "Pdo" in version "v1": did you mean Pod?',
  );
  assertEquals([error.apiVersion, error.kind], ["v1", "Pdo"]);
});

Deno.test("Discovery.kind() suggests the version that a kind is in", async () => {
  const { discovery } = new Server(LEGACY);
  await assertRejects(
    () => discovery.kind("batch/v2", "Job"),
    UnknownKindError,
    'The server has no kind "Job" in version "batch/v2": it is in batch/v1',
  );
});

Deno.test("Discovery.kind() suggests a missing CustomResourceDefinition when no kind is similar", async () => {
  const { discovery } = new Server({ "/apis/a/v1": { resources: null } });
  await assertRejects(
    () => discovery.kind("a/v1", "Widget"),
    UnknownKindError,
    "is its CustomResourceDefinition installed?",
  );
});

Deno.test("Discovery.kind() sends another request for a kind that was missing", async () => {
  const server = new Server({ ...LEGACY, "/apis/a/v1": 404 });
  const find = (kind = "Widget") => server.discovery.kind("a/v1", kind);
  const requests = () =>
    server.requests.filter((path) => path === "/apis/a/v1");
  await assertRejects(find, UnknownKindError);
  server.answers["/apis/a/v1"] = {
    resources: [{ name: "widgets", kind: "Widget" }],
  };
  assertEquals((await find()).plural, "widgets");
  assertEquals((await find()).plural, "widgets");
  assertEquals(requests().length, 2);
  await assertRejects(() => find("Gadget"), UnknownKindError);
  assertEquals(requests().length, 3);
});

Deno.test("Discovery.kind() sends one other request for concurrent calls for a kind that was missing", async () => {
  const server = new Server({ ...LEGACY, "/apis/a/v1": 404 });
  const find = () => server.discovery.kind("a/v1", "Widget");
  const requests = () =>
    server.requests.filter((path) => path === "/apis/a/v1");
  await assertRejects(find, UnknownKindError);
  server.answers["/apis/a/v1"] = {
    resources: [{ name: "widgets", kind: "Widget" }],
  };
  const found = await Promise.all(Array.from({ length: 5 }, () => find()));
  assertEquals(found.map(({ plural }) => plural), Array(5).fill("widgets"));
  assertEquals(requests().length, 2);
});

Deno.test("Discovery.kind() does not cache a failure", async () => {
  const server = new Server({ "/api/v1": 403 });
  const error = await assertRejects(
    () => server.discovery.kind("v1", "Pod"),
    StatusError,
  );
  assert(isForbidden(error));
  server.answers = LEGACY;
  assertEquals((await server.discovery.kind("v1", "Pod")).plural, "pods");
});

Deno.test("Discovery.all() uses aggregated discovery when the server supports it", async () => {
  const resource = (resource: string, kind: string, scope: string) => ({
    resource,
    responseKind: { group: "", version: "", kind },
    scope,
    singularResource: resource.slice(0, -1),
    verbs: ["list"],
  });
  const { discovery, requests, accepted } = new Server({
    "/api": {
      kind: "APIGroupDiscoveryList",
      items: [{
        metadata: {},
        versions: [{
          version: "v1",
          resources: [
            {
              ...resource("pods", "Pod", "Namespaced"),
              shortNames: ["po"],
              categories: ["all"],
            },
            resource("nodes", "Node", "Cluster"),
          ],
        }],
      }],
    },
    "/apis": {
      kind: "APIGroupDiscoveryList",
      items: [
        {
          metadata: { name: "apps" },
          versions: [{
            version: "v1",
            resources: [resource("deployments", "Deployment", "Namespaced")],
          }],
        },
        {
          metadata: { name: "stale" },
          versions: [{ version: "v1", freshness: "Stale", resources: null }],
        },
      ],
    },
  });
  const all = await discovery.all();
  assertEquals(
    all.map(({ plural, singular, kind, group, version, namespaced }) =>
      `${plural} ${singular} ${kind} ${group}/${version} ${namespaced}`
    ),
    [
      "pods pod Pod /v1 true",
      "nodes node Node /v1 false",
      "deployments deployment Deployment apps/v1 true",
    ],
  );
  assertEquals([all[0]?.shortNames, all[0]?.categories], [["po"], ["all"]]);
  assertEquals(await discovery.unavailable(), ["stale/v1"]);
  assertEquals(requests, ["/api", "/apis"]);
  assert(accepted[0]?.includes("as=APIGroupDiscoveryList"));
  assertStrictEquals(await discovery.all(), all);
});

Deno.test("Discovery.all() requests each version without aggregated discovery, and leaves out those that fail", async () => {
  const { discovery, requests } = new Server(LEGACY);
  assertEquals(await discovery.all(), [
    POD_RESOURCE,
    NODE_RESOURCE,
    JOB_RESOURCE,
  ]);
  assertEquals(await discovery.unavailable(), ["metrics/v1"]);
  assertEquals(requests, [
    "/api",
    "/apis",
    "/api/v1",
    "/apis/batch/v1",
    "/apis/metrics/v1",
  ]);
});

Deno.test("Discovery.all() rejects when all requests fail, and does not cache that", async () => {
  const server = new Server({});
  await assertRejects(() => server.discovery.all(), StatusError);
  server.answers = LEGACY;
  assertEquals((await server.discovery.all()).length, 3);
});

Deno.test("Discovery.refreshed() sends another request after 5 s", async () => {
  using time = new FakeTime();
  const server = new Server(LEGACY);
  const requests = () =>
    server.requests.filter((path) => path === "/apis").length;
  await server.discovery.refreshed();
  await server.discovery.refreshed();
  assertEquals(requests(), 1);
  time.tick(5000);
  await server.discovery.refreshed();
  assertEquals(requests(), 2);
  await server.discovery.all();
  assertEquals(requests(), 2);
});

Deno.test("Discovery rejects with ConnectionError when the server cannot be reached", async () => {
  const client = new RestClient({
    server: "https://host",
    fetch: () => Promise.reject(new TypeError("refused")),
  });
  const discovery = new Discovery(client);
  await assertRejects(() => discovery.kind("v1", "Pod"), ConnectionError);
  await assertRejects(() => discovery.all(), ConnectionError);
});
