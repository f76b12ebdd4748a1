/** A program that waits once, and is observed: for `OTEL_DENO=true`. */

import { listWatchUntil, RestListerWatcher } from "../../mod.ts";
import { otelObserver } from "../../otel/mod.ts";
import { FakeApiServer } from "../../testing/mod.ts";

await using server = new FakeApiServer({
  objects: [{
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", namespace: "default" },
  }],
});
const pods = new RestListerWatcher({
  server: "http://fake",
  path: "/api/v1/namespaces/default/pods",
  fetch: server.fetch,
});
await listWatchUntil(pods, () => true, {
  observer: otelObserver({ attributes: { "k8s.resource.name": "pods" } }),
});
