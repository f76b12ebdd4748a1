/**
 * Lists and watches of a target, including resources of which the server has
 * another version.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { RestListerWatcher } from "../../../mod.ts";
import { FakeApiServer } from "../../../testing/fake_api_server.ts";
import { ResourceSource } from "../../../cli/resources/resource_source.ts";
import type { ResourceType } from "../../../cli/resources/built_in.ts";
import { UnknownResourceError } from "../../../cli/resources/unknown_resource_error.ts";
import { resourceNamed } from "../../support/cli_resources.ts";

interface SourceParts {
  resource?: ResourceType;
  name?: string;
  labelSelector?: string;
  fieldSelector?: string;
  rediscover?: (resource: ResourceType) => Promise<ResourceType>;
}

function sourceOf(server: FakeApiServer, parts: SourceParts): ResourceSource {
  const {
    resource = resourceNamed("pods"),
    rediscover = () => Promise.reject(new Error("unexpected request")),
    ...others
  } = parts;
  return new ResourceSource({ resource, namespace: "shop", ...others }, {
    open: (place) =>
      new RestListerWatcher({
        server: "http://fake",
        fetch: server.fetch,
        ...place,
      }),
    rediscover,
  });
}

const gizmos = {
  apiVersion: "example.com/v1",
  plural: "gizmos",
  kind: "Gizmo",
};
const GIZMOS: ResourceType = {
  plural: "gizmos",
  group: "example.com",
  version: "v1",
  namespaced: true,
  builtIn: false,
};

Deno.test("ResourceSource escapes names in field selectors", async () => {
  await using server = new FakeApiServer();
  await sourceOf(server, { name: "a,b=c" }).list({});
  assertEquals(
    server.requests.map(({ query }) => query.fieldSelector),
    ["metadata.name=a\\,b\\=c"],
  );
});

Deno.test("ResourceSource requests the objects of the target", async () => {
  await using server = new FakeApiServer();
  await sourceOf(server, { name: "web" }).list({});
  await sourceOf(server, {
    resource: resourceNamed("deploy"),
    labelSelector: "app=web",
    fieldSelector: "metadata.name!=a",
  }).list({});
  assertEquals(
    server.requests.map(({ path, query }) => [path, query]),
    [
      ["/api/v1/namespaces/shop/pods", { fieldSelector: "metadata.name=web" }],
      [
        "/apis/apps/v1/namespaces/shop/deployments",
        { labelSelector: "app=web", fieldSelector: "metadata.name!=a" },
      ],
    ],
  );
});

Deno.test("ResourceSource retries with the version that the server has", async () => {
  await using server = new FakeApiServer({ resources: [gizmos] });
  let asked = 0;
  const source = sourceOf(server, {
    resource: { ...GIZMOS, version: "v2", builtIn: true },
    rediscover: () => Promise.resolve({ ...GIZMOS, version: `v${++asked}` }),
  });
  assertEquals((await source.list({})).kind, "GizmoList");
  await (await source.watch({ resourceVersion: "1" })).cancel();
  assertEquals(asked, 1);
  assertEquals(
    server.requests.map(({ path }) => path.split("/")[3]),
    ["v2", "v1", "v1"],
  );
});

Deno.test("ResourceSource throws UnknownResourceError if the server does not have the resource", async () => {
  await using server = new FakeApiServer({ resources: [] });
  const missing = sourceOf(server, { resource: GIZMOS });
  const error = await assertRejects(
    () => missing.list({}),
    UnknownResourceError,
    'the server doesn\'t have a resource type "gizmos"',
  );
  assertEquals(error.cause instanceof Error, true);
  const unlikely = sourceOf(server, {});
  await assertRejects(
    () => unlikely.watch({ resourceVersion: "1" }),
    UnknownResourceError,
    "check that --server is the address of a Kubernetes API server",
  );
});

Deno.test("ResourceSource passes on other errors", async () => {
  await using server = new FakeApiServer();
  server.failNext({ status: 403 });
  await assertRejects(() => sourceOf(server, {}).list({}), Error, "forbidden");
  assertEquals(server.requests.length, 1);
});
