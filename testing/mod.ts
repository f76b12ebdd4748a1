/**
 * Fakes for tests of code that lists and watches: one behind the interface
 * `ListerWatcher`, one behind HTTP. Both keep resource versions as a server
 * does, so that an event which the tested code loses, or asks for twice,
 * shows; and both break in the ways that servers and networks break.
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

export * from "./fake_api_server.ts";
export * from "./fake_lister_watcher.ts";
export * from "./fake_listener.ts";
export * from "./fake_resource.ts";
export * from "./server_behavior.ts";
export * from "./stored_object.ts";
