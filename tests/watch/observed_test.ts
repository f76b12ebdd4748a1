// What the option `observer` adds to a lister-watcher: nothing where it is not
// used. `bench/observer.ts` measures it.

import { assertStrictEquals } from "@std/assert";
import {
  observedListerWatcher,
  observedWatcher,
} from "../../watch/_observed.ts";
import type { ListerWatcher, WatchEvent } from "../../mod.ts";

function sourceOf(stream: ReadableStream<WatchEvent>): ListerWatcher {
  return {
    list: () => Promise.resolve({ items: [] }),
    watch: () => Promise.resolve(stream),
  };
}

Deno.test("observedWatcher() and observedListerWatcher() return the source itself when there is no observer", () => {
  const source = sourceOf(new ReadableStream());
  assertStrictEquals(observedWatcher(source, undefined), source);
  assertStrictEquals(observedListerWatcher(source, undefined), source);
});

Deno.test("observedWatcher() returns the stream itself when the observer does not ask for watches", async () => {
  const stream = new ReadableStream<WatchEvent>();
  const watcher = observedWatcher(sourceOf(stream), {});
  assertStrictEquals(await watcher.watch({}), stream);
});
