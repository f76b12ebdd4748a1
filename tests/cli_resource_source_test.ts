/**
 * The objects of a target on a server, also where it is not known whether the
 * resource has namespaces.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { RestListerWatcher } from "../mod.ts";
import { FakeApiServer } from "../testing/fake_api_server.ts";
import { ResourceSource } from "../cli/_resource_source.ts";
import { findResource } from "../cli/_resources.ts";
import { UnknownResourceError } from "../cli/_unknown_resource_error.ts";

function sourceOf(
  server: FakeApiServer,
  resource: string,
  rest: { name?: string; labelSelector?: string } = {},
): ResourceSource {
  const namespace = "shop";
  const target = { resource: findResource(resource), namespace, ...rest };
  return new ResourceSource(target, (place) =>
    new RestListerWatcher({
      server: "http://fake",
      fetch: server.fetch,
      ...place,
    }));
}

function paths(server: FakeApiServer): string[] {
  return server.requests.map(({ path }) => path);
}

const gizmos = {
  apiVersion: "example.com/v1",
  plural: "gizmos",
  kind: "Gizmo",
};
const CLUSTER = "/apis/example.com/v1/gizmos";
const NAMESPACED = "/apis/example.com/v1/namespaces/shop/gizmos";

Deno.test("ResourceSource asks for what the target says", async () => {
  await using server = new FakeApiServer();
  await sourceOf(server, "pods", { name: "web" }).list({});
  await sourceOf(server, "deploy", { labelSelector: "app=web" }).list({});
  assertEquals(
    server.requests.map(({ path, query }) => [path, query]),
    [
      ["/api/v1/namespaces/shop/pods", { fieldSelector: "metadata.name=web" }],
      [
        "/apis/apps/v1/namespaces/shop/deployments",
        { labelSelector: "app=web" },
      ],
    ],
  );
});

Deno.test("ResourceSource finds out that a resource has no namespaces", async () => {
  const resources = [{ ...gizmos, namespaced: false }];
  await using server = new FakeApiServer({ resources });
  const source = sourceOf(server, "gizmos.v1.example.com");
  const { kind } = await source.list({});
  const events = await source.watch({ resourceVersion: "1" });
  await events.cancel();
  assertEquals(kind, "GizmoList");
  assertEquals(paths(server), [NAMESPACED, CLUSTER, CLUSTER]);
});

Deno.test("ResourceSource stays in the namespace where there is one", async () => {
  await using server = new FakeApiServer({ resources: [gizmos] });
  const source = sourceOf(server, "gizmos.v1.example.com");
  await source.list({});
  await source.list({});
  assertEquals(paths(server), [NAMESPACED, NAMESPACED]);
});

Deno.test("ResourceSource tells of a resource that is not there", async () => {
  await using server = new FakeApiServer({ resources: [gizmos] });
  for (const resource of ["pods", "widgets.v1.example.com"]) {
    const source = sourceOf(server, resource);
    const error = await assertRejects(
      () => source.list({}),
      UnknownResourceError,
      "the server doesn't have a resource type",
    );
    assertEquals(error.cause instanceof Error, true);
    await assertRejects(
      () => source.watch({ resourceVersion: "1" }),
      UnknownResourceError,
    );
  }
});

Deno.test("ResourceSource passes on every other failure", async () => {
  await using server = new FakeApiServer();
  server.failNext({ status: 403 });
  await assertRejects(
    () => sourceOf(server, "widgets.v1.example.com").list({}),
    Error,
    "forbidden",
  );
  assertEquals(server.requests.length, 1);
});
