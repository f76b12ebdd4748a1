/**
 * How the commands list and watch.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ConnectionError,
  type KubernetesObject,
  StatusError,
} from "../../mod.ts";
import {
  INFORMER_OPTIONS,
  listOnce,
  withoutManagedFields,
} from "../../cli/_watch_settings.ts";
import { FakeListerWatcher } from "../../testing/fake_lister_watcher.ts";
import { Clock } from "../support/clock.ts";

Deno.test("INFORMER_OPTIONS notice a dead connection within a minute", () => {
  const { watchTimeoutMs, watchGraceMs } = INFORMER_OPTIONS;
  assertEquals(watchTimeoutMs + watchGraceMs <= 60_000, true);
});

Deno.test("listOnce() asks a server again that cannot answer yet", async () => {
  using time = new Clock();
  const pods = new FakeListerWatcher({
    objects: [{ metadata: { name: "a" } }],
  });
  const status = { code: 503, details: { retryAfterSeconds: 2 } };
  const unavailable = new StatusError(status);
  pods.failNextList(unavailable);
  const retried: unknown[] = [];
  const { signal } = new AbortController();
  const onRetry = (error: unknown) => void retried.push(error);
  const listing = listOnce(pods, { signal, onRetry });
  await time.pass(2_000);
  const { items } = await listing;
  assertEquals(items.map(({ metadata }) => metadata?.name), ["a"]);
  assertEquals(retried, [unavailable]);
});

Deno.test("listOnce() reports at once that a server cannot be reached", async () => {
  const pods = new FakeListerWatcher();
  const lost = new ConnectionError("Cannot reach it");
  pods.failNextList(lost);
  const retried: unknown[] = [];
  const { signal } = new AbortController();
  const onRetry = (error: unknown) => void retried.push(error);
  const error = await assertRejects(() => listOnce(pods, { signal, onRetry }));
  assertStrictEquals(error, lost);
  assertEquals([pods.listCalls.length, retried.length], [1, 0]);
});

Deno.test("withoutManagedFields() drops those, and needs none", () => {
  const metadata = { name: "a", managedFields: [{ manager: "kubectl" }] };
  const object: KubernetesObject = { metadata };
  assertEquals(withoutManagedFields(object), { metadata: { name: "a" } });
  assertEquals(withoutManagedFields({}), {});
});
