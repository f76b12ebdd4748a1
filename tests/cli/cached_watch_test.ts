/**
 * The changes of a cache as lines, and the version that they have come to.
 *
 * @module
 */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ConnectionError,
  type KubernetesObject,
  StatusError,
} from "../../mod.ts";
import { FakeListerWatcher } from "../../testing/fake_lister_watcher.ts";
import { CachedWatch, type CachedWatchEnd } from "../../cli/_cached_watch.ts";

/** A cached watch whose lines can be held up, and its end. */
class Run {
  readonly lines: string[] = [];
  readonly retries: string[] = [];
  readonly ended: Promise<CachedWatchEnd>;
  readonly #abort = new AbortController();
  readonly #written = new Map<string, () => void>();
  #held = Promise.resolve();

  constructor(source: FakeListerWatcher) {
    this.ended = new CachedWatch(source, {
      signal: this.#abort.signal,
      printer: {
        prepare: () => {},
        text: ({ type, object }) =>
          type === "ERROR" ? "" : `pods/${object.metadata?.name}`,
      },
      whole: false,
      onListed: () => {},
      onRetry: (message) => void this.retries.push(message),
      write: (line) => {
        this.lines.push(line);
        this.#written.get(line)?.();
        return this.#held;
      },
    }).run();
  }

  /** Resolves when a line is being written. */
  writing(line: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#written.set(line, resolve);
    return promise;
  }

  /** Holds up what is written from now on; what it returns lets it go. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  end(reason: unknown = new Error("enough")): Promise<CachedWatchEnd> {
    this.#abort.abort(reason);
    return this.ended;
  }
}

function pod(name: string): KubernetesObject {
  return { metadata: { name } };
}

Deno.test("CachedWatch ends at the cache's version where all is printed", async () => {
  const source = new FakeListerWatcher({ objects: [pod("a")] });
  const run = new Run(source);
  await source.watchCalled(1);
  const writing = run.writing("pods/b");
  source.add(pod("b"));
  await writing;
  const reason = new Error("enough");
  const end = await run.end(reason);
  assertEquals(run.lines, ["pods/a", "pods/b"]);
  assertStrictEquals(end.reason, reason);
  assertEquals(end.resourceVersion, source.resourceVersion);
});

Deno.test("CachedWatch ends at the version of the line that it is printing", async () => {
  const source = new FakeListerWatcher({ objects: [pod("a")] });
  const run = new Run(source);
  await Promise.all([run.writing("pods/a"), source.watchCalled(1)]);
  const release = run.hold();
  const writing = run.writing("pods/b");
  const { metadata } = source.add(pod("b"));
  source.add(pod("c"));
  await writing;
  const ended = run.end();
  release();
  assertEquals((await ended).resourceVersion, metadata?.resourceVersion);
  assertEquals(run.lines, ["pods/a", "pods/b"]);
});

Deno.test("CachedWatch ends at the version of its line when the server was asked for its version", async () => {
  using time = new FakeTime();
  const source = new FakeListerWatcher({ objects: [pod("a")] });
  const run = new Run(source);
  await source.watchCalled(1);
  const writing = run.writing("pods/b");
  const release = run.hold();
  const { metadata } = source.add(pod("b"));
  await writing;
  source.add(pod("c"));
  // The informer asks before the next watch after one without an answer.
  source.failNextWatch(new ConnectionError("refused"));
  source.disconnect();
  while (source.watchCalls.length < 3) await time.nextAsync();
  assertEquals(source.listCalls.at(-1)?.options.limit, 1);
  const ended = run.end();
  release();
  assertEquals((await ended).resourceVersion, metadata?.resourceVersion);
});

Deno.test("CachedWatch has no version in the middle of a list", async () => {
  const source = new FakeListerWatcher({ objects: [pod("a"), pod("b")] });
  const run = new Run(source);
  const release = run.hold();
  await run.writing("pods/a");
  const ended = run.end();
  release();
  assertEquals((await ended).resourceVersion, undefined);
  assertEquals(run.lines, ["pods/a"]);
});

Deno.test("CachedWatch has no version before the list", async () => {
  const source = new FakeListerWatcher();
  source.failNextList(new StatusError({ code: 500 }), Infinity);
  const run = new Run(source);
  await source.listCalled(1);
  assertEquals((await run.end()).resourceVersion, undefined);
  assertEquals(run.lines, []);
});

Deno.test("CachedWatch ends at a first watch that is refused", async () => {
  const source = new FakeListerWatcher({ objects: [pod("a")] });
  const refusal = new StatusError({ code: 405 });
  source.failNextWatch(refusal);
  const run = new Run(source);
  const end = await run.ended;
  assertStrictEquals(end.reason, refusal);
  assertEquals(end.resourceVersion, source.resourceVersion);
  assertEquals(run.retries, []);
});
