// The resources of `FakeApiServer`: discovery, definitions and namespaces. That
// the answers are those of a kube-apiserver is compared in
// `tests/e2e/fake_api_server_test.ts`.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Cluster, UnknownKindError } from "../../cluster/mod.ts";
import { listField } from "../../internal/json_fields.ts";
import { FakeApiServer } from "../../testing/mod.ts";
import { FakeClient } from "../support/fake_client.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
    versions: [
      { name: "v1beta1", served: true, storage: false },
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        selectableFields: [{ jsonPath: ".spec.color" }],
      },
    ],
  },
};

function widget(name: string, color = "red") {
  return {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name, namespace: "default" },
    spec: { color },
  };
}

/** Waits until the controllers of the server have done their work. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

async function defined(): Promise<FakeClient> {
  const client = new FakeClient(new FakeApiServer({ resources: "built-in" }));
  await client.send("POST", DEFINITIONS, definition);
  await settled();
  return client;
}

for (const resources of [undefined, "built-in"] as const) {
  Deno.test(`Cluster.listerWatcher() finds a kind of FakeApiServer (resources: ${resources})`, async () => {
    await using server = new FakeApiServer({ resources });
    await using listener = await server.listen();
    await using cluster = Cluster.fromDefault({ server: listener.url });
    const pods = await cluster.listerWatcher({ apiVersion: "v1", kind: "Pod" });
    server.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "web" } });
    const { items } = await pods.list({});
    assertEquals(items.map(({ metadata }) => metadata?.name), ["web"]);
    await assertRejects(
      () => cluster.listerWatcher({ apiVersion: "v1", kind: "Nope" }),
      UnknownKindError,
    );
  });
}

Deno.test("FakeApiServer lists the configured resources in its discovery", async () => {
  await using server = new FakeApiServer({
    resources: [{
      apiVersion: "example.com/v1",
      plural: "gadgets",
      kind: "Gadget",
      shortNames: ["gd"],
      categories: ["all"],
    }],
  });
  const client = new FakeClient(server);
  const { body } = await client.send("GET", "/apis/example.com/v1");
  const names = listField(body, "resources").map((resource) =>
    [resource].flatMap((one) => Object.entries(one ?? {}))
      .filter(([key]) => ["name", "shortNames", "categories"].includes(key))
      .map(([, value]) => String(value)).join(" ")
  );
  assertEquals(names, ["gadgets gd all", "gadgets/status"]);
  const groups = await client.send("GET", "/apis");
  assertEquals(listField(groups.body, "groups").length, 1);
});

Deno.test("FakeApiServer serves what a definition defines", async () => {
  const server = new FakeApiServer({ resources: "built-in" });
  await using client = new FakeClient(server);
  assertEquals((await client.send("GET", WIDGETS)).status, 404);
  const made = await client.send("POST", DEFINITIONS, definition);
  assertEquals(made.body.status, {
    conditions: null,
    acceptedNames: { plural: "", kind: "" },
    storedVersions: ["v1"],
  });
  await settled();
  const established = await client.send(
    "GET",
    `${DEFINITIONS}/widgets.example.com`,
  );
  assertEquals(
    listField(established.body, "status", "conditions").length,
    2,
  );
  await client.send("POST", WIDGETS, widget("a"));
  await client.send("POST", WIDGETS, widget("b", "blue"));
  const red = await client.send(
    "GET",
    `${WIDGETS}?fieldSelector=spec.color%3Dred`,
  );
  assertEquals([red.body.kind, red.names], ["WidgetList", ["a"]]);
  const old = await client.send("GET", `${WIDGETS.replace("v1", "v1beta1")}/a`);
  assertEquals(old.body.apiVersion, "example.com/v1beta1");
});

Deno.test("FakeApiServer ends the watches of a resource whose definition changes", async () => {
  await using client = await defined();
  const watch = await client.watch(`${WIDGETS}?watch=1`);
  await client.send("PATCH", `${DEFINITIONS}/widgets.example.com`, {
    spec: { names: { shortNames: ["wd", "wx"] } },
  });
  assertEquals(await watch.types(), []);
  const { body } = await client.send("GET", "/apis/example.com/v1");
  assert(JSON.stringify(body).includes('"wx"'));
});

Deno.test("FakeApiServer deletes the objects of a definition that is deleted", async () => {
  await using client = await defined();
  await client.send("POST", WIDGETS, widget("a"));
  await client.send("POST", WIDGETS, widget("b"));
  const watch = await client.watch(`${WIDGETS}?watch=1`);
  await client.send("DELETE", `${DEFINITIONS}/widgets.example.com`);
  assertEquals(await watch.types(), ["ADDED", "ADDED", "DELETED", "DELETED"]);
  const { status, text } = await client.send("GET", WIDGETS);
  assertEquals([status, text], [404, "404 page not found\n"]);
});

Deno.test("FakeApiServer keeps a definition until the last of its objects is gone", async () => {
  await using client = await defined();
  const { server } = client;
  server.create({
    ...widget("a"),
    metadata: { name: "a", finalizers: ["example.com/hold"] },
  });
  await client.send("DELETE", `${DEFINITIONS}/widgets.example.com`);
  await settled();
  assert(server.get(`${DEFINITIONS}/widgets.example.com`) !== undefined);
  server.patch(`${WIDGETS}/a`, { metadata: { finalizers: null } });
  await settled();
  assertEquals(server.get(`${DEFINITIONS}/widgets.example.com`), undefined);
});

const CONFIG_MAPS = "/api/v1/namespaces/team/configmaps";
const TEAM = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "team" },
};

Deno.test("FakeApiServer deletes a namespace with its contents", async () => {
  const server = new FakeApiServer({ resources: "built-in" });
  await using client = new FakeClient(server);
  assertEquals(
    (await client.send("POST", CONFIG_MAPS, { metadata: { name: "a" } }))
      .message,
    'namespaces "team" not found',
  );
  await client.send("POST", "/api/v1/namespaces", TEAM);
  await client.send("POST", CONFIG_MAPS, { metadata: { name: "a" } });
  const held = { metadata: { name: "b", finalizers: ["example.com/hold"] } };
  await client.send("POST", CONFIG_MAPS, held);
  const { body } = await client.send("DELETE", "/api/v1/namespaces/team");
  assertEquals(body.status, { phase: "Terminating" });
  await settled();
  assertEquals((await client.send("GET", CONFIG_MAPS)).names, ["b"]);
  assertEquals(
    (await client.send("POST", CONFIG_MAPS, { metadata: { name: "c" } }))
      .status,
    403,
  );
  server.patch(`${CONFIG_MAPS}/b`, { metadata: { finalizers: null } });
  await settled();
  assertEquals(server.get("/api/v1/namespaces/team"), undefined);
});

Deno.test("FakeApiServer.delete() deletes what is in a namespace", async () => {
  await using server = new FakeApiServer();
  server.create(TEAM);
  server.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "team" },
  });
  server.delete(TEAM);
  await settled();
  assertEquals(server.get(`${CONFIG_MAPS}/a`), undefined);
});

Deno.test("FakeApiServer.restore() goes back to the definitions of the backup", async () => {
  await using client = await defined();
  const { server } = client;
  const backup = server.resourceVersion;
  server.create(widget("a"));
  await client.send("DELETE", `${DEFINITIONS}/widgets.example.com`);
  await settled();
  assertEquals((await client.send("GET", WIDGETS)).status, 404);
  server.restore(backup);
  assertEquals((await client.send("GET", WIDGETS)).names, []);
  server.create(widget("b"));
  assertEquals((await client.send("GET", WIDGETS)).names, ["b"]);
  server.restore("1");
  assertEquals((await client.send("GET", WIDGETS)).status, 404);
});

Deno.test("new FakeApiServer() throws TypeError when the resources are unknown", () => {
  assertThrows(
    () => Reflect.construct(FakeApiServer, [{ resources: "builtin" }]),
    TypeError,
    'expected "built-in" or a list',
  );
});
