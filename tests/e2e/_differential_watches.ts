/**
 * The part of the differential script about watches.
 *
 * @module
 */

import {
  FUTURE,
  METADATA,
  METADATA_LIST,
  TABLE,
} from "./_differential_lists.ts";
import { CONFIG_MAPS, configMap, SPACE } from "./_differential_objects.ts";
import {
  close,
  get,
  glance,
  type Memory,
  merge,
  open,
  post,
  put,
  read,
  remove,
  send,
  type Step,
} from "./_differential_steps.ts";

const WATCH = `${CONFIG_MAPS}?watch=1`;

type Version = (memory: Memory) => string;

const VERSIONS: Readonly<Record<string, Version>> = {
  "none": () => "",
  "0": () => "&resourceVersion=0",
  "old": (m) =>
    `&resourceVersion=${m.value("create w1", "metadata", "resourceVersion")}`,
  "current": (m) =>
    `&resourceVersion=${m.value("last w", "metadata", "resourceVersion")}`,
};

const OPTIONS: Readonly<Record<string, string>> = {
  "alone": "",
  "with bookmarks": "&allowWatchBookmarks=true",
  "with initial events":
    "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
  "with initial events and bookmarks":
    "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
  "without initial events":
    "&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
};

/** Options that are refused. */
const REFUSED = [
  "resourceVersion=x",
  "resourceVersion=-1",
  "resourceVersionMatch=NotOlderThan",
  "resourceVersionMatch=Exact",
  "resourceVersion=5&resourceVersionMatch=Exact",
  "resourceVersion=0&resourceVersionMatch=NotOlderThan",
  "sendInitialEvents=true",
  "sendInitialEvents=false",
  "sendInitialEvents=true&resourceVersionMatch=Exact",
  "sendInitialEvents=true&resourceVersionMatch=Sideways",
  "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=x",
  "continue=abc&resourceVersion=0",
  "limit=1&timeoutSeconds=1&resourceVersion=0",
  "timeoutSeconds=x",
  "timeoutSeconds=1&resourceVersion=0",
  "labelSelector=a%20b",
  "fieldSelector=spec.x%3D1",
  "fieldSelector=metadata.name",
  "allowWatchBookmarks=maybe&timeoutSeconds=1&resourceVersion=0",
];

/** Watches from each version, with each option. */
export const watchStarts: readonly Step[] = [
  ...["w1", "w2", "w3"].map((name) =>
    send(
      `create ${name}`,
      post(
        CONFIG_MAPS,
        configMap(name, { n: name }, {
          labels: { app: name === "w2" ? "db" : "web" },
        }),
      ),
    )
  ),
  send("change w1", merge(`${CONFIG_MAPS}/w1`, { data: { n: "2" } })),
  send("delete w3", remove(`${CONFIG_MAPS}/w3`)),
  send("last w", merge(`${CONFIG_MAPS}/w2`, { data: { n: "3" } })),
  send("list before watches", get(CONFIG_MAPS)),
  ...Object.entries(VERSIONS).flatMap(([name, version]) =>
    Object.entries(OPTIONS).flatMap(([what, options]) =>
      glance(
        `watch from ${name} ${what}`,
        (m) => get(`${WATCH}${version(m)}${options}`),
        options.includes("Bookmarks") &&
          (options.includes("Events=true") ||
            options.length < 30 && ["none", "0"].includes(name))
          ? "bookmark"
          : "quiet",
      )
    )
  ),
  ...REFUSED.flatMap((query) => [
    open(`watch with ${query}`, get(`${WATCH}&${query}`)),
    read(`watch with ${query}`, "quiet"),
    close(`watch with ${query}`),
  ]),
  ...["watch=true", "watch=1", "watch=false", "watch=0", "watch=yes", "watch="]
    .flatMap((flag) =>
      glance(
        `flag ${flag}`,
        get(
          `${CONFIG_MAPS}?${flag}&fieldSelector=metadata.name%3Dw1&timeoutSeconds=1`,
        ),
      )
    ),
];

/** Watches while objects change. */
export const watchEvents: readonly Step[] = [
  open(
    "all",
    (m) =>
      get(
        `${WATCH}&resourceVersion=${
          m.value("last w", "metadata", "resourceVersion")
        }`,
      ),
  ),
  open(
    "web",
    (m) =>
      get(
        `${WATCH}&labelSelector=app%3Dweb&resourceVersion=${
          m.value("last w", "metadata", "resourceVersion")
        }`,
      ),
  ),
  open("one", get(`${WATCH}&fieldSelector=metadata.name%3Dw1`)),
  open("metadata", get(WATCH, { accept: METADATA })),
  open("metadata list", get(WATCH, { accept: METADATA_LIST })),
  open("table", get(WATCH, { accept: TABLE })),
  open(
    "table with objects",
    (m) =>
      get(
        `${WATCH}&includeObject=Object&resourceVersion=${
          m.value("last w", "metadata", "resourceVersion")
        }`,
        { accept: TABLE },
      ),
  ),
  open(
    "everywhere",
    get(
      "/api/v1/configmaps?watch=1&fieldSelector=metadata.namespace%3D" + SPACE,
    ),
  ),
  open("dead name", get(`${CONFIG_MAPS}/w1?watch=1`)),
  send(
    "old way to watch",
    get(`/api/v1/watch/namespaces/none/configmaps?timeoutSeconds=1`),
    { missing: { what: "The paths below `/watch/`", except: /status|body/ } },
  ),
  send(
    "watched create",
    post(CONFIG_MAPS, configMap("w4", { a: "1" }, { labels: { app: "web" } })),
  ),
  send("watched change", merge(`${CONFIG_MAPS}/w4`, { data: { a: "2" } })),
  send(
    "watched leave",
    merge(`${CONFIG_MAPS}/w4`, { metadata: { labels: { app: "db" } } }),
  ),
  send("watched stay away", merge(`${CONFIG_MAPS}/w4`, { data: { a: "3" } })),
  send(
    "watched come back",
    merge(`${CONFIG_MAPS}/w4`, { metadata: { labels: { app: "web" } } }),
  ),
  send("watched no change", merge(`${CONFIG_MAPS}/w4`, { data: { a: "3" } })),
  send(
    "watched finalizer",
    merge(`${CONFIG_MAPS}/w4`, { metadata: { finalizers: ["example.com/f"] } }),
  ),
  send("watched delete", remove(`${CONFIG_MAPS}/w4`)),
  send(
    "watched finalized",
    merge(`${CONFIG_MAPS}/w4`, { metadata: { finalizers: null } }),
  ),
  send(
    "watched replace",
    put(
      `${CONFIG_MAPS}/w1`,
      configMap("w1", { all: "new" }, { labels: { app: "web" } }),
    ),
  ),
  send("watched delete of a selected one", remove(`${CONFIG_MAPS}/w1`)),
  ...[
    "all",
    "web",
    "one",
    "metadata",
    "metadata list",
    "table",
    "table with objects",
    "everywhere",
  ].flatMap((name) => [
    read(name, "quiet", {}),
    close(name),
  ]),
];

/** How watches end, and what they say before. */
export const watchEnds: readonly Step[] = [
  open("short", get(`${WATCH}&timeoutSeconds=1&resourceVersion=0`)),
  read("short", "end"),
  open(
    "long enough for a bookmark",
    (m) =>
      get(
        `${WATCH}&timeoutSeconds=8&allowWatchBookmarks=true&resourceVersion=${
          m.value("last w", "metadata", "resourceVersion")
        }`,
      ),
  ),
  read("long enough for a bookmark", "end"),
  open(
    "without bookmarks",
    (m) =>
      get(
        `${WATCH}&timeoutSeconds=4&resourceVersion=${
          m.value("last w", "metadata", "resourceVersion")
        }`,
      ),
  ),
  read("without bookmarks", "end"),
  open(
    "in the future",
    get(
      `${WATCH}&timeoutSeconds=4&allowWatchBookmarks=true&resourceVersion=${FUTURE}`,
    ),
  ),
  send("create for the future", post(CONFIG_MAPS, configMap("future"))),
  read("in the future", "end"),
  open(
    "initial events in the future",
    get(
      `${WATCH}&timeoutSeconds=4&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=${FUTURE}`,
    ),
  ),
  read("initial events in the future", "end"),
];
