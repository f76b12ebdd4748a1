import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { resourcePath, type ResourcePathOptions } from "../../mod.ts";

const PATHS: [options: ResourcePathOptions, path: string][] = [
  [{ apiVersion: "v1", plural: "pods" }, "/api/v1/pods"],
  [
    { apiVersion: "v1", plural: "pods", namespace: "default" },
    "/api/v1/namespaces/default/pods",
  ],
  [
    { apiVersion: "v1", plural: "pods", namespace: undefined },
    "/api/v1/pods",
  ],
  [
    { apiVersion: "apps/v1", plural: "deployments", namespace: "a b" },
    "/apis/apps/v1/namespaces/a%20b/deployments",
  ],
  [
    { apiVersion: "rbac.authorization.k8s.io/v1", plural: "clusterroles" },
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ],
  [
    { apiVersion: "apps/v1", plural: "deployments/scale", namespace: "x" },
    "/apis/apps/v1/namespaces/x/deployments/scale",
  ],
  [{ apiVersion: "v1", plural: "a?b#c%2f" }, "/api/v1/a%3Fb%23c%252f"],
];

for (const [options, path] of PATHS) {
  Deno.test(`resourcePath() gives ${path} when asked for ${JSON.stringify(options)}`, () => {
    assertEquals(resourcePath(options), path);
  });
}

const MALFORMED: [options: ResourcePathOptions, named: string][] = [
  [{ apiVersion: "", plural: "pods" }, "apiVersion"],
  [{ apiVersion: "apps/", plural: "pods" }, "apiVersion"],
  [{ apiVersion: "/v1", plural: "pods" }, "apiVersion"],
  [{ apiVersion: "a/b/c", plural: "pods" }, "apiVersion"],
  [{ apiVersion: "../v1", plural: "pods" }, "apiVersion"],
  [{ apiVersion: "v1", plural: "" }, "plural"],
  [{ apiVersion: "v1", plural: "." }, "plural"],
  [{ apiVersion: "v1", plural: "pods/.." }, "plural"],
  [{ apiVersion: "v1", plural: "pods//log" }, "plural"],
  [{ apiVersion: "v1", plural: "pods", namespace: "" }, "namespace"],
  [{ apiVersion: "v1", plural: "pods", namespace: ".." }, "namespace"],
  [{ apiVersion: "v1", plural: "pods", namespace: "a/b" }, "namespace"],
];

for (const [options, named] of MALFORMED) {
  Deno.test(`resourcePath() throws TypeError when asked for ${JSON.stringify(options)}`, () => {
    const { message } = assertThrows(() => resourcePath(options), TypeError);
    assertStringIncludes(message, named);
  });
}
