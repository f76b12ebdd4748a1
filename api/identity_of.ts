/**
 * Whose event it is.
 *
 * @module
 */

import { copyIdentity } from "./_known_identity.ts";
import { identityOfEvent } from "./_untrusted.ts";
import type { ObjectIdentity, WatchEvent } from "./types.ts";

/**
 * Returns whose event it is. The object of an event of a `RestListerWatcher` is
 * only parsed when `event.object` is read, which takes several times as long as
 * everything else that is done for the event; this reads what is needed to tell
 * objects apart without parsing it.
 *
 * @param event The event.
 * @returns The name of the object, and what else identifies it. The name is
 *   empty where the object has none, as in a bookmark.
 *
 * @example Look only at the objects of one namespace
 * ```ts
 * import { identityOf, RestListerWatcher } from "@watchtools/kube";
 * import { FakeApiServer } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new FakeApiServer();
 * const pods = new RestListerWatcher({
 *   server: "https://kubernetes.default.svc",
 *   path: "/api/v1/pods",
 *   fetch: server.fetch,
 * });
 * server.create({
 *   apiVersion: "v1",
 *   kind: "Pod",
 *   metadata: { name: "web", namespace: "default" },
 * });
 *
 * for await (const event of await pods.watch({ resourceVersion: "0" })) {
 *   const { name, namespace } = identityOf(event);
 *   if (namespace !== "default") continue;
 *   assertEquals(name, "web");
 *   break;
 * }
 * ```
 */
export function identityOf(event: WatchEvent): ObjectIdentity {
  return copyIdentity(identityOfEvent(event));
}
