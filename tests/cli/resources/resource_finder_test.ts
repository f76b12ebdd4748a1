/**
 * Finding resources by name or kind.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import {
  type ResourceCatalog,
  ResourceFinder,
} from "../../../cli/resources/resource_finder.ts";
import { apiVersionOf } from "../../../cli/resources/built_in.ts";
import { UnknownResourceError } from "../../../cli/resources/unknown_resource_error.ts";
import type { ApiResource } from "../../../cluster/_discovery.ts";
import { ConnectionError, StatusError } from "../../../mod.ts";
import { resourceNamed } from "../../support/cli_resources.ts";

function resource(
  kind: string,
  group: string,
  parts: Partial<ApiResource> = {},
): ApiResource {
  return {
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    kind,
    shortNames: [],
    group,
    version: "v1",
    namespaced: true,
    verbs: ["list", "watch"],
    categories: [],
    ...parts,
  };
}

const RESOURCES: readonly ApiResource[] = [
  resource("Pod", "", { categories: ["all"] }),
  resource("Deployment", "apps", { categories: ["all"] }),
  resource("HorizontalPodAutoscaler", "autoscaling", { version: "v1" }),
  resource("TokenReview", "", { categories: ["all"], verbs: ["create"] }),
  resource("Widget", "example.com", { shortNames: ["wd"] }),
  resource("Widget", "example.com", { version: "v2beta1" }),
  resource("Gadget", "example.com", {
    namespaced: false,
    shortNames: ["gizmo"],
  }),
  resource("Gizmo", "toys.example.com"),
];

/** A server that counts discovery requests. */
function serve(resources = RESOURCES) {
  const served = { asked: 0 };
  const catalog: ResourceCatalog = {
    all() {
      served.asked++;
      return Promise.resolve(resources);
    },
    kind(apiVersion, kind) {
      const found = resources.find((resource) =>
        resource.kind === kind && resource.group === apiVersion.split("/")[0]
      );
      return found === undefined
        ? Promise.reject(new Error(`no ${kind}`))
        : Promise.resolve(found);
    },
  };
  const finder = new ResourceFinder(() => Promise.resolve(catalog));
  return Object.assign(served, { finder });
}

async function describe(finder: ResourceFinder, text: string) {
  return (await finder.find(text)).map((found) =>
    `${found.plural} ${apiVersionOf(found)}${found.namespaced ? "" : " -"}`
  );
}

/** A name, and the resource. */
const NAMES: readonly [string, string][] = [
  ["widgets", "widgets example.com/v1"],
  ["widget", "widgets example.com/v1"],
  ["Widget", "widgets example.com/v1"],
  ["wd", "widgets example.com/v1"],
  ["widgets.example.com", "widgets example.com/v1"],
  ["wd.example", "widgets example.com/v1"],
  ["widget.v2beta1.example.com", "widgets example.com/v2beta1"],
  ["gadget", "gadgets example.com/v1 -"],
  // Full names take precedence over short names.
  ["gizmo", "gizmos toys.example.com/v1"],
  ["gizmo.example.com", "gadgets example.com/v1 -"],
];

Deno.test("ResourceFinder finds built-in resources without a request", async () => {
  const { finder, ...served } = serve();
  assertEquals(await describe(finder, "deployment"), ["deployments apps/v1"]);
  const { plural } = await finder.ofKind("v1", "Pod");
  assertEquals([plural, served.asked], ["pods", 0]);
});

Deno.test("ResourceFinder expands a short name unless it is the name of another resource", async () => {
  const addresses = resource("IPAddress", "networking.k8s.io", {
    plural: "ipaddresses",
    namespaced: false,
    shortNames: ["ip"],
  });
  // As that of kube-ovn.
  const ip = resource("IP", "kubeovn.io", { namespaced: false });
  const { finder } = serve([addresses]);
  assertEquals(await describe(finder, "ip"), [
    "ipaddresses networking.k8s.io/v1 -",
  ]);
  const { finder: other } = serve([addresses, ip]);
  assertEquals(await describe(other, "ip"), ["ips kubeovn.io/v1 -"]);
  assertEquals(await describe(other, "ip.networking.k8s.io"), [
    "ipaddresses networking.k8s.io/v1 -",
  ]);
});

Deno.test("ResourceFinder knows built-in short names where discovery is refused", async () => {
  const forbidden = new StatusError({ code: 403, reason: "Forbidden" });
  const refused = new ResourceFinder(() => Promise.reject(forbidden));
  assertEquals(await describe(refused, "deploy"), ["deployments apps/v1"]);
  await assertRejects(() => refused.find("wd"), StatusError);
  const lost = new ResourceFinder(() =>
    Promise.reject(new ConnectionError("connection refused"))
  );
  await assertRejects(() => lost.find("deploy"), ConnectionError);
});

Deno.test("ResourceFinder finds custom resources by all their names", async () => {
  const { finder } = serve();
  for (const [text, found] of NAMES) {
    assertEquals(await describe(finder, text), [found], text);
  }
});

Deno.test("ResourceFinder finds the resources of a category that can be listed", async () => {
  const { finder } = serve();
  assertEquals(await describe(finder, "all"), [
    "pods v1",
    "deployments apps/v1",
  ]);
});

Deno.test("ResourceFinder finds resources by kind", async () => {
  const { finder } = serve();
  const { plural, namespaced } = await finder.ofKind(
    "example.com/v1",
    "Gadget",
  );
  assertEquals([plural, namespaced], ["gadgets", false]);
  await assertRejects(() => finder.ofKind("example.com/v1", "Pod"));
});

Deno.test("ResourceFinder says which API server may have a resource, but does not respond", async () => {
  const metrics = "metrics.k8s.io/v1beta1";
  const toys = "toys.example.com/v1";
  const finder = new ResourceFinder(() =>
    Promise.resolve({
      all: () => Promise.resolve(RESOURCES),
      unavailable: () => Promise.resolve([metrics, toys]),
      kind: () => Promise.reject(new Error("not asked")),
    })
  );
  const end = "which may have it, does not respond";
  const unknown = "the server doesn't have a resource type";
  const cases = [
    [
      "frobs",
      `${unknown} "frobs": the API server of ${metrics}, ${toys}, ${end}`,
    ],
    [
      "frobs.toys.example.com",
      `${unknown} "frobs": the API server of ${toys}, ${end}`,
    ],
    [
      "frobs.v1.toys.example.com",
      `${unknown} "frobs": the API server of ${toys}, ${end}`,
    ],
    ["frobs.apps", `${unknown} "frobs"`],
    ["wigdets", `${unknown} "wigdets": did you mean widgets?`],
  ] as const;
  for (const [text, message] of cases) {
    const error = await assertRejects(
      () => finder.find(text),
      UnknownResourceError,
    );
    assertEquals(error.message, message);
  }
});

/** An unknown name, and a part of the error message. */
const UNKNOWN: readonly [string, string][] = [
  ["wigdets", 'resource type "wigdets": did you mean widgets?'],
  ["frobs", 'resource type "frobs"'],
  [
    "widgets.v3.example.com",
    'resource type "widgets": it has widgets.v1.example.com, widgets.v2beta1.example.com, but not widgets.v3.example.com',
  ],
  ["Pods.v1", 'resource type "pods": it has pods, but not Pods.v1'],
  ["widgets.com", 'resource type "widgets": it has widgets.'],
  ["podds", "did you mean pods?"],
];

Deno.test("ResourceFinder suggests similar resources", async () => {
  const { finder } = serve();
  for (const [text, message] of UNKNOWN) {
    await assertRejects(() => finder.find(text), UnknownResourceError, message);
  }
});

Deno.test("ResourceFinder.rediscover() finds the version that the server has", async () => {
  const { finder } = serve();
  const hpa = await finder.rediscover(resourceNamed("hpa"));
  assertEquals(apiVersionOf(hpa), "autoscaling/v1");
  await assertRejects(
    () => finder.rediscover(resourceNamed("jobs")),
    UnknownResourceError,
    'the server doesn\'t have a resource type "jobs"',
  );
});
