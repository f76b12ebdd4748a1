// The behavior of `FakeApiServer`, each test in-process with both kinds of
// bodies and over HTTP. Messages are compared with those of
// `k8s.io/apimachinery` v0.36, since users see and search for them.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  FakeApiServer,
  type FakeApiServerOptions,
  type StoredObject,
} from "../../testing/mod.ts";
import type { ListMeta, ObjectMeta } from "../../api/types.ts";
import { countedSignal } from "../support/counted_signal.ts";

const PODS = "/api/v1/namespaces/default/pods";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const JSON_BODY = { "content-type": "application/json" };
const MERGE_PATCH = { "content-type": "application/merge-patch+json" };
const METADATA_ONLY =
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/** The response of a server: an object, a list or a Status. */
interface Body extends StoredObject {
  metadata?: (ObjectMeta & ListMeta) | undefined;
  items?: StoredObject[];
  message?: string;
  reason?: string;
  code?: number;
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A server and a client of it. */
class Client {
  readonly server: FakeApiServer;
  readonly #fetch: (path: string, init?: RequestInit) => Promise<Response>;

  constructor(
    server: FakeApiServer,
    fetch: typeof globalThis.fetch,
    url: string,
  ) {
    this.server = server;
    this.#fetch = (path, init) => fetch(url + path, init);
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.#fetch(path, init);
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: HeadersInit = JSON_BODY,
  ): Promise<Reply> {
    const content = body === undefined
      ? {}
      : { headers, body: JSON.stringify(body) };
    const response = await this.#fetch(path, { method, ...content });
    const { status } = response;
    return { status, headers: response.headers, body: await response.json() };
  }

  async get(path: string, accept = "application/json"): Promise<Reply> {
    const response = await this.#fetch(path, { headers: { accept } });
    const { status, headers } = response;
    return { status, headers, body: await response.json() };
  }

  async watch(path: string, init?: RequestInit): Promise<Lines> {
    const response = await this.#fetch(path, init);
    assertEquals(response.status, 200);
    assert(response.body !== null);
    return new Lines(response.body);
  }
}

/** Reads a body line by line. */
class Lines {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  async line(): Promise<string | undefined> {
    while (true) {
      const end = this.#text.indexOf("\n");
      if (end !== -1) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  async event(): Promise<{ type: string; object: StoredObject } | undefined> {
    const line = await this.line();
    return line === undefined ? undefined : JSON.parse(line);
  }

  /** Returns the next events as `TYPE name@version`. */
  async next(count = 1): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) {
      const event = await this.event();
      if (event === undefined) return [...texts, "end"];
      const { name = "", resourceVersion } = event.object.metadata ?? {};
      texts.push(
        event.type === "ERROR"
          ? `ERROR ${event.object.code}`
          : `${event.type} ${name}@${resourceVersion}`,
      );
    }
    return texts;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

type Check = (client: Client) => Promise<void>;

/** Tests a behavior over each way to reach a server. */
function test(
  name: string,
  check: Check,
  options: FakeApiServerOptions = {},
): void {
  for (const watchBodies of ["bytes", "default"] as const) {
    Deno.test(`${name} (in-process, ${watchBodies})`, async () => {
      await using server = new FakeApiServer({ watchBodies, ...options });
      await check(new Client(server, server.fetch, "http://fake.invalid"));
    });
  }
  Deno.test(`${name} (over HTTP)`, async () => {
    await using server = new FakeApiServer(options);
    await using listener = await server.listen();
    await check(new Client(server, fetch, listener.url));
  });
}

function pod(name: string, labels?: { [key: string]: string }) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      ...(labels === undefined ? {} : { labels }),
    },
  };
}

function deployment(name: string, replicas: number) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: { replicas },
  };
}

/** The parts of a failure that identify it. */
function essence({ status, body }: Reply) {
  const { kind, apiVersion, status: outcome, message, reason, code, details } =
    body;
  assertEquals([kind, apiVersion, outcome], ["Status", "v1", "Failure"]);
  assertEquals(status, code);
  return { code, reason, message, details };
}

function namesOf({ body }: Reply): (string | undefined)[] {
  return (body.items ?? []).map(({ metadata }) => metadata?.name);
}

test("FakeApiServer creates objects with server-populated fields", async (client) => {
  const { status, body } = await client.send("POST", DEPLOYMENTS, {
    ...deployment("web", 3),
    status: { replicas: 9 },
  });
  const { metadata, ...rest } = body;
  assertEquals(status, 201);
  assertEquals(rest, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: { replicas: 3 },
  });
  assertMatch(metadata?.uid ?? "", /^[0-9a-f-]{36}$/);
  assertMatch(
    String(metadata?.creationTimestamp),
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  );
  assertEquals([metadata?.generation, metadata?.resourceVersion], [1, "2"]);
  assertEquals((await client.get(`${DEPLOYMENTS}/web`)).body, body);
  assertEquals(client.server.get(`${DEPLOYMENTS}/web`), body);
});

test("FakeApiServer generates names from generateName", async (client) => {
  const metadata = { generateName: "web-" };
  const replies = [
    await client.send("POST", PODS, { ...pod(""), metadata }),
    await client.send("POST", PODS, { ...pod(""), metadata }),
  ];
  const [first = "", second = ""] = replies.map(({ body }) =>
    body.metadata?.name
  );
  assertMatch(first, /^web-[a-z0-9]{5}$/);
  assertMatch(second, /^web-[a-z0-9]{5}$/);
  assertNotEquals(first, second);
});

test("FakeApiServer uses the kind of the path for a body without kind", async (client) => {
  const { body } = await client.send("POST", DEPLOYMENTS, {
    metadata: { name: "web" },
  });
  assertEquals([body.kind, body.apiVersion], ["Deployment", "apps/v1"]);
  assertEquals(body.metadata?.namespace, "default");
});

test("FakeApiServer lists objects in key order, without their kind", async (client) => {
  for (const name of ["b", "a"]) client.server.create(pod(name));
  client.server.create({
    ...pod("c"),
    metadata: { name: "c", namespace: "another" },
  });
  client.server.create(deployment("web", 1));
  const { body } = await client.get("/api/v1/pods");
  assertEquals([body.kind, body.apiVersion], ["PodList", "v1"]);
  assertEquals(body.metadata, { resourceVersion: "5" });
  assertEquals(namesOf({ body, status: 200, headers: new Headers() }), [
    "c",
    "a",
    "b",
  ]);
  assertEquals(body.items?.map(({ kind }) => kind), [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(namesOf(await client.get(PODS)), ["a", "b"]);
});

test("FakeApiServer lists custom resources with the kind of each item", async (client) => {
  const path = "/apis/example.com/v1/widgets";
  client.server.create({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "cog" },
  });
  const { body } = await client.get(path);
  assertEquals(body.kind, "WidgetList");
  assertEquals(body.items?.[0]?.kind, "Widget");
});

test("FakeApiServer replaces objects and increments the generation if the spec changes", async (client) => {
  const created = client.server.create(deployment("web", 1));
  const path = `${DEPLOYMENTS}/web`;
  const { body: labelled } = await client.send("PUT", path, {
    ...created,
    metadata: { ...created.metadata, labels: { app: "web" }, uid: "" },
  });
  assertEquals(labelled.metadata?.generation, 1);
  assertEquals(labelled.metadata?.uid, created.metadata?.uid);
  const { body: scaled } = await client.send("PUT", path, deployment("web", 2));
  assertEquals(scaled.metadata?.generation, 2);
  assertEquals(scaled.metadata?.resourceVersion, "4");
  assertEquals(scaled.metadata?.labels, undefined);
});

test("FakeApiServer creates no new version for a write that changes nothing", async (client) => {
  const created = client.server.create(deployment("web", 1));
  const path = `${DEPLOYMENTS}/web`;
  const watch = await client.watch(`${DEPLOYMENTS}?watch=1&resourceVersion=2`);
  const { body } = await client.send("PUT", path, created);
  assertEquals(body, created);
  await client.send("PATCH", path, { spec: { replicas: 1 } }, MERGE_PATCH);
  assertEquals(client.server.resourceVersion, "2");
  client.server.endWatches();
  assertEquals(await watch.next(), ["end"]);
});

test("FakeApiServer applies merge patches", async (client) => {
  client.server.create({
    ...deployment("web", 1),
    spec: { replicas: 1, paused: true, list: [1, 2] },
  });
  const { status, body } = await client.send(
    "PATCH",
    `${DEPLOYMENTS}/web`,
    { spec: { paused: null, list: [3], deep: { er: 1 } } },
    MERGE_PATCH,
  );
  assertEquals(status, 200);
  assertEquals(body.spec, { replicas: 1, list: [3], deep: { er: 1 } });
  assertEquals(body.metadata?.generation, 2);
});

test("FakeApiServer updates status only through its subresource", async (client) => {
  const path = `${DEPLOYMENTS}/web`;
  client.server.create({ ...deployment("web", 1), status: { replicas: 1 } });
  const { body: main } = await client.send("PUT", path, {
    ...deployment("web", 2),
    status: { replicas: 9 },
  });
  assertEquals([main.spec, main.status], [{ replicas: 2 }, { replicas: 1 }]);
  const { body: put } = await client.send("PUT", `${path}/status`, {
    ...deployment("web", 9),
    metadata: { name: "web", labels: { app: "web" } },
    status: { replicas: 2 },
  });
  assertEquals([put.spec, put.status], [{ replicas: 2 }, { replicas: 2 }]);
  assertEquals([put.metadata?.labels, put.metadata?.generation], [
    undefined,
    2,
  ]);
  const { body: patched } = await client.send(
    "PATCH",
    `${path}/status`,
    { spec: { replicas: 7 }, status: { ready: 1 } },
    MERGE_PATCH,
  );
  assertEquals(patched.spec, { replicas: 2 });
  assertEquals(patched.status, { replicas: 2, ready: 1 });
  assertEquals((await client.get(`${path}/status`)).body, patched);
});

test("FakeApiServer updates status with the object if the resource has no status subresource", async (client) => {
  const path = "/api/v1/namespaces/default/configmaps";
  await client.send("POST", path, {
    metadata: { name: "a" },
    data: { b: "c" },
  });
  const reply = await client.get(`${path}/a/status`);
  assertEquals(essence(reply).code, 404);
});

test("FakeApiServer answers a deletion with a Status about the object", async (client) => {
  const { metadata } = client.server.create(deployment("web", 1));
  const { status, body } = await client.send("DELETE", `${DEPLOYMENTS}/web`);
  assertEquals(status, 200);
  assertEquals(body, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: "web",
      group: "apps",
      kind: "deployments",
      uid: metadata?.uid,
    },
  });
  assertEquals(client.server.get(`${DEPLOYMENTS}/web`), undefined);
});

test("FakeApiServer keeps a deleted object until its finalizers are removed", async (client) => {
  const path = `${PODS}/web`;
  client.server.create({
    ...pod("web"),
    metadata: { name: "web", finalizers: ["example.com/hold"] },
  });
  const watch = await client.watch(`${PODS}?watch=1&resourceVersion=2`);
  const { body: marked } = await client.send("DELETE", path);
  assert(marked.metadata?.deletionTimestamp);
  assertEquals((await client.send("DELETE", path)).body, marked);
  await client.send(
    "PATCH",
    path,
    { metadata: { finalizers: null } },
    MERGE_PATCH,
  );
  assertEquals(await watch.next(2), ["MODIFIED web@3", "DELETED web@4"]);
  assertEquals((await client.get(path)).status, 404);
  await watch.cancel();
});

test("FakeApiServer deletes a collection by selector", async (client) => {
  client.server.create(pod("a", { app: "web" }));
  client.server.create(pod("b", { app: "db" }));
  const reply = await client.send("DELETE", `${PODS}?labelSelector=app%3Dweb`);
  assertEquals(namesOf(reply), ["a"]);
  assertEquals(namesOf(await client.get(PODS)), ["b"]);
});

test("FakeApiServer rejects a deletion if its preconditions are not met", async (client) => {
  client.server.create(pod("web"));
  const cases = [
    [{ uid: "other" }, "the UID in the precondition (other) does not match"],
    [{ resourceVersion: "1" }, "the ResourceVersion in the precondition (1)"],
  ] as const;
  for (const [preconditions, why] of cases) {
    const reply = await client.send("DELETE", `${PODS}/web`, { preconditions });
    const { code, message = "" } = essence(reply);
    assertEquals(code, 409);
    assertStringIncludes(
      message,
      `Operation cannot be fulfilled on Pod "web": ${why}`,
    );
  }
});

test("FakeApiServer resolves namespaces and namespaced resources", async (client) => {
  client.server.create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "default" },
  });
  client.server.create(pod("web"));
  const namespace = await client.get("/api/v1/namespaces/default");
  assertEquals(namespace.body.kind, "Namespace");
  assertEquals(namesOf(await client.get("/api/v1/namespaces")), ["default"]);
  const status = await client.get("/api/v1/namespaces/default/status");
  assertEquals(status.body.kind, "Namespace");
  assertEquals(namesOf(await client.get(PODS)), ["web"]);
});

interface Refusal {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: HeadersInit;
  readonly expected: ReturnType<typeof essence>;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "an object that does not exist",
    method: "GET",
    path: `${DEPLOYMENTS}/gone`,
    expected: {
      code: 404,
      reason: "NotFound",
      message: 'deployments.apps "gone" not found',
      details: { name: "gone", group: "apps", kind: "deployments" },
    },
  },
  {
    name: "a patch of an object that does not exist",
    method: "PATCH",
    path: `${PODS}/gone`,
    body: {},
    headers: MERGE_PATCH,
    expected: {
      code: 404,
      reason: "NotFound",
      message: 'pods "gone" not found',
      details: { name: "gone", kind: "pods" },
    },
  },
  {
    name: "a subresource that does not exist",
    method: "GET",
    path: `${PODS}/web/log`,
    expected: {
      code: 404,
      reason: "NotFound",
      message: "the server could not find the requested resource",
      details: {},
    },
  },
  {
    name: "a namespaced object without its namespace",
    method: "GET",
    path: "/api/v1/pods/web",
    expected: {
      code: 404,
      reason: "NotFound",
      message: "the server could not find the requested resource",
      details: {},
    },
  },
  {
    name: "a method that is not allowed",
    method: "PUT",
    path: PODS,
    body: pod("web"),
    expected: {
      code: 405,
      reason: "MethodNotAllowed",
      message:
        "the server does not allow this method on the requested resource",
      details: {},
    },
  },
  {
    name: "a second object of the same name",
    method: "POST",
    path: PODS,
    body: pod("web"),
    expected: {
      code: 409,
      reason: "AlreadyExists",
      message: 'pods "web" already exists',
      details: { name: "web", kind: "pods" },
    },
  },
  {
    name: "a write based on an outdated version",
    method: "PUT",
    path: `${PODS}/web`,
    body: { ...pod("web"), metadata: { name: "web", resourceVersion: "1" } },
    expected: {
      code: 409,
      reason: "Conflict",
      message: 'Operation cannot be fulfilled on pods "web": the object has ' +
        "been modified; please apply your changes to the latest version and " +
        "try again",
      details: { name: "web", kind: "pods" },
    },
  },
  {
    name: "a patch based on an outdated version",
    method: "PATCH",
    path: `${DEPLOYMENTS}/web`,
    body: { metadata: { resourceVersion: "1" } },
    headers: MERGE_PATCH,
    expected: {
      code: 409,
      reason: "Conflict",
      message: 'Operation cannot be fulfilled on deployments.apps "web": the ' +
        "object has been modified; please apply your changes to the latest " +
        "version and try again",
      details: { name: "web", group: "apps", kind: "deployments" },
    },
  },
  {
    name: "a resource version on an object to be created",
    method: "POST",
    path: PODS,
    body: { ...pod("new"), metadata: { name: "new", resourceVersion: "1" } },
    expected: {
      code: 500,
      reason: undefined,
      message: "resourceVersion should not be set on objects to be created",
      details: undefined,
    },
  },
  {
    name: "a namespace that differs from the path",
    method: "POST",
    path: PODS,
    body: { ...pod("new"), metadata: { name: "new", namespace: "other" } },
    expected: {
      code: 400,
      reason: "BadRequest",
      message: "the namespace of the provided object does not match the " +
        "namespace sent on the request",
      details: undefined,
    },
  },
  {
    name: "a name that differs from the path",
    method: "PUT",
    path: `${PODS}/web`,
    body: pod("other"),
    expected: {
      code: 400,
      reason: "BadRequest",
      message: "the name of the object (other) does not match the name on " +
        "the URL (web)",
      details: undefined,
    },
  },
  {
    name: "an API version that differs from the path",
    method: "POST",
    path: PODS,
    body: { ...pod("new"), apiVersion: "v2" },
    expected: {
      code: 400,
      reason: "BadRequest",
      message: "the API version in the data (v2) does not match the expected " +
        "API version (v1)",
      details: undefined,
    },
  },
  {
    name: "an object without a name",
    method: "POST",
    path: PODS,
    body: { metadata: {} },
    expected: {
      code: 422,
      reason: "Invalid",
      message: 'Pod "" is invalid: metadata.name: Required value: name or ' +
        "generateName is required",
      details: {
        kind: "Pod",
        causes: [{
          field: "metadata.name",
          reason: "FieldValueRequired",
          message: "Required value: name or generateName is required",
        }],
      },
    },
  },
  {
    name: "a patch of an unsupported type",
    method: "PATCH",
    path: `${PODS}/web`,
    body: {},
    headers: { "content-type": "application/apply-patch+yaml" },
    expected: {
      code: 415,
      reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted " +
        "media types include: application/json-patch+json, " +
        "application/merge-patch+json",
      details: {},
    },
  },
  {
    name: "an unknown field selector",
    method: "GET",
    path: `${PODS}?fieldSelector=spec.x%3D1`,
    expected: {
      code: 400,
      reason: "BadRequest",
      message: "field label not supported: spec.x",
      details: undefined,
    },
  },
  {
    name: "a field selector of a resource without fields",
    method: "GET",
    path: `${DEPLOYMENTS}?fieldSelector=spec.x%3D1`,
    expected: {
      code: 400,
      reason: "BadRequest",
      message: '"spec.x" is not a known field selector: only ' +
        '"metadata.name", "metadata.namespace"',
      details: undefined,
    },
  },
  {
    name: "an invalid label selector",
    method: "GET",
    path: `${PODS}?watch=1&labelSelector=a+in+b`,
    expected: {
      code: 400,
      reason: "BadRequest",
      message: "unable to parse requirement: found 'b' expected: '('",
      details: undefined,
    },
  },
  {
    name: "a resource version in the future",
    method: "GET",
    path: `${PODS}?resourceVersion=99`,
    expected: {
      code: 504,
      reason: "Timeout",
      message: "Timeout: Too large resource version: 99, current: 3",
      details: {
        causes: [{
          reason: "ResourceVersionTooLarge",
          message: "Too large resource version",
        }],
        retryAfterSeconds: 1,
      },
    },
  },
  {
    name: "a limit that is not a number",
    method: "GET",
    path: `${PODS}?limit=all`,
    expected: {
      code: 400,
      reason: "BadRequest",
      message: 'strconv.ParseInt: parsing "all": invalid syntax',
      details: undefined,
    },
  },
  {
    name: "an invalid continue token",
    method: "GET",
    path: `${PODS}?continue=e30`,
    expected: {
      code: 400,
      reason: "BadRequest",
      message: "invalid continue token: continue key is not valid",
      details: undefined,
    },
  },
];

for (const { name, method, path, body, headers, expected } of REFUSALS) {
  test(`FakeApiServer rejects ${name}`, async (client) => {
    client.server.create(pod("web"));
    client.server.create(deployment("web", 1));
    const reply = await client.send(method, path, body, headers);
    assertEquals(essence(reply), expected);
    assertEquals(client.server.resourceVersion, "3");
  });
}

test("FakeApiServer answers a body that is not an object with 400", async (client) => {
  for (const body of ["{", "[]", '"pod"', '{"metadata":1}']) {
    const response = await client.fetch(PODS, {
      method: "POST",
      headers: JSON_BODY,
      body,
    });
    const status: Body = await response.json();
    assertEquals([body, status.code], [body, 400]);
  }
});

test("FakeApiServer answers a request for an unsupported representation with 406", async (client) => {
  const accepts = ["text/html", "application/json;as=Table;g=meta.k8s.io;v=v2"];
  for (const accept of accepts) {
    const { body } = await client.get(PODS, accept);
    assertEquals(body.reason, "NotAcceptable");
  }
});

test("FakeApiServer answers paths outside any API with plain text", async (client) => {
  for (const path of ["/", "/livez/x", "/apis/example.com"]) {
    const response = await client.fetch(path);
    assertEquals(response.status, 404);
    assertEquals(await response.text(), "404 page not found\n");
  }
});

test("FakeApiServer rejects requests without the token", async (client) => {
  for (const authorization of ["", "Bearer wrong", "Basic secret"]) {
    const headers = { ...JSON_BODY, authorization };
    const response = await client.fetch(PODS, { headers });
    assertEquals(await response.json(), {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Unauthorized",
      reason: "Unauthorized",
      code: 401,
    });
  }
  const headers = { authorization: "Bearer secret" };
  const response = await client.fetch(PODS, { headers });
  assertEquals(response.status, 200);
  await response.body?.cancel();
}, { token: "secret" });

test(
  "FakeApiServer calls a function to check a token",
  async (client) => {
    const get = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await client.fetch(PODS, { headers });
      await response.body?.cancel();
      return response.status;
    };
    assertEquals([await get("odd"), await get("even")], [401, 200]);
  },
  { token: (token) => token?.length === 4 },
);

test(
  "FakeApiServer has only the configured resources",
  async (client) => {
    const path = "/apis/example.com/v1/gadgets";
    const create = (name: string) => ({ metadata: { name } });
    assertEquals((await client.send("POST", path, create("a"))).status, 201);
    const { body } = await client.get(`${path}/a`);
    assertEquals([body.kind, body.metadata?.namespace], ["Gadget", undefined]);
    for (const other of ["v1/widgets", "v2/gadgets"]) {
      const page = await client.fetch(`/apis/example.com/${other}`);
      assertEquals(await page.text(), "404 page not found\n");
    }
    assertThrows(
      () => client.server.create(pod("web")),
      TypeError,
      "resources",
    );
  },
  {
    resources: [{
      apiVersion: "example.com/v1",
      plural: "gadgets",
      kind: "Gadget",
      namespaced: false,
    }],
  },
);

test("FakeApiServer returns only metadata if requested", async (client) => {
  const { metadata } = client.server.create(deployment("web", 1));
  const partial = {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata,
  };
  const one = await client.get(`${DEPLOYMENTS}/web`, METADATA_ONLY);
  assertEquals(one.body, partial);
  const list = await client.get(
    DEPLOYMENTS,
    METADATA_ONLY.replace("Metadata;", "MetadataList;"),
  );
  assertEquals(list.body, {
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: "2" },
    items: [partial],
  });
  const watch = await client.watch(`${DEPLOYMENTS}?watch=1`, {
    headers: { accept: METADATA_ONLY },
  });
  assertEquals(await watch.event(), { type: "ADDED", object: partial });
  await watch.cancel();
});

test("FakeApiServer pages through one version of a list", async (client) => {
  for (const name of ["a", "b", "c"]) client.server.create(pod(name));
  const first = await client.get(`${PODS}?limit=2`);
  const { remainingItemCount, continue: token } = first.body.metadata ?? {};
  assertEquals([namesOf(first), remainingItemCount], [["a", "b"], 1]);
  client.server.delete(`${PODS}/c`);
  const rest = await client.get(`${PODS}?limit=2&continue=${token}`);
  assertEquals(namesOf(rest), ["c"]);
  assertEquals(rest.body.metadata, { resourceVersion: "4" });
  client.server.compact();
  const expired = await client.get(`${PODS}?limit=2&continue=${token}`);
  const { code, reason, message } = essence(expired);
  assertEquals([code, reason], [410, "Expired"]);
  assertMatch(
    message ?? "",
    /^The provided continue parameter is too old to display a consistent list result\./,
  );
});

test("FakeApiServer lists at a requested version", async (client) => {
  for (const name of ["a", "b"]) client.server.create(pod(name));
  const exact = "resourceVersionMatch=Exact&resourceVersion=2";
  assertEquals(namesOf(await client.get(`${PODS}?${exact}`)), ["a"]);
  client.server.compact();
  assertEquals(essence(await client.get(`${PODS}?${exact}`)), {
    code: 410,
    reason: "Expired",
    message: "The resourceVersion for the provided list is too old.",
    details: undefined,
  });
});

test("FakeApiServer selects by labels", async (client) => {
  client.server.create(pod("none"));
  client.server.create(pod("web", { app: "web", tier: "front" }));
  client.server.create(pod("db", { app: "db", size: "10" }));
  const cases: [string, string[]][] = [
    ["", ["db", "none", "web"]],
    ["app=web", ["web"]],
    ["app==web,tier=front", ["web"]],
    ["app!=web", ["db", "none"]],
    ["app in (web, db)", ["db", "web"]],
    ["app notin (web)", ["db", "none"]],
    ["app", ["db", "web"]],
    ["!app", ["none"]],
    ["app,!tier", ["db"]],
    ["size>9", ["db"]],
    ["size<9", []],
  ];
  for (const [selector, names] of cases) {
    const query = new URLSearchParams({ labelSelector: selector });
    const list = await client.get(`${PODS}?${query}`);
    assertEquals([selector, namesOf(list)], [selector, names]);
  }
});

test("FakeApiServer selects by name and namespace", async (client) => {
  client.server.create(pod("a"));
  client.server.create(pod("b"));
  const cases: [string, string[]][] = [
    ["metadata.name=a", ["a"]],
    ["metadata.name==b,metadata.namespace=default", ["b"]],
    ["metadata.name!=a", ["b"]],
    ["metadata.namespace=other", []],
  ];
  for (const [selector, names] of cases) {
    const query = new URLSearchParams({ fieldSelector: selector });
    const list = await client.get(`/api/v1/pods?${query}`);
    assertEquals([selector, namesOf(list)], [selector, names]);
  }
});

test("FakeApiServer selects events by what they are about", async (client) => {
  for (const [name, uid] of [["a", "1"], ["b", "2"]] as const) {
    client.server.create(Object.assign({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: "default" },
    }, { involvedObject: { kind: "Pod", uid }, type: "Warning" }));
  }
  const cases: [string, string[]][] = [
    ["involvedObject.uid=1,type=Warning", ["a"]],
    ["involvedObject.uid!=1", ["b"]],
    ["involvedObject.kind=Pod", ["a", "b"]],
    ["type=Normal", []],
  ];
  for (const [selector, names] of cases) {
    const query = new URLSearchParams({ fieldSelector: selector });
    const list = await client.get(`/api/v1/events?${query}`);
    assertEquals([selector, namesOf(list)], [selector, names]);
  }
});

test("FakeApiServer streams exactly the changes after a version", async (client) => {
  const { server } = client;
  server.create(pod("a"));
  server.create(pod("b"));
  const watch = await client.watch(`${PODS}?watch=true&resourceVersion=2`);
  server.patch(`${PODS}/a`, { metadata: { labels: { app: "web" } } });
  server.create(deployment("unrelated", 1));
  await client.send("DELETE", `${PODS}/b`);
  assertEquals(await watch.next(3), [
    "ADDED b@3",
    "MODIFIED a@4",
    "DELETED b@6",
  ]);
  await watch.cancel();
});

test("FakeApiServer skips changes up to a version in the future", async (client) => {
  const watch = await client.watch(`${PODS}?watch=1&resourceVersion=2`);
  client.server.create(pod("seen"));
  client.server.create(pod("new"));
  assertEquals(await watch.next(), ["ADDED new@3"]);
  await watch.cancel();
});

test("FakeApiServer starts a watch from any version with the current state", async (client) => {
  for (const name of ["b", "a"]) client.server.create(pod(name));
  for (const query of ["watch=1", "watch=1&resourceVersion=0"]) {
    const watch = await client.watch(`${PODS}?${query}`);
    const event = await watch.event();
    assertEquals(event?.object.kind, "Pod");
    assertEquals(await watch.next(), ["ADDED b@2"]);
    await watch.cancel();
  }
});

test("FakeApiServer streams the initial list and marks its end", async (client) => {
  const query = new URLSearchParams({
    watch: "1",
    sendInitialEvents: "true",
    resourceVersionMatch: "NotOlderThan",
    allowWatchBookmarks: "true",
  });
  client.server.create(pod("web"));
  const watch = await client.watch(`${PODS}?${query}`);
  assertEquals(await watch.next(), ["ADDED web@2"]);
  assertEquals(await watch.event(), {
    type: "BOOKMARK",
    object: {
      kind: "Pod",
      apiVersion: "v1",
      metadata: {
        resourceVersion: "2",
        annotations: { "k8s.io/initial-events-end": "true" },
      },
    },
  });
  await watch.cancel();
  client.server.watchList = "refused";
  const { code, message = "" } = essence(await client.get(`${PODS}?${query}`));
  assertEquals(code, 422);
  assertStringIncludes(message, "unless the WatchList feature gate is enabled");
});

test("FakeApiServer sends ADDED and DELETED when objects enter and leave a selection", async (client) => {
  const { server } = client;
  const watch = await client.watch(`${PODS}?watch=1&labelSelector=app%3Dweb`);
  for (const app of ["db", "web", "web", "db"]) {
    const labels = { app, turn: server.resourceVersion };
    server.apply(pod("a", labels));
  }
  server.delete(`${PODS}/a`);
  server.create(pod("b", { app: "web" }));
  const first = await watch.event();
  assertEquals([first?.type, first?.object.metadata?.resourceVersion], [
    "ADDED",
    "3",
  ]);
  assertEquals(await watch.next(), ["MODIFIED a@4"]);
  const left = await watch.event();
  assertEquals(left?.type, "DELETED");
  assertEquals(left?.object.metadata?.resourceVersion, "5");
  assertEquals(left?.object.metadata?.labels, { app: "web", turn: "3" });
  assertEquals(await watch.next(), ["ADDED b@7"]);
  await watch.cancel();
});

test("FakeApiServer ends a watch from a compacted version with an ERROR event", async (client) => {
  client.server.create(pod("a"));
  client.server.compact();
  const watch = await client.watch(`${PODS}?watch=1&resourceVersion=1`);
  assertEquals(await watch.event(), {
    type: "ERROR",
    object: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "too old resource version: 1 (2)",
      reason: "Expired",
      code: 410,
    },
  });
  assertEquals(await watch.next(), ["end"]);
  assertEquals([client.server.watchStarts, client.server.openWatches], [1, 0]);
});

test(
  "FakeApiServer can answer a watch from a compacted version with 410",
  async (client) => {
    client.server.advance();
    client.server.compact();
    const reply = await client.get(`${PODS}?watch=1&resourceVersion=1`);
    assertEquals(essence(reply).code, 410);
    assertEquals(client.server.watchStarts, 0);
  },
  { expiry: "answer" },
);

test("FakeApiServer splits bodies at any byte", async (client) => {
  client.server.create(pod("ünïcödé".normalize("NFD").replace(/[^a-z]/g, "")));
  client.server.create(pod("web", { note: "x" }));
  const watch = await client.watch(`${PODS}?watch=1`);
  assertEquals(await watch.next(2), ["ADDED unicode@2", "ADDED web@3"]);
  await watch.cancel();
}, { chunkSize: 1 });

test("FakeApiServer.dropConnections() breaks only watches", async (client) => {
  const { server } = client;
  const watches = [
    await client.watch(`${PODS}?watch=1`),
    await client.watch(`${PODS}?watch=1`),
  ];
  server.create(pod("seen"));
  for (const watch of watches) await watch.next();
  const reads = watches.map((watch) => assertRejects(() => watch.line()));
  server.dropConnections();
  await Promise.all(reads);
  assertEquals(server.openWatches, 0);
  assertEquals(namesOf(await client.get(PODS)), ["seen"]);
  server.create(pod("missed"));
  const again = await client.watch(`${PODS}?watch=1&resourceVersion=2`);
  assertEquals(await again.next(), ["ADDED missed@3"]);
  assertEquals(server.watchStarts, 3);
  await again.cancel();
});

test("FakeApiServer.endWatches() ends watches after the events sent before", async (client) => {
  const watch = await client.watch(`${PODS}?watch=1`);
  client.server.create(pod("web"));
  client.server.endWatches();
  client.server.create(pod("late"));
  assertEquals(client.server.openWatches, 0);
  assertEquals(await watch.next(9), ["ADDED web@2", "end"]);
});

test("FakeApiServer.stall() silences watches until they are broken", async (client) => {
  const { server } = client;
  const watch = await client.watch(`${PODS}?watch=1&timeoutSeconds=1`);
  server.create(pod("seen"));
  await watch.next();
  server.stall();
  server.create(pod("unseen"));
  const read = assertRejects(() => watch.line());
  assertEquals(namesOf(await client.get(PODS)), ["seen", "unseen"]);
  assertEquals(server.openWatches, 1);
  server.dropConnections();
  await read;
});

test("FakeApiServer.sendError() sends an ERROR event and ends the watch", async (client) => {
  const watch = await client.watch(`${PODS}?watch=1`);
  client.server.sendError({ code: 500, reason: "InternalError", message: "x" });
  assertEquals(await watch.event(), {
    type: "ERROR",
    object: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "x",
      reason: "InternalError",
      code: 500,
    },
  });
  assertEquals(await watch.next(), ["end"]);
});

test("FakeApiServer.sendRaw() sends raw bytes", async (client) => {
  const watch = await client.watch(`${PODS}?watch=1`);
  client.server.sendRaw("no event\n{half");
  client.server.sendRaw(new TextEncoder().encode(" an event\n"));
  assertEquals(await watch.line(), "no event");
  assertEquals(await watch.line(), "{half an event");
  await watch.cancel();
});

test("FakeApiServer.bookmark() reaches the watches that requested bookmarks", async (client) => {
  const asked = await client.watch(`${PODS}?watch=1&allowWatchBookmarks=true`);
  assertEquals(await asked.next(), ["BOOKMARK @1"]);
  const silent = await client.watch(`${PODS}?watch=1`);
  client.server.advance(4);
  client.server.bookmark();
  client.server.endWatches();
  assertEquals(await asked.next(9), ["BOOKMARK @5", "end"]);
  assertEquals(await silent.next(9), ["end"]);
});

test("FakeApiServer.failNext() fails with a Status and Retry-After", async (client) => {
  const { server } = client;
  server.failNext({
    status: { code: 429, details: { retryAfterSeconds: 3 } },
    match: ({ query }) => query.watch === "1",
  });
  server.failNext({ status: 503, count: 2 });
  const codes = [
    (await client.get(PODS)).status,
    (await client.get(PODS)).status,
  ];
  assertEquals(codes, [503, 503]);
  const refused = await client.get(`${PODS}?watch=1`);
  assertEquals(refused.body.code, 429);
  assertEquals(refused.headers.get("retry-after"), "3");
  assertEquals((await client.get(PODS)).status, 200);
  assertEquals(server.requests.length, 4);
});

test("FakeApiServer.failNext() can answer with any body", async (client) => {
  client.server.failNext({
    status: 502,
    body: "<html>Bad Gateway</html>",
    headers: { "content-type": "text/html", "retry-after": "7" },
  });
  const response = await client.fetch(PODS);
  assertEquals(response.status, 502);
  assertEquals(response.headers.get("content-type"), "text/html");
  assertEquals(response.headers.get("retry-after"), "7");
  assertEquals(await response.text(), "<html>Bad Gateway</html>");
});

test("FakeApiServer.failNext() can break the connection", async (client) => {
  client.server.failNext({ networkError: true });
  await assertRejects(() => client.fetch(PODS), TypeError);
  assertEquals((await client.get(PODS)).status, 200);
});

test("FakeApiServer.failNext() can make a request hang", async (client) => {
  client.server.failNext({ hang: "answer", count: 2 });
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = client.fetch(PODS, { signal: controller.signal });
  await client.server.requested(1);
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => aborted), reason);
  const dropped = assertRejects(() => client.fetch(PODS), TypeError);
  await client.server.requested(2);
  client.server.dropConnections();
  await dropped;
});

test("FakeApiServer.failNext() can make a body hang", async (client) => {
  client.server.failNext({ status: 200, hang: "body", count: 2 });
  const controller = new AbortController();
  const reason = new Error("enough");
  const { body, status } = await client.fetch(PODS, {
    signal: controller.signal,
  });
  assertEquals(status, 200);
  const reading = assertRejects(() => new Response(body).text());
  controller.abort(reason);
  assertStrictEquals(await reading, reason);
  const cancelled = await client.fetch(PODS);
  await cancelled.body?.cancel();
});

test("FakeApiServer records requests", async (client) => {
  const before = Date.now();
  await client.get(`${PODS}?limit=3`);
  await client.send("POST", PODS, pod("web"));
  const [list, post] = client.server.requests;
  assertEquals(
    [list?.method, list?.path, list?.query],
    ["GET", PODS, { limit: "3" }],
  );
  assertEquals([post?.method, post?.query], ["POST", {}]);
  assertEquals(list?.headers.get("accept"), "application/json");
  assert((list?.at ?? 0) >= before);
});

test("FakeApiServer notices a client that cancels or aborts", async (client) => {
  const { server } = client;
  const controller = new AbortController();
  const { signal } = controller;
  const cancelled = await client.watch(`${PODS}?watch=1`);
  const aborted = await client.watch(`${PODS}?watch=1`, { signal });
  assertEquals([server.watchStarts, server.openWatches], [2, 2]);
  const reason = new Error("enough");
  const reading = assertRejects(() => aborted.line());
  await cancelled.cancel();
  controller.abort(reason);
  assertStrictEquals(await reading, reason);
  await server.watchesClosed();
  assertEquals(server.openWatches, 0);
});

test("FakeApiServer.watchStarted() waits for a number of watches", async (client) => {
  const started = client.server.watchStarted(2);
  const first = await client.watch(`${PODS}?watch=1`);
  const second = await client.watch(`${PODS}?watch=1`);
  await started;
  await Promise.all([first.cancel(), second.cancel()]);
});

test("FakeApiServer closes the connection of a watch that times out", async (client) => {
  const watch = await client.watch(`${PODS}?watch=1&timeoutSeconds=1`);
  client.server.create(pod("web"));
  assertEquals(await watch.next(9), ["ADDED web@2", "end"]);
  assertEquals(client.server.openWatches, 0);
});

Deno.test("FakeApiServer sends bookmarks at intervals and before the end", async () => {
  using time = new FakeTime(0);
  await using server = new FakeApiServer({ bookmarkIntervalMs: 10_000 });
  const client = new Client(server, server.fetch, "http://fake.invalid");
  const query =
    "watch=1&resourceVersion=1&allowWatchBookmarks=1&timeoutSeconds=25";
  const watch = await client.watch(`${PODS}?${query}`);
  const seen: [number, string][] = [];
  const reading = (async () => {
    for (let text = ""; text !== "end"; seen.push([Date.now(), text])) {
      [text = ""] = await watch.next();
    }
  })();
  for (let second = 0; second < 25; second++) {
    server.advance();
    await time.tickAsync(1000);
  }
  await reading;
  assertEquals(seen, [
    [10_000, "BOOKMARK @11"],
    [20_000, "BOOKMARK @21"],
    [23_000, "BOOKMARK @24"],
    [25_000, "end"],
  ]);
});

Deno.test("FakeApiServer does not end a stalled watch at its timeout", async () => {
  using time = new FakeTime(0);
  await using server = new FakeApiServer();
  await server.fetch(`http://fake.invalid${PODS}?watch=1&timeoutSeconds=5`);
  server.stall();
  await time.tickAsync(60_000);
  assertEquals(server.openWatches, 1);
});

Deno.test("FakeApiServer.fetch() is bound and accepts URLs and requests", async () => {
  await using server = new FakeApiServer({ objects: [pod("web")] });
  const { fetch } = server;
  const url = new URL(`http://fake.invalid${PODS}/web`);
  for (const input of [url, url.href, new Request(url)]) {
    const response = await fetch(input);
    assertEquals((await response.json()).metadata.name, "web");
  }
});

Deno.test("FakeApiServer.fetch() reads bodies into a BYOB reader's buffer", async () => {
  await using server = new FakeApiServer({ objects: [pod("web")] });
  const { body } = await server.fetch(`http://fake.invalid${PODS}?watch=1`);
  const reader = body?.getReader({ mode: "byob" });
  const first = await reader?.read(new Uint8Array(8));
  assertEquals(new TextDecoder().decode(first?.value), '{"type":');
  const rest = await reader?.read(new Uint8Array(4096));
  assertStringIncludes(new TextDecoder().decode(rest?.value), '"web"');
  const last = reader?.read(new Uint8Array(8));
  server.endWatches();
  assertEquals((await last)?.done, true);
});

Deno.test("FakeApiServer.fetch() errors a pending BYOB read when connections drop", async () => {
  await using server = new FakeApiServer();
  const { body } = await server.fetch(`http://fake.invalid${PODS}?watch=1`);
  const reader = body?.getReader({ mode: "byob" });
  const reading = assertRejects(
    async () => await reader?.read(new Uint8Array(8)),
    TypeError,
  );
  server.dropConnections();
  await reading;
});

Deno.test("FakeApiServer.fetch() rejects if the signal is already aborted", async () => {
  await using server = new FakeApiServer();
  const reason = new Error("too late");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() =>
    server.fetch(`http://fake.invalid${PODS}`, { signal })
  );
  assertStrictEquals(error, reason);
  assertEquals(server.requests.length, 0);
});

Deno.test("FakeApiServer.fetch() errors a silent body when the signal is aborted", async () => {
  await using server = new FakeApiServer();
  server.failNext({ status: 200, hang: "body" });
  const { controller, signal, listeners } = countedSignal();
  const response = await server.fetch("http://fake.invalid", { signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => response.text()), reason);
  assertEquals(listeners.size, 0);
});

Deno.test("FakeApiServer.fetch() removes its abort listener however a request ends", async () => {
  await using server = new FakeApiServer();
  const { signal, listeners } = countedSignal();
  const open = (path = `${PODS}?watch=1`) =>
    server.fetch(`http://fake.invalid${path}`, { signal });
  const listed = await open(PODS);
  await listed.text();
  const cancelled = await open();
  await cancelled.body?.cancel();
  const ended = await open();
  server.endWatches();
  await ended.text();
  const broken = await open();
  server.dropConnections();
  await assertRejects(() => broken.text(), TypeError);
  assertEquals(listeners.size, 0);
  server.failNext({ hang: "answer" });
  const unanswered = assertRejects(() => open(), TypeError);
  await server.requested(5);
  server.dropConnections();
  await unanswered;
  server.failNext({ hang: "body" });
  const reader = (await open()).body?.getReader();
  const reading = reader?.read();
  await Promise.resolve();
  await reader?.cancel();
  assertEquals((await reading)?.done, true);
  assertEquals(listeners.size, 0);
});

Deno.test("FakeApiServer.dropConnections() discards unread events in-process", async () => {
  await using server = new FakeApiServer();
  const client = new Client(server, server.fetch, "http://fake.invalid");
  const watch = await client.watch(`${PODS}?watch=1`);
  server.create(pod("lost"));
  server.dropConnections();
  await assertRejects(() => watch.line(), TypeError);
});

Deno.test("FakeApiServer.listen() opens a free port and closes it on disposal", async () => {
  const server = new FakeApiServer({ objects: [pod("web")] });
  const listener = await server.listen();
  const { port, url } = listener;
  assertEquals(url, `http://127.0.0.1:${port}`);
  const error = await assertRejects(() => server.listen({ port }), Error);
  assertStringIncludes(error.message, `Cannot listen on 127.0.0.1:${port}: `);
  const client = new Client(server, fetch, url);
  const watch = await client.watch(`${PODS}?watch=1`);
  assertEquals(await watch.next(), ["ADDED web@2"]);
  const reading = assertRejects(() => watch.line());
  await listener[Symbol.asyncDispose]();
  await listener[Symbol.asyncDispose]();
  await reading;
  const again = await server.listen({ port });
  assertEquals(again.port, port);
  await server[Symbol.asyncDispose]();
  await assertRejects(() => fetch(url), TypeError);
  await assertRejects(() => server.fetch(url), TypeError);
});

Deno.test("FakeApiServer.listen() answers 500 if a callback throws", async () => {
  await using server = new FakeApiServer();
  await using listener = await server.listen();
  server.failNext({
    match: () => {
      throw new Error("my mistake");
    },
  });
  const response = await fetch(listener.url + PODS);
  assertEquals(response.status, 500);
  assertStringIncludes(await response.text(), "my mistake");
});

Deno.test("FakeApiServer.create(), update(), apply() and patch() write whole objects", async () => {
  await using server = new FakeApiServer();
  const web = { ...deployment("web", 1), status: { replicas: 1 } };
  const created = server.create(web);
  assertEquals(created.status, { replicas: 1 });
  assertThrows(() => server.create(web), Error, "already exists");
  const updated = server.update({ ...web, status: { replicas: 2 } });
  assertEquals(updated.metadata?.generation, 1);
  const applied = server.apply(deployment("web", 2));
  assertEquals([applied.status, applied.metadata?.generation], [undefined, 2]);
  assertThrows(() => server.update(created), Error, "has been modified");
  const patched = server.patch(web, { status: { replicas: 3 } });
  assertEquals(patched.status, { replicas: 3 });
  assertEquals(server.delete(web).metadata?.resourceVersion, "6");
  assertEquals(server.get(web), undefined);
  assertThrows(() => server.patch(web, {}), Error, "not found");
});

Deno.test("FakeApiServer.create() returns copies", async () => {
  await using server = new FakeApiServer();
  const given = deployment("web", 1);
  const stored = server.create(given);
  given.spec.replicas = 2;
  stored.spec = "gone";
  assertEquals(server.get(given)?.spec, { replicas: 1 });
});

Deno.test("FakeApiServer.create() stores objects under their paths", async () => {
  await using server = new FakeApiServer();
  server.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "web" } });
  server.create({ apiVersion: "v1", kind: "Node", metadata: { name: "one" } });
  server.create({
    apiVersion: "example.com/v1",
    kind: "Policy",
    metadata: { name: "strict", namespace: "a" },
  });
  const found = [
    `${PODS}/web`,
    "/api/v1/nodes/one",
    "/apis/example.com/v1/namespaces/a/policies/strict",
  ].map((path) => server.get(path)?.metadata?.namespace);
  assertEquals(found, ["default", undefined, "a"]);
});

Deno.test("FakeApiServer throws for invalid references and options", async () => {
  await using server = new FakeApiServer();
  assertThrows(() => server.get("/api/v1/pods"), TypeError);
  assertThrows(() => server.create({ kind: "Pod" }), TypeError);
  assertThrows(() => server.advance(0), RangeError);
  assertThrows(() => new FakeApiServer({ chunkSize: 0 }), RangeError);
  assertThrows(() => new FakeApiServer({ bookmarkIntervalMs: 0 }), RangeError);
  assertThrows(() => new FakeApiServer({ resourceVersion: "0" }), TypeError);
});
