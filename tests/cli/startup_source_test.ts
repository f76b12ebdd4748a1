/**
 * What an informer of a command asks for, and what it is to give up at.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectionError,
  type KubernetesObject,
  StatusError,
} from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/fake_lister_watcher.ts";
import {
  Beginning,
  INFORMER_OPTIONS,
  withoutManagedFields,
} from "../../cli/_startup_source.ts";

const HOPELESS = [400, 401, 403, 404, 405, 422];
const TEMPORARY = [410, 429, 500, 503];

/** Those of some codes that a command gives up at. */
function finalOnes(beginning: Beginning): number[] {
  return [...HOPELESS, ...TEMPORARY].filter((code) =>
    beginning.isFinal(new StatusError({ code }))
  );
}

const lost = new ConnectionError("Cannot reach it");
const unreadable = new SyntaxError("Cannot read it");

Deno.test("Beginning gives up at what has never worked, and at nothing later", async () => {
  const source = new FakeListerWatcher();
  const beginning = new Beginning(source);
  assertEquals(finalOnes(beginning), HOPELESS);
  assertEquals([lost, unreadable].map((e) => beginning.isFinal(e)), [
    true,
    true,
  ]);
  beginning.listed();
  assertEquals(finalOnes(beginning), HOPELESS);
  assertEquals([lost, unreadable].map((e) => beginning.isFinal(e)), [
    false,
    false,
  ]);
  const events = await beginning.watch({ resourceVersion: "1" });
  assertEquals(finalOnes(beginning), []);
  await events.cancel();
});

Deno.test("Beginning has not watched where the watch was refused", async () => {
  const source = new FakeListerWatcher();
  source.failNextWatch(new StatusError({ code: 403 }));
  const beginning = new Beginning(source);
  beginning.listed();
  await assertRejects(() => beginning.watch({}), StatusError);
  assertEquals(finalOnes(beginning), HOPELESS);
});

Deno.test("Beginning watches only what has been looked at, and nothing after its end", async () => {
  const source = new FakeListerWatcher();
  const beginning = new Beginning(source);
  const controller = new AbortController();
  const watching = beginning.watch({ signal: controller.signal });
  assertEquals(source.watchCalls.length, 0);
  controller.abort(new Error("enough"));
  beginning.listed();
  await assertRejects(() => watching, Error, "enough");
  assertEquals(source.watchCalls.length, 0);
});

Deno.test("Beginning lists what is there now", async () => {
  const source = new FakeListerWatcher();
  const beginning = new Beginning(source);
  for (const resourceVersion of ["0", "", "12"]) {
    await beginning.list({ resourceVersion, limit: 5 });
  }
  const limited = source.listCalls.map(({ options }) => [
    "resourceVersion" in options,
    options.limit,
  ]);
  assertEquals(limited, [[false, 5], [false, 5], [false, 5]]);
});

Deno.test("INFORMER_OPTIONS notice a dead connection within a minute", () => {
  const { watchTimeoutMs, watchGraceMs } = INFORMER_OPTIONS;
  assertEquals(watchTimeoutMs + watchGraceMs <= 60_000, true);
});

Deno.test("withoutManagedFields() drops those, and needs none", () => {
  const metadata = { name: "a", managedFields: [{ manager: "kubectl" }] };
  const object: KubernetesObject = { metadata };
  assertEquals(withoutManagedFields(object), { metadata: { name: "a" } });
  assertEquals(withoutManagedFields({}), {});
});
