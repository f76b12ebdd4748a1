/**
 * The part of the differential script about definitions
 * (CustomResourceDefinitions) and their resources, made, changed and deleted
 * while the servers run.
 *
 * @module
 */

import { field, listField } from "../../internal/json_fields.ts";
import { METADATA, METADATA_LIST, TABLE } from "./_differential_lists.ts";
import { AGGREGATED, widget, WIDGETS, WORDS } from "./_differential_objects.ts";
import {
  close,
  compact,
  get,
  glance,
  jsonPatch,
  type Memory,
  merge,
  open,
  post,
  put,
  read,
  remove,
  send,
  settle,
  type Step,
} from "./_differential_steps.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WATCH = `${WIDGETS}?watch=1`;
const ONE = `${WIDGETS}/one`;
const SECRETS = "/api/v1/namespaces/diff-a/secrets";
const GADGETS = "/apis/example.com/v1/gadgets";

const ANY = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** The definition of widgets: namespaced, with a status. */
const WIDGET_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: {
      plural: "widgets",
      kind: "Widget",
      shortNames: ["wd"],
      categories: ["all"],
    },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      subresources: { status: {} },
      selectableFields: [{ jsonPath: ".spec.color" }],
      additionalPrinterColumns: [
        { name: "Color", type: "string", jsonPath: ".spec.color" },
        {
          name: "Size",
          type: "integer",
          jsonPath: ".spec.size",
          description: "How large",
          priority: 1,
        },
      ],
      schema: {
        openAPIV3Schema: {
          ...ANY,
          properties: {
            spec: {
              ...ANY,
              properties: {
                color: { type: "string" },
                size: { type: "integer" },
              },
            },
            status: ANY,
          },
        },
      },
    }],
  },
};

/** The definition of gadgets: for the whole cluster, without a status. */
const GADGET_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gadgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Cluster",
    names: { plural: "gadgets", kind: "Gadget" },
    versions: ["v1", "v2beta1"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: ANY },
    })),
  },
};

function isEstablished(body: unknown): boolean {
  return listField(body, "status", "conditions").some((condition) =>
    field(condition, "type") === "Established" &&
    field(condition, "status") === "True"
  );
}

function hasKind(kind: string): (body: unknown) => boolean {
  return (body) =>
    listField(body, "resources").some((resource) =>
      field(resource, "kind") === kind
    );
}

const HASH = {
  missing: { what: "`storageVersionHash`", except: /storageVersionHash/ },
};

/** Definitions are made. */
export const definitionsMade: readonly Step[] = [
  send("list before a definition", get(WIDGETS)),
  send("create before a definition", post(WIDGETS, widget("early"))),
  send("define widgets", post(DEFINITIONS, WIDGET_DEFINITION)),
  settle(
    "widgets are established",
    get(`${DEFINITIONS}/widgets.example.com`),
    isEstablished,
  ),
  settle(
    "widgets are served",
    get(WIDGETS),
    (_body, status) => status === 200,
    { lenient: true },
  ),
  settle(
    "widgets are discovered",
    get("/apis/example.com/v1"),
    hasKind("Widget"),
    HASH,
  ),
  send("discovery of a group", get("/apis/example.com")),
  send("define widgets again", post(DEFINITIONS, WIDGET_DEFINITION)),
  send("define gadgets", post(DEFINITIONS, GADGET_DEFINITION)),
  settle(
    "gadgets are established",
    get(`${DEFINITIONS}/gadgets.example.com`),
    isEstablished,
  ),
  settle(
    "gadgets are served",
    get(GADGETS),
    (_body, status) => status === 200,
    { lenient: true },
  ),
  settle(
    "gadgets are discovered",
    get("/apis/example.com/v1"),
    hasKind("Gadget"),
    HASH,
  ),
  settle(
    "second version is discovered",
    get("/apis/example.com/v2beta1"),
    hasKind("Gadget"),
    HASH,
  ),
  settle(
    "group is discovered",
    get("/apis/example.com"),
    (body) => listField(body, "versions").length === 2,
  ),
  settle(
    "all is discovered",
    get("/apis", { accept: AGGREGATED }),
    (body) => JSON.stringify(body).includes("v2beta1"),
  ),
  ...[
    "/apis/example.com/v1/nopes",
    "/apis/example.com/v2/widgets",
    "/apis/example.com/v9",
    `${WIDGETS}/a/nope`,
    `${WIDGETS}/a/scale`,
    "/apis/example.com/v1/namespaces/diff-a/gadgets",
    "/apis/example.com/v1/widgets/a",
    `${GADGETS}/a/status`,
    "/apis/example.com/v2beta1/widgets",
  ].map((path) => send(`defined path ${path}`, get(path))),
];

/** Objects of defined resources. */
export const customObjects: readonly Step[] = [
  send(
    "create widget",
    post(WIDGETS, {
      ...widget("one", { color: "red", size: 1 }),
      status: { phase: "ignored" },
    }),
  ),
  send("create widget again", post(WIDGETS, widget("one"))),
  send(
    "create widget without a kind",
    post(WIDGETS, { metadata: { name: "two" } }),
    WORDS,
  ),
  send(
    "create widget of another kind",
    post(WIDGETS, { ...widget("two"), kind: "Gadget" }),
    WORDS,
  ),
  send(
    "create widget of another version",
    post(WIDGETS, { ...widget("two"), apiVersion: "example.com/v2" }),
    WORDS,
  ),
  send(
    "create widget without a name",
    post(WIDGETS, { ...widget(""), metadata: {} }),
  ),
  send("create widget with a bad name", post(WIDGETS, widget("Bad_Name"))),
  send(
    "create widget with a generated name",
    post(WIDGETS, { ...widget("x"), metadata: { generateName: "w-" } }),
    { generates: true },
  ),
  send(
    "create widget two",
    post(WIDGETS, {
      ...widget("two", { color: "blue" }),
      extra: { any: ["thing", null, 1.5] },
    }),
  ),
  send(
    "create gadget",
    post(GADGETS, {
      apiVersion: "example.com/v1",
      kind: "Gadget",
      metadata: { name: "g" },
      spec: { a: 1 },
      status: { b: 2 },
    }),
  ),
  send("gadget in another version", get("/apis/example.com/v2beta1/gadgets/g")),
  send("gadgets in another version", get("/apis/example.com/v2beta1/gadgets")),
  send(
    "change gadget in another version",
    merge("/apis/example.com/v2beta1/gadgets/g", { spec: { a: 2 } }),
  ),
  send("change gadget's status", merge(`${GADGETS}/g`, { status: { b: 3 } })),
  send(
    "label gadget",
    merge(`${GADGETS}/g`, { metadata: { labels: { a: "b" } } }),
  ),
  send("get widget", get(ONE)),
  send("get missing widget", get(`${WIDGETS}/nope`)),
  send(
    "replace widget without a version",
    put(ONE, widget("one", { color: "green" })),
  ),
  send(
    "replace widget",
    (m) =>
      put(ONE, {
        ...m.object("get widget"),
        spec: { color: "green" },
        status: { phase: "ignored" },
      }),
  ),
  send(
    "replace widget with an old version",
    (m) => put(ONE, { ...m.object("get widget"), spec: { color: "black" } }),
  ),
  send(
    "replace widget with a bad version",
    put(ONE, widget("one", {}, { resourceVersion: "x" })),
  ),
  send(
    "replace missing widget",
    put(`${WIDGETS}/nope`, widget("nope", {}, { resourceVersion: "1" })),
  ),
  send("label widget", merge(ONE, { metadata: { labels: { a: "b" } } })),
  send(
    "change widget without a change",
    merge(ONE, { spec: { color: "green" } }),
  ),
  send("change widget's spec", merge(ONE, { spec: { size: 5 } })),
  send(
    "change widget's spec and status",
    merge(ONE, { spec: { size: 6 }, status: { phase: "no" } }),
  ),
  send(
    "change widget's status",
    merge(`${ONE}/status`, { spec: { size: 9 }, status: { phase: "Running" } }),
  ),
  send("get widget's status", get(`${ONE}/status`)),
  send(
    "JSON patch of status",
    jsonPatch(`${ONE}/status`, [{
      op: "add",
      path: "/status/count",
      value: 3,
    }]),
  ),
  send(
    "put status",
    (m) =>
      put(`${ONE}/status`, {
        ...m.object("JSON patch of status"),
        status: { phase: "Done" },
        spec: { no: "no" },
      }),
  ),
  send(
    "put status with an old version",
    (m) =>
      put(`${ONE}/status`, {
        ...m.object("get widget"),
        status: { phase: "Old" },
      }),
  ),
  send(
    "put status with labels",
    (m) =>
      put(`${ONE}/status`, {
        ...m.object("put status"),
        metadata: {
          ...recordOf(m.object("put status").metadata),
          labels: { x: "y" },
          annotations: { p: "q" },
        },
        status: { phase: "Done2" },
      }),
  ),
  send(
    "patch status of missing widget",
    merge(`${WIDGETS}/nope/status`, { status: {} }),
  ),
  send("delete status", remove(`${ONE}/status`)),
  send("POST to status", post(`${ONE}/status`, {})),
  send(
    "delete widget with a wrong uid",
    remove(ONE, {
      preconditions: { uid: "11111111-1111-4111-8111-111111111111" },
    }),
  ),
  send(
    "patch widget's uid",
    merge(ONE, { metadata: { uid: "11111111-1111-4111-8111-111111111111" } }),
  ),
  send("strategic patch of a widget", {
    method: "PATCH",
    path: ONE,
    body: {},
    headers: { "content-type": "application/strategic-merge-patch+json" },
  }, { missing: { what: "Strategic merge patch, apply", except: /message/ } }),
  send("list widgets", get(WIDGETS)),
  send("page of widgets", get(`${WIDGETS}?limit=1`)),
  send("widgets by color", get(`${WIDGETS}?fieldSelector=spec.color%3Dblue`)),
  send(
    "widgets not of a color",
    get(`${WIDGETS}?fieldSelector=spec.color!%3Dblue`),
  ),
  send(
    "widgets by an unknown field",
    get(`${WIDGETS}?fieldSelector=spec.size%3D1`),
  ),
  send("widgets by name", get(`${WIDGETS}?fieldSelector=metadata.name%3Done`)),
  send(
    "gadgets by an unknown field",
    get(`${GADGETS}?fieldSelector=spec.size%3D1`),
  ),
  send("metadata of widgets", get(WIDGETS, { accept: METADATA_LIST })),
  send("metadata of a widget", get(ONE, { accept: METADATA })),
  send(
    "metadata of no widgets",
    get(`${WIDGETS}?labelSelector=none`, { accept: METADATA_LIST }),
  ),
  send("no widgets", get(`${WIDGETS}?labelSelector=none`)),
  send("table of widgets", get(WIDGETS, { accept: TABLE })),
  send("table of gadgets", get(GADGETS, { accept: TABLE })),
  send(
    "create held widget",
    post(WIDGETS, widget("held", {}, { finalizers: ["example.com/hold"] })),
  ),
  send("delete held widget", remove(`${WIDGETS}/held`)),
  send("change held widget", merge(`${WIDGETS}/held`, { spec: { a: "b" } })),
  send(
    "release held widget",
    merge(`${WIDGETS}/held`, { metadata: { finalizers: [] } }),
  ),
  send("delete widget two", remove(`${WIDGETS}/two`)),
  send("delete all widgets", remove(`${WIDGETS}?labelSelector=none`)),
];

function recordOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

const version = (name: string) => (m: Memory) =>
  `&resourceVersion=${m.value(name, "metadata", "resourceVersion")}`;

/** Watches of defined resources, which end with their definitions. */
export const definitionsChanged: readonly Step[] = [
  ...glance(
    "watch widgets",
    (m) => get(`${WATCH}${version("create widget two")(m)}`),
  ),
  ...glance("watch widgets from nothing", get(WATCH)),
  open(
    "watch while the definition changes",
    (m) => get(`${WATCH}${version("delete all widgets")(m)}`),
  ),
  send(
    "change the definition",
    merge(`${DEFINITIONS}/widgets.example.com`, {
      spec: { names: { shortNames: ["wd", "wx"] } },
    }),
  ),
  read("watch while the definition changes", "end"),
  close("watch while the definition changes"),
  settle(
    "new short name is discovered",
    get("/apis/example.com/v1"),
    (body) => JSON.stringify(body).includes('"wx"'),
    HASH,
  ),
  settle(
    "widgets are served again",
    get(WIDGETS),
    (_body, status) => status === 200,
    { lenient: true },
  ),
  open("watch while the definition is deleted", get(WATCH)),
  send("delete the definition", remove(`${DEFINITIONS}/widgets.example.com`)),
  read("watch while the definition is deleted", "end"),
  close("watch while the definition is deleted"),
  settle(
    "definition is gone",
    get(`${DEFINITIONS}/widgets.example.com`),
    (_body, status) => status === 404,
  ),
  settle(
    "widgets are not served",
    get(WIDGETS),
    (_body, status) => status === 404,
  ),
  open("watch without a definition", get(WATCH)),
  settle(
    "discovery without widgets",
    get("/apis/example.com/v1"),
    (body) => !hasKind("Widget")(body),
    HASH,
  ),
  send("gadgets are still there", get(GADGETS)),
];

/** What has expired. */
export const expired: readonly Step[] = [
  send("first page before compaction", get("/api/v1/secrets?limit=1")),
  send(
    "create after the first page",
    post(SECRETS, { metadata: { name: "s9" }, type: "Opaque" }),
  ),
  compact(),
  open(
    "watch from an expired version",
    get(`${GADGETS}?watch=1&resourceVersion=1`),
  ),
  read("watch from an expired version", "end", { lenient: true }),
  settle(
    "expired page",
    (m) =>
      get(
        `/api/v1/secrets?limit=1&continue=${
          m.value("first page before compaction", "metadata", "continue")
        }`,
      ),
    (_body, status) => status === 410,
  ),
  send(
    "inconsistent page",
    (m) =>
      get(
        `/api/v1/secrets?limit=9&continue=${
          m.value("expired page", "metadata", "continue")
        }`,
      ),
  ),
];
