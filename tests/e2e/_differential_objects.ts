/**
 * The part of the differential script about single objects: discovery, create,
 * read, update, patch, delete.
 *
 * @module
 */

import {
  get,
  jsonPatch,
  merge,
  post,
  put,
  remove,
  send,
  type Step,
} from "./_differential_steps.ts";

export const SPACE = "diff-a";
export const OTHER = "diff-b";
export const CONFIG_MAPS = `/api/v1/namespaces/${SPACE}/configmaps`;
export const WIDGETS = `/apis/example.com/v1/namespaces/${SPACE}/widgets`;
export const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

export function configMap(
  name: string,
  data: object = { a: "b" },
  metadata: object = {},
) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...metadata },
    ...(Object.keys(data).length === 0 ? {} : { data }),
  };
}

export function widget(name: string, spec: object = {}, metadata: object = {}) {
  return {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name, ...metadata },
    spec,
  };
}

export const WORDS = {
  missing: { what: "Words of decoders", except: /message/ },
};

/** Discovery without definitions. */
export const discovery: readonly Step[] = [
  send("discovery of /api", get("/api"), {
    missing: {
      what: "Addresses in `/api`",
      except: /serverAddressByClientCIDRs/,
    },
  }),
  send("discovery of /apis", get("/apis")),
  send("aggregated discovery of /api", get("/api", { accept: AGGREGATED })),
  send("aggregated discovery of /apis", get("/apis", { accept: AGGREGATED })),
  send(
    "aggregated discovery with fallback",
    get("/apis", { accept: `${AGGREGATED},application/json` }),
  ),
  send(
    "discovery of an unknown version of the discovery API",
    get("/apis", {
      accept:
        "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json",
    }),
  ),
  ...[
    "/api/v1",
    "/apis/apps",
    "/apis/apps/v1",
    "/apis/batch/v1",
    "/apis/autoscaling/v1",
    "/apis/autoscaling/v2",
    "/apis/autoscaling",
    "/apis/policy/v1",
    "/apis/authorization.k8s.io/v1",
    "/apis/apiextensions.k8s.io/v1",
    "/apis/networking.k8s.io/v1",
    "/apis/rbac.authorization.k8s.io/v1",
    "/apis/certificates.k8s.io/v1",
    "/apis/resource.k8s.io/v1",
  ].map((path) =>
    send(`discovery of ${path}`, get(path), {
      missing: { what: "`storageVersionHash`", except: /storageVersionHash/ },
    })
  ),
  ...[
    "/api/v2",
    "/api/v2/pods",
    "/apis/nope",
    "/apis/nope/v1",
    "/apis/nope/v1/x",
    "/apis/apps/v9",
    "/apis/apps/v9/deployments",
    "/nope",
    "/api/v1/nopes",
    "/apis/apps/v1/nopes",
    "/api/v1/namespaces/default/nodes",
    "/api/v1/namespaces/default/pods/x/nope",
    "/apis/apps/v1/namespaces/x/nopes/y",
  ].map((path) => send(`unknown path ${path}`, get(path))),
];

/** Namespaces to work in. */
export const spaces: readonly Step[] = [
  send("create in a missing namespace", post(CONFIG_MAPS, configMap("a"))),
  ...[SPACE, OTHER].map((name) =>
    send(
      `create namespace ${name}`,
      post("/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      }),
    )
  ),
  send("get a namespace", get(`/api/v1/namespaces/${SPACE}`)),
  send("get a missing namespace", get("/api/v1/namespaces/nope")),
];

/** Objects of a built-in kind. */
export const objects: readonly Step[] = [
  send(
    "create",
    post(CONFIG_MAPS, configMap("one", { k: "v" }, { labels: { app: "web" } })),
  ),
  send("create again", post(CONFIG_MAPS, configMap("one"))),
  send(
    "create without a type",
    post(CONFIG_MAPS, { metadata: { name: "two" } }),
  ),
  send(
    "create with a generated name",
    post(CONFIG_MAPS, { metadata: { generateName: "gen-" } }),
    { generates: true },
  ),
  send("create without a name", post(CONFIG_MAPS, { metadata: {} })),
  send("create with a bad name", post(CONFIG_MAPS, configMap("Bad_Name"))),
  send(
    "create with a bad long name",
    post(CONFIG_MAPS, configMap("x".repeat(254))),
  ),
  send(
    "create in another namespace than the path's",
    post(CONFIG_MAPS, configMap("x", {}, { namespace: OTHER })),
  ),
  send(
    "create with a resource version",
    post(CONFIG_MAPS, configMap("x", {}, { resourceVersion: "5" })),
  ),
  send(
    "create with server fields",
    post(
      CONFIG_MAPS,
      configMap("fields", {}, {
        uid: "11111111-1111-4111-8111-111111111111",
        creationTimestamp: "2001-01-01T00:00:00Z",
        deletionTimestamp: "2001-01-01T00:00:00Z",
        generation: 7,
        selfLink: "/x",
        annotations: { note: "kept" },
      }),
    ),
  ),
  send(
    "create another kind",
    post(CONFIG_MAPS, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "x" },
    }),
    WORDS,
  ),
  send(
    "create another version",
    post(CONFIG_MAPS, {
      apiVersion: "apps/v1",
      kind: "ConfigMap",
      metadata: { name: "x" },
    }),
    WORDS,
  ),
  send("create broken JSON", post(CONFIG_MAPS, '{"metadata":'), WORDS),
  send("create an array", post(CONFIG_MAPS, []), WORDS),
  send("create nothing", post(CONFIG_MAPS, ""), WORDS),
  send("create with an unknown content type", {
    method: "POST",
    path: CONFIG_MAPS,
    body: "x",
    headers: { "content-type": "text/plain" },
  }),
  send(
    "create at all namespaces",
    post("/api/v1/configmaps", configMap("x", {}, { namespace: SPACE })),
  ),
  send(
    "create with a dry run",
    post(`${CONFIG_MAPS}?dryRun=All`, configMap("dry")),
  ),
  send("get after a dry run", get(`${CONFIG_MAPS}/dry`)),
  send(
    "create with a bad dry run",
    post(`${CONFIG_MAPS}?dryRun=Some`, configMap("dry")),
  ),
  send("get", get(`${CONFIG_MAPS}/one`)),
  send("get a missing object", get(`${CONFIG_MAPS}/nope`)),
  send(
    "get at a version",
    (m) =>
      get(
        `${CONFIG_MAPS}/one?resourceVersion=${
          m.value("create", "metadata", "resourceVersion")
        }`,
      ),
  ),
  send("get at version 0", get(`${CONFIG_MAPS}/one?resourceVersion=0`)),
  send("get at a bad version", get(`${CONFIG_MAPS}/one?resourceVersion=x`)),
  send("POST to an object", post(`${CONFIG_MAPS}/one`, configMap("one"))),
  send("PUT to a collection", put(CONFIG_MAPS, configMap("one"))),
  send("PATCH of a collection", merge(CONFIG_MAPS, {})),
  send(
    "replace",
    (m) =>
      put(`${CONFIG_MAPS}/one`, { ...m.object("create"), data: { k: "w" } }),
  ),
  send(
    "replace with an old version",
    (m) =>
      put(`${CONFIG_MAPS}/one`, { ...m.object("create"), data: { k: "x" } }),
  ),
  send(
    "replace without a version",
    put(`${CONFIG_MAPS}/one`, configMap("one", { k: "y" })),
  ),
  send(
    "replace without a change",
    put(`${CONFIG_MAPS}/one`, configMap("one", { k: "y" })),
  ),
  send(
    "replace under another name",
    put(`${CONFIG_MAPS}/one`, configMap("two")),
  ),
  send("replace without a name", put(`${CONFIG_MAPS}/one`, { data: {} })),
  send(
    "replace in another namespace",
    put(`${CONFIG_MAPS}/one`, configMap("one", {}, { namespace: OTHER })),
  ),
  send(
    "replace with another uid",
    put(
      `${CONFIG_MAPS}/one`,
      configMap("one", {}, { uid: "11111111-1111-4111-8111-111111111111" }),
    ),
  ),
  send(
    "replace a missing object",
    put(`${CONFIG_MAPS}/made-by-put`, configMap("made-by-put")),
  ),
  send(
    "replace a missing object with a version",
    put(
      `${CONFIG_MAPS}/made-by-put-2`,
      configMap("made-by-put-2", {}, { resourceVersion: "3" }),
    ),
  ),
  send(
    "replace with a bad version",
    put(`${CONFIG_MAPS}/one`, configMap("one", {}, { resourceVersion: "x" })),
  ),
  send(
    "replace with a dry run",
    put(`${CONFIG_MAPS}/one?dryRun=All`, configMap("one", { k: "dry" })),
  ),
  send("get what a dry run left", get(`${CONFIG_MAPS}/one`)),
  ...createdByUpdate(),
  ...patchSteps(),
  ...deletionSteps(),
];

/** Leases are among what can be created with PUT. */
function createdByUpdate(): Step[] {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${SPACE}/leases`;
  const lease = (metadata: object) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata,
    spec: { holderIdentity: "a" },
  });
  return [
    send("put a new lease", put(`${leases}/a`, lease({ name: "a" }))),
    send(
      "put the lease without a version",
      put(`${leases}/a`, lease({ name: "a" })),
    ),
    send("delete the lease", remove(`${leases}/a`)),
    send(
      "put a deleted lease",
      (m) => put(`${leases}/a`, m.object("put a new lease")),
    ),
    send("put a deleted lease by its version", (m) =>
      put(
        `${leases}/a`,
        lease({
          name: "a",
          resourceVersion: m.value(
            "put a new lease",
            "metadata",
            "resourceVersion",
          ),
        }),
      )),
    send("put a deleted lease again", remove(`${leases}/a`)),
  ];
}

function patchSteps(): Step[] {
  const one = `${CONFIG_MAPS}/one`;
  return [
    send("merge patch", merge(one, { data: { k: "z", l: "m" } })),
    send("merge patch that removes", merge(one, { data: { l: null } })),
    send("merge patch without a change", merge(one, { data: { k: "z" } })),
    send("merge patch that is no object", merge(one, "[]"), WORDS),
    send(
      "merge patch of labels",
      merge(one, { metadata: { labels: { a: "1", b: "2" } } }),
    ),
    send(
      "merge patch of the name",
      merge(one, { metadata: { name: "other" } }),
    ),
    send(
      "merge patch with an old version",
      (m) =>
        merge(one, {
          metadata: {
            resourceVersion: m.value("create", "metadata", "resourceVersion"),
          },
          data: { k: "no" },
        }),
    ),
    send(
      "merge patch with the current version",
      (m) =>
        merge(one, {
          metadata: {
            resourceVersion: m.value(
              "merge patch of labels",
              "metadata",
              "resourceVersion",
            ),
          },
          data: { k: "yes" },
        }),
    ),
    send(
      "merge patch with another uid",
      merge(one, { metadata: { uid: "11111111-1111-4111-8111-111111111111" } }),
    ),
    send(
      "merge patch of a missing object",
      merge(`${CONFIG_MAPS}/nope`, { data: {} }),
    ),
    send(
      "JSON patch",
      jsonPatch(one, [{ op: "add", path: "/data/n", value: "1" }, {
        op: "replace",
        path: "/data/k",
        value: "2",
      }]),
    ),
    send(
      "JSON patch: test, copy, move, remove",
      jsonPatch(one, [
        { op: "test", path: "/data/k", value: "2" },
        { op: "copy", from: "/data/k", path: "/data/c" },
        { op: "move", from: "/data/n", path: "/data/m" },
        { op: "remove", path: "/data/k" },
      ]),
    ),
    send(
      "JSON patch with a failing test",
      jsonPatch(one, [{ op: "test", path: "/data/c", value: "9" }]),
      WORDS,
    ),
    send(
      "JSON patch of a missing path",
      jsonPatch(one, [{ op: "remove", path: "/data/none" }]),
      WORDS,
    ),
    send("JSON patch that is no array", jsonPatch(one, { op: "add" }), WORDS),
    send(
      "JSON patch with an escaped path",
      jsonPatch(one, [{
        op: "add",
        path: "/metadata/labels/example.com~1x",
        value: "y",
      }]),
    ),
    send(
      "JSON patch of a missing object",
      jsonPatch(`${CONFIG_MAPS}/nope`, []),
    ),
    send("JSON patch without operations", jsonPatch(one, [])),
    send("patch with an unknown type", {
      method: "PATCH",
      path: one,
      body: {},
      headers: { "content-type": "application/json" },
    }, {
      missing: { what: "Strategic merge patch, apply", except: /message/ },
    }),
    send("get after all patches", get(one)),
  ];
}

function deletionSteps(): Step[] {
  const held = `${CONFIG_MAPS}/held`;
  return [
    send("delete", remove(`${CONFIG_MAPS}/two`)),
    send("delete again", remove(`${CONFIG_MAPS}/two`)),
    send("create for preconditions", post(CONFIG_MAPS, configMap("pre"))),
    send(
      "delete with a wrong uid",
      remove(`${CONFIG_MAPS}/pre`, {
        preconditions: { uid: "11111111-1111-4111-8111-111111111111" },
      }),
    ),
    send(
      "delete with a wrong version",
      (m) =>
        remove(`${CONFIG_MAPS}/pre`, {
          preconditions: {
            resourceVersion: m.value("create", "metadata", "resourceVersion"),
          },
        }),
    ),
    send(
      "delete with a dry run",
      remove(`${CONFIG_MAPS}/pre`, { dryRun: ["All"] }),
    ),
    send(
      "delete with right preconditions",
      (m) =>
        remove(`${CONFIG_MAPS}/pre`, {
          kind: "DeleteOptions",
          apiVersion: "v1",
          preconditions: {
            uid: m.value("create for preconditions", "metadata", "uid"),
            resourceVersion: m.value(
              "create for preconditions",
              "metadata",
              "resourceVersion",
            ),
          },
        }),
    ),
    send(
      "create with a finalizer",
      post(
        CONFIG_MAPS,
        configMap("held", {}, { finalizers: ["example.com/hold"] }),
      ),
    ),
    send("delete with a finalizer", remove(held)),
    send("delete with a finalizer again", remove(held)),
    send("get while it is held", get(held)),
    send(
      "add a finalizer while deleting",
      merge(held, {
        metadata: { finalizers: ["example.com/hold", "example.com/new"] },
      }),
    ),
    send(
      "label while deleting",
      merge(held, { metadata: { labels: { x: "y" } } }),
    ),
    send(
      "clear the deletion timestamp",
      merge(held, {
        metadata: { deletionTimestamp: null, labels: { x: "z" } },
      }),
    ),
    send(
      "remove the finalizer",
      merge(held, { metadata: { finalizers: null } }),
    ),
    send("get after the last finalizer", get(held)),
    send("create for foreground", post(CONFIG_MAPS, configMap("fore"))),
    send(
      "delete in the foreground",
      remove(`${CONFIG_MAPS}/fore?propagationPolicy=Foreground`),
    ),
    send("get in the foreground", get(`${CONFIG_MAPS}/fore`)),
    send(
      "end the foreground deletion",
      merge(`${CONFIG_MAPS}/fore`, { metadata: { finalizers: null } }),
    ),
    send("create for orphans", post(CONFIG_MAPS, configMap("orph"))),
    send(
      "delete and orphan",
      remove(`${CONFIG_MAPS}/orph`, { propagationPolicy: "Orphan" }),
    ),
    send(
      "end the orphaning",
      merge(`${CONFIG_MAPS}/orph`, { metadata: { finalizers: null } }),
    ),
    send(
      "delete with a bad policy",
      remove(`${CONFIG_MAPS}/one`, { propagationPolicy: "Sideways" }),
    ),
    ...["c1", "c2", "c3"].map((name) =>
      send(
        `create ${name}`,
        post(
          CONFIG_MAPS,
          configMap(name, {}, { labels: { set: name === "c3" ? "y" : "x" } }),
        ),
      )
    ),
    send("delete a collection", remove(`${CONFIG_MAPS}?labelSelector=set%3Dx`)),
    send(
      "list what is left of a collection",
      get(`${CONFIG_MAPS}?labelSelector=set`),
    ),
    send(
      "delete an empty collection",
      remove(`${CONFIG_MAPS}?labelSelector=set%3Dx`),
    ),
  ];
}
