/**
 * The part of the differential script about lists: versions, pages, selectors,
 * representations, shards.
 *
 * @module
 */

import {
  CONFIG_MAPS,
  configMap,
  OTHER,
  WORDS,
} from "./_differential_objects.ts";
import {
  get,
  type Memory,
  merge,
  post,
  remove,
  send,
  type Step,
} from "./_differential_steps.ts";

export const METADATA =
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
export const METADATA_LIST =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
export const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";

/** A version far in the future of any server. */
export const FUTURE = "900000000";

const ALL = "/api/v1/configmaps?labelSelector=app";

/** Of all namespaces, but without what a server keeps for itself. */
const USERS =
  "/api/v1/configmaps?fieldSelector=metadata.namespace!%3Dkube-system";

const SECRETS = [
  "diff-a/l1",
  "diff-a/l2",
  "diff-a/l3",
  "diff-b/l1",
  "diff-b/l4",
];

const LABELS = [
  { app: "web", tier: "front" },
  { app: "web", tier: "back" },
  { app: "db", tier: "back", shard: "1" },
  { app: "cache" },
  {},
  { app: "web", "example.com/owner": "me", weight: "5" },
];

/** Objects to list: five in one namespace, one in another. */
export const listed: readonly Step[] = [
  ...LABELS.map((labels, index) =>
    send(
      `create l${index}`,
      post(
        index === 5 ? CONFIG_MAPS.replace("diff-a", OTHER) : CONFIG_MAPS,
        configMap(
          `l${index}`,
          { n: String(index) },
          Object.keys(labels).length === 0 ? {} : { labels },
        ),
      ),
    )
  ),
  ...SECRETS.map((key) => {
    const [namespace, name] = key.split("/");
    return send(
      `create secret ${key}`,
      post(`/api/v1/namespaces/${namespace}/secrets`, {
        metadata: { name },
        type: "Opaque",
        data: { n: btoa(key) },
      }),
    );
  }),
  send("list", get(CONFIG_MAPS)),
  send("change l1", merge(`${CONFIG_MAPS}/l1`, { data: { n: "changed" } })),
  send("list all", get(ALL)),
];

type Version = (memory: Memory) => string;

const VERSIONS: Readonly<Record<string, Version>> = {
  "none": () => "",
  "empty": () => "&resourceVersion=",
  "0": () => "&resourceVersion=0",
  "old": (m) =>
    `&resourceVersion=${m.value("create l2", "metadata", "resourceVersion")}`,
  "current": (m) =>
    `&resourceVersion=${m.value("change l1", "metadata", "resourceVersion")}`,
  "bad": () => "&resourceVersion=x",
  "negative": () => "&resourceVersion=-5",
};
const MATCHES = ["", "Exact", "NotOlderThan", "Sideways"];

/** Lists with each version, match, limit and token. */
export const versions: readonly Step[] = [
  ...Object.entries(VERSIONS).flatMap(([name, version]) =>
    MATCHES.flatMap((match) =>
      ["", "&limit=2"].map((limit) =>
        send(
          `list at ${name}, match ${match}, ${limit}`,
          (m) => get(`${ALL}${version(m)}${matchOf(match)}${limit}`),
          { lenient: name === "0" },
        )
      )
    )
  ),
  send("first page", get(`${ALL}&limit=2`)),
  ...Object.entries(VERSIONS).flatMap(([name, version]) =>
    MATCHES.map((match) =>
      send(
        `continue at ${name}, match ${match}`,
        (m) =>
          get(
            `${ALL}${version(m)}${matchOf(match)}&limit=2&continue=${
              m.value("first page", "metadata", "continue")
            }`,
          ),
      )
    )
  ),
  ...["", "&resourceVersionMatch=NotOlderThan", "&limit=1"].map((rest) =>
    send(
      `list in the future ${rest}`,
      get(`${ALL}&resourceVersion=${FUTURE}${rest}`),
    )
  ),
  send(
    "list exactly in the future",
    get(`${ALL}&resourceVersion=${FUTURE}&resourceVersionMatch=Exact`),
  ),
];

function matchOf(match: string): string {
  return match === "" ? "" : `&resourceVersionMatch=${match}`;
}

/** Pages. */
export const pages: readonly Step[] = [
  send("page 1", get("/api/v1/secrets?limit=2")),
  send(
    "page 2",
    (m) =>
      get(
        `/api/v1/secrets?limit=2&continue=${
          m.value("page 1", "metadata", "continue")
        }`,
      ),
  ),
  send(
    "page 3",
    (m) =>
      get(
        `/api/v1/secrets?limit=9&continue=${
          m.value("page 2", "metadata", "continue")
        }`,
      ),
  ),
  send("page 1 in a namespace", get(`${CONFIG_MAPS}?limit=2`)),
  send("create between pages", post(CONFIG_MAPS, configMap("l0a"))),
  send("delete between pages", remove(`${CONFIG_MAPS}/l4`)),
  send(
    "page 2 in a namespace",
    (m) =>
      get(
        `${CONFIG_MAPS}?limit=2&continue=${
          m.value("page 1 in a namespace", "metadata", "continue")
        }`,
      ),
  ),
  send(
    "page 3 in a namespace",
    (m) =>
      get(
        `${CONFIG_MAPS}?limit=2&continue=${
          m.value("page 2 in a namespace", "metadata", "continue")
        }`,
      ),
  ),
  send(
    "page 2 without a limit",
    (m) =>
      get(
        `${CONFIG_MAPS}?continue=${
          m.value("page 1 in a namespace", "metadata", "continue")
        }`,
      ),
  ),
  send(
    "page of another resource",
    (m) =>
      get(
        `/api/v1/namespaces/diff-a/secrets?continue=${
          m.value("page 1 in a namespace", "metadata", "continue")
        }`,
      ),
  ),
  send("bad continue", get(`${CONFIG_MAPS}?continue=zzz`), WORDS),
  send(
    "continue that is no token",
    get(`${CONFIG_MAPS}?continue=${btoa("{}")}`),
    WORDS,
  ),
  send(
    "selected page 1",
    get(`${CONFIG_MAPS}?limit=1&labelSelector=app%3Dweb`),
  ),
  send(
    "selected page 2",
    (m) =>
      get(
        `${CONFIG_MAPS}?limit=1&labelSelector=app%3Dweb&continue=${
          m.value("selected page 1", "metadata", "continue")
        }`,
      ),
  ),
  ...["0", "-1", "x", "1000"].map((limit) =>
    send(`limit ${limit}`, get(`${CONFIG_MAPS}?limit=${limit}`))
  ),
];

const SELECTORS = [
  "app=web",
  "app==web",
  "app!=web",
  "app in (web,db)",
  "app notin (web)",
  "app",
  "!app",
  "app,tier=back",
  "app=web,tier!=front",
  "shard>0",
  "shard<1",
  "weight>4",
  "example.com/owner=me",
  "app in (web",
  "app=web,",
  ",",
  "=",
  "a b",
  "app=we b",
  "-app",
  "app>x",
  "example.com/=x",
  "x in ()",
  "x=",
  "",
  "app=web,app=db",
  "!shard,app",
];
const FIELDS = [
  "metadata.name=l1",
  "metadata.name!=l1",
  "metadata.namespace=diff-a",
  "metadata.name=l1,metadata.namespace=diff-b",
  "metadata.name==l2",
  "metadata.name=",
  "data.n=1",
  "spec.x=1",
  "metadata.name",
  "metadata.name=a=b",
  "metadata.labels.app=web",
  "metadata.name=l\\=1",
  "metadata.name=l\\x",
  ",",
  "metadata.uid=x",
];

/** Selectors. */
export const selectors: readonly Step[] = [
  ...SELECTORS.map((selector) =>
    send(
      `label selector ${selector}`,
      get(`${USERS}&labelSelector=${encodeURIComponent(selector)}`),
    )
  ),
  ...FIELDS.map((selector) =>
    send(
      `field selector ${selector}`,
      get(`/api/v1/secrets?fieldSelector=${encodeURIComponent(selector)}`),
    )
  ),
  ...[
    "status.phase=Running",
    "spec.nodeName=",
    "spec.nodeName!=a",
    "spec.image=x",
  ].map((selector) =>
    send(
      `field selector of pods ${selector}`,
      get(
        `/api/v1/namespaces/diff-a/pods?fieldSelector=${
          encodeURIComponent(selector)
        }`,
      ),
    )
  ),
  ...["status.phase=Active", "status.phase=Other"].map((selector) =>
    send(
      `field selector of namespaces ${selector}`,
      get(
        `/api/v1/namespaces?fieldSelector=metadata.name!=kube-node-lease,${
          encodeURIComponent(selector)
        }`,
      ),
    )
  ),
  send(
    "field selector of deployments",
    get("/apis/apps/v1/deployments?fieldSelector=spec.x%3D1"),
  ),
  send(
    "field selector of jobs",
    get("/apis/batch/v1/jobs?fieldSelector=status.successful%3D1"),
  ),
  send(
    "field selector of secrets",
    get("/api/v1/secrets?fieldSelector=type%3DOpaque"),
  ),
  send(
    "field selector of nodes",
    get("/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue"),
  ),
  send(
    "field selector of events",
    get(
      "/api/v1/events?fieldSelector=involvedObject.name%3Da,reason%3Db,type!%3Dc",
    ),
  ),
];

/** Representations. */
export const representations: readonly Step[] = [
  ...[METADATA, METADATA_LIST].flatMap((accept) => [
    send(`list of ${accept}`, get(CONFIG_MAPS, { accept }), WORDS),
    send(`object as ${accept}`, get(`${CONFIG_MAPS}/l1`, { accept }), WORDS),
    send(
      `empty list of ${accept}`,
      get(`${CONFIG_MAPS}?labelSelector=none`, { accept }),
      WORDS,
    ),
  ]),
  send(
    "page of metadata",
    get(`${CONFIG_MAPS}?limit=1`, { accept: METADATA_LIST }),
  ),
  send("create as metadata", {
    ...post(CONFIG_MAPS, configMap("m1")),
    headers: { accept: METADATA },
  }),
  send("delete as metadata", {
    ...remove(`${CONFIG_MAPS}/m1`),
    headers: { accept: METADATA },
  }),
  send("empty list", get(`${CONFIG_MAPS}?labelSelector=none`)),
  send("table", get(CONFIG_MAPS, { accept: TABLE })),
  send(
    "empty table",
    get(`${CONFIG_MAPS}?labelSelector=none`, { accept: TABLE }),
  ),
  send(
    "page of a table",
    get(`${CONFIG_MAPS}?limit=1`, { accept: TABLE }),
  ),
  send("table of an object", get(`${CONFIG_MAPS}/l1`, { accept: TABLE })),
  send(
    "table of namespaces",
    get("/api/v1/namespaces/diff-a", { accept: TABLE }),
  ),
  ...["None", "Object", "Metadata", "Nope"].map((include) =>
    send(
      `table with ${include}`,
      get(`${CONFIG_MAPS}?limit=1&includeObject=${include}`, { accept: TABLE }),
    )
  ),
  send(
    "table or JSON",
    get(CONFIG_MAPS, { accept: `${TABLE},application/json` }),
  ),
  send(
    "another version of tables",
    get(CONFIG_MAPS, { accept: TABLE.replace("v=v1", "v=v9") }),
  ),
  send(
    "another version of tables or JSON",
    get(CONFIG_MAPS, {
      accept: `${TABLE.replace("v=v1", "v=v9")},application/json`,
    }),
  ),
  ...["text/html", "*/*", "application/*", "text/html,application/json;q=0.9"]
    .map((accept) =>
      send(`accept ${accept}`, get(`${CONFIG_MAPS}/l1`, { accept }))
    ),
];

/** Shards. */
export const shards: readonly Step[] = [
  ...[
    "shardRange(object.metadata.namespace, '0x0000000000000000', '0x10000000000000000')",
    "shardRange(object.metadata.namespace, '0x0000000000000000', '0x8000000000000000')",
    "shardRange(object.metadata.namespace, '0x8000000000000000', '0x10000000000000000')",
    "shardRange(object.metadata.namespace, '0x0000000000000000', '0x0000000000000001') || shardRange(object.metadata.namespace, '0x0000000000000001', '0x10000000000000000')",
    "shardRange(object.metadata.name, '0x0000000000000000', '0x0000000000000001')",
    "shardRange(object.metadata.namespace, '0x0000000000000002', '0x0000000000000001')",
    "shardRange(object.metadata.uid, '5', '0x0000000000000001')",
    "shardRange(object.metadata.uid, '0x0000000000000000')",
    "shardRange(object.metadata.uid, '0x0000000000000000', '0x0000000000000001') || shardRange(object.metadata.namespace, '0x0000000000000001', '0x0000000000000002')",
    "shardRange(object.metadata.uid, '0x0', '0x1')",
    "nope",
    "other(object.metadata.uid)",
    "",
  ].map((selector) =>
    send(
      `shard ${selector}`,
      get(`${USERS}&shardSelector=${encodeURIComponent(selector)}`),
      WORDS,
    )
  ),
];
