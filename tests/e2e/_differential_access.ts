/**
 * The parts of the differential script about users, large answers and the
 * deletion of namespaces.
 *
 * @module
 */

import type { HttpRequest } from "./_differential.ts";
import { AGGREGATED, CONFIG_MAPS, configMap } from "./_differential_objects.ts";
import {
  close,
  get,
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

const PODS = "/api/v1/namespaces/diff-a/pods";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/diff-a/deployments";

const ASKED: readonly HttpRequest[] = [
  get(PODS),
  get("/api/v1/pods"),
  get(`${PODS}/web`),
  get(`${PODS}?watch=1`),
  get(`${PODS}?fieldSelector=metadata.name%3Dweb`),
  get(`${PODS}?watch=true&fieldSelector=metadata.name%3Dweb`),
  get(`${PODS}?fieldSelector=metadata.name!%3Dweb`),
  post(PODS, {}),
  put(`${PODS}/web`, {}),
  merge(`${PODS}/web`, {}),
  remove(`${PODS}/web`),
  remove(PODS),
  get(`${PODS}/web/status`),
  merge(`${PODS}/web/status`, {}),
  get(DEPLOYMENTS),
  get(`${DEPLOYMENTS}/web`),
  get("/apis/apps/v1/nopes"),
  get("/apis/nope.example.com/v1/nopes"),
  get("/apis/nope.example.com/v1"),
  get("/api/v1/nodes"),
  get("/api/v1/namespaces/diff-a"),
  get("/api/v1/namespaces"),
  get("/api"),
  get("/apis", { accept: AGGREGATED }),
  get("/metrics"),
  get("/api/v1"),
];

/** What users may not do. */
export const access: readonly Step[] = (["bob", "nobody", "stranger"] as const)
  .flatMap((user) =>
    ASKED.map((request) =>
      send(`${user}: ${request.method} ${request.path}`, { ...request, user }, {
        missing: {
          what: "Addresses in `/api`",
          except: /serverAddress|storageVersionHash/,
        },
      })
    )
  );

const LARGE = "x".repeat(90_000);

/** Answers that are compressed. */
export const large: readonly Step[] = [
  send("create large 1", post(CONFIG_MAPS, configMap("large1", { LARGE }))),
  send("get large", get(`${CONFIG_MAPS}/large1`)),
  send("create large 2", post(CONFIG_MAPS, configMap("large2", { LARGE }))),
  send("list large", get(CONFIG_MAPS)),
  send(
    "list large as it is",
    get(CONFIG_MAPS, { "accept-encoding": "identity" }),
  ),
  send("delete large 1", remove(`${CONFIG_MAPS}/large1`)),
  send("delete large 2", remove(`${CONFIG_MAPS}/large2`)),
];

const GONE = "/api/v1/namespaces/diff-gone";
const INSIDE = `${GONE}/configmaps`;
const LABELLED = { labels: { of: "test" } };
const CONDITIONS = {
  missing: {
    what: "Conditions of namespaces",
    // To set them takes a write.
    except: /status\.conditions|resourceVersion/,
  },
};

/** A namespace is deleted with its contents. */
export const namespaceDeleted: readonly Step[] = [
  send(
    "create a namespace to delete",
    post("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "diff-gone" },
    }),
  ),
  send("create inside", post(INSIDE, configMap("a", {}, LABELLED))),
  send(
    "create held inside",
    post(
      INSIDE,
      configMap("held", {}, { ...LABELLED, finalizers: ["example.com/hold"] }),
    ),
  ),
  open("watch inside", get(`${INSIDE}?watch=1&labelSelector=of%3Dtest`)),
  send("delete the namespace", remove(GONE), CONDITIONS),
  settle(
    "the rest is deleted",
    get(`${INSIDE}/a`),
    (_body, status) => status === 404,
  ),
  settle(
    "the held one is marked",
    get(`${INSIDE}/held`),
    (body) => JSON.stringify(body).includes("deletionTimestamp"),
  ),
  send("create while it is deleted", post(INSIDE, configMap("late"))),
  send("delete the namespace again", remove(GONE), CONDITIONS),
  send(
    "release the held one",
    merge(`${INSIDE}/held`, { metadata: { finalizers: null } }),
  ),
  settle("the namespace is gone", get(GONE), (_body, status) => status === 404),
  read("watch inside", "quiet"),
  close("watch inside"),
  send("create when it is gone", post(INSIDE, configMap("late"))),
];
