/**
 * Fakes for testing code that lists and watches: `FakeListerWatcher` implements
 * the `ListerWatcher` interface, `FakeApiServer` speaks HTTP. Both maintain
 * resource versions like a real server, so that tests detect lost and duplicate
 * events, and both can be made to fail in the ways that servers and networks
 * fail.
 *
 * @example A wait that survives a lost connection
 * ```ts
 * import { until } from "@watchtools/kube";
 * import { FakeListerWatcher } from "@watchtools/kube/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const fake = new FakeListerWatcher();
 * const done = until("1", fake, ({ type }) => type === "DELETED", {
 *   minRestartDelayMs: 0,
 * });
 * const web = fake.add({ kind: "Pod", metadata: { name: "web" } });
 * fake.disconnect({ error: new TypeError("connection reset") });
 * fake.delete(web);
 * assertEquals((await done).type, "DELETED");
 * ```
 *
 * @module
 */

export * from "./access_request.ts";
export * from "./fake_api_server.ts";
export * from "./fake_lister_watcher.ts";
export * from "./fake_listener.ts";
export * from "./fake_resource.ts";
export * from "./faults.ts";
export * from "./server_behavior.ts";
export * from "./server_faults.ts";
export * from "./stored_object.ts";
